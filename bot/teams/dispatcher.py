"""From an activity to the desk, and from the desk's answer to what Teams takes.

Must not know how a request came in, what a verb means or what is recorded. Logs name ids and
references, never a person, a word or a verb.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from pathlib import Path

from botbuilder.core import InvokeResponse

from bot.casework.ports import Address, Desk, Messenger, Outgoing, SendFailed
from bot.errors import ActivityRefused, HandrailError, PressUnreadable, StoreFailed
from bot.model.events import Answer, Lived, Pressed, Said, Searched
from bot.model.views import View
from bot.teams.activities import Event, place_of, read_event
from bot.teams.answers import card_answer, error_answer, message_answer, plain_answer, search_answer
from bot.teams.wire import Activity

logger = logging.getLogger(__name__)

Render = Callable[[View], bytes]
"""Draws a card, as JSON."""

INVOKE = "invoke"
APOLOGY_SECONDS = 5.0
"""Within the ten seconds that Teams gives a turn."""


class Dispatcher:
    """Hands events to the desk.

    `apologies`, where given, tells a person in the bot's own chat that a message failed. `in_person`
    names whom to find when nothing can be recorded, as the sentence goes on after 'find'.
    """

    def __init__(
        self, desk: Desk, *, render: Render, in_person: str, apologies: Messenger | None = None
    ) -> None:
        self._desk = desk
        self._render = render
        self._in_person = in_person
        self._apologies = apologies

    async def turn(self, activity: Activity) -> InvokeResponse | None:
        """Handle one activity. An invoke is always answered; anything else returns None.

        Of anything else, raises ActivityRefused or PressUnreadable, and StoreFailed when not recorded.
        """
        try:
            answer = await self._handle(activity, read_event(activity))
        except Exception as fault:  # noqa: BLE001 -- the last line before a person, who must get a sentence
            return await self._failed(activity, fault)
        if activity.type != INVOKE:
            return None
        if answer is None:
            body = plain_answer("Handrail does not handle this kind of invoke.")
            return InvokeResponse(status=501, body=body)
        return InvokeResponse(status=200, body=answer)

    async def _handle(self, activity: Activity, event: Event | None) -> bytes | None:
        """Ask the desk. None where there is nothing to answer."""
        match event:
            case Pressed():
                answer = await self._desk.pressed(event)
                _log("pressed", activity)
                return self._draw(answer)
            case Said():
                await self._desk.said(event)
                _log("said", activity)
            case Searched():
                return search_answer(await self._desk.searched(event))
            case Lived():
                await self._desk.lived(event)
                _log(event.kind, activity)
        return None

    def _draw(self, answer: Answer) -> bytes:
        if answer.view is not None:
            return card_answer(self._render(answer.view))
        return message_answer(answer.text or "Nothing has changed.")

    async def _failed(self, activity: Activity, fault: Exception) -> InvokeResponse | None:
        """Tell the person: in an invoke's answer, else in the bot's own chat, and raise what was expected."""
        expected = isinstance(fault, ActivityRefused | PressUnreadable | StoreFailed)
        failed = fault if expected and isinstance(fault, HandrailError) else _reported(fault, activity)
        if activity.type == INVOKE:
            _log_refusal(failed)
            return InvokeResponse(status=200, body=self._error(failed))
        await self._tell(activity, failed)
        if expected:
            raise failed
        return None

    def _error(self, failed: HandrailError) -> bytes:
        """What an invoke is answered with when it was refused or went wrong.

        'Not recorded' and 'nobody can tell who you are' go as a message, not as an error: clients put
        words of their own in place of an error's, and these two must be read.
        """
        sentence = self._sentence(failed)
        match failed:
            case StoreFailed() | ActivityRefused(status=403):
                return message_answer(sentence)
            case ActivityRefused() | PressUnreadable():
                return error_answer(400, "BadRequest", sentence)
        return error_answer(500, "Failed", sentence)

    def _sentence(self, failed: HandrailError) -> str:
        """What the person reads, with the reference that the log has too."""
        match failed:
            case ActivityRefused() | PressUnreadable():
                said = str(failed)
            case StoreFailed():
                said = (
                    "Not recorded. Handrail cannot save anything at the moment, so nobody has been told. "
                    f"Please find {self._in_person} in person now. If anyone is in danger, ring 999."
                )
            case _:
                said = f"{failed} If a child may be at risk, find {self._in_person} in person now."
        return f"{said} (Reference {failed.reference})"

    async def _tell(self, activity: Activity, failed: HandrailError) -> None:
        """Say in the bot's own chat what became of a message. Best effort: the log has it either way."""
        place = place_of(activity)
        if self._apologies is None or activity.type != "message" or place.scope != "personal":
            return
        address = Address(tenant=place.tenant, service_url=place.service_url, conversation=place.conversation)
        message = Outgoing(text=self._sentence(failed), summary="Your message to Handrail")
        try:
            async with asyncio.timeout(APOLOGY_SECONDS):
                await self._apologies.send(address, message)
        except (SendFailed, TimeoutError):
            logger.warning(
                "A person could not be told that a message failed",
                extra={"action": "apology_failed", "reference": failed.reference},
            )


def _log(action: str, activity: Activity) -> None:
    logger.info("Handled an activity", extra={"action": action, "activity_id": activity.id})


def _log_refusal(failed: HandrailError) -> None:
    logger.warning(
        "An activity was not carried out", extra={"action": failed.action, "reference": failed.reference}
    )


def _reported(fault: Exception, activity: Activity) -> HandrailError:
    """The fault as one of ours, logged with its reference. Its message stays out: it may quote a person."""
    failed = fault if isinstance(fault, HandrailError) else HandrailError()
    frames = traceback.extract_tb(fault.__traceback__)
    where = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    logger.error(
        "A handler failed: %s at %s",
        type(fault).__name__,
        where,
        extra={"action": "handler_failed", "reference": failed.reference, "activity_id": activity.id},
    )
    return failed
