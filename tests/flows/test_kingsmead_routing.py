"""Whose case it is at Kingsmead, who else is told, and what never bends."""

from __future__ import annotations

import pytest

from tests.flows.kingsmead import ADULT, PUPIL, owner, send, told


@pytest.mark.parametrize("harm", ["yes", "not_sure", ""])
def test_an_adult_who_may_harm_a_child_goes_to_the_head_and_the_dsl_learns_which_children(harm: str) -> None:
    routed = send(answers={"what": "adult", "harm": harm}, facts=ADULT, rows={"staff": "personal_contact"})

    assert owner(routed) == "headteacher"
    assert (routed.roles, routed.only) == (("headteacher", "chair_of_governors"), True)
    assert [(t.role.role, t.sees) for t in routed.also] == [("dsl", "children")]
    assert (routed.restricted, routed.channel, routed.urgency) == (True, "none", "serious")
    assert (routed.table, routed.sanctions, routed.proposed) == ("", False, ())


def test_about_the_head_it_is_the_chair_then_nobody_inside() -> None:
    answers = {"what": "adult", "harm": "yes"}

    assert owner(send(answers=answers, facts=ADULT, excluded=["headteacher"])) == "chair_of_governors"
    assert owner(send(answers=answers, facts=ADULT, excluded=["headteacher", "chair_of_governors"])) is None


def test_the_deputy_is_told_where_the_dsl_is_left_out() -> None:
    routed = send(answers={"what": "adult", "harm": "yes"}, facts=ADULT, excluded=["dsl"])

    assert told(routed) == ["deputy_dsl"]


def test_an_adult_without_harm_goes_by_the_staff_table_and_the_head_is_told() -> None:
    answers = {"what": "adult", "harm": "no"}
    routed = send(answers=answers, facts=ADULT, rows={"staff": "personal_use"})

    assert (owner(routed), told(routed)) == ("line_manager", ["headteacher"])
    assert (routed.restricted, routed.channel, routed.urgency) == (True, "none", "routine")
    without = send(answers=answers, facts=ADULT, rows={"staff": "personal_use"}, excluded=["headteacher"])
    assert told(without) == ["chair_of_governors"]


def test_an_adult_nobody_knows_goes_to_the_head_and_the_chair_has_oversight() -> None:
    unknown = {**ADULT, "adult_known": "no"}
    for harm in ("no", "yes"):
        routed = send(answers={"what": "adult", "harm": harm}, facts=unknown)
        assert owner(routed) == "headteacher"
        assert [t.role.role for t in routed.also if t.oversight] == ["chair_of_governors"]
        assert routed.channel == "none"


def test_an_adult_goes_before_every_other_kind() -> None:
    for what in ("child", "image", "rules", "technical", "not_sure"):
        routed = send(answers={"what": what, "harm": "yes"}, facts=ADULT, flags=["child_protection"])
        assert owner(routed) == "headteacher"
        assert routed.channel == "none"


def test_a_child_at_risk_belongs_to_the_dsl_alone() -> None:
    routed = send(
        answers={"what": "rules"}, flags=["child_protection"], rows={"students": "offensive_message"}
    )

    assert (owner(routed), told(routed)) == ("dsl", [])
    assert (routed.table, routed.row, routed.proposed, routed.sanctions) == ("", "", (), False)
    assert (routed.urgency, routed.channel) == ("serious", "urgent")


def test_threats_and_hate_stay_with_the_table_and_the_dsl_is_told() -> None:
    routed = send(answers={"what": "rules"}, flags=["tell_dsl"], rows={"students": "offensive_message"})

    assert (owner(routed), told(routed)) == ("tutor", ["dsl"])


def test_what_may_be_illegal_tells_the_dsl_and_the_two_who_follow_the_chart() -> None:
    routed = send(answers={"what": "rules"}, rows={"students": "illegal_material"})

    assert owner(routed) == "online_safety_officer"
    assert told(routed) == ["dsl", "headteacher"]
    assert (routed.illegal, routed.urgency, routed.channel) == (True, "serious", "urgent")
    parents = next(p for p in routed.proposed if p.action == "parents")
    assert parents.may_decide == ("dsl", "deputy_dsl")


def test_where_a_head_is_suspected_another_senior_leader_is_told() -> None:
    routed = send(
        answers={"what": "rules"},
        rows={"students": "illegal_material"},
        excluded=["headteacher", "online_safety_officer"],
    )

    assert owner(routed) == "slt"
    assert told(routed) == ["dsl"]


def test_about_an_adult_what_may_be_illegal_reaches_no_more_people_than_it_must() -> None:
    routed = send(answers={"what": "adult", "harm": "no"}, facts=ADULT, rows={"staff": "illegal_material"})

    assert owner(routed) == "headteacher"
    assert [(t.role.role, t.sees) for t in routed.also] == [("dsl", "children")]


@pytest.mark.parametrize(
    ("crime", "urgency"), [("no", "routine"), ("not_sure", "serious"), ("yes", "serious")]
)
def test_the_handlers_answer_on_crime_raises_the_urgency(crime: str, urgency: str) -> None:
    routed = send(
        answers={"what": "rules"}, facts={**PUPIL, "crime": crime}, rows={"students": "file_transfer"}
    )

    assert routed.urgency == urgency
    assert ("dsl" in told(routed)) == (crime != "no")
    assert routed.illegal == (crime == "yes")


@pytest.mark.parametrize("danger", ["yes", "not_sure"])
def test_danger_is_immediate_and_reaches_three_roles(danger: str) -> None:
    answers = {"what": "rules", "danger": danger}
    routed = send(answers=answers, rows={"students": "offensive_message"})

    assert routed.urgency == "immediate"
    assert set(told(routed)) == {"dsl", "deputy_dsl", "headteacher"}
    assert routed.channel == "urgent"


def test_danger_before_it_is_known_who_is_involved_goes_to_no_channel() -> None:
    routed = send(answers={"danger": "yes"}, facts={"someone_named": "no"})

    assert (owner(routed), set(told(routed))) == ("dsl", {"deputy_dsl", "headteacher"})
    assert (routed.urgency, routed.channel) == ("immediate", "none")


def test_danger_from_an_adult_reaches_no_channel_and_the_dsl_sees_the_children_only() -> None:
    routed = send(answers={"danger": "yes", "harm": "yes"}, facts=ADULT)

    assert (owner(routed), routed.channel, routed.urgency) == ("headteacher", "none", "immediate")
    assert {t.role.role: t.sees for t in routed.also} == {"dsl": "children", "deputy_dsl": "children"}


def test_something_technical_goes_to_the_online_safety_officer_and_ict_has_the_task() -> None:
    routed = send(answers={"what": "technical"}, flags=["technical"])

    assert (owner(routed), told(routed)) == ("online_safety_officer", ["ict_lead"])


def test_whatever_is_not_clear_goes_to_the_dsl() -> None:
    nobody = {"pupil_subject": "no", "adult_subject": "no", "someone_named": "yes"}

    assert owner(send(answers={"what": "not_sure"})) == "dsl"
    assert owner(send(answers={"what": "rules"}, facts=nobody)) == "dsl"
    assert owner(send(answers={"what": "rules"})) == "dsl"


def test_remarks_of_nobody_known_reach_the_management_team_too() -> None:
    """Appendix 2 (duty 6); not where a child may be at risk: that is the DSL's alone."""
    nobody = {"pupil_subject": "no", "adult_subject": "no", "someone_named": "yes"}

    assert told(send(answers={"what": "rules"}, facts=nobody)) == ["online_safety_officer"]
    assert told(send(answers={"what": "rules"}, facts=nobody, excluded=["online_safety_officer"])) == ["slt"]
    assert told(send(answers={"what": "rules"}, facts=nobody, flags=["child_protection"])) == []
    assert told(send(answers={"what": "not_sure"}, facts=nobody)) == []
    early = send(answers={"what": "rules", "danger": "yes"}, facts={**nobody, "someone_named": "no"})
    assert "online_safety_officer" not in told(early), "nobody has said yet who is involved"


@pytest.mark.parametrize("where", ["home", "both"])
def test_out_of_school_telling_parents_is_proposed_on_every_row(where: str) -> None:
    routed = send(answers={"what": "rules", "where": where}, rows={"students": "social_media"})

    assert [p.marked for p in routed.proposed if p.action == "parents"] == [False]
    inside = send(answers={"what": "rules", "where": "school"}, rows={"students": "social_media"})
    assert not [p for p in inside.proposed if p.action == "parents"]


@pytest.mark.parametrize("intent", ["accident", "told"])
def test_a_pupil_who_came_on_it_by_accident_or_told_has_no_sanction(intent: str) -> None:
    routed = send(answers={"what": "rules", "intent": intent}, rows={"students": "offensive_material"})

    assert not routed.sanctions
    assert {p.action for p in routed.proposed} == {"ict", "parents"}


def test_on_other_rows_an_accident_is_a_fact_for_the_handler() -> None:
    routed = send(answers={"what": "rules", "intent": "accident"}, rows={"students": "file_transfer"})

    assert routed.sanctions
