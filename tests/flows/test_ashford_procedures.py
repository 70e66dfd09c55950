"""Ashford's procedures, walked by the real engine: what each asks of whom, what it gates, what it starts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.engine.acts import Act
from bot.engine.conditions import holds
from bot.engine.fields import FORM
from bot.engine.procedure import advance, begin
from bot.engine.step_form import form_of
from bot.model.conditions import AllOf, AnyOf, Condition
from bot.model.flows import Field
from bot.model.procedures import Procedure, StepDone
from tests.flows.ashford import CASE, NOW, Way, first_of, known_of, pack, walk

ILLEGAL: list[Mapping[str, str]] = [
    {"crime": "yes", "illegal": "yes"},
    {"crime": "not_sure"},
    {"crime": "open", "illegal": "yes"},
]
RESTRICTED = {"restricted": "yes", "adult_subject": "yes", "pupil_subject": "no"}
OWNED = [key for key, flow in pack().flows.items() if flow.use in ("case", "request")]


def goes(
    flow: str,
    step: str,
    answers: Mapping[str, str],
    *,
    flags: tuple[str, ...] = (),
    facts: Mapping[str, str] | None = None,
) -> str:
    """Where a step leads by these answers, and by the facts as they are when it is left."""
    known = {**CASE, **(facts or {})}
    branches = pack().flows[flow].steps[step].next
    return next(b.go for b in branches if holds(b.when, answers, flags=flags, facts=known))


# --- pictures (9.1, 9.3)


def test_a_picture_that_a_pupil_made_goes_by_nine_one_and_starts_no_illegal_path() -> None:
    assert walk("image", made_by="pupil").started == ["self_generated"]


@pytest.mark.parametrize("made_by", ["other", "not_sure"])
def test_any_other_picture_goes_by_nine_three_with_the_illegal_path_and_the_head_is_told(
    made_by: str,
) -> None:
    way = walk("image", made_by=made_by)

    assert way.started == ["indecent_images", "illegal_path"]
    assert set(walk("illegal_path", flags=["image"]).told) == {"headteacher", "dsl"}
    assert walk("illegal_path", facts={"illegal": "yes"}).told == []


@pytest.mark.parametrize(
    ("police", "care", "deleted"),
    [
        ("not_made", "not_made", True),
        ("made", "not_made", False),
        ("not_made", "made", False),
        ("made", "made", False),
    ],
)
def test_a_child_deletes_a_picture_only_after_the_decision_not_to_refer(
    police: str, care: str, deleted: bool
) -> None:
    way = walk(
        "self_generated",
        adult_behind="no",
        looked="nobody",
        refer_police__outcome=police,
        refer_care__outcome=care,
        may_delete="yes",
    )

    assert ("delete" in way.steps) == deleted
    assert ("stays" in way.steps) == (not deleted)


@pytest.mark.parametrize("facts", ILLEGAL)
def test_no_child_is_asked_to_delete_a_picture_that_could_be_a_crime(facts: Mapping[str, str]) -> None:
    way = walk(
        "self_generated",
        facts=facts,
        adult_behind="no",
        refer_police__outcome="not_made",
        refer_care__outcome="not_made",
        may_delete="yes",
    )

    assert "delete" not in way.steps


def test_the_decision_not_to_refer_a_picture_is_the_dsls_and_needs_its_reason() -> None:
    flow = pack().flows["self_generated"]
    way = walk("self_generated")

    for step in ("refer_police", "refer_care"):
        assert way.asked(step) == ("dsl", "deputy_dsl")
        why = form_of(pack(), flow, flow.steps[step])[f"{step}.why"]
        assert why.needed.by_language
        assert why.needed_when is None


def test_nobody_looks_at_a_picture_but_with_the_heads_signature() -> None:
    def looked(answer: str, police: str) -> Way:
        return walk(
            "self_generated",
            adult_behind="no",
            looked="need",
            refer_police__outcome=police,
            may_view__answer=answer,
        )

    signed, refused, reported = looked("yes", "not_made"), looked("no", "not_made"), looked("yes", "made")

    assert signed.asked("may_view") == ("headteacher",)
    assert signed.steps.index("refer_care") < signed.steps.index("looking") < signed.steps.index("viewed")
    for way in (refused, reported):
        assert "viewed" not in way.steps
        assert "not_viewed" in way.steps


@pytest.mark.parametrize("facts", ILLEGAL)
def test_nobody_may_be_let_to_look_while_it_could_be_a_crime(facts: Mapping[str, str]) -> None:
    way = walk(
        "self_generated",
        facts=facts,
        adult_behind="no",
        looked="need",
        refer_police__outcome="not_made",
        may_view__answer="yes",
    )

    assert "may_view" not in way.steps
    assert "viewed" not in way.steps


@pytest.mark.parametrize("adult", ["yes", "not_sure"])
def test_an_adult_behind_a_picture_starts_the_procedure_for_abuse_and_nothing_is_deleted(adult: str) -> None:
    way = walk(
        "self_generated",
        adult_behind=adult,
        looked="need",
        refer_police__outcome="not_made",
        refer_care__outcome="not_made",
        may_delete="yes",
    )

    assert "online_abuse" in way.started
    assert not {"delete", "viewed"} & set(way.steps)


def test_a_sanction_is_thought_of_only_when_the_dsl_releases_it() -> None:
    held = walk("self_generated", sanction_wanted="no")
    released = walk("self_generated", sanction_wanted="yes")

    assert "sanction" not in held.steps
    assert released.asked("sanction") == ("headteacher", "slt")
    assert released.asked("sanctions") == ("dsl", "deputy_dsl")


@pytest.mark.parametrize("how", ["accident", "school_device", "not_sure"])
@pytest.mark.parametrize("instruction", ["delete", "keep_one", "keep_all"])
def test_copies_are_deleted_only_on_the_polices_own_instruction(how: str, instruction: str) -> None:
    told = walk("indecent_images", how=how, police__outcome="made", instruction=instruction)
    untold = walk("indecent_images", how=how, police__outcome="not_made", instruction=instruction)

    assert ("delete" in told.steps) == (instruction != "keep_all")
    assert "delete" not in untold.steps


def test_what_the_police_want_kept_is_kept_where_it_is_said_and_only_then() -> None:
    def told(instruction: str) -> Way:
        return walk("indecent_images", how="accident", police__outcome="made", instruction=instruction)

    flow = pack().flows["indecent_images"]

    assert told("keep_one").steps[-2:] == ["keep_for_police", "delete"]
    assert "keep_for_police" not in told("delete").steps
    assert flow.fields["kept_where"].needed.by_language


def test_the_child_is_not_asked_to_delete_it_when_the_answer_has_changed_meanwhile() -> None:
    agreed = {"may_delete": "yes"}

    assert goes("self_generated", "may_delete", agreed) == "delete"
    for facts in ILLEGAL:
        assert goes("self_generated", "may_delete", agreed, facts=facts) == "stays"


def test_the_polices_instruction_is_kept_with_force_name_time_and_reference() -> None:
    flow = pack().flows["indecent_images"]
    asked = form_of(pack(), flow, flow.steps["asked"])

    assert list(asked) == ["instruction", "force", "officer", "said_when", "police_ref"]
    assert all(field.needed.by_language for field in asked.values())


def test_until_the_police_have_spoken_the_copies_wait() -> None:
    said = iter(["no_answer", "no_answer", "delete"])

    def choose(key: str, asked: Field) -> str:
        return next(said) if key == "instruction" else first_of(key, asked)

    way = walk("indecent_images", how="accident", police__outcome="made", choose=choose)

    assert way.steps.count("police_answer") == 2
    assert way.steps.index("delete") > way.steps.index("police_answer")


def test_what_was_found_on_school_devices_goes_to_social_care_too() -> None:
    way = walk("indecent_images", how="school_device")

    assert "care" in way.steps
    assert "isolate" in way.started
    assert "care" not in walk("indecent_images", how="accident").steps


def test_an_adult_of_the_school_with_such_pictures_is_reported_apart_and_nothing_is_deleted() -> None:
    way = walk("indecent_images", how="staff")

    assert "make_it_restricted" in way.steps
    assert not {"delete", "asked"} & set(way.steps)


def test_in_a_restricted_case_the_device_is_put_in_quarantine_and_police_and_lado_are_asked_once() -> None:
    way = walk("indecent_images", facts=RESTRICTED, device_there="yes")
    beside = walk("staff_conduct", facts=RESTRICTED, flags=["image"], illegal_there="yes", device_there="yes")

    wanted = ["quarantine", "staff_police", "conduct"]
    assert "lado" in beside.steps
    assert not {"police", "quarantine"} & set(beside.steps)
    assert [step for step in way.steps if step in wanted] == wanted
    assert way.asked("staff_police") == ()
    assert "delete" not in way.steps
    assert way.told == ["dsl"]


# --- a child at risk, conduct on social media (8, 3.1, 3.5)


@pytest.mark.parametrize("outcome", ["made", "not_made"])
def test_a_child_at_risk_is_passed_on_by_the_thresholds_or_the_dsl_says_why_not(outcome: str) -> None:
    way = walk("child_at_risk", facts={"child_protection": "yes"}, could_be="none", refer__outcome=outcome)

    assert way.steps == ["safe_first", "thresholds", "refer", "support"]
    assert all(way.asked(step) == ("dsl", "deputy_dsl") for step in way.steps)
    assert way.procedure.answers["threshold"]
    assert way.procedure.answers["refer.why"]
    assert way.started == ["tell_parents"]


def test_what_the_dsl_sees_in_it_begins_the_procedure_for_it() -> None:
    way = walk("child_at_risk", could_be="picture,abuse,extremism,bullying")

    assert way.started[:4] == ["image", "online_abuse", "radicalisation", "cyberbullying"]


def test_a_child_is_not_left_alone_because_it_was_no_abuse() -> None:
    assert walk("online_abuse", abuse="no").started == ["child_at_risk"]


def test_conduct_on_social_media_goes_by_the_policy_for_it_and_the_parents_are_asked_about() -> None:
    begun = {"bullying": ["cyberbullying"], "child_protection": ["child_at_risk"], "behaviour": []}

    for policy, flows in begun.items():
        way = walk("social_media", by_policy=policy)
        assert way.started == [*flows, "tell_parents"]
        assert ("follows" in way.steps) == (policy == "behaviour")


@pytest.mark.parametrize(
    ("flow", "asked"),
    [
        ("cyberbullying", "crime_here"),
        ("platform_content", "crime_here"),
        ("channel_content", "crime_here"),
        ("account_misuse", "could_be_crime"),
        ("device", "suspicion"),
        ("filtering_breach", "looks_illegal"),
    ],
)
def test_wherever_it_could_be_a_crime_the_illegal_path_begins_and_unsure_means_advice(
    flow: str, asked: str
) -> None:
    def answered(said: str) -> list[str]:
        return walk(flow, choose=lambda key, field: said if key == asked else first_of(key, field)).started

    started = {said: answered(said) for said in ("yes", "not_sure", "no")}

    assert "illegal_path" in started["yes"]
    assert "advice" in started["not_sure"]
    assert not {"illegal_path", "advice"} & set(started["no"])


# --- abuse, extremism, bullying (9.2, 9.4, 9.5)


def test_online_abuse_goes_to_the_police_or_ceop_and_a_no_leads_to_advice() -> None:
    assert "advice" not in walk("online_abuse", abuse="yes", police__outcome="made").steps
    assert "advice" in walk("online_abuse", abuse="not_sure", police__outcome="not_made").steps
    assert walk("online_abuse", abuse="no").procedure.state == "stopped"


def test_other_schools_are_warned_where_their_pupils_may_be_targeted() -> None:
    assert "warn" in walk("online_abuse", abuse="yes", other_schools="not_sure").steps
    assert "warn" not in walk("online_abuse", abuse="yes", other_schools="no").steps


@pytest.mark.parametrize("outcome", ["made", "not_made"])
def test_a_worry_about_extremism_ends_in_a_referral_to_channel_or_the_reason_why_not(outcome: str) -> None:
    way = walk("radicalisation", worry="not_sure", channel__outcome=outcome)

    assert way.procedure.answers["channel"] == outcome
    assert way.procedure.answers["channel.why"]


def test_every_rung_of_the_answer_to_bullying_is_walked_in_the_policys_order() -> None:
    way = walk(
        "cyberbullying", crime_here="no", suspend="yes", ask_removal__outcome="not_done", known="no_logs"
    )

    rungs = ["ask_removal", "provider", "suspend", "switch_off", "sanctions", "until", "switch_on"]
    assert [step for step in way.steps if step in rungs] == rungs
    assert way.started == ["tell_parents"]
    assert {"logs", "witnesses", "provider_logs"} <= set(way.steps)


def test_whoever_is_known_is_not_looked_for_and_a_suspension_names_its_reason() -> None:
    flow = pack().flows["cyberbullying"]

    assert not {"logs", "provider_logs"} & set(walk("cyberbullying", known="yes").steps)
    assert "suspend_why" in flow.steps["suspend"].fields
    assert flow.fields["suspend_why"].needed.by_language


@pytest.mark.parametrize(
    ("answer", "facts"), [("yes", {}), ("not_sure", {}), *(("no", facts) for facts in ILLEGAL)]
)
def test_nobody_is_asked_to_remove_what_could_be_a_crime(answer: str, facts: Mapping[str, str]) -> None:
    assert "ask_removal" not in walk("cyberbullying", crime_here=answer, facts=facts).steps
    assert not {"ask_user", "admin_removes"} & set(
        walk("platform_content", crime_here=answer, facts=facts).steps
    )


def test_internet_access_comes_back_on_the_day_that_was_set() -> None:
    way = walk("cyberbullying", crime_here="no", suspend="yes", suspend_until="2026-12-07")
    back = next(done for done in way.procedure.done if done.step == "until")

    assert back.outcome == "passed"
    assert back.at.date().isoformat() == "2026-12-07"


# --- platform, devices, filtering (2.6, 4.3, 7.3)


def test_content_on_the_platform_is_dealt_with_in_the_five_steps() -> None:
    way = walk(
        "platform_content", crime_here="no", ask_user__outcome="not_done", suspend="yes", parents="yes"
    )

    five = ["ask_user", "admin_removes", "suspend", "switch_off", "meet", "restore"]
    assert [step for step in way.steps if step in five] == five
    assert way.started == ["tell_parents"]


def test_the_administrator_removes_nothing_when_the_answer_has_changed_meanwhile() -> None:
    refused = {"ask_user": "not_done"}

    assert goes("platform_content", "ask_user", refused) == "admin_removes"
    for facts in ILLEGAL:
        assert goes("platform_content", "ask_user", refused, facts=facts) == "hide"


def test_nobody_comes_back_to_the_platform_before_the_leadership_has_met_them() -> None:
    way = walk("platform_content", crime_here="no", suspend="yes", meet__outcome="not_done")

    assert "restore" not in way.steps


@pytest.mark.parametrize("suspicion", ["picture", "yes", "not_sure"])
def test_a_device_that_may_hold_evidence_goes_to_the_police_unsearched(suspicion: str) -> None:
    for outcome in ("made", "not_made"):
        way = walk("device", suspicion=suspicion, police__outcome=outcome, search_needed="yes", remove="yes")
        assert not {"search", "delete", "consent"} & set(way.steps)
        assert ("to_police" in way.steps) == (outcome == "made")


def test_a_device_is_searched_only_with_consent_and_by_the_leadership() -> None:
    agreed = walk(
        "device", suspicion="no", search_needed="yes", consent_by="parent", after="no", remove="yes"
    )
    alone = walk("device", suspicion="no", search_needed="yes", consent_by="nobody")

    assert agreed.asked("search") == ("slt", "headteacher")
    assert agreed.steps.index("delete") > agreed.steps.index("found")
    assert "search" not in alone.steps


def test_a_device_that_could_matter_goes_back_only_when_the_dsl_says_so() -> None:
    stays, back = (
        walk("device", suspicion="yes", police__outcome="not_made", may_go_back=word)
        for word in ("no", "yes")
    )

    assert stays.asked("not_searched") == ("dsl", "deputy_dsl")
    assert "give_back" not in stays.steps
    assert "give_back" in back.steps


def test_a_picture_on_a_device_is_left_to_the_procedures_for_pictures() -> None:
    taken = walk("device", suspicion="picture")
    found = walk("device", suspicion="no", search_needed="yes", consent_by="parent", after="picture")

    for way in (taken, found):
        assert "image" in way.started
        assert "illegal_path" not in way.started


def test_parents_are_told_that_a_device_was_kept_before_it_goes_back() -> None:
    way = walk("device", suspicion="no", search_needed="no")
    order = [each.flow or each.step for each in way.follows if each.kind in ("begin", "ask")]

    assert way.started == ["tell_parents"]
    assert order.index("tell_parents") < order.index("give_back")


@pytest.mark.parametrize("after", ["picture", "yes", "not_sure"])
def test_what_a_search_found_is_not_deleted_when_it_could_be_a_crime(after: str) -> None:
    way = walk("device", suspicion="no", search_needed="yes", consent_by="parent", after=after, remove="yes")

    assert "police" in way.steps
    assert "delete" not in way.steps


def test_a_device_is_locked_in_the_office_and_goes_back_to_a_parent() -> None:
    way = walk("device", suspicion="no", search_needed="no")

    assert way.asked("in_office") == ()
    assert way.asked("give_back") == ("office",)
    assert [h.how for h in way.procedure.hand_overs] == ["kept"]


def test_a_device_that_a_parent_has_already_is_not_given_back_again() -> None:
    way = walk("device", suspicion="no", in_office__outcome="returned")

    assert way.started == ["tell_parents"]
    assert not {"give_back", "search"} & set(way.steps)


@pytest.mark.parametrize("flow", ["self_generated", "indecent_images"])
def test_nobody_fetches_a_device_that_is_not_in_school(flow: str) -> None:
    here = walk(flow, device_there="yes")
    assert "device" in here.steps
    for there in ("elsewhere", "no"):
        assert "device" not in walk(flow, device_there=there).steps


def test_whoever_reports_an_unsuitable_site_is_asked_for_its_address_as_words() -> None:
    unsuitable = {"nearest": "unsuitable"}

    assert goes("report", "rule_details", unsuitable, flags=("technical",)) == "which_site"
    assert goes("report", "rule_details", {"nearest": "other"}) == "more_for_child_or_not"
    for step in ("which_site", "technical_details", "about"):
        assert "app" in pack().flows["report"].steps[step].fields


def test_an_unsuitable_site_is_blocked_while_the_dsl_says_what_it_was() -> None:
    way = walk("filtering_breach", looks_illegal="no")

    assert way.started == ["isolate"]
    assert way.asked("recorded") == ("dsl", "deputy_dsl")
    assert walk("isolate").asked("block") == ("ict_lead",)
    assert "report" not in way.steps


@pytest.mark.parametrize("flow", ["self_generated", "indecent_images", "illegal_path", "filtering_breach"])
def test_what_is_urgent_never_waits_for_the_network_manager(flow: str) -> None:
    steps = pack().flows[flow].steps
    last = [key for key, step in steps.items() if {branch.go for branch in step.next} == {"done"}]
    before_the_end = [key for key, s in steps.items() if "ict_lead" in s.who and key not in last]

    assert before_the_end == []


def test_the_network_manager_gets_the_address_as_words_and_nothing_of_who_it_was() -> None:
    flow = pack().flows["filtering_breach"]
    task = flow.steps["block_address"]
    seen = {field for step in task.requires for field in flow.steps[step].fields}

    assert walk("filtering_breach", ict_has_it="no").asked("block_address") == ("ict_lead",)
    assert seen == {"addresses", "ict_has_it"}
    assert "block_address" not in walk("filtering_breach", ict_has_it="yes").steps


def test_material_that_could_be_illegal_is_reported_and_starts_the_illegal_path_or_advice() -> None:
    sure, unsure = (walk("filtering_breach", looks_illegal=word) for word in ("yes", "not_sure"))

    assert sure.started == ["isolate", "illegal_path"]
    assert unsure.started == ["isolate", "advice"]
    assert "report" in sure.steps
    assert "report" in unsure.steps


def test_on_the_illegal_path_the_further_steps_wait_until_somebody_was_spoken_to() -> None:
    flow = pack().flows["illegal_path"]
    after = [step for step in flow.steps.values() if step.key in ("kept", "police", "agencies")]

    assert all("spoken" in step.requires for step in after)
    assert "police" in walk("illegal_path").steps
    assert "police" not in walk("illegal_path", flags=["image"]).steps


# --- adults of the school (8, 4.4)


def test_no_outcome_about_an_adult_before_the_lado_was_asked_or_the_reason_why_not_is_recorded() -> None:
    flow = pack().flows["staff_conduct"]

    assert "lado" in flow.steps["outcome"].requires
    assert "lado" in flow.steps["findings"].requires
    for outcome in ("made", "not_made"):
        assert walk("staff_conduct", facts=RESTRICTED, lado__outcome=outcome).steps[-1] == "outcome"


def test_what_follows_for_an_adult_is_the_heads_or_the_chairs_to_decide() -> None:
    way = walk("staff_conduct", facts=RESTRICTED)

    assert way.asked("outcome") == ("headteacher", "chair_of_governors")
    assert pack().flows["staff_conduct"].steps["say_nothing"].origin == "national"


def test_police_and_quarantine_never_wait_for_the_lado() -> None:
    way = walk("staff_conduct", facts=RESTRICTED, illegal_there="not_sure", device_there="yes")

    wanted = ["police", "quarantine", "lado"]
    assert [step for step in way.steps if step in wanted] == wanted
    assert all("lado" not in pack().flows["staff_conduct"].steps[step].requires for step in wanted)


def test_the_network_manager_learns_of_a_case_about_an_adult_only_when_it_is_released() -> None:
    released = walk("staff_conduct", facts=RESTRICTED, technical="ict")

    assert released.asked("ict") == ("ict_lead",)
    for technical in ("no", "named"):
        assert "ict" not in walk("staff_conduct", facts=RESTRICTED, technical=technical).steps


# --- parents, advice, afterwards


@pytest.mark.parametrize(
    ("could_harm", "facts"),
    [
        ("yes", {}),
        ("not_sure", {}),
        ("no", {"child_protection": "yes"}),
        ("no", {"illegal": "yes"}),
        ("no", {"crime": "not_sure"}),
    ],
)
def test_the_dsl_decides_about_telling_parents_where_it_could_harm(
    could_harm: str, facts: Mapping[str, str]
) -> None:
    way = walk("tell_parents", could_harm=could_harm, facts=facts, hold="never")

    assert way.asked("dsl_decides") == ("dsl", "deputy_dsl")
    assert "told" not in way.steps


def test_parents_are_told_where_nothing_stands_against_it() -> None:
    way = walk("tell_parents", could_harm="no")

    assert way.steps == ["whose", "told"]


def test_what_is_held_back_from_parents_is_asked_again_on_the_day() -> None:
    said = iter(["wait", "tell"])

    def choose(key: str, asked: Field) -> str:
        return next(said) if key == "hold" else first_of(key, asked)

    way = walk("tell_parents", could_harm="yes", choose=choose)

    assert way.steps == ["whose", "dsl_decides", "held", "whose", "dsl_decides", "told"]


def test_not_sure_about_a_crime_leads_to_advice_the_thresholds_and_the_question_again() -> None:
    way = walk("advice", pass_on="yes", beyond="yes")

    assert way.steps == ["whose", "ask", "thresholds", "refer", "other_schools", "answer_again"]
    assert {way.asked(step) for step in way.steps[1:5]} == {("dsl", "deputy_dsl")}


def test_in_a_case_about_an_adult_its_own_authority_takes_the_advice() -> None:
    way = walk("advice", facts=RESTRICTED, pass_on="yes")

    assert way.steps == [
        "whose",
        "ask_restricted",
        "thresholds_restricted",
        "refer_restricted",
        "answer_again",
    ]
    assert {way.asked(step) for step in way.steps[1:]} == {()}


def test_every_case_is_looked_back_at_once_it_is_closed_and_the_leadership_reviews_pictures_and_abuse() -> (
    None
):
    closed = {"closed": "yes"}

    assert not pack().flows["debrief"].blocks_close
    for flag in ("image", "abuse"):
        assert "leadership" in walk("debrief", facts=closed, flags=[flag], change="nothing").steps
    assert "leadership" not in walk("debrief", facts=closed, change="nothing").steps
    assert "leadership" not in walk("debrief", facts={**closed, **RESTRICTED}, flags=["image"]).steps


@pytest.mark.parametrize(("said", "reviewed"), [("yes", True), ("no", False)])
def test_pictures_and_abuse_are_reviewed_also_where_the_reporter_did_not_know(
    said: str, reviewed: bool
) -> None:
    facts = {"closed": "yes", "child_protection": "yes"}
    way = walk("debrief", facts=facts, change="nothing", picture_or_abuse=said)

    assert way.asked("was_it") == ("dsl", "deputy_dsl")
    assert ("leadership" in way.steps) == reviewed


# --- what staff ask for


@pytest.mark.parametrize(
    "flow", ["pupil_images", "video_call", "filter_change", "new_technology", "exception"]
)
def test_nothing_happens_that_was_refused(flow: str) -> None:
    granted = walk(flow, agree__answer="yes", head_agrees__answer="yes")
    refused = walk(flow, agree__answer="no", head_agrees__answer="no")

    assert granted.procedure.state == "done"
    assert refused.procedure.state == "stopped"
    assert len(refused.steps) <= len(granted.steps)


def test_no_picture_is_published_without_written_consent() -> None:
    way = walk("pupil_images", consents="no", collect__outcome="not_done", agree__answer="yes")

    assert "agree" not in way.steps
    assert way.procedure.state == "stopped"


def test_no_picture_from_a_device_of_ones_own_is_published() -> None:
    way = walk("pupil_images", taken_with="no", consents="yes", agree__answer="yes")

    assert way.steps[-1] == "own_device"
    assert way.procedure.state == "stopped"


@pytest.mark.parametrize("missing", ["firewall", "anti_spam,virus"])
def test_whatever_is_missing_from_the_protection_is_mended(missing: str) -> None:
    way = walk("filter_check", iwf_on="yes", missing=missing)

    assert way.told == ["dsl", "headteacher"]
    assert "mend" in way.steps
    assert "mend" not in walk("filter_check", iwf_on="yes", missing="none").steps


def test_somebody_who_leaves_has_their_account_until_their_last_day() -> None:
    later = walk("access_rights", which="leaver", until="2026-12-18")
    left = next(done for done in later.procedure.done if done.step == "leaves_on")

    assert left.at.date().isoformat() == "2026-12-18"
    assert later.steps[-1] == "disable"
    assert walk("access_rights", which="leaver", choose=_no_day).steps == ["what", "disable"]


def _no_day(key: str, asked: Field) -> str:
    return "" if asked.kind == "date" else first_of(key, asked)


def test_a_visitor_gets_in_only_once_the_rules_are_signed() -> None:
    def unsigned(key: str, asked: Field) -> str:
        return "" if key == "rules_signed" else first_of(key, asked)

    with pytest.raises(AssertionError, match="rules_signed"):
        walk("access_rights", which="guest", guest__answer="yes", choose=unsigned)


def test_a_pupil_gets_in_once_taught_and_no_parent_has_to_sign() -> None:
    ready = walk("aup_signoff", signer="pupil", pupil_ready="yes")
    taught = walk("aup_signoff", signer="pupil", pupil_ready="no", first_taught__outcome="done")
    never = walk("aup_signoff", signer="pupil", pupil_ready="no", first_taught__outcome="not_done")

    assert ready.steps == ["read", "sign", "access"]
    assert taught.steps == ["read", "sign", "first_taught", "access"]
    assert "access" not in never.steps


def test_what_stands_on_an_official_account_is_answered_only_where_it_is_no_crime() -> None:
    assert "answer" in walk("channel_content", about_what="criticism", crime_here="no").steps
    for unsure in ("yes", "not_sure"):
        assert walk("channel_content", about_what="criticism", crime_here=unsure).steps[-1] == "stays"


def test_what_is_said_of_a_member_of_staff_there_is_not_told_to_the_headteacher_by_itself() -> None:
    way = walk("channel_content", about_what="staff", crime_here="yes")

    assert way.told == []
    assert "illegal_path" not in way.started
    assert "about_staff" in way.steps
    assert walk("channel_content", about_what="criticism").told == ["headteacher"]


def test_a_change_of_the_filter_for_a_time_is_changed_back() -> None:
    way = walk("filter_change", agree__answer="yes", change_until="2026-12-01")

    assert way.steps[-2:] == ["for_a_time", "change_back"]


def test_of_lost_data_the_lead_for_data_protection_is_told_at_once_with_the_others() -> None:
    way = walk("data_breach", harm_likely="yes")

    assert way.told == ["ict_lead", "data_lead", "dsl", "headteacher"]
    assert way.steps[:3] == ["tell_us", "told", "contain"]
    assert "tell_people" in way.steps
    assert "tell_people" not in walk("data_breach", harm_likely="no").steps
    assert "ico" in walk("data_breach", harm_likely="no").steps


def test_a_visitor_on_the_platform_is_let_in_by_the_leadership_and_for_a_time() -> None:
    way = walk("access_rights", which="guest", guest__answer="yes", until="2026-12-01")

    assert way.asked("guest") == ("headteacher", "slt")
    assert way.steps[-2:] == ["until_then", "take_access"]
    assert "give_access" not in walk("access_rights", which="guest", guest__answer="no").steps


def test_an_official_account_is_agreed_to_by_the_headteacher() -> None:
    agreed = walk("official_account", agreed="signed", agree__answer="yes")
    refused = walk("official_account", agreed="signed", agree__answer="no")

    assert agreed.asked("agree") == ("headteacher",)
    assert "share" in agreed.steps
    assert "share" not in refused.steps


def test_the_policy_is_agreed_by_the_head_and_the_governors() -> None:
    way = walk("yearly_review", agree__answer="yes")

    assert {s.role for s in way.procedure.signatures} == {"headteacher", "chair_of_governors"}


def test_a_complaint_goes_to_the_procedure_for_it() -> None:
    rows = {row.key: row for row in pack().decisions["complaints"].rows}

    wanted = {
        "headteacher": "to_chair",
        "staff": "to_head",
        "child": "to_dsl",
        "bullying": "anti_bullying",
        "pupil": "behaviour",
        "other": "complaints",
    }
    assert len(rows) == len(wanted)
    for about, step in wanted.items():
        assert walk("complaint", about=about).steps[-1] == step


# --- what begins by itself


@pytest.mark.parametrize(
    ("flags", "facts", "begun"),
    [
        (["image", "child_protection"], {}, {"image"}),
        (["abuse", "child_protection"], {}, {"online_abuse"}),
        (["extremism", "child_protection"], {}, {"radicalisation"}),
        (["bullying"], {}, {"cyberbullying"}),
        (["platform"], {}, {"platform_content"}),
        (["device"], {}, {"device"}),
        (["account"], {}, {"account_misuse"}),
        (["social_media"], {}, {"social_media"}),
        (["child_protection"], {"child_protection": "yes"}, {"child_at_risk"}),
        (["abuse", "child_protection"], {"child_protection": "yes"}, {"online_abuse"}),
        (["child_protection"], {**RESTRICTED, "child_protection": "yes"}, {"staff_conduct"}),
        (["visitor"], {}, {"visitor_device"}),
        (["technical"], {}, {"filtering_breach"}),
        ([], {"crime": "yes", "illegal": "yes"}, {"illegal_path"}),
        ([], {"crime": "not_sure"}, {"advice"}),
        ([], {"closed": "yes"}, {"debrief"}),
        ([], RESTRICTED, {"staff_conduct"}),
        (["image", "child_protection"], RESTRICTED, {"staff_conduct", "indecent_images"}),
        (["bullying", "technical", "abuse", "social_media", "device"], RESTRICTED, {"staff_conduct"}),
        ([], {}, set()),
    ],
)
def test_a_case_begins_the_procedures_for_what_was_reported(
    flags: list[str], facts: Mapping[str, str], begun: set[str]
) -> None:
    known = {**CASE, **facts}

    assert begun == {
        flow.key
        for flow in pack().flows.values()
        if flow.begins_when and holds(flow.begins_when, {}, flags=flags, facts=known)
    }


PRODUCTS_OWN = {"child_protection", "adult_conduct", "harm"}
"""Flags that the program itself reads."""


def flags_asked(condition: Condition | None) -> set[str]:
    if isinstance(condition, AllOf | AnyOf):
        return {flag for inner in condition.conditions for flag in flags_asked(inner)}
    return {condition.name} if condition and condition.subject == "flag" else set()


def test_every_flag_that_a_reporter_can_raise_leads_somewhere() -> None:
    report, routing = pack().flows["report"], pack().routing
    conditions = [
        *(rule.when for rule in (*routing.rules, *routing.overlays)),
        *(flow.begins_when for flow in pack().flows.values()),
        *(branch.when for step in report.steps.values() for branch in step.next),
    ]
    raised = {f for field in report.fields.values() for option in field.options for f in option.flags}

    assert raised - PRODUCTS_OWN - {flag for each in conditions for flag in flags_asked(each)} == set()


def test_the_police_are_asked_where_using_an_account_could_be_a_crime() -> None:
    assert "police" in walk("account_misuse", could_be_crime="not_sure").steps
    assert "police" in walk("account_misuse", could_be_crime="no", facts={"crime": "yes"}).steps
    assert "police" not in walk("account_misuse", could_be_crime="no").steps


# --- what people read


def test_no_source_that_people_read_names_a_page_that_they_do_not_have() -> None:
    named = [step.source for flow in pack().flows.values() for step in flow.steps.values()]
    named += [rule.source for rule in (*pack().routing.rules, *pack().routing.overlays)]
    named += [row.source for row in pack().decisions["complaints"].rows]

    assert [source for source in named if "casework" in source or "; gap" in source] == []


def test_there_is_no_action_of_a_table_where_there_is_no_table() -> None:
    assert not pack().tables
    assert {action.does for action in pack().actions.values()} & {
        "decide",
        "task",
        "confirm_earlier",
    } == set()


# --- whatever is answered

DELETING = [
    (flow.key, step.key) for flow in pack().flows.values() for step in flow.steps.values() if step.deletes
]


def pressed(flow: str, key: str, outcome: str, referred: str, facts: Mapping[str, str]) -> Procedure:
    """A deleting step that was asked for in time, answered by these facts."""
    step, known = pack().flows[flow].steps[key], known_of((), {**CASE, **facts})
    begun, _ = begin(pack(), flow, known, procedure_id="p", case="c", now=NOW)
    done = tuple(StepDone(step=each, at=NOW) for each in step.requires)
    asked = replace(begun, step=key, done=done, answers=dict.fromkeys(step.requires, referred))
    form = form_of(pack(), pack().flows[flow], step)
    values = {k: outcome if k.endswith(".outcome") else first_of(k, field) for k, field in form.items()}
    return advance(pack(), asked, Act(kind="answer", values=values, by="t/a"), known, NOW)[0]


@pytest.mark.parametrize(("flow", "key"), DELETING)
@pytest.mark.parametrize("facts", ILLEGAL)
def test_what_was_to_be_deleted_stays_when_it_could_be_a_crime_since(
    flow: str, key: str, facts: Mapping[str, str]
) -> None:
    outcomes = (
        ("made", "not_made") if pack().flows[flow].steps[key].kind == "referral" else ("done", "not_done")
    )
    done, undone = (pressed(flow, key, outcome, "not_made", facts) for outcome in outcomes)

    assert done.errors == {FORM: "could_be_crime"}
    assert not undone.errors
    assert not pressed(flow, key, outcomes[0], "not_made", {"crime": "no"}).errors


def test_what_the_police_told_the_school_to_delete_is_deleted() -> None:
    assert not pressed("indecent_images", "delete", "done", "made", {"crime": "yes", "illegal": "yes"}).errors


@pytest.mark.parametrize("flow", OWNED)
def test_whatever_is_answered_a_procedure_ends_and_deletes_nothing_that_could_be_a_crime(flow: str) -> None:
    dice = random.Random(flow)

    def any_of(key: str, asked: Field) -> str:
        return dice.choice(asked.options).key if asked.options else first_of(key, asked)

    for _ in range(60):
        facts = {key: dice.choice(["yes", "no"]) for key in CASE} | {
            "crime": dice.choice(["yes", "no", "not_sure", "open"])
        }
        flags = dice.sample(["image", "abuse", "bullying", "technical"], 2)
        way = walk(flow, flags=flags, facts=facts, choose=any_of)
        deleting = [s for s in way.steps if pack().flows[flow].steps[s].deletes]
        sure = facts["crime"] in ("no", "open") and facts["illegal"] == "no"
        assert sure or flow == "indecent_images" or not deleting, (facts, way.steps)
        for done in way.procedure.done:
            if pack().flows[flow].steps[done.step].kind == "referral" and done.outcome == "not_made":
                assert done.answers[f"{done.step}.why"]
