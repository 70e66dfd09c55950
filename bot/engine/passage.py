"""The way from one step of a procedure to the next: what is left goes on record, what asks nobody is passed
at once, and where somebody is asked the clocks of that step start.

Pure. Must not know what somebody did to bring it there, nor whether they might.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.engine.acts import WAKE, Act, Follows, Walked
from bot.engine.advance import MOST_SILENT_STEPS, FlowStuck
from bot.engine.conditions import holds
from bot.engine.hours import due_after
from bot.engine.step_form import Known, bare_answers, flags_now, keys_of
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.procedures import Procedure, StepDone
from bot.model.tables import DecisionTable

SILENT = frozenset({"decision", "notify", "end"})
"""Steps that ask nobody: they are passed in the same unit of work."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """What one walk goes by, the same from its first step to its last."""

    definition: Definition
    flow: Flow
    known: Known
    act: Act
    now: datetime


def leave(walk: Walk, procedure: Procedure, outcome: str, *, before: tuple[Follows, ...] = ()) -> Walked:
    """Leave the step: on record, its flows begun, and on to the next that asks somebody.

    `before`: what follows from the act itself, and comes first. Raises FlowStuck when no way leads on.
    """
    step = walk.flow.steps[procedure.step]
    left, begun = _left(walk, procedure, step, outcome)
    moved, after = enter(walk, left, _next(walk, left, step))
    return moved, (*before, *begun, *after)


def _left(walk: Walk, procedure: Procedure, step: Step, outcome: str) -> Walked:
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


def _next(walk: Walk, procedure: Procedure, step: Step) -> str:
    if step.next and step.next[0].when is None:
        return step.next[0].go
    flags = flags_now(walk.flow, procedure, walk.known)
    for branch in step.next:
        if holds(branch.when, procedure.answers, flags=flags, facts=walk.known.facts):
            return branch.go
    raise FlowStuck


def enter(walk: Walk, procedure: Procedure, key: str) -> Walked:
    """From `key` on through every silent step, until somebody is asked or it ends. Raises FlowStuck when no
    way leads on, or only in a circle."""
    follows: list[Follows] = []
    for _ in range(MOST_SILENT_STEPS):
        step = walk.flow.steps[key]
        if step.kind == "end":
            ended, over = end(walk, replace(procedure, step=key), step.does)
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


def _decided(walk: Walk, procedure: Procedure, table: DecisionTable | None) -> tuple[str, Procedure]:
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


def _asking(walk: Walk, procedure: Procedure, step: Step) -> Procedure:
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


def end(walk: Walk, procedure: Procedure, does: str) -> Walked:
    """Over where it stands, with no clock left; `does` is `stopped`, or anything else for done."""
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
