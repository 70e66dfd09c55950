"""An address or a number in a pack is pointed out, wherever it stands, and never repeated."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path

import pytest

from bot.commands import check
from bot.definitions.contacts import contacts_in
from bot.definitions.loader import FLOWS, pack_names
from tests.unit.definitions.small_pack import write
from tests.unit.definitions.small_procedures import COMMON, SCHOOL

MAIL = "looks like it holds an e-mail address"
NUMBER = "looks like it holds a telephone number"


def real(line: str) -> str:
    """The line as somebody would write it: no file of this project holds an address or a number."""
    return line.replace("(at)", "@").replace("P44", "+44").replace("O", "0")


def found(tmp_path: Path, line: str, file: str = "roles.yaml") -> list[str]:
    folder = write(tmp_path, {**SCHOOL, file: SCHOOL[file] + real(line) + "\n"})
    last = (SCHOOL[file] + line).count("\n") + 1
    hints = list(contacts_in(folder))
    assert {(p.file, p.line, p.grave) for p in hints} <= {(f"small/{file}", last, False)}
    return [p.what for p in hints]


@pytest.mark.parametrize(
    "line",
    [
        "# agreed with lead(at)school.example, in May",
        "    body: Write to first.last+help(at)mail.school.example.",
    ],
)
def test_an_address_is_pointed_out_also_in_a_comment(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, line) == [MAIL]


@pytest.mark.parametrize(
    "line",
    [
        "# O7700 900123",
        "# ring O1632 960 001, please",
        "# O20 7946 0001",
        "# (O1632) 960001",
        "# P44 7700 900123",
        "# P44 (0)1632 960001.",
        "# O7700-900-123",
    ],
)
def test_a_number_is_pointed_out_however_it_is_written(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, line) == [NUMBER]


@pytest.mark.parametrize(
    "line",
    [
        "# Ring 999, 101, 111, 112 or 116 000.",
        "# Childline: O800 1111. The council: O300 123 4567",
        "# checked 2027-06-30, 09:00-16:30, 09-01",
        "# due_minutes: 10080, 1440, 20160",
        "# three dots ... and a share of 0.125000000001",
        "# @ home",
    ],
)
def test_what_is_nobodys_own_is_left_alone(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, line) == []


def test_the_school_may_enter_the_lines_of_services_but_no_mobile(tmp_path: Path) -> None:
    assert found(tmp_path / "a", "# social care: O1632 960001, P44 20 7946 0001", "school.yaml") == []
    assert found(tmp_path / "b", "# the head: O7700 900123", "school.yaml") == [NUMBER]


@pytest.mark.parametrize("pack", pack_names())
def test_the_packs_hold_none(pack: str) -> None:
    assert list(contacts_in(FLOWS / pack)) == []


def test_the_check_says_where_and_what_to_do_and_still_finds_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roles = SCHOOL["roles.yaml"] + real("# lead(at)school.example\n")
    folder = write(tmp_path, {**SCHOOL, "roles.yaml": roles}, COMMON)
    code = check.run(Namespace(pack=str(folder)))
    said = capsys.readouterr().out
    line = SCHOOL["roles.yaml"].count("\n") + 1
    assert code == 0
    assert (
        f"{folder.as_posix()}/roles.yaml:{line}: hint: this line: {MAIL}. Name the role, and put the" in said
    )
    assert "school.example" not in said


def test_what_an_editor_leaves_beside_the_files_is_passed_over(tmp_path: Path) -> None:
    folder = write(tmp_path, SCHOOL)
    (folder / "folder.yaml").mkdir()
    (folder / ".#roles.yaml").symlink_to("somebody.1")
    assert not list(contacts_in(folder))


def test_a_long_line_is_looked_through_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path, {**SCHOOL, "roles.yaml": SCHOOL["roles.yaml"] + "# " + "a" * 200_000 + "\n"})
    begun = time.process_time()
    assert not list(contacts_in(folder))
    assert time.process_time() - begun < 1
