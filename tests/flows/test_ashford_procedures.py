"""Ashford's procedures, walked by the real engine: what each asks of whom, what it gates, what it starts."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from bot.engine.conditions import holds
from bot.engine.step_form import form_of
from bot.model.conditions import AllOf, AnyOf, Condition
from bot.model.flows import Field
from tests.flows.ashford import CASE, Way, first_of, pack, walk

ILLEGAL: list[Mapping[str, str]] = [
    {"crime": "yes", "illegal": "yes"},
    {"crime": "not_sure"},
    {"crime": "open", "illegal": "yes"},
]
RESTRICTED = {"restricted": "yes", "adult_subject": "yes", "pupil_subject": "no"}
OWNED = [key for key, flow in pack().flows.items() if flow.use in ("case", "request")]


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


def test_nobody_comes_back_to_the_platform_before_the_leadership_has_met_them() -> None:
    way = walk("platform_content", crime_here="no", suspend="yes", meet__outcome="not_done")

    assert "restore" not in way.steps


@pytest.mark.parametrize("suspicion", ["yes", "not_sure"])
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


@pytest.mark.parametrize("after", ["yes", "not_sure"])
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


def test_an_unsuitable_site_is_blocked_while_the_dsl_says_what_it_was() -> None:
    way = walk("filtering_breach", looks_illegal="no")

    assert way.started == ["isolate"]
    assert way.asked("recorded") == ("dsl", "deputy_dsl")
    assert walk("isolate").asked("block") == ("ict_lead",)
    assert "report" not in way.steps


@pytest.mark.parametrize("flow", ["self_generated", "indecent_images", "illegal_path", "filtering_breach"])
def test_what_is_urgent_never_waits_for_the_network_manager(flow: str) -> None:
    steps = pack().flows[flow].steps.values()
    before_the_end = [s for s in steps if "ict_lead" in s.who and not s.deletes]

    assert before_the_end == []


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
    assert walk("advice", facts=RESTRICTED, pass_on="no", beyond="no").asked("ask_restricted") == ()


def test_every_case_is_looked_back_at_once_it_is_closed_and_the_leadership_reviews_pictures_and_abuse() -> (
    None
):
    closed = {"closed": "yes"}

    assert not pack().flows["debrief"].blocks_close
    for flag in ("image", "abuse"):
        assert "leadership" in walk("debrief", facts=closed, flags=[flag], change="nothing").steps
    assert "leadership" not in walk("debrief", facts=closed, change="nothing").steps
    assert "leadership" not in walk("debrief", facts={**closed, **RESTRICTED}, flags=["image"]).steps


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


def test_a_change_of_the_filter_for_a_time_is_changed_back() -> None:
    way = walk("filter_change", agree__answer="yes", change_until="2026-12-01")

    assert way.steps[-2:] == ["for_a_time", "change_back"]


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
        (["social_media"], {}, {"tell_parents"}),
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


# --- whatever is answered


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
