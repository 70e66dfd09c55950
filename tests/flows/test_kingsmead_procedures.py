"""What Kingsmead's procedures let happen and never let happen, over every way that their answers allow."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product

import pytest

from bot.definitions.coverage import covered
from bot.definitions.loader import FLOWS
from bot.engine.acts import Act, Follows
from bot.engine.conditions import holds
from bot.engine.procedure import advance, begin, open_roles
from bot.engine.report import Facts
from bot.engine.step_form import Known, form_of, shown_of
from bot.model.conditions import FACTS
from bot.model.flows import Flow, Step
from bot.model.people import Directory
from bot.model.procedures import Procedure, StepDone
from tests.flows.kingsmead import pack

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning in school hours."""
DAY = "2026-11-25"
"""What is answered wherever a date is asked."""

MOST_VISITS = 2
"""How often a way may come to the same step: a circle is gone round once."""

CALM = {name: "no" for name, values in FACTS.items() if "no" in values} | {"crime": "open", "complete": "yes"}
"""A case in which nothing special is known."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way through a procedure to its end, and everything that followed from it."""

    procedure: Procedure
    follows: tuple[Follows, ...]

    def passed(self, step: str) -> StepDone | None:
        """The last time that the step was passed."""
        return next((d for d in reversed(self.procedure.done) if d.step == step), None)

    def outcome(self, step: str) -> str:
        done = self.passed(step)
        return done.outcome if done else ""

    def said(self, field: str) -> str:
        return self.procedure.answers.get(field, "")

    def before(self, step: str) -> list[str]:
        """The steps passed before this one was passed for the first time."""
        order = [d.step for d in self.procedure.done]
        return order[: order.index(step)]

    def begun(self) -> set[str]:
        return {each.flow for each in self.follows if each.kind == "begin"}

    def begun_before(self, step: str) -> set[str]:
        """The flows that were begun before anybody was asked for this step."""
        order = list(self.follows)
        asked = next(at for at, each in enumerate(order) if each.kind == "ask" and each.step == step)
        return {each.flow for each in order[:asked] if each.kind == "begin"}

    def told(self) -> set[str]:
        return {role for each in self.follows if each.kind == "tell" for role in each.roles}


def ways(key: str, *, flags: Collection[str] = (), **facts: str) -> list[Way]:
    """Every way through the flow that differs in a choice, an outcome, a signature or a clock."""
    return list(_walked(key, frozenset(flags), tuple(sorted({**CALM, **facts}.items()))))


@cache
def _walked(key: str, flags: frozenset[str], facts: tuple[tuple[str, str], ...]) -> tuple[Way, ...]:
    definition = pack()
    directory = Directory(
        version="1",
        tenant="t",
        people={},
        pupils={},
        roles=definition.roles,
        last_resort=definition.last_resort,
    )
    known = Known(facts=dict(facts), flags=flags, report=Facts(directory=directory, reporter="t/asked"))
    first, follows = begin(definition, key, known, procedure_id="p", case="c", now=START, asked_by="t/asked")
    return tuple(_onward(Way(first, follows), known, START))


def _onward(way: Way, known: Known, now: datetime) -> Iterator[Way]:
    at = way.procedure
    if at.state != "open":
        yield way
        return
    if sum(done.step == at.step for done in at.done) >= MOST_VISITS:
        return
    later = max(now + timedelta(minutes=1), *(t for t in (at.expires_at, at.wakes_at) if t), now)
    for act in _acts(at, known):
        when = later if act.kind == "wake" else now + timedelta(minutes=1)
        moved, follows = advance(pack(), at, act, known, when)
        if moved.errors.keys() - act.values.keys():
            moved, follows = advance(pack(), moved, _with_the_rest(moved, act, known), known, when)
        assert not moved.errors, (at.flow, at.step, act.values, moved.errors)
        assert moved != at, (at.flow, at.step)
        yield from _onward(Way(moved, (*way.follows, *follows)), known, when)


def _with_the_rest(at: Procedure, act: Act, known: Known) -> Act:
    """The same answers, and one to whatever the card asks only because of them."""
    whole = (values for values in _answers(at, known) if act.values.items() <= values.items())
    return replace(act, values=next(whole))


def _acts(at: Procedure, known: Known) -> Iterator[Act]:
    """Everything that somebody, or the clock, can do where it stands."""
    step = pack().flows[at.flow].steps[at.step]
    if step.kind == "approval":
        role = open_roles(step, at)[0]
        signer = f"t/{role}"
        head = f"{step.key}."
        yield Act(kind="sign", by=signer, role=role, values={f"{head}answer": "yes"})
        yield Act(kind="sign", by=signer, role=role, values={f"{head}answer": "no", f"{head}why": "Because."})
        yield Act(kind="wake")
    else:
        if at.wakes_at is not None:
            yield Act(kind="wake")
        if step.kind != "wait" or step.event.by_language:
            for values in _answers(at, known):
                yield Act(kind="answer", by="t/one", values=values)


def _answers(at: Procedure, known: Known) -> Iterator[Mapping[str, str]]:
    asked = shown_of(pack(), at, known)
    fixed = {"date": DAY, "confirm": "yes"}
    grids = pack().grids
    filled = {
        key: [option.key for option in field.options]
        or [row.key for row in (grids[field.table].rows if field.table in grids else ())]
        or [f"t/{key}" if field.kind == "adults" else fixed.get(field.kind, "Some words.")]
        for key, field in asked.items()
    }
    for chosen in product(*filled.values()):
        yield dict(zip(filled, chosen, strict=True))


def flows(*uses: str) -> list[Flow]:
    return [flow for flow in pack().flows.values() if flow.use in uses]


def begins(key: str, *, flags: Collection[str] = (), **facts: str) -> bool:
    """Whether a case of these facts begins the flow by itself."""
    when = pack().flows[key].begins_when
    return when is not None and holds(when, {}, flags=flags, facts={**CALM, **facts})


def offered(key: str, *, flags: Collection[str] = (), **facts: str) -> bool:
    """Whether a handler of such a case is offered the flow."""
    flow = pack().flows[key]
    return bool(flow.begun_by) and holds(flow.offered_when, {}, flags=flags, facts={**CALM, **facts})


# --- every procedure ---


def test_every_duty_of_kingsmead_is_carried_out() -> None:
    here = [found for found in covered([pack()]) if "kingsmead" in found.duty.schools]

    assert len(here) > 40
    assert [found.duty.number for found in here if not found.by] == []


@pytest.mark.parametrize("flow", flows("case", "request"), ids=lambda flow: flow.key)
def test_a_card_asks_at_most_five_things(flow: Flow) -> None:
    cards = {step.key: len(form_of(pack(), flow, step)) for step in flow.steps.values()}

    assert {key: asked for key, asked in cards.items() if asked > 5} == {}


@pytest.mark.parametrize("flow", flows("case", "request"), ids=lambda flow: flow.key)
def test_every_way_through_it_comes_to_an_end(flow: Flow) -> None:
    for crime in ("open", "not_sure"):
        found = ways(flow.key, crime=crime)
        assert found
        assert {way.procedure.state for way in found} <= {"done", "stopped"}


def test_national_practice_says_so_wherever_it_stands() -> None:
    steps = [step for flow in pack().flows.values() for step in flow.steps.values()]
    national = [step for step in steps if step.origin == "national" and step.mark]

    assert national
    named = [s.source for s in national if "kingsmead/flows/report" not in (s.mark.file if s.mark else "")]
    assert [source for source in named if not source.startswith("national practice, check before use:")] == []


def test_no_person_phone_number_or_mail_stands_in_the_pack() -> None:
    for part in ("kingsmead", "common"):
        for path in (FLOWS / part).rglob("*.yaml"):
            text = path.read_text("utf-8")
            assert re.findall(r"\S+@\S+\.\S+|\b0\d{3,}[\d ]{4,}", text) == []
            # The policies name people by title and surname.
            assert re.findall(r"\b(?:Mr|Mrs|Miss|Ms|Mx|Dr|Rev)\.? [A-Z][a-z]+", text) == []


# --- what may be illegal ---


REPORTS = ("police", "police_child", "agencies")
"""The steps of the illegal path in which somebody outside is told."""


@pytest.mark.parametrize("child", ["yes", "no"])
def test_nothing_is_reported_before_it_is_recorded_who_was_spoken_to(child: str) -> None:
    for way in ways("illegal_path", illegal="yes", child_protection=child):
        reported = [step for step in REPORTS if way.passed(step)]
        assert reported == ["police_child" if child == "yes" else "police", "agencies"]
        for step in reported:
            assert {"spoken_to", "police_guidance"} <= set(way.before(step))


def test_the_police_are_told_by_whoever_may_decide_it_and_never_by_a_tutor() -> None:
    """As the column of the tables has it; of a child at risk the safeguarding lead alone (casework 3, 5)."""
    steps = pack().flows["illegal_path"].steps
    (police,) = (c for c in pack().tables["students"].columns if c.key == "police")

    assert set(steps["police"].who) == {*police.may_decide, "chair_of_governors"}
    assert steps["police_child"].who == ("dsl", "deputy_dsl")
    assert {o.key for o in steps["police"].options} == {"police", "police_999"}


def test_the_iwf_does_not_stand_in_for_the_police() -> None:
    other = [
        way
        for way in ways("illegal_path", illegal="yes")
        if way.outcome("agencies") == "made" and way.outcome("police") == "not_made"
    ]

    assert other
    for way in other:
        assert way.said("police.why"), "the police have a reason of their own"
        assert "dsl" in way.told()
        assert way.passed("as_they_said")


def test_the_three_are_told_where_another_procedure_begins_the_illegal_path() -> None:
    for way in ways("illegal_path", illegal="no"):
        assert {"dsl", "headteacher", "online_safety_officer"} <= way.told()
    # Where the case itself is illegal, the routing tells them in that moment; about an adult, fewer know.
    assert all("headteacher" not in way.told() for way in ways("illegal_path", illegal="yes"))
    assert all("online_safety_officer" not in w.told() for w in ways("illegal_path", restricted="yes"))


def test_not_reporting_it_is_read_by_the_safeguarding_lead() -> None:
    for way in ways("illegal_path", illegal="yes"):
        assert ("dsl" in way.told()) == (way.outcome("police") == "not_made")
    for way in ways("illegal_path", illegal="yes", restricted="yes"):
        assert "dsl" not in way.told()


def test_a_picture_of_a_child_and_an_adult_of_the_school_begin_the_illegal_path() -> None:
    assert begins("illegal_path", flags=["image"], restricted="yes")
    assert not begins("illegal_path", flags=["image"])
    assert not begins("illegal_path", restricted="yes")


@pytest.mark.parametrize(
    ("flow", "card", "facts"),
    [
        ("investigation", "stop_now", {}),
        ("pupil_account", "stop_now", {}),
        ("reported_access", "stop_now", {}),
        ("suspicious_site", "refused", {}),
        ("advice", "keep", {"crime": "not_sure"}),
        ("grade", "trigger", {}),
    ],
)
def test_the_illegal_path_begins_with_the_answer_and_waits_for_nobody_to_read_a_card(
    flow: str, card: str, facts: dict[str, str]
) -> None:
    stopped = [way for way in ways(flow, **facts) if way.passed(card)]

    assert stopped
    assert all("illegal_path" in way.begun_before(card) for way in stopped)


@pytest.mark.parametrize(
    ("flow", "asked", "stops"),
    [("filter_fault", "fault", {"illegal"}), ("technical_task", "job_illegal", {"yes", "not_sure"})],
)
def test_what_ict_services_see_and_could_be_illegal_begins_the_illegal_path(
    flow: str, asked: str, stops: set[str]
) -> None:
    for way in ways(flow):
        assert ("illegal_path" in way.begun()) == (way.said(asked) in stops)
        if way.said(asked) in stops:
            assert way.passed("provider") is None


# --- the list of user actions ---


def test_of_the_list_only_the_first_three_triggers_begin_the_illegal_path() -> None:
    """Casework 3; the fourth, and whatever else the list calls illegal, is for the handler to answer."""
    found = {way.said("graded_row"): "illegal_path" in way.begun() for way in ways("grade")}

    assert len(found) == len(pack().grids["actions"].rows)
    assert {row for row, begun in found.items() if begun} == {
        "abuse_images",
        "obscene_material",
        "racist_material",
    }
    assert not any("illegal_path" in way.begun() for way in ways("grade", illegal="yes"))


def test_the_grade_is_kept_with_the_case_and_shown_with_its_source() -> None:
    for way in ways("grade"):
        kept = way.passed("choose")
        assert kept is not None
        assert kept.answers["graded_row"] == way.said("graded_row")
    shown = [step.key for step in pack().flows["grade"].steps.values() if step.looks_up == "graded_row"]
    assert shown == ["trigger", "grade"]
    assert offered("grade")


def test_the_log_in_of_an_official_account_is_shared_with_two_before_it_is_used() -> None:
    used = [way for way in ways("official_account") if way.procedure.state == "done"]

    assert used
    for way in used:
        assert way.outcome("agree") == "granted"
        assert (way.outcome("shared"), way.outcome("shared_leader")) == ("done", "done")
    steps = pack().flows["official_account"].steps
    assert (steps["shared"].who[0], steps["shared_leader"].who[0]) == ("dsl", "slt")


def test_every_conflict_of_the_two_lists_stands_where_the_safeguarding_lead_can_read_them() -> None:
    flow = pack().flows["policy_conflicts"]
    words = {"actions": "grid", "communications": "ways"}

    assert {"dsl", "deputy_dsl", "headteacher"} <= set(flow.begun_by)
    for grid, step in words.items():
        listed = flow.steps[step].body.say().lower()
        rows = [row for row in pack().grids[grid].rows if row.conflict.by_language]
        assert len(rows) >= 8
        assert [row.key for row in rows if row.plain.say().split(", with")[0].lower() not in listed] == []


@pytest.mark.parametrize("unsure", ["yes", "not_sure"])
@pytest.mark.parametrize("where", ["looks_illegal", "turned"])
def test_an_investigation_becomes_the_illegal_path_when_anyone_is_unsure(where: str, unsure: str) -> None:
    found = [way for way in ways("investigation") if way.said(where) == unsure]

    assert found
    for way in found:
        assert "illegal_path" in way.begun()
        assert way.procedure.state == "stopped"
        assert way.passed("deal") is None


def test_nobody_looks_without_two_named_people_and_the_clean_computer() -> None:
    looked = [way for way in ways("investigation") if way.passed("look")]

    assert looked
    for way in looked:
        assert all(way.said(key) for key in ("first_person", "second_person", "computer"))
        assert way.said("looks_illegal") == "no"
    # "In such event the SWGfL procedure should be followed": whoever looks is sent to it by its name.
    two_people = pack().flows["investigation"].steps["two_people"].body.say()
    assert "Procedure for Reviewing Internet Sites for Suspected Harassment and Distress" in two_people
    assert {"tutor", "class_teacher"} <= set(pack().flows["investigation"].begun_by)


@pytest.mark.parametrize(
    "facts",
    [
        {"illegal": "yes"},
        {"crime": "yes"},
        {"crime": "not_sure"},
        {"child_protection": "yes"},
        {"harm": "yes"},
    ],
)
def test_no_investigation_is_offered_where_nobody_may_look(facts: dict[str, str]) -> None:
    assert offered("investigation")
    assert not offered("investigation", **facts)


def test_it_stops_where_the_case_has_become_a_crime_meanwhile() -> None:
    assert all(way.passed("look") is None for way in ways("investigation", crime="yes", illegal="yes"))


def test_advice_is_taken_where_it_is_not_sure_and_about_an_adult_by_the_cases_own_authority() -> None:
    assert begins("advice", crime="not_sure")
    assert not begins("advice", crime="no")
    for way in ways("advice", crime="not_sure"):
        assert way.passed("dsl_asks")
        assert ("illegal_path" in way.begun()) == (way.said("advice_says") == "crime")
    for way in ways("advice", crime="not_sure", restricted="yes"):
        assert way.passed("owner_asks")
        assert way.passed("dsl_asks") is None


# --- a serious incident ---


def test_a_serious_incident_begins_by_itself_on_row_one_and_by_hand_from_two_roles() -> None:
    pupil = {"illegal": "yes", "pupil_subject": "yes"}

    assert begins("serious_incident", flags=["illegal"], **pupil)
    assert begins("serious_incident", flags=["illegal"], crime="yes", **pupil), "row 1, also once answered"
    assert begins("serious_incident", child_protection="yes", **pupil), "row 1, held by the DSL"
    assert not begins("serious_incident", pupil_subject="yes")
    assert not begins("serious_incident", crime="yes", **pupil), "a crime on another row"
    assert offered("serious_incident", crime="yes", **pupil)
    assert pack().flows["serious_incident"].begun_by == ("dsl", "deputy_dsl", "online_safety_officer")


def test_a_serious_incident_is_never_about_an_adult_of_the_school() -> None:
    assert not begins("serious_incident", illegal="yes", pupil_subject="yes", restricted="yes")
    assert not offered("serious_incident", restricted="yes")


def test_all_three_hear_of_a_serious_incident() -> None:
    for way in ways("serious_incident"):
        asked = {role for each in way.follows if each.kind == "ask" for role in each.roles}
        assert {"online_safety_officer", "headteacher"} <= way.told()
        assert "ict_lead" in way.told() | asked


def test_ict_services_get_a_task_only_once_the_owner_has_released_it() -> None:
    for way in ways("serious_incident"):
        if way.passed("ict_task"):
            assert way.said("ict_needed") == "yes"
            assert "release" in way.before("ict_task")


def test_ict_services_are_shown_the_task_and_never_the_reasons_for_it() -> None:
    """Whoever is outside a case sees what was said in the steps that theirs requires, and no more."""
    shown = {
        (flow.key, field)
        for flow in flows("case")
        for step in flow.steps.values()
        if step.who == ("ict_lead",)
        for before in step.requires
        for field in flow.steps[before].fields
    }

    assert shown == {
        ("serious_incident", "ict_needed"),
        ("serious_incident", "ict_what"),
        ("technical_task", "job"),
        ("technical_task", "job_words"),
        ("technical_task", "job_url"),
        ("network_access", "access_who"),
        ("network_access", "access_what"),
        ("network_access", "access_from"),
        ("network_access", "access_back"),
        ("reported_access", "block_it"),
        ("reported_access", "block_url"),
    }


# --- children ---


def test_only_a_pupils_image_that_is_not_referred_may_be_deleted_and_only_by_the_child() -> None:
    for way in ways("images", flags=["image"], child_protection="yes"):
        may = way.said("made_by") == "pupil" and way.outcome("refer") == "not_made"
        assert (way.passed("child_deletes") is not None) == may


def test_an_image_by_anybody_but_a_pupil_starts_the_illegal_path() -> None:
    for way in ways("images", flags=["image"], child_protection="yes"):
        assert ("illegal_path" in way.begun()) == (way.said("made_by") != "pupil")


def test_an_image_and_a_child_at_risk_begin_their_own_procedure_and_no_other() -> None:
    facts = {"child_protection": "yes"}
    assert begins("images", flags=["image"], **facts)
    assert not begins("child_at_risk", flags=["image"], **facts)
    assert begins("child_at_risk", **facts)
    assert not begins("child_at_risk", restricted="yes", **facts)


@pytest.mark.parametrize(
    "facts",
    [{"child_protection": "yes"}, {"illegal": "yes"}, {"crime": "not_sure"}, {"danger": "yes"}, {}],
)
def test_the_safeguarding_lead_decides_whether_parents_are_told_in_a_grave_case(
    facts: dict[str, str],
) -> None:
    for way in ways("parents_contact", **facts):
        if way.passed("contact") and (facts or way.said("tell_risk") != "no"):
            assert way.said("hold") == "tell"


def test_parents_who_are_not_told_yet_are_thought_of_again() -> None:
    later = [way for way in ways("parents_contact", illegal="yes") if way.passed("hold_wait")]

    assert later
    assert all([d.step for d in way.procedure.done].count("dsl_decides") == MOST_VISITS for way in later)


def test_whoever_came_on_it_by_accident_or_told_gets_support_and_never_a_search() -> None:
    row = ["offensive_access"]
    assert begins("reported_access", flags=[*row, "no_blame"])
    assert not begins("reported_access", flags=row)
    for way in ways("reported_access"):
        assert way.said("seen_support")
        unsure = way.said("seen_illegal") != "no"
        assert ("illegal_path" in way.begun()) == unsure
        assert not (unsure and way.passed("block"))


# --- sanctions ---


def test_access_that_was_removed_always_comes_back() -> None:
    removed = [way for way in ways("network_access") if way.outcome("remove") == "done"]

    assert removed
    assert all(way.passed("until_back") and way.passed("restore") for way in removed)
    for way in removed:
        assert (way.passed("not_back") is not None) == (way.outcome("restore") == "not_done")


@pytest.mark.parametrize(
    ("flow", "asked", "done"),
    [
        ("network_access", "access_victim", "remove"),
        ("further_sanction", "sanction_victim", "carry_out"),
    ],
)
def test_no_sanction_falls_on_a_child_who_may_be_hurt_without_the_safeguarding_lead(
    flow: str, asked: str, done: str
) -> None:
    for way in ways(flow):
        if way.said(asked) != "no" and way.passed(done):
            assert way.outcome("ask_dsl") == "granted"
    for facts in ({"child_protection": "yes"}, {"restricted": "yes"}):
        assert not offered(flow, pupil_subject="yes", **facts)
    assert offered(flow, pupil_subject="yes", child_protection="yes", released="yes")


def test_nobody_is_excluded_but_by_the_headteacher() -> None:
    for way in ways("further_sanction"):
        if way.said("sanction") == "exclusion" and way.passed("carry_out"):
            assert way.outcome("head_decides") == "granted"
            assert {s.role for s in way.procedure.signatures if s.step == "head_decides"} == {"headteacher"}


def test_nothing_is_decided_about_an_adult_before_the_lado_was_asked_or_it_is_recorded_why_not() -> None:
    assert begins("staff_allegation", restricted="yes", harm="yes")
    assert not offered("staff_measures", restricted="yes", harm="yes")
    for way in ways("staff_allegation", restricted="yes", harm="yes"):
        assert way.outcome("lado") in ("made", "not_made")
        assert way.said("lado.why")
        assert "children_safe" in way.before("lado")


def test_suspension_and_disciplinary_action_are_for_headteacher_or_governors() -> None:
    for way in ways("staff_measures", restricted="yes"):
        if way.said("measure") in ("suspension", "disciplinary") and way.passed("carry_out"):
            signed = {s.role for s in way.procedure.signatures if s.yes}
            assert signed <= {"headteacher", "chair_of_governors"}
            assert signed


# --- a pupil's own account, a suspicious site ---


def test_an_account_is_entered_with_the_parents_yes_or_three_people_and_a_question_to_the_police() -> None:
    entered = [way for way in ways("pupil_account") if way.passed("enter")]

    assert entered
    for way in entered:
        if way.said("parents_answer") != "given":
            signed = [s for s in way.procedure.signatures if s.yes]
            assert len({s.by for s in signed}) == 3
            assert {s.role for s in signed} == {"dsl", "online_safety_officer", "headteacher"}
            assert "ask_police" in way.before("three_sign")
            assert way.said("police_word") != "leave"


def test_parents_are_asked_before_an_account_is_entered_unless_the_safeguarding_lead_holds_it() -> None:
    for way in ways("pupil_account"):
        if way.passed("enter"):
            assert way.passed("parents") or way.said("may_ask") == "hold"
        if way.passed("enter") and way.said("parents_answer") != "given":
            assert "parents_contact" in way.begun()


def test_the_police_are_asked_even_with_the_parents_yes_where_a_crime_is_not_sure() -> None:
    entered = [way for way in ways("pupil_account", crime="not_sure") if way.passed("enter")]

    assert entered
    assert all(way.passed("ask_police") for way in entered)


@pytest.mark.parametrize("facts", [{"illegal": "yes"}, {"crime": "yes"}])
def test_an_account_is_never_entered_on_the_illegal_path(facts: dict[str, str]) -> None:
    assert all(way.passed("enter") is None for way in ways("pupil_account", **facts))
    assert not offered("pupil_account", illegal="yes")
    assert not offered("pupil_account", flags=["image"])


def test_what_looks_illegal_in_an_account_stops_everything() -> None:
    for way in ways("pupil_account"):
        if way.said("saw_illegal") in ("yes", "not_sure"):
            assert "illegal_path" in way.begun()
            assert way.procedure.state == "stopped"


def test_a_site_is_opened_once_with_permission_and_never_while_it_could_be_a_crime() -> None:
    opened = [way for way in ways("suspicious_site") if way.passed("check")]

    assert opened
    for way in opened:
        assert way.outcome("permission") == "granted"
        assert way.said("site_crime") == "no"
        assert [d.step for d in way.procedure.done].count("check") == 1
        assert all(s.by != way.procedure.asked_by for s in way.procedure.signatures)
    for crime in ("yes", "not_sure"):
        assert all(way.passed("check") is None for way in ways("suspicious_site", crime=crime))


def test_a_site_that_could_be_a_crime_starts_the_illegal_path_unseen() -> None:
    for way in ways("suspicious_site"):
        if way.said("site_crime") != "no":
            assert "illegal_path" in way.begun()
            assert way.passed("permission") is None


# --- what a report asks ---


def test_what_monitoring_shows_is_reported_as_seen_in_monitoring() -> None:
    report = pack().flows["report"]

    assert "how_known" in report.steps["technical_details"].fields
    assert "monitoring" in {o.key for o in report.fields["how_known"].options}


@pytest.mark.parametrize("card", ["happened", "happened_after"])
def test_whoever_reports_a_message_is_told_not_to_answer_it(card: str) -> None:
    assert "don't answer it" in pack().flows["report"].steps[card].body.say()


def test_the_handler_reads_the_four_triggers_beside_the_question_of_crime() -> None:
    asked = pack().actions["crime"].fields["crime"].hint.say()

    assert asked == pack().flows["investigation"].fields["looks_illegal"].hint.say()
    for trigger in ("Abuse images", "obscene adult material", "criminally racist material", "other crime"):
        assert trigger in asked


# --- filtering and access ---


def test_filtering_that_was_switched_off_is_switched_on_again() -> None:
    off = [way for way in ways("filter_off") if way.outcome("switch_off") == "done"]

    assert off
    for way in off:
        assert way.outcome("agree") == "granted"
        assert way.passed("switch_on")
        assert way.outcome("checked") == "done", "it is asked for until it is on again"
        missed = [d for d in way.procedure.done if d.step == "checked" and d.outcome == "not_done"]
        assert ("headteacher" in way.told()) == bool(missed)


def test_a_site_is_unblocked_by_two_people_and_comes_before_the_committee() -> None:
    done = [way for way in ways("unblock_site") if way.outcome("unblock") == "done"]

    assert done
    for way in done:
        assert {s.role for s in way.procedure.signatures if s.yes} == {"ict_lead", "online_safety_officer"}
        assert way.passed("committee")
        assert (way.said("un_long") == "study") == (way.passed("block_again") is not None)


def test_nobody_gets_access_before_they_have_signed() -> None:
    for way in ways("access_request"):
        if way.passed("give"):
            assert way.said("access_signed") == "yes"
    given = [way for way in ways("aup_signoff") if way.passed("access")]
    assert given
    for way in given:
        assert "sign" in way.before("access")
        if way.said("signer") == "pupil" and way.said("parent_signed") == "no":
            assert way.outcome("parent") == "happened"


def test_the_register_of_signatures_names_whoever_signed() -> None:
    """Somebody who signs for another is named; a signature without a name is no line of a register."""
    name = pack().flows["aup_signoff"].fields["signer_name"]

    assert name.needed_when is not None
    for signer in (o.key for o in pack().flows["aup_signoff"].fields["signer"].options):
        assert holds(name.needed_when, {"signer": signer}, flags=[], facts={}) == (signer != "me")


def test_a_guests_log_in_is_closed_on_the_last_day() -> None:
    guests = [
        way
        for way in ways("access_request")
        if way.said("access_kind") == "guest" and way.outcome("give") == "done"
    ]

    assert guests
    for way in guests:
        assert way.passed("close_it")
        assert (way.passed("still_open") is not None) == (way.outcome("close_it") == "not_done")


def test_data_that_is_not_encrypted_does_not_leave_the_school() -> None:
    for way in ways("data_off_site"):
        assert (way.procedure.state == "done") == (way.said("data_safe") == "yes")


# --- consents, questions ---


def test_nothing_is_published_without_consent_or_with_full_names() -> None:
    for way in ways("publish_consent"):
        agreed = (way.said("pub_parents"), way.said("pub_students"), way.said("pub_names"))
        assert (way.passed("publish") is not None) == (agreed == ("yes", "yes", "no"))


def test_no_photo_is_taken_on_a_colleagues_own_phone() -> None:
    for way in ways("teaching_approval"):
        if way.said("tool") == "own_phone":
            assert way.procedure.state == "stopped"
        if way.passed("use_it"):
            assert "granted" in (way.outcome("head"), way.outcome("leaders"))


def test_a_blog_begins_when_the_rules_have_been_read() -> None:
    for way in ways("blog_rules"):
        assert {"rules", "rules_more"} <= set(way.before("confirm"))


def test_both_grids_can_be_asked_and_say_where_the_policy_conflicts() -> None:
    steps = pack().flows["is_it_allowed"].steps.values()
    fields = pack().flows["is_it_allowed"].fields
    shown = {fields[step.looks_up].table for step in steps if step.looks_up}
    conflicts = {
        (grid.key, row.key) for grid in pack().grids.values() for row in grid.rows if row.conflict.by_language
    }

    assert shown == {"actions", "communications"}
    assert {
        ("communications", "photos"),
        ("communications", "social_networking"),
        ("actions", "shopping"),
    } <= (conflicts)
    assert all("Followed: " in row.conflict.say() for g in pack().grids.values() for row in g.rows
               if row.conflict.by_language)  # fmt: skip


def test_a_step_asked_of_somebody_names_a_role_of_this_school() -> None:
    def named(step: Step) -> set[str]:
        return {*step.who, *step.approvers, *step.tell} - {"requester"}

    asked = {role for flow in pack().flows.values() for step in flow.steps.values() for role in named(step)}
    assert {"dsl", "headteacher", "ict_lead", "online_safety_officer"} <= asked <= set(pack().roles)


def test_the_policys_review_is_long_past_and_the_pack_says_so() -> None:
    policies = pack().school.policies

    assert policies
    assert all(policy.review < START.date() for policy in policies)


def test_two_signatures_of_three_are_not_enough() -> None:
    two = [way for way in ways("pupil_account") if 0 < sum(s.yes for s in way.procedure.signatures) < 3]

    assert two
    assert all(way.passed("enter") is None for way in two)
