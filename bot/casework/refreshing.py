"""Brings messages that stand in Teams up to date after something changed: cards, posts, receipts, lists.

What each then shows, or whether it is blanked, is decided at sending.
"""

from __future__ import annotations

from datetime import timedelta

from bot.casework.messages import (
    ALERT,
    ALERT_CARD,
    ANEW,
    CASE,
    DONE,
    LINE,
    NOTICE,
    POST,
    REPLY,
    RUN,
    STEP,
    STEP_CARD,
    STEP_TOLD,
    TASK,
    edit_posted,
    run_slot,
    slots_of_run,
)
from bot.casework.office import Office
from bot.casework.posts import refresh_daily
from bot.casework.tables import CASES, POSTED
from bot.casework.unit import Unit
from bot.engine.access import may_see
from bot.model.cases import Case
from bot.model.outbox import Posted
from bot.model.people import PersonId

KEPT_RIGHT = frozenset({ALERT, ALERT_CARD, CASE, POST, TASK, STEP, STEP_CARD})
"""Messages of a case that show where it stands, so that each change of it is shown."""

ONLY_BLANKED = frozenset({ALERT, NOTICE, REPLY, STEP, STEP_TOLD})
"""Messages of a case that stand as they were sent, until their reader may see nothing of it any more."""


def refresh_lists(office: Office, unit: Unit, case: Case, person: PersonId) -> None:
    """Make anew the day's lists in which that person has this case: rows go, and a case opened from one."""
    days = sorted({(case.opened_at + timedelta(days=more)).date().isoformat() for more in (0, 1)})
    for slot in (slot for day in days for slot in office.store.find(POSTED, "list", f"{person}/{day}")):
        posted = office.store.get(POSTED, slot)
        if posted is not None:
            edit_posted(office, unit, posted, key=f"{slot}/{office.counter.next()}", params=posted.shown)


def refresh_linked(office: Office, unit: Unit, case: Case, person: PersonId) -> None:
    """Make anew that person's messages of the other cases of the incident: those name the linked numbers."""
    for key in office.store.find(CASES, "incident", case.incident):
        for slot in office.store.find(POSTED, "case", key) if key != case.id else ():
            posted = office.store.get(POSTED, slot)
            shows = posted is not None and posted.kind in {ALERT, ALERT_CARD, CASE, REPLY}
            if posted is None or not shows or posted.person != person or slot.startswith(LINE):
                continue
            params = {**posted.shown, ANEW: "yes"}
            edit_posted(office, unit, posted, key=f"{slot}/{office.counter.next()}", params=params)


def _to_be_edited(office: Office, unit: Unit, case: Case, posted: Posted) -> bool:
    stands = posted.kind not in KEPT_RIGHT or posted.slot.startswith(LINE)
    if not stands:
        return True
    reader = posted.person
    return (
        posted.kind in ONLY_BLANKED
        and reader is not None
        and not may_see(case, reader, office.directory(), unit.now)
    )


def refresh_case(
    office: Office, unit: Unit, case: Case, *, done: str = "", by: PersonId | None = None
) -> None:
    """Bring every live message of a case up to date: alerts, opened cases, the posts, the receipt.

    `done` is the action just done `by` somebody, whose own card goes on saying so.

    Whoever may see it no longer gets all of theirs blanked, the plain lines too.
    """
    if case.routed.channel == "daily":
        refresh_daily(office, unit, case)
    for slot in office.store.find(POSTED, "case", case.id):
        posted = office.store.get(POSTED, slot)
        if posted is None or posted.withdrawn or not _to_be_edited(office, unit, case, posted):
            continue
        params = {
            "duty": posted.shown.get("duty", "owner"),
            "what": posted.shown.get("what", ""),
            DONE: done if posted.person == by else "",
        }
        edit_posted(office, unit, posted, key=f"{slot}/{case.revision}", params=params)
    refresh_receipt(office, unit, case)


def refresh_receipt(office: Office, unit: Unit, case: Case) -> None:
    """Bring the reporter's receipt up to date, and the copies of it that are known."""
    for slot in slots_of_run(office, case.run):
        if office.store.get(POSTED, slot) is not None:
            unit.send(
                office.item(
                    RUN,
                    key=f"receipt/{case.id}/{case.revision}{slot.removeprefix(run_slot(case.run))}",
                    slot=slot,
                    urgency="serious",
                    now=unit.now,
                    do="edit",
                    to_person=case.reporter,
                    run=case.run,
                )
            )
