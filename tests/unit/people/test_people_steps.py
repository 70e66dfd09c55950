"""The people check knows what procedures want: who does a step, who is told, enough people to sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from bot.definitions.loader import load
from bot.engine.holders import holders
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.people import Absence, Directory, Person, Role, RoleRef
from bot.model.text import plain
from bot.people.proof import people_check
from bot.people.steps import shortages, wanted_of
from tests.unit.engine.school_of_people import AWAY, NOW, person

SIGNERS = ("dsl", "online_safety_officer", "headteacher")


@cache
def pack() -> Definition:
    """Kingsmead without its procedures and its last resort, and with a nurse whom only steps name."""
    whole = load("kingsmead")
    roles = {**whole.roles, "nurse": Role(key="nurse", label="School nurse")}
    return replace(whole, flows={}, roles=roles, last_resort=())


def with_steps(*steps: Step, **flow: object) -> Definition:
    made = Flow(
        key="care", title=plain("Care"), start=steps[0].key if steps else "", fields={},
        steps={step.key: step for step in steps}, use="case",
    )  # fmt: skip
    return replace(pack(), flows={"care": replace(made, **flow)})  # type: ignore[arg-type]  # fields of Flow


def school(definition: Definition, people: Mapping[str, Person]) -> Directory:
    return Directory(
        tenant="t", version="1", people=people, pupils={}, roles=definition.roles,
        last_resort=definition.last_resort,
    )  # fmt: skip


def staff(*names_and_roles: tuple[str, str], **changes: Person) -> dict[str, Person]:
    return {**{name: person(name, role) for name, role in names_and_roles}, **changes}


LEADS = (
    ("dee", "dsl"), ("dan", "deputy_dsl"), ("don", "deputy_dsl"), ("hetty", "headteacher"),
    ("olly", "online_safety_officer"), ("sal", "slt"), ("sid", "slt"), ("gwen", "chair_of_governors"),
    ("ian", "ict_lead"), ("iris", "ict_lead"), ("ivy", "ict_lead"), ("ada", "admin"),
)  # fmt: skip


def said(definition: Definition, people: Mapping[str, Person]) -> list[str]:
    found = people_check(definition, school(definition, people), NOW)
    return [f"{p.place}: {p.what}" for p in found if p.place.startswith("flows.")]


def sign(needs: int, *approvers: str) -> Step:
    return Step(key="sign", kind="approval", approvers=approvers or SIGNERS, needs=needs)


def test_a_step_whose_role_has_one_holder_is_told_with_its_place() -> None:
    definition = with_steps(Step(key="look", kind="task", who=("nurse",)))
    found = said(definition, staff(*LEADS, ("nan", "nurse")))
    assert found == ["flows.care.steps.look: nobody is left to do this step without nan"]


def test_any_two_without_whom_a_step_has_nobody_are_named_and_three_holders_are_enough() -> None:
    definition = with_steps(Step(key="look", kind="task", who=("nurse",)))
    two = staff(*LEADS, ("nan", "nurse"), ("ned", "nurse"))
    assert said(definition, two) == [
        "flows.care.steps.look: nobody is left to do this step without nan and ned"
    ]
    assert said(definition, {**two, "nel": person("nel", "nurse")}) == []


def test_an_approval_whose_roles_are_held_by_fewer_people_than_sign_is_found_over_persons() -> None:
    """One person holds two of the roles: three roles are there, three people are not."""
    definition = with_steps(sign(3))
    alone = {key: replace(role, substitutes=()) for key, role in definition.roles.items()}
    definition = replace(definition, roles=alone)
    people = staff(("dee", "dsl"), hetty=person("hetty", "headteacher", "online_safety_officer"))
    found = said(definition, people)
    assert found == ["flows.care.steps.sign: needs 3 people to sign and only 2 could"]


def test_an_approval_that_needs_more_people_than_two_left_out_leave_names_them() -> None:
    definition = with_steps(sign(2, "nurse", "ict_lead"))
    alone = {key: replace(role, substitutes=()) for key, role in definition.roles.items()}
    definition = replace(definition, roles=alone)
    people = staff(*LEADS, ("nan", "nurse"), ("ned", "nurse"))
    assert said(definition, people) == [
        "flows.care.steps.sign: needs 2 people to sign and only 1 could without nan and ned"
    ]


def test_who_is_told_and_who_begins_need_somebody_and_what_staff_do_does_not() -> None:
    told = Step(key="tell", kind="notify", tell=("nurse", "dsl"))
    definition = with_steps(told, begun_by=("nurse",))
    people = staff(*LEADS, ("nan", "nurse"))
    assert said(definition, people) == [
        "flows.care.begun_by: nobody is left who may begin it without nan",
        "flows.care.steps.tell: nobody is left to be told without nan",
    ]
    anybody = with_steps(Step(key="look", kind="task", who=("requester", "nurse")), begun_by=("staff",))
    assert said(anybody, staff(*LEADS)) == []


def test_a_request_that_nobody_may_ask_for_is_told() -> None:
    definition = with_steps(use="request", begun_by=("nurse",))
    assert said(definition, staff(*LEADS)) == ["flows.care.begun_by: nobody at the school may ask for it"]
    assert said(definition, staff(*LEADS, ("nan", "nurse"))) == []


def test_a_role_that_steps_alone_name_and_nobody_holds_is_told() -> None:
    definition = with_steps(Step(key="look", kind="task", who=("nurse", "dsl")))
    problems = people_check(definition, school(definition, staff(*LEADS)), NOW)
    assert [p.what for p in problems if p.place == "nurse"] == ["nobody holds the role nurse"]


def test_an_absence_to_come_that_leaves_a_step_to_nobody_is_told_with_its_day() -> None:
    definition = with_steps(Step(key="look", kind="task", who=("nurse",)))
    later = Absence(start=NOW.replace(day=28), end=NOW.replace(day=29))
    nan = replace(person("nan", "nurse"), absences=(later,))
    people = staff(*LEADS, ("ned", "nurse"), ("nel", "nurse"), nan=nan)
    assert said(definition, people) == [
        "flows.care.steps.look: nobody is left to do this step without ned and nel from 2026-11-28"
    ]


def test_the_same_roles_are_told_once_with_how_often_they_are_wanted() -> None:
    steps = [Step(key=key, kind="task", who=("nurse",)) for key in ("look", "ask", "write")]
    found = said(with_steps(*steps), staff(*LEADS, ("nan", "nurse")))
    assert found == ["flows.care.steps.look: nobody is left to do this step without nan (and 2 more like it)"]


NAMES = ("a", "b", "c", "d", "e")
HELD = (*SIGNERS, "deputy_dsl", "slt", "nurse")


def filled(roles: tuple[str, ...], people: Directory, out: frozenset[str]) -> int:
    """The most of these roles that different people can fill, by trying every way."""
    free = [{h.person for h in holders(RoleRef(role=r), people, excluded=out, at=NOW)} | {""} for r in roles]
    ways = permutations([*NAMES, *[""] * len(roles)], len(roles))
    return max(sum(map(bool, way)) for way in ways if all(p in f for p, f in zip(way, free, strict=True)))


@given(st.data())
def test_it_finds_exactly_what_trying_every_pair_and_every_way_to_sign_would(data: st.DataObject) -> None:
    approvers = tuple(data.draw(st.lists(st.sampled_from(HELD), min_size=1, max_size=3, unique=True)))
    needs = data.draw(st.integers(1, len(approvers)))
    definition = with_steps(sign(needs, *approvers))
    people = {
        name: replace(
            person(
                name,
                *data.draw(st.lists(st.sampled_from(HELD), max_size=3, unique=True)),
                deputies=tuple(data.draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True))),
            ),
            absences=AWAY if data.draw(st.booleans()) else (),
        )
        for name in NAMES
    }
    directory = school(definition, people)
    groups = [frozenset(g) for size in range(3) for g in combinations(NAMES, size)]
    short = {len(g) for g in groups if filled(approvers, directory, g) < needs}

    found = tuple(shortages(wanted_of(definition), directory, NOW, most_left_out=2))

    assert [len(each.without) for each in found] == sorted(short)[:1]
    for each in found:
        assert filled(approvers, directory, each.without) == each.left < needs
