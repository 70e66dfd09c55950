"""A procedure walks step by step; who signs, hands over, refers or waits is on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.advance import FlowStuck
from bot.engine.fields import FORM
from bot.model.procedures import next_reminder, still_kept
from tests.unit.engine.procedures import NOW, Walk, definition_with

APPROVAL = """
flow: entry
title: Entry to an account
use: case
start: ask
steps:
  ask:
    kind: approval
    title: May it be entered?
    approvers: [dsl, online_safety_officer, headteacher]
    needs: 3
    expires_minutes: 60
    next:
      - {when: {field: ask, is: granted}, go: enter}
      - {otherwise: over}
  enter: {kind: task, title: Enter it, who: [online_safety_officer], next: over}
  over: {kind: end, does: done}
"""

ASKED = """
flow: site
title: Look at a site
use: request
owner: [headteacher]
start: allow
steps:
  allow:
    kind: approval
    title: May it be opened?
    approvers: [headteacher, slt]
    needs: 1
    others_only: "yes"
    next: over
  over: {kind: end}
"""

REFERRAL = """
flow: refer
title: Referral
use: case
start: police
fields:
  sure:
    kind: choice
    label: Sure?
    needed: Choose.
    options: {"yes": {label: "Yes", flags: [certain]}, "no": {label: "No"}}
steps:
  police:
    kind: referral
    title: Tell the police
    options: {local: {label: Local police}, ceop: {label: CEOP}}
    flags: [referred]
    starts: [{flow: other, when: {field: police, is: made}}]
    next: tell
  tell: {kind: notify, tell: [dsl, headteacher], body: They know., next: sure}
  sure:
    kind: form
    title: Sure?
    fields: [sure]
    next: [{when: {flag: certain}, go: over}, {otherwise: police}]
  over: {kind: end, does: done}
"""

DEVICE = """
flow: device
title: A device
use: case
start: hand
steps:
  hand: {kind: custody, title: Who has it?, next: over}
  over: {kind: end, does: done}
"""

WAITING = """
flow: waiting
title: Waiting
use: case
start: first
fields:
  until: {kind: date, label: Until when?}
steps:
  first: {kind: task, title: Block it, who: [ict_lead], due_minutes: 30, fields: [until], next: days}
  days: {kind: wait, title: Until then, until_field: until, next: hour}
  hour: {kind: wait, title: An hour, wait_minutes: 60, event: They rang., next: over}
  over: {kind: end, does: done}
"""


def test_an_approval_needs_each_named_role_and_a_different_person_for_each() -> None:
    walk = Walk(definition_with(APPROVAL))
    walk.act("sign", by="t/a", role="dsl", ask__answer="yes")
    walk.act("sign", by="t/a", role="headteacher", ask__answer="yes")
    assert walk.procedure.errors == {FORM: "signed"}
    walk.act("sign", by="t/b", role="dsl", ask__answer="yes")
    assert walk.procedure.errors == {FORM: "signed"}
    walk.act("sign", by="t/b", role="online_safety_officer", ask__answer="yes")
    assert walk.procedure.step == "ask"
    walk.act("sign", by="t/c", role="headteacher", ask__answer="yes")
    assert walk.procedure.step == "enter"
    assert walk.procedure.answers["ask"] == "granted"
    assert [(s.by, s.role, s.at) for s in walk.procedure.signatures] == [
        ("t/a", "dsl", NOW),
        ("t/b", "online_safety_officer", NOW),
        ("t/c", "headteacher", NOW),
    ]


def test_one_refusal_ends_an_approval_and_needs_its_reason() -> None:
    walk = Walk(definition_with(APPROVAL))
    walk.act("sign", by="t/a", role="dsl", ask__answer="no")
    assert walk.procedure.errors == {"ask.why": "needed"}
    walk.act("sign", by="t/a", role="dsl", ask__answer="no", ask__why="Too early")
    assert (walk.procedure.answers["ask"], walk.procedure.state) == ("refused", "done")
    assert walk.procedure.signatures[-1].why == "Too early"


def test_an_approval_that_nobody_completes_in_time_expires() -> None:
    walk = Walk(definition_with(APPROVAL))
    walk.act("sign", by="t/a", role="dsl", ask__answer="yes")
    walk.now = NOW + timedelta(minutes=59)
    walk.act("wake")
    assert walk.procedure.step == "ask"
    walk.now = NOW + timedelta(minutes=60)
    walk.act("wake")
    assert (walk.procedure.answers["ask"], walk.procedure.state) == ("expired", "done")


def test_whoever_asks_for_leave_does_not_give_it() -> None:
    walk = Walk(definition_with(ASKED))
    walk.act("sign", by="t/asked", role="headteacher", allow__answer="yes")
    assert walk.procedure.errors == {FORM: "signed"}
    walk.act("sign", by="t/other", role="slt", allow__answer="yes")
    assert walk.procedure.state == "done"


def test_an_answer_is_no_signature() -> None:
    walk = Walk(definition_with(APPROVAL))
    before = walk.procedure
    walk.act("answer", by="t/a", role="dsl", ask__answer="yes")
    assert walk.procedure is before


def test_a_referral_says_to_whom_or_why_not() -> None:
    walk = Walk(definition_with(REFERRAL))
    walk.act(police__outcome="not_made")
    assert walk.procedure.errors == {"police.why": "needed"}
    walk.act(police__outcome="made")
    assert walk.procedure.errors == {"police.to": "needed"}
    walk.act(police__outcome="made", police__to="elsewhere")
    assert walk.procedure.errors == {"police.to": "unknown_choice"}
    walk.act(police__outcome="made", police__to="ceop", police__reference="12")
    (done,) = (d for d in walk.procedure.done if d.step == "police")
    assert (done.outcome, done.by) == ("made", "t/one")
    assert done.answers == {"police.outcome": "made", "police.to": "ceop", "police.reference": "12"}


def test_leaving_a_step_begins_flows_tells_roles_and_asks_the_next() -> None:
    walk = Walk(definition_with(REFERRAL))
    walk.act(police__outcome="made", police__to="local")
    assert [(f.kind, f.step, f.roles, f.flow) for f in walk.follows] == [
        ("passed", "police", (), ""),
        ("begin", "police", (), "other"),
        ("tell", "tell", ("dsl", "headteacher"), ""),
        ("passed", "tell", (), ""),
        ("ask", "sure", (), ""),
    ]
    assert walk.procedure.flags == ("referred",)


def test_a_flow_whose_condition_does_not_hold_is_not_begun() -> None:
    walk = Walk(definition_with(REFERRAL))
    walk.act(police__outcome="not_made", police__why="Advice was not to")
    assert "begin" not in {f.kind for f in walk.follows}


def test_the_flag_of_an_option_decides_the_way_and_a_step_can_come_again() -> None:
    walk = Walk(definition_with(REFERRAL))
    walk.act(police__outcome="not_made", police__why="Advice")
    walk.act(sure="no")
    assert walk.procedure.step == "police"
    walk.act(police__outcome="not_made")
    assert walk.procedure.errors == {"police.why": "needed"}
    walk.act(police__outcome="not_made", police__why="Still so")
    walk.act(sure="yes")
    assert walk.procedure.state == "done"
    assert [d.step for d in walk.procedure.done if d.step != "tell"] == ["police", "sure", "police", "sure"]


def test_a_device_goes_from_hand_to_hand_also_after_the_procedure_ended() -> None:
    walk = Walk(definition_with(DEVICE))
    walk.act(hand__outcome="kept", hand__what="A phone", hand__took="The office")
    assert walk.procedure.state == "done"
    (kept,) = still_kept(walk.procedure)
    assert (kept.what, kept.took, kept.by) == ("A phone", "The office", "t/one")
    walk.act("hand_over", step="hand", hand__outcome="returned")
    assert walk.procedure.errors == {"hand.what": "needed", "hand.took": "needed"}
    walk.act("hand_over", step="hand", hand__outcome="returned", hand__what="A phone", hand__took="A parent")
    assert still_kept(walk.procedure) == ()
    assert [h.how for h in walk.procedure.hand_overs] == ["kept", "returned"]


def test_nothing_is_handed_over_that_was_never_taken() -> None:
    walk = Walk(definition_with(DEVICE))
    before = walk.procedure
    walk.act("hand_over", step="hand", hand__outcome="returned", hand__what="A phone", hand__took="Someone")
    assert walk.procedure is before


def test_an_overdue_task_is_reminded_of_once() -> None:
    walk = Walk(definition_with(WAITING))
    assert walk.procedure.due_at == NOW + timedelta(minutes=30)
    walk.now = NOW + timedelta(minutes=30)
    walk.act("wake")
    assert [(f.kind, f.roles) for f in walk.follows] == [("remind", ("ict_lead",))]
    walk.act("wake")
    assert walk.follows == ()


def test_an_overdue_step_is_reminded_of_again_at_the_opening_of_each_school_day() -> None:
    walk = Walk(definition_with(WAITING))
    walk.now = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    walk.act("wake")
    monday = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    assert (walk.procedure.reminders, next_reminder(walk.procedure)) == (1, monday)
    walk.now = monday - timedelta(minutes=1)
    walk.act("wake")
    assert [f.kind for f in walk.follows] == []
    walk.now = monday
    walk.act("wake")
    assert [f.kind for f in walk.follows] == ["remind"]
    assert next_reminder(walk.procedure) == monday + timedelta(days=1)
    walk.act(first__outcome="done", until="2026-12-25")
    assert (walk.procedure.reminders, walk.procedure.remind_at) == (0, None)


def test_a_wait_ends_on_its_day_or_when_somebody_says_it_happened() -> None:
    walk = Walk(definition_with(WAITING))
    walk.act(first__outcome="done", until="2026-11-25")
    assert walk.procedure.step == "days"
    walk.now = NOW + timedelta(days=1)
    walk.act("wake")
    assert walk.procedure.step == "days"
    walk.now = NOW + timedelta(days=2)
    walk.act("wake")
    assert (walk.procedure.step, walk.procedure.answers["days"]) == ("hour", "passed")
    walk.act("answer")
    assert (walk.procedure.state, walk.procedure.answers["hour"]) == ("done", "happened")


def test_a_step_that_requires_another_waits_for_it() -> None:
    text = DEVICE.replace("title: Who has it?,", "title: Who has it?, requires: [asked],")
    walk = Walk(definition_with(text))
    walk.act(hand__outcome="kept", hand__what="A phone", hand__took="The office")
    assert walk.procedure.errors == {FORM: "requires"}


def test_the_owner_can_stop_it_and_then_nothing_moves() -> None:
    walk = Walk(definition_with(REFERRAL))
    walk.act("stop", role="headteacher")
    assert (walk.procedure.state, walk.procedure.ended_at) == ("stopped", NOW)
    before = walk.procedure
    walk.act(police__outcome="made", police__to="local")
    assert walk.procedure is before


TABLE = """
decision: which
title: Which way
hit: first
rows:
  - {key: harsh, when: {flag: hate}, why: Hate., flags: [strict]}
  - {key: mild, why: Nothing else.}
overlays:
  - {key: crime, when: {fact: crime, is: "yes"}, why: A crime., flags: [police]}
  - {key: again, when: {fact: earlier_counts, is: "yes"}, why: Again., flags: [repeat]}
"""

DECIDING = """
flow: decide
title: Decide
use: case
start: ask
steps:
  ask: {kind: decision, table: which, next: [{when: {field: ask, is: harsh}, go: hard}, {otherwise: soft}]}
  hard: {kind: guidance, title: Hard, body: Hard., next: over}
  soft: {kind: guidance, title: Soft, body: Soft., next: over}
  over: {kind: end, does: done}
"""


def test_the_first_row_that_holds_decides_and_every_overlay_that_holds_adds() -> None:
    walk = Walk(definition_with(DECIDING, table=TABLE), flags=("hate",), crime="yes", earlier_counts="yes")
    assert walk.procedure.step == "hard"
    assert walk.procedure.flags == ("strict", "police", "repeat")
    walk = Walk(definition_with(DECIDING, table=TABLE), crime="no", earlier_counts="no")
    assert (walk.procedure.step, walk.procedure.flags) == ("soft", ())


def test_a_circle_that_asks_nobody_is_an_error_and_not_an_endless_wait() -> None:
    text = DECIDING.replace("{otherwise: soft}", "{otherwise: ask}")
    with pytest.raises(FlowStuck):
        Walk(definition_with(text, table=TABLE))


def test_a_signature_counts_for_its_own_round_also_where_a_no_leads_straight_back() -> None:
    again = APPROVAL.replace(
        "      - {otherwise: over}",
        "      - {when: {field: ask, is: refused}, go: ask}\n      - {otherwise: over}",
    ).replace("needs: 3", "needs: 2")
    walk = Walk(definition_with(again))
    walk.act("sign", by="t/a", role="dsl", ask__answer="no", ask__why="Too early")
    assert walk.procedure.step == "ask"
    walk.act("sign", by="t/b", role="headteacher", ask__answer="yes")
    assert walk.procedure.step == "ask", "a no is not half of a yes"
    walk.act("sign", by="t/a", role="dsl", ask__answer="yes")
    assert walk.procedure.step == "enter"


def test_an_approval_that_lost_a_signature_is_gone_back_to_and_the_others_need_not_sign_again() -> None:
    walk = Walk(definition_with(APPROVAL))
    for by, role in (("t/a", "dsl"), ("t/b", "headteacher"), ("t/c", "online_safety_officer")):
        walk.act("sign", by=by, role=role, ask__answer="yes")
    assert walk.procedure.step == "enter"
    void = tuple(replace(s, void="left_out") if s.by == "t/b" else s for s in walk.procedure.signatures)
    walk.procedure = replace(walk.procedure, signatures=void)
    walk.now = NOW + timedelta(hours=2)
    walk.act("reopen", by="", step="ask")
    assert walk.procedure.step == "ask"
    assert walk.procedure.expires_at == walk.now + timedelta(minutes=60)
    assert "ask" not in walk.procedure.answers
    assert [(s.by, s.void) for s in walk.procedure.signatures] == [
        ("t/a", ""), ("t/b", "left_out"), ("t/c", ""),
    ]  # fmt: skip
    walk.act("sign", by="t/a", role="headteacher", ask__answer="yes")
    assert walk.procedure.errors == {FORM: "signed"}, "three people, not one twice"
    walk.act("sign", by="t/d", role="headteacher", ask__answer="yes")
    assert walk.procedure.step == "enter"


def test_nobody_signs_once_the_time_is_over_even_before_its_clock_has_fired() -> None:
    walk = Walk(definition_with(APPROVAL.replace("needs: 3", "needs: 1")))
    walk.now = NOW + timedelta(minutes=61)
    walk.act("sign", by="t/a", role="dsl", ask__answer="yes")
    assert (walk.procedure.answers.get("ask"), walk.procedure.signatures) == ("expired", ())
    assert [d.by for d in walk.procedure.done] == [None]


HIDDEN = """
flow: hidden
title: A form
use: case
start: form
fields:
  sure: {kind: choice, label: Sure?, needed: Choose., options: {"yes": {label: "Yes"}, "no": {label: "No"}}}
  more: {kind: text, label: More, max_length: 20, show: {field: sure, is: "yes"}}
steps:
  form: {kind: form, title: A form, fields: [sure, more], next: over}
  over: {kind: end, does: done}
"""


def test_what_was_not_asked_is_not_kept() -> None:
    walk = Walk(definition_with(HIDDEN))
    walk.act(sure="no", more="x" * 30000, other="y")
    assert walk.procedure.state == "done"
    assert walk.procedure.done[-1].answers == {"sure": "no"}
    assert "more" not in walk.procedure.answers


CIRCLE = """
flow: circle
title: Again and again
use: case
start: form
fields:
  sure: {kind: choice, label: Sure?, needed: Choose., options: {"yes": {label: "Yes"}, "no": {label: "No"}}}
  words: {kind: text, label: Words}
steps:
  form:
    kind: form
    title: A form
    fields: [sure, words]
    next:
      - {when: {field: sure, is: "no"}, go: form}
      - {otherwise: over}
  over: {kind: end, does: done}
"""


def test_a_form_that_is_come_back_to_shows_nobody_what_another_wrote() -> None:
    walk = Walk(definition_with(CIRCLE))
    walk.act(by="t/one", sure="no", words="What one wrote")
    assert "words" not in walk.procedure.answers
    walk.act(by="t/two", words="What two wrote")
    assert walk.procedure.errors == {"sure": "needed"}
    walk.act(by="t/two", sure="yes", words="")
    assert [d.answers for d in walk.procedure.done] == [
        {"sure": "no", "words": "What one wrote"},
        {"sure": "yes"},
    ]


LOOK = """
flow: look
title: Look at it
use: case
begins_when: {fact: urgency, is: serious}
start: need
fields:
  need_why: {kind: text, label: Why?, needed: Say why.}
steps:
  need: {kind: form, title: Why?, fields: [need_why], next: may}
  may:
    kind: approval
    title: May it be looked at?
    approvers: [headteacher]
    needs: 1
    others_only: "yes"
    next: over
  over: {kind: end, does: done}
"""


def test_where_it_began_by_itself_whoever_wrote_why_is_the_one_who_asks() -> None:
    walk = Walk(definition_with(LOOK))
    walk.procedure = replace(walk.procedure, asked_by=None)
    walk.act(by="t/head", need_why="To see")
    walk.act("sign", by="t/head", role="headteacher", may__answer="yes")
    assert walk.procedure.errors == {FORM: "signed"}
    walk.act("sign", by="t/other", role="headteacher", may__answer="yes")
    assert walk.procedure.state == "done"
