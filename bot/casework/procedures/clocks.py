"""What follows from a procedure's alarm, and from a step's message that went or reached nobody.

Must not know how anything is carried.
"""

from __future__ import annotations

from bot.casework import messages
from bot.casework.envelopes import NOBODY
from bot.casework.office import HANDRAIL, Office
from bot.casework.procedures.asking import waits_for
from bot.casework.procedures.keeping import keep_up_with
from bot.casework.procedures.knowing import stay_of, step_of
from bot.casework.procedures.posts import Reach, receiver
from bot.casework.procedures.running import act, write
from bot.casework.procedures.telling import queue, tell_owner
from bot.casework.tables import CASES, PROCEDURES
from bot.casework.unit import Unit
from bot.engine.access import may_see
from bot.engine.acts import Act
from bot.model.cases import Case, owner_now
from bot.model.changed import replace
from bot.model.outbox import Alarm, Item
from bot.model.people import PersonId
from bot.model.procedures import Procedure


def procedure_alarm(office: Office, unit: Unit, alarm: Alarm) -> None:
    """Its time has come: due, expired, or the wait is over. A clock that is not the armed one does nothing.

    What was asked for and never sent is forgotten.
    """
    procedure = unit.get(PROCEDURES, alarm.run or "")
    if procedure is None or procedure.clock_id != alarm.id:
        return
    case = unit.get(CASES, procedure.case) if procedure.case else None
    if case is None:
        _forget(office, unit, procedure)
    elif procedure.state == "open":
        _, after = act(office, unit, case, procedure, Act(kind="wake"))
        keep_up_with(office, unit, case, after)


def _forget(office: Office, unit: Unit, procedure: Procedure) -> None:
    """What was never sent is gone, and its card says so; the card of an answered question stays."""
    unit.delete(PROCEDURES, procedure.id)
    if procedure.state == "open":
        slot = messages.asked_slot(procedure.id)
        unit.send(
            office.item(
                messages.ASKED, key=f"{slot}/forgotten", slot=slot, urgency="routine", now=unit.now,
                do="edit", to_person=procedure.asked_by, params={"procedure": procedure.id},
            )
        )  # fmt: skip


def walked(unit: Unit, item: Item) -> tuple[Case, Procedure] | None:
    """The case and procedure of a step's message, while it stands at that step."""
    case = unit.get(CASES, item.case or "")
    procedure = unit.get(PROCEDURES, item.params.get("procedure", ""))
    if case is None or procedure is None or procedure.state != "open":
        return None
    return (case, procedure) if stay_of(procedure) == item.params.get("stay") else None


def step_went(office: Office, unit: Unit, item: Item, person: PersonId) -> None:
    """The step was brought to somebody: on record; behind a line that rings comes the card."""
    found = walked(unit, item)
    if found is None:
        return
    case, procedure = found
    role = item.params["role"]
    if person not in procedure.tried:
        procedure = write(unit, replace(procedure, tried=(*procedure.tried, person)))
    content = {"procedure": procedure.id, "step": procedure.step, "person": person, "why": item.reason}
    unit.case(case, actor=HANDRAIL, role=role, kind="step_asked", content=content)
    if messages.in_two(case, item):
        slot = messages.step_slot(procedure.id, stay_of(procedure), person, item.id)
        unit.send(
            office.item(
                messages.STEP_CARD, key=f"card/{item.key}", slot=slot, urgency=case.urgency, now=unit.now,
                to_person=person, case=case.id, params=item.params,
            )
        )  # fmt: skip


def told_went(office: Office, unit: Unit, item: Item, person: PersonId) -> None:
    """What a notify step or a short line says reached somebody: behind it comes the case, if they may see it
    and the line asks them to open it."""
    case = unit.get(CASES, item.case or "")
    says = item.params.get("what", "")
    if item.kind == messages.NOTICE and says not in messages.TO_BE_OPENED:
        return
    if case is None or not may_see(case, person, office.directory(), unit.now):
        return
    theirs = item.kind == messages.NOTICE and (person == owner_now(case) or item.to_role == case.owner.role)
    unit.send(
        office.item(
            messages.ALERT_CARD, key=f"card/{item.key}", urgency=case.urgency, now=unit.now,
            slot=messages.alert_slot(case.id, person, item.id), to_person=person, case=case.id,
            params={"duty": "owner" if theirs else "told"},
        )
    )  # fmt: skip


def step_failed(office: Office, unit: Unit, item: Item, why: str, reach: Reach) -> PersonId:
    """It reached nobody there: the next one is tried, the next role, at last the owner hears of it.

    Gives whom it could not reach, or nothing.
    """
    if item.kind == messages.STEP_TOLD:
        _telling_failed(office, unit, item)
        return ""
    found = walked(unit, item)
    if found is None:
        return ""
    case, procedure = found
    role = item.params["role"]
    reference = receiver(office, case, procedure, item, reach, unit.now)
    gone = reference.person if reference else ""
    skip = (*item.params.get("skip", "").split(), gone)
    if why != NOBODY and gone:
        queue(office, unit, case, procedure, role, mark=f"after/{item.id}", reason=item.reason, skip=skip)
        return gone
    content = {"procedure": procedure.id, "step": procedure.step}
    case = unit.case(case, actor=HANDRAIL, role=role, kind="step_nobody", content=content)
    step = step_of(office, procedure)
    roles = waits_for(case, procedure, step)
    later = roles[roles.index(role) + 1 :] if role in roles and step.kind != "approval" else ()
    if later:
        queue(office, unit, case, procedure, later[0], mark=f"after/{item.id}", reason=item.reason)
    else:
        tell_owner(office, unit, case, procedure, "step_nobody", mark=item.id)
    return gone


def _telling_failed(office: Office, unit: Unit, item: Item) -> None:
    """Nobody of a role that was to be told could be reached: the owner hears of it."""
    case = unit.get(CASES, item.case or "")
    procedure = unit.get(PROCEDURES, item.params["procedure"])
    if case is not None and procedure is not None:
        tell_owner(office, unit, case, procedure, "told_nobody")
