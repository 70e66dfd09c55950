"""Whose case it is at Ashford, who else is told, and what never bends."""

from __future__ import annotations

import pytest

from tests.flows.ashford import ADULT, PUPIL, owner, send, told


@pytest.mark.parametrize("harm", ["yes", "not_sure", ""])
def test_an_adult_who_may_harm_a_child_goes_to_the_head_and_the_dsl_learns_which_children(harm: str) -> None:
    routed = send(answers={"what": "adult", "harm": harm}, facts=ADULT)

    assert (owner(routed), routed.roles, routed.only) == (
        "headteacher",
        ("headteacher", "chair_of_governors"),
        True,
    )
    assert [(t.role.role, t.sees) for t in routed.also] == [("dsl", "children")]
    assert (routed.restricted, routed.channel, routed.urgency) == (True, "none", "serious")
    assert (routed.table, routed.sanctions, routed.proposed) == ("", False, ())


def test_an_adult_without_harm_goes_to_the_headteacher_and_to_nobody_else() -> None:
    routed = send(answers={"what": "adult", "harm": "no"}, facts=ADULT)

    assert (owner(routed), told(routed)) == ("headteacher", [])
    assert (routed.restricted, routed.channel, routed.urgency) == (True, "none", "routine")


def test_about_the_head_it_is_the_chair_then_nobody_inside() -> None:
    answers = {"what": "adult", "harm": "yes"}

    assert owner(send(answers=answers, facts=ADULT, excluded=["headteacher"])) == "chair_of_governors"
    assert owner(send(answers=answers, facts=ADULT, excluded=["headteacher", "chair_of_governors"])) is None
    routine = send(answers={"what": "adult", "harm": "no"}, facts=ADULT, excluded=["headteacher"])
    assert owner(routine) == "chair_of_governors"


def test_an_adult_nobody_knows_goes_to_the_head_and_the_chair_has_oversight() -> None:
    for harm in ("no", "yes"):
        routed = send(answers={"what": "adult", "harm": harm}, facts={**ADULT, "adult_known": "no"})
        assert owner(routed) == "headteacher"
        assert [t.role.role for t in routed.also if t.oversight] == ["chair_of_governors"]


def test_an_adult_goes_before_every_other_kind() -> None:
    flags = ["child_protection", "technical", "bullying", "visitor", "social_media"]
    for what in ("child", "image", "rules", "technical", "not_sure"):
        routed = send(answers={"what": what, "harm": "yes"}, facts=ADULT, flags=flags)
        assert (owner(routed), routed.channel) == ("headteacher", "none")
        assert "ict_lead" not in told(routed)
        assert "slt" not in told(routed)


@pytest.mark.parametrize("what", ["child", "image", "rules", "technical", "not_sure"])
def test_a_child_at_risk_belongs_to_the_dsl_alone(what: str) -> None:
    flags = ["child_protection", "technical", "bullying", "social_media"]
    routed = send(answers={"what": what}, flags=flags)

    assert (owner(routed), told(routed)) == ("dsl", [])
    assert (routed.sanctions, routed.urgency, routed.channel) == (False, "serious", "urgent")


def test_something_technical_goes_to_the_dsl_and_the_network_manager_has_the_task() -> None:
    routed = send(answers={"what": "technical"}, flags=["technical"])

    assert (owner(routed), told(routed)) == ("dsl", ["ict_lead"])
    assert (routed.urgency, routed.channel) == ("routine", "daily")


@pytest.mark.parametrize("flag", ["bullying", "visitor", "device", "platform", "account", "technical"])
def test_what_a_pupil_or_visitor_did_goes_to_the_dsl(flag: str) -> None:
    routed = send(answers={"what": "rules"}, flags=[flag])

    assert (owner(routed), told(routed), routed.urgency) == ("dsl", [], "routine")


def test_the_leadership_is_told_of_conduct_on_social_media() -> None:
    assert told(send(answers={"what": "rules"}, flags=["social_media"])) == ["slt"]


def test_where_the_dsl_is_left_out_a_deputy_has_it() -> None:
    for what in ("child", "rules", "technical", "not_sure"):
        assert owner(send(answers={"what": what}, excluded=["dsl"])) == "deputy_dsl"


@pytest.mark.parametrize(
    ("crime", "urgency"), [("no", "routine"), ("not_sure", "serious"), ("yes", "serious")]
)
def test_the_answer_on_crime_raises_the_urgency_and_yes_tells_the_headteacher(
    crime: str, urgency: str
) -> None:
    routed = send(answers={"what": "rules"}, facts={**PUPIL, "crime": crime})

    assert routed.urgency == urgency
    assert ("headteacher" in told(routed)) == (crime == "yes")
    assert routed.illegal == (crime == "yes")


def test_danger_is_immediate_and_reaches_three_roles() -> None:
    routed = send(answers={"what": "rules", "danger": "yes"})

    assert {owner(routed), *told(routed)} == {"dsl", "deputy_dsl", "headteacher"}
    assert (routed.urgency, routed.channel) == ("immediate", "urgent")


def test_danger_before_it_is_known_who_is_involved_goes_to_no_channel() -> None:
    routed = send(answers={"danger": "yes"}, facts={"someone_named": "no"})

    assert (owner(routed), set(told(routed))) == ("dsl", {"deputy_dsl", "headteacher"})
    assert (routed.urgency, routed.channel) == ("immediate", "none")


def test_danger_from_an_adult_reaches_no_channel_and_the_dsl_sees_the_children_only() -> None:
    routed = send(answers={"danger": "yes", "harm": "yes"}, facts=ADULT)

    assert (owner(routed), routed.channel) == ("headteacher", "none")
    assert {t.role.role: t.sees for t in routed.also} == {"dsl": "children", "deputy_dsl": "children"}
