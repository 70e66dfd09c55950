"""One attempt at one item: composed on the facts of this moment, marked, sent, and what came of it.

Must not know queues or whose turn it is.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from bot.casework.ports import (
    Address,
    Clock,
    Composer,
    Envelope,
    Lapsed,
    Messenger,
    NoWay,
    Outgoing,
    SendFailed,
    Store,
)
from bot.delivery.ledger import Ledger
from bot.delivery.outcomes import Policy, answered, pause_seconds, repeat_seconds, urgent, verdict
from bot.delivery.rosters import Reading, Rosters
from bot.delivery.slots import TOO_LATE
from bot.delivery.trace import ids, report
from bot.errors import StoreFailed
from bot.model.outbox import Item
from cards.limits import faults
from cards.render import render

NO_MESSAGE = "there is no message to change"
OUTAGE = 2
"""So many conversations in a row without an answer: it is Teams or the line to it, not one of them."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """How an attempt went for the conversation: whether a call was made, and how long to leave it alone."""

    called: bool
    pause_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is to go, and the message as Teams gets it."""

    envelope: Envelope
    message: Outgoing


class Courier:
    """Carries items. Raises StoreFailed, after which nothing more may leave."""

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        *,
        composer: Composer,
        messenger: Messenger,
        rosters: Rosters,
        clock: Clock,
        policy: Policy,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._composer = composer
        self._messenger = messenger
        self._rosters = rosters
        self._clock = clock
        self._policy = policy
        self._silent: set[str] = set()

    def place(self, item: Item) -> Address | None:
        """The conversation that the item is for at present; None when the item came to its end instead."""
        try:
            address = self._composer.roster_of(item)
            if address is not None:
                return address
            answer = self._composer.compose(item, self._clock.now(), roster=None)
        except Exception as error:  # noqa: BLE001  # one bad item must not hold up the others
            self.poison(item, error)
            return None
        envelope = self._accepted(item, answer)
        return envelope.address if envelope else None

    async def carry(self, item: Item, conversation: str) -> Trip:
        """Try once. Nothing is awaited between the last composing and the start of the call."""
        marked = item
        try:
            reading = await self._read(item)
            if self._ledger.item(item.id) is None:
                return Trip(called=False)
            marked = self._ledger.mark(item)
            await self._store.settled()
            if reading is not None and not self._rosters.is_fresh(reading):
                reading = await self._read(marked)
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001  # nothing was sent: whatever it was, it may be tried again
            failed = _failed(error)
            self._heard(conversation, failed)
            return self._unread(marked, failed)
        ready = self._ready(marked, reading, conversation)
        if ready is None:
            return Trip(called=False)
        try:
            async with asyncio.timeout(self._policy.call_seconds):
                activity_id = await self._call(marked, ready)
        except Exception as error:  # noqa: BLE001  # whatever it was, the outcome is then unknown
            failed = _failed(error)
            self._heard(conversation, failed)
            return self._not_sent(marked, ready.envelope, failed)
        self._silent.clear()
        self._ledger.sent(marked, ready.envelope, activity_id=activity_id)
        return Trip(called=True)

    def orphaned(self, item: Item) -> None:
        """It was on its way when the process ended: whether it arrived cannot be known."""
        log.warning("Found on its way after a stop", extra=ids("outcome_unknown", item))
        self._repeat(item, creates=item.do == "send", why="0 Stopped")

    def poison(self, item: Item, error: Exception) -> None:
        """The item is faulty in itself: a dead letter, so that another way is found."""
        report(log, "The message cannot be made", error, ids("compose_failed", item))
        self._ledger.dead(item, "compose_failed")

    async def _read(self, item: Item) -> Reading | None:
        address = self._composer.roster_of(item)
        return None if address is None else await self._rosters.read(address)

    def _ready(self, item: Item, reading: Reading | None, conversation: str) -> Ready | None:
        now = self._clock.now()
        if self._ledger.item(item.id) is None:
            return None
        if item.valid_until is not None and now >= item.valid_until:
            self._ledger.lapse(item, TOO_LATE)
            return None
        try:
            roster = reading.members if reading else None
            envelope = self._accepted(item, self._composer.compose(item, now, roster=roster))
            message = None if envelope is None else _message(item, envelope)
        except Exception as error:  # noqa: BLE001  # one bad item must not hold up the others
            self.poison(item, error)
            return None
        if envelope is None or message is None:
            return None
        if envelope.address.conversation != conversation:
            self._try_again(item, "moved")
            return None
        if message.card is not None and (wrong := faults(message.card)):
            log.error("The card may not be sent", extra=ids("card_faulty", item, faults=" ".join(wrong)))
            self._ledger.dead(item, "card_faulty")
            return None
        return Ready(envelope=envelope, message=message)

    def _accepted(self, item: Item, answer: Envelope | Lapsed | NoWay) -> Envelope | None:
        match answer:
            case Lapsed(why=why):
                self._ledger.lapse(item, why)
            case NoWay(why=why):
                self._ledger.dead(item, why)
            case Envelope(edit=None | "") if item.do != "send":
                self._ledger.lapse(item, NO_MESSAGE)
            case Envelope():
                return answer
        return None

    async def _call(self, item: Item, ready: Ready) -> str:
        envelope = ready.envelope
        if not envelope.edit:
            return await self._messenger.send(envelope.address, ready.message)
        if item.do == "withdraw":
            await self._messenger.delete(envelope.address, envelope.edit)
        else:
            await self._messenger.update(envelope.address, envelope.edit, ready.message)
        return envelope.edit

    def _heard(self, conversation: str, failed: SendFailed) -> None:
        """Remember who got no answer since Teams last gave anybody one."""
        if answered(failed):
            self._silent.clear()
        else:
            self._silent.add(conversation)

    def _is_out(self) -> bool:
        """Whether Teams answers nobody: then no other way inside it is any better, and all of it waits."""
        return len(self._silent) >= OUTAGE

    def _not_sent(self, item: Item, envelope: Envelope, failed: SendFailed) -> Trip:
        why = f"{failed.status} {failed.code}"
        log.warning("Not sent", extra=ids("send_failed", item, status=failed.status))
        match verdict(failed, creates=not envelope.edit):
            case "not_carried_out":
                return Trip(called=True, pause_seconds=self._later(item, failed))
            case "unknown":
                self._repeat(item, creates=not envelope.edit, why=why)
            case "gone":
                self._ledger.gone(item, envelope)
            case "refused":
                self._ledger.dead(item, why)
        return Trip(called=True)

    def _unread(self, item: Item, failed: SendFailed) -> Trip:
        log.warning("Members could not be read", extra=ids("members_failed", item, status=failed.status))
        if item.state == "waiting":
            item = replace(item, attempts=item.attempts + 1)
        if verdict(failed, creates=True) == "refused":
            self._ledger.dead(item, f"{failed.status} {failed.code}")
            return Trip(called=False)
        return Trip(called=False, pause_seconds=self._later(item, failed))

    def _later(self, item: Item, failed: SendFailed) -> float:
        """Surely not carried out: again once the conversation has been left alone for these seconds."""
        self._try_again(item, f"{failed.status} {failed.code}")
        return pause_seconds(self._policy, failed, item.attempts)

    def _try_again(self, item: Item, why: str) -> None:
        if item.attempts >= self._policy.attempts(item) and not self._is_out():
            self._ledger.dead(item, why)
        else:
            self._ledger.wait(item, seconds=0)

    def _repeat(self, item: Item, *, creates: bool, why: str) -> None:
        seconds = repeat_seconds(self._policy, item, creates=creates)
        if seconds is None and self._is_out() and (urgent(item) or not creates):
            seconds = self._policy.most_seconds
        if seconds is None:
            self._ledger.dead(item, why)
        else:
            self._ledger.wait(item, seconds=seconds, again=creates)


def _message(item: Item, envelope: Envelope) -> Outgoing:
    return Outgoing() if item.do == "withdraw" else _outgoing(envelope)


def _outgoing(envelope: Envelope) -> Outgoing:
    """Raises ValueError for an envelope with nothing, or both, in it."""
    if bool(envelope.text) == (envelope.view is not None):
        raise ValueError("An envelope holds either a text or a view")
    if envelope.view is None:
        return Outgoing(text=envelope.text, summary=envelope.summary, mentions=envelope.mentions)
    summary = envelope.summary or envelope.view.summary
    return Outgoing(card=render(envelope.view), summary=summary, mentions=envelope.mentions)


def _failed(error: Exception) -> SendFailed:
    """A call that ended in no way the port knows has an unknown outcome."""
    if isinstance(error, SendFailed):
        return error
    return SendFailed(status=0, code=type(error).__name__, known=False, again=True)
