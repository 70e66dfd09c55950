"""The people file: read as written, refused with reasons, and the last good one stays in force."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from bot.casework.ports import People
from bot.definitions.loader import load
from bot.engine.holders import absent, holders
from bot.model.definition import Definition
from bot.model.people import RoleRef
from bot.people.file import PeopleFile, read_people

TENANT = "AAAAAAAA-0000-4000-8000-00000000000F"
GOOD = f"""\
tenant: {TENANT}
people:
  - {{id: D1, name: Dee Demo, roles: [dsl], deputies: [d2], line_manager: h1}}
  - id: d2
    name: Dan Demo
    roles: [deputy_dsl]
    absences:
      - {{from: 2026-07-06, until: 2026-07-07}}
      - {{from: 2026-11-09 13:00, until: 2026-11-09 15:30}}
      - {{from: 2026-12-01}}
  - {{id: h1, name: Hetty Demo, roles: [headteacher], kind: staff}}
  - {{id: t1, name: Tess Demo, roles: [tutor], tutor_of: [7A], head_of_department: d2}}
  - {{id: f1, name: Fay Demo, roles: [headteacher], former: "yes"}}
pupils:
  - {{id: p001, name: Abi Demo, form: 7A, year: "7", account: A1}}
rehearsal:
  anything: [at, all]
"""


@cache
def definition() -> Definition:
    return load("kingsmead")


def write(tmp_path: Path, text: str = GOOD) -> Path:
    path = tmp_path / "people.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def rewrite(path: Path, text: str) -> None:
    """A later version of the file, surely of a later time."""
    before = path.stat().st_mtime_ns
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def test_people_are_known_by_tenant_and_id_in_small_letters(tmp_path: Path) -> None:
    directory = PeopleFile(write(tmp_path), definition()).directory()
    tenant = TENANT.lower()

    dee = directory.people[f"{tenant}/d1"]
    assert directory.tenant == tenant
    assert (dee.deputies, dee.line_manager) == ((f"{tenant}/d2",), f"{tenant}/h1")
    assert dee.roles == ("dsl", "staff")
    assert directory.people[f"{tenant}/t1"].head_of_department == f"{tenant}/d2"
    assert directory.pupils["pupil:p001"].account == f"{tenant}/a1"
    assert directory.by_role["staff"] == tuple(f"{tenant}/{who}" for who in ("d1", "d2", "h1", "t1"))


def test_whoever_has_left_holds_no_role(tmp_path: Path) -> None:
    directory = PeopleFile(write(tmp_path), definition()).directory()
    fay = directory.people[f"{TENANT.lower()}/f1"]

    assert (fay.former, fay.roles) == (True, ())
    now = datetime(2026, 3, 2, tzinfo=UTC)
    found = holders(RoleRef(role="headteacher"), directory, excluded=frozenset(), at=now)
    assert fay.id not in {h.person for h in found}


def test_absences_are_the_schools_days_the_last_one_included(tmp_path: Path) -> None:
    directory = PeopleFile(write(tmp_path), definition()).directory()
    dan = directory.people[f"{TENANT.lower()}/d2"]

    def away(*moment: int) -> bool:
        return absent(dan, datetime(*moment, tzinfo=UTC))  # type: ignore[arg-type, misc]  # year to minute

    # In July the school's midnight is eleven at night in UTC.
    assert not away(2026, 7, 5, 22, 59)
    assert away(2026, 7, 5, 23, 0)
    assert away(2026, 7, 7, 22, 59)
    assert not away(2026, 7, 7, 23, 0)
    assert [away(2026, 11, 9, hour, 0) for hour in (12, 13, 15, 16)] == [False, True, True, False]
    assert away(2030, 1, 1)


FAULTS = (
    ("roles: [dsl]", "roles: [dls]", 3, "no role 'dls'", "Did you mean dsl?"),
    ("deputies: [d2]", "deputies: [d9]", 3, "nobody with the id d9", "Use the id"),
    ("line_manager: h1", "line_manager: zz", 3, "nobody with the id zz", "Use the id"),
    ("deputies: [d2]", "deputies: [d1]", 3, "names the person themselves", "Name somebody else"),
    ("id: h1,", "id: d1,", 11, "the id stands twice, in lines 3 and 11", "Give each their own id"),
    ("tenant: AAAAAAAA", "tenant: AAA", 1, "is no tenant id", "Copy the directory"),
    ("from: 2026-07-06", "from: 06.07.2026", 8, "is no day", "Write 2026-11-09"),
    ("from: 2026-07-06", "from: 2026-07-36", 8, "is no day", "Write 2026-11-09"),
    ("until: 2026-07-07", "until: 2026-07-01", 8, "ends before it begins", "Swap the two days"),
    ('former: "yes"', "former: true", 13, "neither yes nor no", "Write"),
    ("year: ", "yaer: ", 15, "'yaer' is not known", "Did you mean year?"),
    (
        "roles: [headteacher], kind",
        "line_manager: d1, roles: [headteacher], kind",
        3,
        "in a circle",
        "headteacher",
    ),
)


@pytest.mark.parametrize(("old", "new", "line", "what", "remedy"), FAULTS)
def test_a_fault_is_told_with_line_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, what: str, remedy: str
) -> None:
    assert old in GOOD
    directory, problems = read_people(write(tmp_path, GOOD.replace(old, new, 1)), definition())

    said = [p for p in problems if what in p.what]
    assert directory is None
    assert said, problems
    assert (said[0].file, said[0].line) == ("people.yaml", line)
    assert remedy in said[0].remedy
    assert not [p for p in problems if "Demo" in str(p)]


def test_the_last_good_people_stay_while_the_file_is_faulty(tmp_path: Path) -> None:
    path = write(tmp_path)
    people = PeopleFile(path, definition())
    good = people.directory()

    rewrite(path, GOOD.replace("roles: [dsl]", "roles: [dls]"))

    assert not people.refresh()
    assert people.directory() is good
    assert people.problems()

    rewrite(path, GOOD.replace("Dee Demo", "Dee Other"))

    assert people.refresh()
    assert people.problems() == ()
    assert people.directory().version != good.version


def test_another_version_of_the_roles_counts_at_once_where_the_people_were_read_against_it(
    tmp_path: Path,
) -> None:
    nurse = replace(definition().roles["staff"], key="nurse", label="School nurse")
    newer = replace(definition(), hash="newer", roles={**definition().roles, "nurse": nurse})
    people = PeopleFile(write(tmp_path), definition())
    assert people.fit(newer) == ()
    assert "nurse" not in people.directory().roles
    people.use(newer)
    assert "nurse" in people.directory().roles
    people.refresh()
    assert "nurse" in people.directory().roles


def test_people_who_do_not_fit_another_version_are_told_and_stay_as_they_are(tmp_path: Path) -> None:
    roles = {key: role for key, role in definition().roles.items() if key != "tutor"}
    people = PeopleFile(write(tmp_path), definition())
    before = people.directory()
    (problem,) = people.fit(replace(definition(), hash="newer", roles=roles))
    assert (problem.file, problem.line) == ("people.yaml", 12)
    assert people.directory() is before
    assert people.problems() == ()


def test_a_file_that_did_not_change_gives_the_same_directory(tmp_path: Path) -> None:
    path = write(tmp_path)
    people = PeopleFile(path, definition())
    before = people.directory()

    assert not people.refresh()
    rewrite(path, "# A comment.\n" + GOOD.replace("[at, all]", "[else]"))
    assert not people.refresh()
    assert people.directory() is before


def test_a_missing_file_is_told_and_nobody_is_known(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path / "none.yaml", definition())

    assert "cannot be read" in people.problems()[0].what
    assert people.directory().people == {}
    write(tmp_path).rename(tmp_path / "none.yaml")
    assert people.refresh()
    assert people.directory().people


def test_it_is_the_port_that_casework_asks(tmp_path: Path) -> None:
    people: People = PeopleFile(write(tmp_path), definition())

    assert people.directory().roles is definition().roles


def test_the_demo_people_have_no_fault() -> None:
    path = Path(__file__).resolve().parents[3] / "bot" / "rehearsal" / "people.yaml"

    directory, problems = read_people(path, definition())

    assert problems == ()
    assert directory is not None
