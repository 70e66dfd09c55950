"""The proof that every case finds somebody says which role and which person are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.definitions.loader import load
from bot.engine.holders import holders
from bot.model.definition import Definition
from bot.model.people import Absence, Directory, Person, RoleRef
from bot.people.file import read_people
from bot.people.proof import check_holders, named_roles, people_check
from tests.unit.engine.school_of_people import AWAY, NOW, person


@cache
def kingsmead() -> Definition:
    return load("kingsmead")


def school(people: Mapping[str, Person]) -> Directory:
    return Directory(
        tenant="t",
        version="1",
        people=people,
        pupils={},
        roles=kingsmead().roles,
        last_resort=kingsmead().last_resort,
    )


def staffed(**changes: Person | None) -> Directory:
    """One person to a role; a change by name replaces or removes one."""
    people: dict[str, Person] = {
        "dee": person("dee", "dsl"),
        "dan": person("dan", "deputy_dsl"),
        "hetty": person("hetty", "headteacher"),
        "gwen": person("gwen", "chair_of_governors"),
        "olly": person("olly", "online_safety_officer"),
        "ian": person("ian", "ict_lead"),
        "sal": person("sal", "slt"),
    }
    for name, one in changes.items():
        people.pop(name)
        if one:
            people[name] = one
    return school(people)


def said(directory: Directory) -> list[str]:
    return [f"{p.place}: {p.what}" for p in people_check(kingsmead(), directory, NOW)]


def test_kingsmeads_pack_finds_an_owner_whoever_is_left_out() -> None:
    assert check_holders(kingsmead()) == ()


def test_a_pack_in_which_two_roles_are_everything_is_told_row_by_row() -> None:
    alone = {key: replace(role, substitutes=()) for key, role in kingsmead().roles.items()}
    poor = replace(kingsmead(), roles=alone, last_resort=("headteacher", "tutor"))

    problems = check_holders(poor)

    sites = next(p for p in problems if p.place == "tables.students.rows.1")
    assert sites.file == "kingsmead/tables/students.yaml"
    assert sites.line > 1
    assert sites.what == "nobody owns the case when headteacher and tutor are left out"
    assert "last_resort" in sites.remedy


def test_a_rule_for_its_own_roles_only_needs_an_outside_route_in_words() -> None:
    silent = replace(kingsmead(), texts={})

    problems = check_holders(silent)

    assert {p.place for p in problems} == {"routing.rules.0", "routing.rules.1"}
    assert all("outside route" in p.what for p in problems)


def test_a_fully_staffed_school_has_no_gap() -> None:
    assert said(staffed()) == []


def test_a_role_that_nobody_holds_is_named() -> None:
    assert "ict_lead: nobody holds the role ict_lead" in said(staffed(ian=None))


def test_the_two_without_whom_nobody_is_left_are_named() -> None:
    found = said(school({"dee": person("dee", "dsl"), "hetty": person("hetty", "headteacher")}))

    assert "dsl: the role dsl and all who stand in for it have nobody without dee and hetty" in found
    assert "adult_harm: a case about hetty would have no owner inside the school" in found


def test_an_absence_to_come_counts_from_its_first_day() -> None:
    later = Absence(start=NOW.replace(day=28), end=NOW.replace(day=29))
    gwen = replace(person("gwen", "chair_of_governors"), absences=(later,))

    found = said(staffed(gwen=gwen))

    assert "adult_harm: a case about hetty would have no owner inside the school" in found


def test_an_absence_without_a_deputy_leaves_the_substitute() -> None:
    assert said(staffed(dee=person("dee", "dsl", away=True))) == []


def test_problems_name_ids_and_never_names() -> None:
    nobody = school({"t/x": replace(person("t/x", "dsl"), name="Xenia Demo")})

    assert not [p for p in people_check(kingsmead(), nobody, NOW) if "Xenia" in str(p)]


def test_the_demo_people_have_no_gap() -> None:
    path = Path(__file__).resolve().parents[3] / "bot" / "rehearsal" / "people.yaml"
    directory, _ = read_people(path, kingsmead())

    assert directory is not None
    assert people_check(kingsmead(), directory, NOW) == ()


NAMES = ("a", "b", "c", "d")
HELD = ("dsl", "deputy_dsl", "headteacher", "slt", "chair_of_governors", "online_safety_officer")


@given(st.data())
def test_it_finds_exactly_the_pairs_that_trying_all_of_them_would(data: st.DataObject) -> None:
    people = {
        name: replace(
            person(
                name,
                *data.draw(st.lists(st.sampled_from(HELD), max_size=2, unique=True)),
                deputies=tuple(data.draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True))),
            ),
            absences=AWAY if data.draw(st.booleans()) else (),
        )
        for name in NAMES
    }
    directory = school(people)
    pairs = [frozenset({one, other}) for one in NAMES for other in NAMES]
    tried = {
        role
        for role in named_roles(kingsmead())
        for pair in pairs
        if not holders(RoleRef(role=role), directory, excluded=pair, at=NOW)
    }

    told = {p.place for p in people_check(kingsmead(), directory, NOW) if "stand in for it" in p.what}

    assert told == tried
