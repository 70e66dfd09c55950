"""One walk of a case through a procedure: where it stands, who signed, who has the device.

Several run at once in one case, each pinned to the case's definition. Must not know where it is kept or how
it is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.model.changed import equal, replace
from bot.model.people import PersonId, RoleRef

ProcedureState = Literal["open", "done", "stopped"]
How = Literal["kept", "returned", "passed_on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One person's word on one approval, in a role that may; single use. `yes` false needs its reason.

    `stay`: how many steps were passed before; it counts while the procedure stands there, and never again.
    `void`: why it counts no longer (`left_out`: whoever gave it may have nothing of the case any more); empty
    while it counts.
    """

    step: str
    by: PersonId
    role: str
    yes: bool
    at: datetime
    why: str = ""
    stay: int = 0
    void: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Something changed hands: who gave and who took it (as written), when, where it is kept.

    `how`: kept (by whoever took it), returned (to its owner) or passed_on (to the police or another body,
    with `reference`). The last hand-over says where it is now.
    """

    step: str
    what: str
    gave: str
    took: str
    at: datetime
    where: str
    how: How
    by: PersonId
    role: str
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """A step that was passed: its outcome (of OUTCOMES, a row's key, or empty), by whom, in which role."""

    step: str
    at: datetime
    outcome: str = ""
    by: PersonId | None = None
    role: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """One run of a flow in a case.

    `revision` +1 per unit of work. `visit` +1 whenever another step is shown: a press on an earlier one is
    stale. `answers` by field key, and by step key its outcome. `done` are the steps passed, in order.
    `who` is the role that the step waits for (None: nobody, or the owner of the case). `step_began_at` is
    what due times count from; `due_at`, `expires_at`, `wakes_at` are the step's own, aware UTC. `reminders`:
    how often it was reminded of as overdue, and `remind_at` when next, once it was. `clock_id`: the armed
    alarm. `asked_by` began it, and is who asked for an approval. `started_by`: the procedure whose
    step began it.
    """

    __eq__ = equal

    id: str
    case: str
    flow: str
    definition: str
    step: str
    state: ProcedureState
    revision: int
    visit: int
    began_at: datetime
    step_began_at: datetime
    asked_by: PersonId | None = None
    started_by: str = ""
    who: RoleRef | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    done: tuple[StepDone, ...] = ()
    signatures: tuple[Signature, ...] = ()
    hand_overs: tuple[HandOver, ...] = ()
    flags: tuple[str, ...] = ()
    due_at: datetime | None = None
    expires_at: datetime | None = None
    wakes_at: datetime | None = None
    clock_id: str | None = None
    reminders: int = 0
    remind_at: datetime | None = None
    ended_at: datetime | None = None
    tried: tuple[PersonId, ...] = ()
    released: bool = False


def signed_now(procedure: Procedure) -> tuple[Signature, ...]:
    """The signatures of this visit to the step it stands at that count: one come back to is signed anew."""
    stay = len(procedure.done)
    here = (s for s in procedure.signatures if (s.step, s.stay) == (procedure.step, stay))
    return tuple(s for s in here if not s.void)


def unpassed(procedure: Procedure, approval: str, at: datetime) -> Procedure:
    """The procedure as if that approval had not been granted, with a line that says so.

    What was signed there last and still counts goes on counting at the visit that begins now.
    """
    stay = len(procedure.done) + 1
    last = max((s.stay for s in procedure.signatures if s.step == approval), default=0)
    signatures = tuple(
        replace(s, stay=stay) if (s.step, s.stay) == (approval, last) and s.yes and not s.void else s
        for s in procedure.signatures
    )
    void = StepDone(step=approval, at=at, outcome="void")
    answers = {key: said for key, said in procedure.answers.items() if key != approval}
    return replace(procedure, done=(*procedure.done, void), signatures=signatures, answers=answers)


def next_reminder(procedure: Procedure) -> datetime | None:
    """When the step is reminded of next, if it still waits then; None for one that is never due."""
    return procedure.remind_at if procedure.reminders else procedure.due_at


def asker_of(procedure: Procedure) -> PersonId | None:
    """Who asks for what is to be approved: who began it; where nobody did, who last did a step of it."""
    signed = {(s.by, s.step) for s in procedure.signatures}
    did = (d.by for d in reversed(procedure.done) if d.by and (d.by, d.step) not in signed)
    return procedure.asked_by or next(did, None)


def still_kept(procedure: Procedure) -> tuple[HandOver, ...]:
    """The last hand-over of each custody step after which somebody of the school still has the thing."""
    last = {hand_over.step: hand_over for hand_over in procedure.hand_overs}
    return tuple(h for h in last.values() if h.how == "kept")
