"""Brings a step to whom it waits for, reminds them of it, and tells who is to hear of it: the roles that a
step names, the owner, whoever oversees the case.

Queues only: whom a message reaches is found when it is sent. Must not know where a procedure goes.
"""

from __future__ import annotations

from bot.casework import messages
from bot.casework.office import HANDRAIL, Office
from bot.casework.procedures.asking import (
    REQUESTER,
    cannot_sign,
    for_role,
    held_back,
    may_be_told,
    waits_for,
)  # fmt: skip
from bot.casework.procedures.knowing import stay_of, step_of
from bot.casework.rerouting import overseen_by, told_of
from bot.casework.unit import Unit
from bot.engine.access import may_see
from bot.engine.acts import Follows
from bot.model.cases import Case, owner_now
from bot.model.people import PersonId, RoleRef
from bot.model.procedures import Procedure

TOLD_AT, TOLD_EACH = 2, 5
"""From which reminder of an overdue step on its case's oversight hears of it, and at each how many from then
on: there is a reminder each school day (engine), so five are a week."""


def ask(office: Office, unit: Unit, case: Case, procedure: Procedure, *, by: PersonId | None) -> None:
    """Bring the step to whom it waits for; `by` has just pressed, and sees their own step in the case."""
    step = step_of(office, procedure)
    if step.kind == "wait" and not step.event.by_language:
        return
    roles = waits_for(case, procedure, step)
    if not roles:
        _ask_owner(office, unit, case, procedure, by=by)
        return
    out = cannot_sign(step, procedure)
    found = {role: for_role(office, case, role, unit.now, out=out) for role in roles}
    first = next((role for role in roles if found[role]), roles[0])
    for role in roles if step.kind == "approval" else (first,):
        if role == REQUESTER and case.opened_at == unit.now:
            continue  # The receipt that goes out now leads to it.
        mine = by is not None and role != REQUESTER and may_see(case, by, office.directory(), unit.now)
        if not (mine and found[role] and found[role][0].person == by):
            queue(office, unit, case, procedure, role)


def _ask_owner(office: Office, unit: Unit, case: Case, procedure: Procedure, *, by: PersonId | None) -> None:
    """It stands on the card of the case; whoever has it and did not just press is told so."""
    owner = owner_now(case)
    if owner and owner != by and procedure.done:
        what = "step_held" if held_back(case, procedure, step_of(office, procedure)) else "step_yours"
        key = f"{what}/{procedure.id}/{stay_of(procedure)}"
        messages.notice(office, unit, what, key=key, person=owner, case=case)


def ask_further(office: Office, unit: Unit, case: Case, procedure: Procedure) -> None:
    """After a signature: a role still open is asked anew where nobody it was brought to can sign any more."""
    step = step_of(office, procedure)
    out = cannot_sign(step, procedure)
    for role in waits_for(case, procedure, step):
        free = {h.person for h in for_role(office, case, role, unit.now, out=out)}
        if not free & set(procedure.tried):
            queue(office, unit, case, procedure, role, mark=f"signed/{len(procedure.signatures)}")


def queue(
    office: Office,
    unit: Unit,
    case: Case,
    procedure: Procedure,
    role: str,
    *,
    mark: str = "new",
    reason: str = "new",
    skip: tuple[PersonId, ...] = (),
) -> None:
    """Queue the message: whom it reaches is found at sending."""
    stay = stay_of(procedure)
    ref = RoleRef(role=REQUESTER) if role == REQUESTER else told_of(office, case, role)
    key = f"step/{procedure.id}/{stay}/{role}/{mark}"
    unit.send(
        office.item(
            messages.STEP,
            key=key,
            slot=key,
            urgency=case.urgency,
            now=unit.now,
            to_role=ref,
            case=case.id,
            reason=reason,
            params={"procedure": procedure.id, "stay": stay, "role": role, "skip": " ".join(skip)},
        )
    )


def tell(office: Office, unit: Unit, case: Case, procedure: Procedure, each: Follows) -> Case:
    """A line to each role; who of a restricted case may not know is not told, on record."""
    told = [role for role in each.roles if may_be_told(case, role)]
    for role in told:
        key = f"told/{procedure.id}/{len(procedure.done)}/{each.step}/{role}"
        unit.send(
            office.item(
                messages.STEP_TOLD,
                key=key,
                slot=key,
                urgency=case.urgency,
                now=unit.now,
                to_role=told_of(office, case, role),
                case=case.id,
                params={"procedure": procedure.id, "step": each.step, "role": role},
            )
        )
    content = {"procedure": procedure.id, "step": each.step, "roles": told}
    return unit.case(case, actor=HANDRAIL, role="", kind="step_told", content=content)


def remind(office: Office, unit: Unit, case: Case, procedure: Procedure) -> Case:
    """It is overdue: those it waits for are reminded, and the owner hears of it; the second time, and once a
    week from then on, whoever oversees the case as well."""
    step, times = step_of(office, procedure), procedure.reminders
    roles = waits_for(case, procedure, step)
    for role in roles if step.kind == "approval" else roles[:1]:
        queue(office, unit, case, procedure, role, mark=f"late/{times}", reason="reminder")
    if owner_now(case):
        tell_owner(office, unit, case, procedure, "step_late" if roles else "step_due", mark=str(times))
    person, ref = overseen_by(office, case, unit.now)
    if (person or ref) and times >= TOLD_AT and (times - TOLD_AT) % TOLD_EACH == 0:
        key = f"step_long_late/{procedure.id}/{stay_of(procedure)}/{times}"
        messages.notice(office, unit, "step_long_late", key=key, person=person, role=ref, case=case)
    content = {"procedure": procedure.id, "step": step.key, "reminders": times}
    return unit.case(case, actor=HANDRAIL, role="", kind="step_late", content=content)


def tell_owner(
    office: Office, unit: Unit, case: Case, procedure: Procedure, what: str, *, mark: str = ""
) -> None:
    """A line to whoever has the case, or whose it is to be; once for each `mark`."""
    owner = owner_now(case)
    role = None if owner else case.owner.role
    if owner or role:
        key = f"{what}/{procedure.id}/{stay_of(procedure)}/{procedure.visit}/{mark}"
        messages.notice(office, unit, what, key=key, person=owner, role=role, case=case)
