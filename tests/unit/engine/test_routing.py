"""What never bends holds whatever routing table a school writes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from bot.definitions.loader import load
from bot.engine.routing import SAFEGUARDING, URGENCIES, Given, route
from bot.model.cases import Routed
from bot.model.conditions import AllOf, AnyOf, Ask, Condition
from bot.model.definition import Definition
from bot.model.tables import Routing, Rule, Tell, Urgency
from bot.model.text import plain

ROLES = ("tutor", "head_of_year", "headteacher", "dsl", "ict_lead", "chair_of_governors")


@cache
def kingsmead() -> Definition:
    return load("kingsmead")


WHEN: tuple[Condition | None, ...] = (
    None,
    AnyOf(conditions=()),
    AllOf(conditions=()),
    Ask(subject="fact", name="adult_subject", values=("yes",)),
    Ask(subject="fact", name="child_protection", values=("yes",)),
    Ask(subject="fact", name="danger", values=("yes", "not_sure")),
)

rules = st.builds(
    Rule,
    key=st.sampled_from(["one", "two", "three"]),
    when=st.sampled_from(WHEN),
    why=st.just(plain("Because.")),
    owner=st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True).map(tuple),
    only=st.booleans(),
    by_table=st.sampled_from(["", "students", "staff"]),
    tell=st.lists(
        st.builds(
            Tell,
            role=st.sampled_from(ROLES),
            why=st.just(plain("So that you know.")),
            oversight=st.booleans(),
            sees=st.sampled_from(["all", "children"]),
            instead=st.just(("slt",)),
        ),
        max_size=2,
    ).map(tuple),
    urgency=st.sampled_from([None, *URGENCIES]),
    sanctions=st.booleans(),
)
routings = st.builds(
    Routing,
    rules=st.lists(rules, max_size=4).map(tuple),
    overlays=st.lists(rules.map(lambda r: replace(r, owner=(), by_table="")), max_size=3).map(tuple),
)
cases = st.builds(
    Given,
    answers=st.fixed_dictionaries(
        {
            "harm": st.sampled_from(["", "yes", "no", "not_sure"]),
            "danger": st.sampled_from(["", "yes", "no", "not_sure"]),
            "where": st.sampled_from(["", "home", "my_lesson"]),
        }
    ),
    flags=st.lists(st.sampled_from(["child_protection", "aggravated", "tell_dsl"]), max_size=3).map(tuple),
    facts=st.fixed_dictionaries(
        {
            "adult_subject": st.sampled_from(["yes", "no"]),
            "pupil_subject": st.sampled_from(["yes", "no"]),
            "crime": st.sampled_from(["open", "yes", "no", "not_sure"]),
            "someone_named": st.sampled_from(["yes", "no"]),
        },
        optional={
            "restricted": st.just("no"),
            "harm": st.just("no"),
            "child_protection": st.sampled_from(["yes", "no"]),
        },
    ),
    rows=st.sampled_from(
        [{}, {"students": "copyright"}, {"staff": "damage"}, {"students": "illegal_material"}]
    ),
    earlier=st.integers(0, 4),
)
left_out = st.frozensets(st.sampled_from(ROLES), max_size=3)


def send(routing: Routing, case: Given, excluded: frozenset[str]) -> Routed:
    return route(
        replace(kingsmead(), routing=routing),
        case,
        barred=lambda role: "excluded" if role.role in excluded else "",
    )


@given(routings, cases, left_out)
def test_about_an_adult_of_the_school_it_is_restricted_and_in_no_channel(
    routing: Routing, case: Given, excluded: frozenset[str]
) -> None:
    routed = send(routing, case, excluded)

    if case.facts["adult_subject"] == "yes":
        assert routed.restricted
        assert routed.channel == "none"
        assert routed.table != "students"
        if case.answers["harm"] != "no":
            assert not routed.table
            assert not routed.sanctions
            assert routed.urgency != "routine"


@given(routings, cases, left_out)
def test_a_child_at_risk_belongs_to_safeguarding_and_to_no_table(
    routing: Routing, case: Given, excluded: frozenset[str]
) -> None:
    routed = send(routing, case, excluded)
    at_risk = "child_protection" in case.flags or case.facts.get("child_protection") == "yes"

    if at_risk and case.facts["adult_subject"] == "no":
        assert not routed.table
        assert not routed.sanctions
        assert not routed.proposed
        assert routed.child_protection
        assert routed.urgency != "routine"
        if not excluded & {*SAFEGUARDING, "headteacher"}:
            assert routed.owner
            assert routed.owner.role in SAFEGUARDING


@given(routings, cases, left_out)
def test_whoever_is_left_out_neither_owns_nor_is_told(
    routing: Routing, case: Given, excluded: frozenset[str]
) -> None:
    routed = send(routing, case, excluded)
    told = [told.role.role for told in routed.also]

    assert routed.owner is None or routed.owner.role not in excluded
    assert not excluded.intersection(told)
    assert len(set(told)) == len(told)
    assert routed.owner is None or routed.owner.role not in told


@given(routings, cases, left_out)
def test_the_highest_urgency_wins(routing: Routing, case: Given, excluded: frozenset[str]) -> None:
    routed = send(routing, case, excluded)

    def at_least(urgency: Urgency) -> bool:
        return URGENCIES.index(routed.urgency) >= URGENCIES.index(urgency)

    if case.answers["danger"] in ("yes", "not_sure"):
        assert routed.urgency == "immediate"
    if case.facts["crime"] in ("yes", "not_sure") or routed.illegal:
        assert at_least("serious")
    hit = next((rule for rule in routing.rules if rule.key == routed.rule and rule.when is None), None)
    if hit and hit.urgency and [r.key for r in routing.rules].count(hit.key) == 1:
        assert at_least(hit.urgency)


@given(routings, cases, left_out)
def test_before_it_is_known_who_is_involved_there_is_no_channel(
    routing: Routing, case: Given, excluded: frozenset[str]
) -> None:
    routed = send(routing, case, excluded)

    if case.facts["someone_named"] == "no":
        assert routed.channel == "none"


@given(routings, cases, left_out)
def test_no_sanction_is_proposed_while_they_are_blocked(
    routing: Routing, case: Given, excluded: frozenset[str]
) -> None:
    routed = send(routing, case, excluded)
    falls = {c.key for t in kingsmead().tables.values() for c in t.columns if c.sanction}

    assert routed.sanctions or not falls & {p.action for p in routed.proposed}
