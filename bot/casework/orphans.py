"""A press on a message of ours whose id nobody ever told us: its send had an unknown outcome, or it was sent
anew below. From the press on it is known, and put right like any other (casework 9).

Must not know what the press does.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework.messages import ALERT_CARD, OPENED, RUN, alert_slot, copy_slot, edit_posted
from bot.casework.office import Office
from bot.casework.tables import POSTED
from bot.casework.unit import Unit
from bot.model.cases import Case
from bot.model.events import Pressed
from bot.model.outbox import Posted
from bot.model.runs import Run


def found_run(office: Office, unit: Unit, run: Run, pressed: Pressed, *, at_once: bool) -> None:
    """A card of the presser's own report: a copy of the one that is kept, and shown the same from now on.

    Not `at_once` where the press was answered with what an edit would take away: a form, or typed text.
    """
    if _unknown(office, pressed):
        slot = copy_slot(run.id, pressed.message_id or "")
        _keep(office, unit, pressed, slot=slot, kind=RUN, run=run.id, at_once=at_once)


def found_case(
    office: Office, unit: Unit, case: Case, pressed: Pressed, *, opened: bool, at_once: bool
) -> None:
    """An alert of a case that the presser may see; `opened`: the press has made it the case itself."""
    if _unknown(office, pressed):
        slot = alert_slot(case.id, pressed.speaker.id, f"found-{pressed.message_id}")
        shown = {OPENED: "yes"} if opened else {}
        _keep(office, unit, pressed, slot=slot, kind=ALERT_CARD, case=case.id, shown=shown, at_once=at_once)


def _unknown(office: Office, pressed: Pressed) -> bool:
    """Whether a person pressed, in their own chat, a message that the record does not have."""
    if pressed.automatic or not pressed.message_id or pressed.place.scope != "personal":
        return False
    return not office.store.find(POSTED, "activity", f"{pressed.place.conversation}/{pressed.message_id}")


def _keep(
    office: Office,
    unit: Unit,
    pressed: Pressed,
    *,
    slot: str,
    kind: str,
    at_once: bool,
    case: str | None = None,
    run: str | None = None,
    shown: Mapping[str, str] | None = None,
) -> None:
    posted = Posted(
        slot=slot,
        tenant=pressed.place.tenant,
        service_url=pressed.place.service_url,
        conversation=pressed.place.conversation,
        activity_id=pressed.message_id or "",
        person=pressed.speaker.id,
        kind=kind,
        case=case,
        run=run,
        sent_at=unit.now,
        shown=shown or {},
    )
    unit.put(POSTED, slot, posted)
    if not at_once:
        return
    edit_posted(office, unit, posted, key=f"{slot}/found", params={"duty": "owner"} if case else {})
