"""Walks a case through a procedure: what somebody did goes in, where it stands and what follows come out.

Pure: no clock, no store, no people but those in what it is given. Whoever calls has asked whether the person
may act in that role; that no person and no role signs twice is decided here. Must not know how the next step
is found: `passage` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from bot.engine.acts import WAKE, Act, Follows, Walked
from bot.engine.fields import FORM
from bot.engine.hours import next_school_day
from bot.engine.passage import Walk, end, enter, leave
from bot.engine.step_form import Known, filled, without_form
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.flows import Step
from bot.model.people import PersonId
from bot.model.procedures import (
    HandOver,
    How,
    Procedure,
    Signature,
    asker_of,
    next_reminder,
    signed_now,
    unpassed,
)  # fmt: skip

UNSURE = ("yes", "not_sure")
"""Answers to "could it be a crime?" after which nothing is deleted."""

UNDONE = ("not_done", "not_made")
"""Outcomes by which nothing has happened."""


def begin(
    definition: Definition,
    flow_key: str,
    known: Known,
    *,
    procedure_id: str,
    case: str,
    now: datetime,
    asked_by: PersonId | None = None,
    started_by: str = "",
) -> Walked:
    """A procedure at the first step that asks somebody, and what follows from those passed before it."""
    flow = definition.flows[flow_key]
    begun = Procedure(
        id=procedure_id,
        case=case,
        flow=flow_key,
        definition=definition.hash,
        step=flow.start,
        state="open",
        revision=1,
        visit=1,
        began_at=now,
        step_began_at=now,
        asked_by=asked_by,
        started_by=started_by,
    )
    walk = Walk(definition=definition, flow=flow, known=known, act=WAKE, now=now)
    return enter(walk, begun, flow.start)


def advance(definition: Definition, procedure: Procedure, act: Act, known: Known, now: datetime) -> Walked:
    """The procedure after the act. With faults it stays where it is and `errors` holds a code by field.

    Codes: those of fields, `requires` (an earlier step is missing), `signed` (who signs has signed already),
    `could_be_crime` (nothing is deleted now).
    An act that does not fit where it stands changes nothing. Raises FlowStuck when it leads nowhere.
    """
    flow = definition.flows[procedure.flow]
    walk = Walk(definition=definition, flow=flow, known=known, act=act, now=now)
    if act.kind == "hand_over":
        return _handed(walk, procedure)
    if procedure.state != "open":
        return procedure, ()
    if act.kind == "stop":
        return end(walk, procedure, "stopped")
    if act.kind == "reopen":
        return _reopened(walk, procedure)
    if act.kind == "wake" or is_over(procedure, now):
        # Its clock may fire a moment later: whatever is said when the time is over comes too late.
        return _woken(replace(walk, act=WAKE), procedure)
    step = flow.steps[procedure.step]
    passed = {done.step for done in procedure.done}
    if not passed.issuperset(step.requires):
        return replace(procedure, errors={FORM: "requires"}), ()
    return _signed(walk, procedure, step) if step.kind == "approval" else _answered(walk, procedure, step)


def is_over(procedure: Procedure, now: datetime) -> bool:
    """Whether the time for the step it stands at has run out."""
    return procedure.expires_at is not None and procedure.expires_at <= now


def open_roles(step: Step, procedure: Procedure) -> tuple[str, ...]:
    """The approvers of the step that have not signed since it began."""
    signed = {s.role for s in signed_now(procedure)}
    return tuple(role for role in step.approvers if role not in signed)


def _filled(walk: Walk, procedure: Procedure, step: Step) -> Procedure:
    return filled(walk.definition, procedure, step, walk.act.values, walk.known, now=walk.now)


def _answered(walk: Walk, procedure: Procedure, step: Step) -> Walked:
    kept = _filled(walk, procedure, step)
    if kept.errors:
        return kept, ()
    outcome = _outcome(step, kept)
    if _destroys_proof(walk, procedure, step, outcome):
        return replace(kept, errors={FORM: "could_be_crime"}), ()
    if step.kind != "custody":
        return leave(walk, kept, outcome)
    kept = replace(kept, hand_overs=(*kept.hand_overs, _hand_over(walk, step, kept.answers)))
    return leave(walk, kept, outcome, before=(Follows(kind="handed", step=step.key, outcome=outcome),))


def _destroys_proof(walk: Walk, procedure: Procedure, step: Step, outcome: str) -> bool:
    """Whether the step would delete what could be proof of a crime, as the case is now and not as it was when
    it was asked; but for what somebody outside was told of before, whose word it then is (casework 5).
    """
    if not step.deletes:
        return False
    facts = walk.known.facts
    unsure = facts.get("crime") in UNSURE or facts.get("illegal") == "yes"
    referred = any(procedure.answers.get(key) == "made" for key in step.requires)
    return unsure and not referred and outcome not in UNDONE


def _outcome(step: Step, procedure: Procedure) -> str:
    if step.kind == "guidance":
        return "read"
    if step.kind == "wait":
        return "happened"
    return procedure.answers.get(f"{step.key}.outcome", "")


def _hand_over(walk: Walk, step: Step, answers: Mapping[str, str]) -> HandOver:
    """One link of the chain, from the questions of a custody step in flows/common/forms.yaml."""
    said = {
        name: answers.get(f"{step.key}.{name}", "") for name in ("what", "gave", "took", "where", "reference")
    }
    ways: Mapping[str, Literal["returned", "passed_on"]] = {"returned": "returned", "passed_on": "passed_on"}
    how: How = ways.get(answers.get(f"{step.key}.outcome", ""), "kept")
    act = walk.act
    return HandOver(step=step.key, at=walk.now, how=how, by=act.by or "", role=act.role, **said)


def _handed(walk: Walk, procedure: Procedure) -> Walked:
    """A later hand-over of something that the procedure has in its chain; also after its end."""
    step = walk.flow.steps.get(walk.act.step)
    if step is None or all(h.step != step.key for h in procedure.hand_overs):
        return procedure, ()
    # Each hand-over is said anew: what an earlier one said stands in the chain, not in the form.
    kept = _filled(walk, without_form(procedure, step), step)
    if kept.errors:
        return replace(procedure, errors=kept.errors), ()
    link = _hand_over(walk, step, kept.answers)
    moved = replace(
        kept,
        hand_overs=(*kept.hand_overs, link),
        answers={**kept.answers, step.key: link.how},
        visit=kept.visit + 1,
    )
    return moved, (Follows(kind="handed", step=step.key, outcome=link.how),)


def _signed(walk: Walk, procedure: Procedure, step: Step) -> Walked:
    act = walk.act
    if act.kind != "sign" or act.by is None:
        return procedure, ()
    barred = step.others_only and act.by == asker_of(procedure)
    twice = any(s.by == act.by for s in signed_now(procedure))
    if barred or twice or act.role not in open_roles(step, procedure):
        return replace(procedure, errors={FORM: "signed"}), ()
    kept = _filled(walk, without_form(procedure, step), step)
    if kept.errors:
        return kept, ()
    yes = kept.answers.get(f"{step.key}.answer", "") == "yes"
    why = kept.answers.get(f"{step.key}.why", "")
    mark = Signature(
        step=step.key, by=act.by, role=act.role, yes=yes, at=walk.now, why=why, stay=len(procedure.done)
    )
    # Whoever signs next finds an empty form: nobody signs with another's words.
    kept = without_form(replace(kept, signatures=(*kept.signatures, mark)), step)
    follows = (Follows(kind="signed", step=step.key, outcome="yes" if yes else "no"),)
    if not yes:
        return leave(walk, kept, "refused", before=follows)
    if len(signed_now(kept)) >= (step.needs or len(step.approvers)):
        return leave(walk, kept, "granted", before=follows)
    return kept, follows  # The step is the same: no other signer's press is past by this (casework 9).


def _reopened(walk: Walk, procedure: Procedure) -> Walked:
    key = walk.act.step
    moved, after = enter(walk, unpassed(procedure, key, walk.now), key)
    return moved, (Follows(kind="passed", step=key, outcome="void"), *after)


def _woken(walk: Walk, procedure: Procedure) -> Walked:
    step = walk.flow.steps[procedure.step]
    if is_over(procedure, walk.now):
        return leave(walk, procedure, "expired")
    if step.kind == "wait" and procedure.wakes_at is not None and procedure.wakes_at <= walk.now:
        return leave(walk, procedure, "passed")
    due = next_reminder(procedure)
    if due is not None and due <= walk.now:
        overdue = Follows(kind="remind", step=step.key, roles=step.approvers or step.who)
        again = next_school_day(walk.definition.school, walk.now)
        return replace(procedure, reminders=procedure.reminders + 1, remind_at=again), (overdue,)
    return procedure, ()
