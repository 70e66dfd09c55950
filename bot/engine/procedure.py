"""Walks a case through a procedure: what somebody did goes in, where it stands and what follows come out.

Pure: no clock, no store, no people but those in what it is given. Whoever calls has asked whether the person
may act in that role; that no person and no role signs twice is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.engine.advance import MOST_SILENT_STEPS, FlowStuck
from bot.engine.conditions import holds
from bot.engine.fields import FORM
from bot.engine.hours import due_after, next_school_day
from bot.engine.step_form import Known, bare_answers, filled, flags_now, keys_of, without_form
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.people import PersonId
from bot.model.procedures import (
    HandOver,
    How,
    Procedure,
    Signature,
    StepDone,
    asker_of,
    next_reminder,
    signed_now,
    unpassed,
)  # fmt: skip
from bot.model.tables import DecisionTable

UNSURE = ("yes", "not_sure")
"""Answers to "could it be a crime?" after which nothing is deleted."""

UNDONE = ("not_done", "not_made")
"""Outcomes by which nothing has happened."""

SILENT = frozenset({"decision", "notify", "end"})
"""Steps that ask nobody: they are passed in the same unit of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What happened. answer: the step's form was sent. sign: a word on an approval (`values` answer, why).
    hand_over: a device went on, after its step was passed (`step` names it). reopen: an approval that was
    passed (`step`) has too few signatures left. stop: the owner ends the
    procedure. wake: its own clock fired. `by` None and `role` empty are the clock's.
    """

    kind: Literal["answer", "sign", "hand_over", "reopen", "stop", "wake"]
    values: Mapping[str, str] = field(default_factory=dict)
    by: PersonId | None = None
    role: str = ""
    step: str = ""


WAKE = Act(kind="wake")  # also what a silent step is passed by


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """Something that casework must carry out in the same unit of work.

    ask: `roles` (empty: the owner) are asked for `step`. tell: `roles` are told its body. begin: `flow`
    begins. remind: the step is overdue. end: it is over, `does` says how (done, stopped). signed, handed,
    passed: what goes on record.
    """

    kind: Literal["ask", "tell", "begin", "remind", "end", "signed", "handed", "passed"]
    step: str
    roles: tuple[str, ...] = ()
    flow: str = ""
    does: str = ""
    outcome: str = ""


Walked = tuple[Procedure, tuple[Follows, ...]]


@dataclass(frozen=True, kw_only=True)
class _Walk:
    """What one walk goes by, the same from its first step to its last."""

    definition: Definition
    flow: Flow
    known: Known
    act: Act
    now: datetime


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
    walk = _Walk(definition=definition, flow=flow, known=known, act=WAKE, now=now)
    return _entered(walk, begun, flow.start)


def advance(definition: Definition, procedure: Procedure, act: Act, known: Known, now: datetime) -> Walked:
    """The procedure after the act. With faults it stays where it is and `errors` holds a code by field.

    Codes: those of fields, `requires` (an earlier step is missing), `signed` (who signs has signed already),
    `could_be_crime` (nothing is deleted now).
    An act that does not fit where it stands changes nothing. Raises FlowStuck when it leads nowhere.
    """
    flow = definition.flows[procedure.flow]
    walk = _Walk(definition=definition, flow=flow, known=known, act=act, now=now)
    if act.kind == "hand_over":
        return _handed(walk, procedure)
    if procedure.state != "open":
        return procedure, ()
    if act.kind == "stop":
        return _ended(walk, procedure, "stopped")
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


def _filled(walk: _Walk, procedure: Procedure, step: Step) -> Procedure:
    return filled(walk.definition, procedure, step, walk.act.values, walk.known, now=walk.now)


def _answered(walk: _Walk, procedure: Procedure, step: Step) -> Walked:
    kept = _filled(walk, procedure, step)
    if kept.errors:
        return kept, ()
    outcome = _outcome(step, kept)
    if _destroys_proof(walk, procedure, step, outcome):
        return replace(kept, errors={FORM: "could_be_crime"}), ()
    if step.kind != "custody":
        return _passed(walk, kept, outcome)
    kept = replace(kept, hand_overs=(*kept.hand_overs, _hand_over(walk, step, kept.answers)))
    return _passed(walk, kept, outcome, before=(Follows(kind="handed", step=step.key, outcome=outcome),))


def _destroys_proof(walk: _Walk, procedure: Procedure, step: Step, outcome: str) -> bool:
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


def _hand_over(walk: _Walk, step: Step, answers: Mapping[str, str]) -> HandOver:
    """One link of the chain, from the questions of a custody step in flows/common/forms.yaml."""
    said = {
        name: answers.get(f"{step.key}.{name}", "") for name in ("what", "gave", "took", "where", "reference")
    }
    ways: Mapping[str, Literal["returned", "passed_on"]] = {"returned": "returned", "passed_on": "passed_on"}
    how: How = ways.get(answers.get(f"{step.key}.outcome", ""), "kept")
    act = walk.act
    return HandOver(step=step.key, at=walk.now, how=how, by=act.by or "", role=act.role, **said)


def _handed(walk: _Walk, procedure: Procedure) -> Walked:
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


def _signed(walk: _Walk, procedure: Procedure, step: Step) -> Walked:
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
        return _passed(walk, kept, "refused", before=follows)
    if len(signed_now(kept)) >= (step.needs or len(step.approvers)):
        return _passed(walk, kept, "granted", before=follows)
    return kept, follows  # The step is the same: no other signer's press is past by this (casework 9).


def _reopened(walk: _Walk, procedure: Procedure) -> Walked:
    key = walk.act.step
    moved, after = _entered(walk, unpassed(procedure, key, walk.now), key)
    return moved, (Follows(kind="passed", step=key, outcome="void"), *after)


def _woken(walk: _Walk, procedure: Procedure) -> Walked:
    step = walk.flow.steps[procedure.step]
    if is_over(procedure, walk.now):
        return _passed(walk, procedure, "expired")
    if step.kind == "wait" and procedure.wakes_at is not None and procedure.wakes_at <= walk.now:
        return _passed(walk, procedure, "passed")
    due = next_reminder(procedure)
    if due is not None and due <= walk.now:
        overdue = Follows(kind="remind", step=step.key, roles=step.approvers or step.who)
        again = next_school_day(walk.definition.school, walk.now)
        return replace(procedure, reminders=procedure.reminders + 1, remind_at=again), (overdue,)
    return procedure, ()


def _passed(walk: _Walk, procedure: Procedure, outcome: str, *, before: tuple[Follows, ...] = ()) -> Walked:
    """Leave the step: on record, its flows begun, and on to the next that asks somebody."""
    step = walk.flow.steps[procedure.step]
    left, begun = _left(walk, procedure, step, outcome)
    moved, after = _entered(walk, left, _next(walk, left, step))
    return moved, (*before, *begun, *after)


def _left(walk: _Walk, procedure: Procedure, step: Step, outcome: str) -> Walked:
    answers = procedure.answers
    said = {key: answers[key] for key in keys_of(walk.definition, step) if answers.get(key)}
    done = StepDone(
        step=step.key, at=walk.now, outcome=outcome, by=walk.act.by, role=walk.act.role, answers=said
    )
    left = replace(
        procedure,
        answers={**procedure.answers, step.key: outcome} if outcome else procedure.answers,
        done=(*procedure.done, done),
        flags=tuple(dict.fromkeys((*procedure.flags, *step.flags))) if step.flags else procedure.flags,
    )
    passed = Follows(kind="passed", step=step.key, outcome=outcome)
    if not step.starts:
        return left, (passed,)
    flags = flags_now(walk.flow, left, walk.known)
    begun = tuple(
        Follows(kind="begin", step=step.key, flow=start.flow)
        for start in step.starts
        if holds(start.when, left.answers, flags=flags, facts=walk.known.facts)
    )
    return left, (passed, *begun)


def _next(walk: _Walk, procedure: Procedure, step: Step) -> str:
    if step.next and step.next[0].when is None:
        return step.next[0].go
    flags = flags_now(walk.flow, procedure, walk.known)
    for branch in step.next:
        if holds(branch.when, procedure.answers, flags=flags, facts=walk.known.facts):
            return branch.go
    raise FlowStuck


def _entered(walk: _Walk, procedure: Procedure, key: str) -> Walked:
    """From `key` on through every silent step, until somebody is asked or it ends."""
    follows: list[Follows] = []
    for _ in range(MOST_SILENT_STEPS):
        step = walk.flow.steps[key]
        if step.kind == "end":
            ended, over = _ended(walk, replace(procedure, step=key), step.does)
            return ended, (*follows, *over)
        if step.kind not in SILENT:
            asked = Follows(kind="ask", step=key, roles=step.approvers or step.who)
            return _asking(walk, procedure, step), (*follows, asked)
        if step.kind == "notify":
            follows.append(Follows(kind="tell", step=key, roles=step.tell))
        outcome, procedure = _decided(walk, procedure, walk.definition.decisions.get(step.table))
        # Whoever passed the step before did not decide this one: nobody did.
        silent = replace(walk, act=WAKE)
        procedure, after = _left(silent, procedure, step, outcome)
        follows += after
        key = _next(walk, procedure, step)
    raise FlowStuck


def _decided(walk: _Walk, procedure: Procedure, table: DecisionTable | None) -> tuple[str, Procedure]:
    """The first row that holds, and the flags of it and of every overlay that holds."""
    if table is None:
        return "", procedure
    flags = flags_now(walk.flow, procedure, walk.known)
    facts = walk.known.facts
    met = [r for r in table.rows if holds(r.when, procedure.answers, flags=flags, facts=facts)]
    if not met:
        raise FlowStuck
    adding = [o for o in table.overlays if holds(o.when, procedure.answers, flags=flags, facts=facts)]
    raised = (flag for row in (met[0], *adding) for flag in row.flags)
    return met[0].key, replace(procedure, flags=tuple(dict.fromkeys((*procedure.flags, *raised))))


def _asking(walk: _Walk, procedure: Procedure, step: Step) -> Procedure:
    """The procedure waiting at this step, with its clocks."""
    school, now = walk.definition.school, walk.now
    minutes, written = step.due_minutes, procedure.answers.get(step.until_field, "")
    due = due_after(school, now, minutes, in_school_hours=step.due_in_hours) if minutes else None
    until = _start_of_day(school.zone, written) if written else None
    # A step that is come back to is said anew: what was said before stands in `done`.
    return replace(
        procedure,
        answers={k: said for k, said in bare_answers(procedure, step).items() if k not in step.fields},
        step=step.key,
        visit=procedure.visit + 1,
        step_began_at=now,
        due_at=due,
        expires_at=now + timedelta(minutes=step.expires_minutes) if step.expires_minutes else None,
        wakes_at=now + timedelta(minutes=step.wait_minutes) if step.wait_minutes else until,
        reminders=0,
        remind_at=None,
        errors={},
    )


def _start_of_day(zone: str, written: str) -> datetime | None:
    """The first moment of a date as a card sends it (2026-09-01), school's time; None for anything else."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return datetime.combine(day, time(0, 0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _ended(walk: _Walk, procedure: Procedure, does: str) -> Walked:
    stopped = does == "stopped"
    ended = replace(
        procedure,
        state="stopped" if stopped else "done",
        visit=procedure.visit + 1,
        ended_at=walk.now,
        due_at=None,
        remind_at=None,
        expires_at=None,
        wakes_at=None,
        errors={},
    )
    return ended, (Follows(kind="end", step=procedure.step, does="stopped" if stopped else "done"),)
