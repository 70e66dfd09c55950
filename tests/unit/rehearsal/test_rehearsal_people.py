"""The people file of the rehearsal: complete, plainly fictional, and refused when it is not one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rehearsal.__main__ import main
from bot.rehearsal.people import DEFAULT_PEOPLE_FILE, PeopleFileUnusable, read_people

ROLES = {
    "dsl",
    "deputy_dsl",
    "headteacher",
    "online_safety_officer",
    "head_of_year",
    "head_of_department",
    "tutor",
    "ict_lead",
    "chair_of_governors",
    "slt",
    "admin",
}


def test_every_role_has_a_demo_holder() -> None:
    school = read_people(DEFAULT_PEOPLE_FILE)
    held = [role for person in school.people for role in person.roles]
    assert set(held) == ROLES
    assert [held.count(role) for role in ("deputy_dsl", "head_of_year", "tutor", "slt")] == [2, 2, 3, 2]


def test_every_name_and_id_is_plainly_fictional() -> None:
    school = read_people(DEFAULT_PEOPLE_FILE)
    named = [*(person.name for person in school.people), *(pupil.name for pupil in school.pupils)]
    assert all(name.endswith("-Demo") for name in named)
    assert all(person.id.startswith("00000000-0000-4000-8000-") for person in school.people)


def test_a_pupil_and_a_stranger_can_write_and_a_former_member_of_staff_cannot() -> None:
    school = read_people(DEFAULT_PEOPLE_FILE)
    kinds = [person.kind for person in school.people]
    assert (kinds.count("pupil"), kinds.count("guest")) == (1, 1)
    assert "Fay Former-Demo" not in [person.name for person in school.people]


def test_the_channel_is_read_by_role_holders_and_one_of_them_may_link_it() -> None:
    school = read_people(DEFAULT_PEOPLE_FILE)
    members = [school.find(person) for person in school.members]
    assert all(member.roles for member in members)
    assert any("admin" in member.roles for member in members)


def test_somebody_is_found_by_id_name_or_role() -> None:
    school = read_people(DEFAULT_PEOPLE_FILE)
    dsl = school.find("dsl")
    assert school.find(dsl.id) is school.find(dsl.name) is dsl
    with pytest.raises(KeyError):
        school.find("nobody")


def test_a_file_without_rehearsal_gets_its_team_from_the_roles(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(
        "tenant: t\npeople:\n  - {id: a, name: Ann Demo, roles: [dsl]}\n  - {id: b, name: Bo Demo}\n"
    )
    school = read_people(path)
    assert (school.members, school.default_chats) == (("a",), ("a",))


@pytest.mark.parametrize(
    "text",
    [
        "just words",
        "people: [",
        "tenant: t\npeople:\n  - {name: Ann Demo}",
        "tenant: t\npeople:\n  - {id: a, name: Ann Demo}\n  - {id: a, name: Bo Demo}",
        "tenant: t\npeople:\n  - {id: a, name: Ann Demo}\nrehearsal: {members: [b]}",
    ],
)
def test_an_unusable_file_is_named_and_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(text)
    with pytest.raises(PeopleFileUnusable):
        read_people(path)
    assert main(["--people", str(path)]) == 2
    assert capsys.readouterr().err
