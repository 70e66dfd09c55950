"""Queues the messages that follow from what happened: intent only, made ready at sending.

Must not know a card, a conversation or who holds a role today.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Literal

from bot.casework.office import Office
from bot.casework.tables import CASES, POSTED
from bot.casework.unit import Unit
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.outbox import Item, Posted
from bot.model.people import PersonId, RoleRef
from bot.model.runs import Run
from bot.model.tables import Urgency

Duty = Literal["owner", "oversight", "told"]

RUN = "run"
ALERT = "alert"
ALERT_CARD = "alert_card"
CASE = "case"
POST = "post"
POST_REPLY = "post_reply"
DAILY = "daily"
OUTSIDE = "outside"
REPLY = "reply"
CHANNEL_REPLY = "channel_reply"
LINK_ASK = "link_ask"
LINK_TEST = "link_test"
UNFINISHED = "unfinished"
NUDGE = "nudge"
PICTURE = "picture"
NOTICE = "notice"
TAKEN_OVER = "taken_over"
TASK = "task"
STEP = "step"
STEP_CARD = "step_card"
STEP_TOLD = "step_told"
ASKED = "asked"

OPENED = "opened"
DONE = "done"
ANEW = "anew"
"""A parameter of an edit: what the message says is made anew, also where it would stand as it was sent."""

BEFORE_CARD = (STEP_TOLD, NOTICE)
"""Plain lines behind which the card of their case may come."""
TO_BE_OPENED = frozenset({
    "step_yours", "step_held", "step_due", "step_long_late", "handed_back", "waiting_over", "told_nobody",
    "reporter_add", "reporter_mistake", "pupil_again", "pupil_danger", "signature_void",
})  # fmt: skip
"""The short lines that ask their reader to open the case: the card with *Open* comes behind them."""

LINES = ("reminder", "climb", "worried", "told", "released", "handed")
PERSONAL_VALID = timedelta(days=2)
LINE = "line/"


def line_reason(item: Item) -> str:
    """Which sentence the plain line before an alert says."""
    return item.reason if item.reason in LINES else "new"


def run_slot(run_id: str) -> str:
    """The message in which a report is written, and which becomes its receipt."""
    return f"run/{run_id}"


def copy_slot(run_id: str, message_id: str) -> str:
    """Another message that shows the same report."""
    return f"{run_slot(run_id)}/{message_id}"


def slots_of_run(office: Office, run_id: str) -> tuple[str, ...]:
    """The report's message, whether or not it has arrived yet, and the copies of it that are known."""
    main = run_slot(run_id)
    found = office.store.find(POSTED, "run", run_id)
    return (main, *(slot for slot in found if slot.startswith(f"{main}/")))


def line_slot(item_id: str) -> str:
    """The plain line before an urgent alert's card."""
    return f"{LINE}{item_id}"


def alert_slot(case_id: str, person: PersonId, mark: str) -> str:
    """An alert of a case in a handler's own chat: each is a message of its own, and put right as one."""
    return f"alert/{case_id}/{person}/{mark}"


def case_slot(case_id: str, person: PersonId, mark: str) -> str:
    """The opened case in a handler's own chat, as it was brought there that time."""
    return f"case/{case_id}/{person}/{mark}"


def task_slot(task_id: str, person: PersonId, mark: str) -> str:
    """A task in the chat of somebody who is to do it: asked again, it is a message of its own."""
    return f"task/{task_id}/{person}/{mark}"


def step_slot(procedure_id: str, stay: str, person: PersonId, mark: str) -> str:
    """A step of a procedure in the chat of whom it waits for: brought again, it is a message of its own.

    `stay`: how many were passed before.
    """
    return f"step/{procedure_id}/{stay}/{person}/{mark}"


def asked_slot(procedure_id: str) -> str:
    """The message in which somebody asks for something, or about something, until it is sent or answered."""
    return f"asked/{procedure_id}"


def post_slot(case_id: str) -> str:
    """The channel's post of an urgent case."""
    return f"post/{case_id}"


def edit_posted(
    office: Office,
    unit: Unit,
    posted: Posted,
    *,
    key: str,
    params: Mapping[str, str] | None = None,
    do: Literal["edit", "withdraw"] = "edit",
) -> None:
    """Bring a message that exists in Teams up to date, or take it back, wherever it stands."""
    unit.send(
        office.item(
            posted.kind,
            key=key,
            slot=posted.slot,
            urgency="serious",
            now=unit.now,
            do=do,
            to_person=posted.person,
            to_channel=None if posted.person else posted.conversation,
            case=posted.case,
            run=None if posted.case else posted.run,
            params=params or {},
        )
    )


def show_run(
    office: Office, unit: Unit, run: Run, *, fresh: bool = False, urgency: Urgency = "routine"
) -> None:
    """Bring the run's message and its copies up to date; `fresh` posts a new one below what was said last."""
    for slot in slots_of_run(office, run.id):
        anew = fresh and slot == run_slot(run.id)
        unit.send(
            office.item(
                RUN,
                key=f"{slot}/{run.revision}/{'send' if anew else 'edit'}",
                slot=slot,
                urgency=urgency,
                now=unit.now,
                do="send" if anew else "edit",
                to_person=run.person,
                run=run.id,
            )
        )


def reply_slot(key: str) -> str:
    """The answer that was sent under that key."""
    return f"reply/{key}"


def reply(office: Office, unit: Unit, person: PersonId, what: str, *, key: str, **params: str) -> None:
    """Answer a message: `what` is a view or a text of the closed list in composing.

    The answer to a press on a case belongs to that case, so that it can be blanked with the rest.
    """
    target = params.get("target", "") if what == "press" else ""
    unit.send(
        office.item(
            REPLY,
            key=reply_slot(key),
            slot=reply_slot(key),
            urgency="serious",
            now=unit.now,
            to_person=person,
            case=target if target and unit.get(CASES, target) is not None else None,
            params={"what": what, **params},
            valid_until=unit.now + PERSONAL_VALID,
        )
    )


def said_back(office: Office, unit: Unit, person: PersonId, text: str, *, key: str) -> None:
    """Answer a message with a finished sentence."""
    reply(office, unit, person, "said", key=key, text=text)


def alert(
    office: Office,
    unit: Unit,
    case: Case,
    *,
    duty: Duty,
    role: RoleRef,
    stage: int = 0,
    reason: str = "new",
    mark: str = "",
    skip: tuple[PersonId, ...] = (),
) -> None:
    """Alert whoever holds the role for this duty: found at sending, on the facts of that moment.

    `skip`: those whom this alert could not reach already.
    """
    unit.send(
        office.item(
            ALERT,
            key=f"alert/{case.id}/{duty}/{role.role}/{reason}/{stage}/{mark}",
            slot=f"alert/{case.id}/{duty}/{role.role}/{stage}",
            urgency=case.urgency,
            now=unit.now,
            to_role=role,
            case=case.id,
            reason=reason,
            params={"duty": duty, "stage": str(stage), "skip": " ".join(skip)},
        )
    )


def in_two(case: Case, item: Item) -> bool:
    """Whether an alert is a plain line that rings and says why, and then the card (casework 8)."""
    return case.urgency != "routine" or item.reason == "worried"


def mark_opened(office: Office, unit: Unit, case: Case, person: PersonId, message_id: str | None) -> None:
    """That alert in the person's own chat has become the case; no later edit folds it up again."""
    posted = message_of(office, case, person, message_id)
    if posted is not None and posted.kind != CASE and not is_opened(posted):
        unit.put(POSTED, posted.slot, replace(posted, shown={**posted.shown, OPENED: "yes"}))


def message_of(
    office: Office,
    case: Case,
    person: PersonId,
    message_id: str | None,
    kinds: Collection[str] = (ALERT, ALERT_CARD, CASE),
) -> Posted | None:
    """The message with that id, if it is the person's own alert or card of this case."""
    found = (office.store.get(POSTED, slot) for slot in office.store.find(POSTED, "case", case.id))
    mine = (p for p in found if p is not None and p.person == person and p.kind in kinds)
    return next((p for p in mine if p.activity_id == message_id and not p.withdrawn), None)


def is_opened(posted: Posted | None) -> bool:
    """Whether its reader has opened the case in this message."""
    return posted is not None and posted.shown.get(OPENED) == "yes"


def outside(office: Office, unit: Unit, case: Case, *, mark: str) -> None:
    """Tell the reporter that nobody could be reached, and the way outside the school."""
    unit.send(
        office.item(
            OUTSIDE,
            key=f"outside/{case.id}/{mark}",
            slot=f"outside/{case.id}/{mark}",
            urgency="immediate",
            now=unit.now,
            to_person=case.reporter,
            case=case.id,
        )
    )


def show_case(office: Office, unit: Unit, case: Case, person: PersonId) -> None:
    """Bring the opened case into the person's own chat."""
    mark = str(office.counter.next())
    unit.send(
        office.item(
            CASE,
            key=f"case/{case.id}/{person}/{mark}",
            slot=case_slot(case.id, person, mark),
            urgency=case.urgency,
            now=unit.now,
            to_person=person,
            case=case.id,
        )
    )


def taken_from(office: Office, unit: Unit, case: Case, person: PersonId) -> None:
    """Tell whoever had the case that a colleague has it now."""
    notice(office, unit, TAKEN_OVER, key=f"over/{case.id}/{case.revision}", person=person, case=case)


def notice(
    office: Office,
    unit: Unit,
    what: str,
    *,
    key: str,
    role: RoleRef | None = None,
    person: PersonId | None = None,
    case: Case | None = None,
    run: Run | None = None,
    urgency: Urgency = "serious",
    **params: str,
) -> None:
    """A short line to a role or a person: `what` names the text."""
    unit.send(
        office.item(
            NOTICE,
            key=f"notice/{key}",
            slot=f"notice/{key}",
            urgency=urgency,
            now=unit.now,
            to_role=role,
            to_person=person,
            case=case.id if case else None,
            run=run.id if run else None,
            params={"what": what, **params},
        )
    )
