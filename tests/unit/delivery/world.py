"""A small world for delivery: a record in memory, a composer that does as told, a line that fails at will."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.casework.ports import Address, Member, Messenger, Outgoing, SendFailed
from bot.casework.tables import ALL, CASES, OUTBOX, POSTED
from bot.delivery.limits import Limits
from bot.delivery.outbox import Delivery
from bot.delivery.outcomes import Policy
from bot.model.outbox import Item, Posted
from bot.model.record import Commit, Put
from tests.fakes.composer import FakeComposer
from tests.fakes.store import MemoryStore

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
QUICK = Policy(least_seconds=0.01, most_seconds=0.03, stop_seconds=0.2, call_seconds=2.0)
FREE = Limits(sends=((10_000, 1),), reads=((10_000, 1),), tenant=((10_000, 1),), margin_seconds=0.0)
EVERYBODY = (Member(member="29:dsl", account="t/dsl", name="A DSL"),)
_orders = itertools.count(1)


class HandClock:
    """The school's clock, wound by hand."""

    def __init__(self) -> None:
        self.at = MONDAY

    def now(self) -> datetime:
        return self.at

    def wind(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call that reached Teams."""

    do: str
    conversation: str
    text: str
    activity_id: str


@dataclass(slots=True)
class Line:
    """A Messenger. `faults` are met by the next calls of that kind; `closed` conversations never answer
    until opened again; `watch` is called at the start of each call."""

    made: list[Made] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    faults: dict[str, list[Exception]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[str, Exception] = field(default_factory=dict)
    closed: dict[str, asyncio.Event] = field(default_factory=dict)
    watch: Callable[[str], None] = lambda _: None
    busy: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    busiest: int = 0

    async def send(self, address: Address, message: Outgoing) -> str:
        activity_id = f"a{len(self.made) + 1}"
        await self._call("send", address, message, activity_id)
        return activity_id

    async def update(self, address: Address, activity_id: str, message: Outgoing) -> None:
        await self._call("update", address, message, activity_id)

    async def delete(self, address: Address, activity_id: str) -> None:
        await self._call("delete", address, Outgoing(), activity_id)

    async def members(self, address: Address) -> tuple[Member, ...]:
        self.reads.append(address.conversation)
        if self.faults["members"]:
            raise self.faults["members"].pop(0)
        return EVERYBODY

    async def team_channel_kind(self, address: Address, *, team: str, channel: str) -> str:
        return "standard"

    def texts(self, conversation: str) -> list[str]:
        """What was sent or changed there, in order."""
        return [made.text for made in self.made if made.conversation == conversation]

    async def _call(self, do: str, address: Address, message: Outgoing, activity_id: str) -> None:
        where = address.conversation
        self.watch(do)
        self.busy[where] += 1
        self.busiest = max(self.busiest, self.busy[where])
        try:
            if where in self.closed:
                await self.closed[where].wait()
            await asyncio.sleep(0)
            fault = self.faults[do].pop(0) if self.faults[do] else self.refused.get(where)
            if fault is not None:
                raise fault
        finally:
            self.busy[where] -= 1
        made = Made(do=do, conversation=where, text=_text(message), activity_id=activity_id)
        self.made.append(made)


def as_messenger(line: Line) -> Messenger:
    """The line, held to the port by the type checker."""
    return line


def _text(message: Outgoing) -> str:
    return str(message.card["body"][0]["text"]) if message.card else message.text


class World:
    """Everything around one Delivery."""

    def __init__(self, *, limits: Limits = FREE, policy: Policy = QUICK) -> None:
        self.limits = limits
        self.policy = policy
        self.store = MemoryStore(ALL, CASES)
        self.composer = FakeComposer(self.store)
        self.line = Line()
        self.clock = HandClock()
        self.delivery = self.another()

    def another(self) -> Delivery:
        """A Delivery on the same record: the next life of the process."""
        return Delivery(
            self.store, self.composer, self.line, self.clock, limits=self.limits, policy=self.policy
        )

    def stage(self, *items: Item) -> None:
        """Stage items in one unit of work, as casework does."""
        puts = tuple(Put(table=OUTBOX, id=item.id, value=item) for item in items)
        self.store.stage(Commit(at=self.clock.now(), puts=puts))
        self.delivery.wake()

    async def deliver(self, *items: Item) -> None:
        """Stage items, start if need be, and return when nothing that is due is left."""
        self.stage(*items)
        await self.delivery.start()
        await self.delivery.idle()
        await self.delivery.stop()

    async def wind(self, **by: float) -> None:
        """Wind the school's clock and let what came due go."""
        self.clock.wind(**by)
        await self.deliver()

    def item(self, item_id: str) -> Item | None:
        return self.store.get(OUTBOX, item_id)

    def ended(self, item_id: str) -> tuple[str, str]:
        """State and why of an item that stays on record."""
        item = self.store.get(OUTBOX, item_id)
        assert item is not None, f"{item_id} is not on record"
        return item.state, item.failure

    def posted(self, slot: str) -> Posted | None:
        return self.store.get(POSTED, slot)


def item(item_id: str, **changes: Any) -> Item:
    """A routine message for Ann, due now, in a slot of its own."""
    plain = Item(
        id=item_id,
        key=f"key-{item_id}",
        kind="line",
        do="send",
        slot=f"slot-{item_id}",
        urgency="routine",
        created_at=MONDAY,
        not_before=MONDAY,
        order=next(_orders),
        to_person=None if {"to_channel", "to_role"} & changes.keys() else "ann",
    )
    return replace(plain, **changes)


def throttled(seconds: float | None = None) -> SendFailed:
    return SendFailed(status=429, code="Throttled", known=True, again=True, retry_after_seconds=seconds)


def busy_conversation() -> SendFailed:
    return SendFailed(status=412, code="PreconditionFailed", known=True, again=True)


def never_opened() -> SendFailed:
    return SendFailed(status=0, code="NotConnected", known=True, again=True)


def lost() -> SendFailed:
    return SendFailed(status=0, code="ConnectionLost", known=False, again=True)


def refused(status: int, code: str = "Refused") -> SendFailed:
    return SendFailed(status=status, code=code, known=True, again=False)


def server_error(status: int) -> SendFailed:
    return SendFailed(status=status, code="ServiceError", known=False, again=True)


async def until(condition: Callable[[], bool], *, within_seconds: float = 5.0) -> None:
    """Return once the condition holds. Raises TimeoutError."""
    async with asyncio.timeout(within_seconds):
        while not condition():  # noqa: ASYNC110  # a condition may look at anything
            await asyncio.sleep(0.002)
