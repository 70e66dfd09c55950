"""A small world for delivery: a record in memory, a composer that does as told, a line that fails at will."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.casework.ports import Address, Member, Outgoing, SendFailed
from bot.casework.tables import ALL, CASES, OUTBOX, POSTED
from bot.delivery.limits import Limits
from bot.delivery.outbox import Delivery
from bot.delivery.outcomes import Policy
from bot.model.outbox import Item, Posted
from bot.model.record import Commit, Put
from tests.fakes.composer import FakeComposer
from tests.fakes.messenger import Call, FakeMessenger
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
    """The fake messenger behind a line that can be watched and held up.

    Conversations that are named for the first time exist. `closed` ones let nothing through until opened
    again; `watch` is called at the start of each call that would change something.
    """

    teams: FakeMessenger = field(default_factory=FakeMessenger)
    made: list[Made] = field(default_factory=list)
    closed: dict[str, asyncio.Event] = field(default_factory=dict)
    watch: Callable[[str], None] = lambda _: None
    busy: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    busiest: int = 0

    async def send(self, address: Address, message: Outgoing) -> str:
        async with self._through("send", address):
            activity_id = await self.teams.send(address, message)
        self._note("send", address, message, activity_id)
        return activity_id

    async def update(self, address: Address, activity_id: str, message: Outgoing) -> None:
        async with self._through("update", address):
            await self.teams.update(address, activity_id, message)
        self._note("update", address, message, activity_id)

    async def delete(self, address: Address, activity_id: str) -> None:
        async with self._through("delete", address):
            await self.teams.delete(address, activity_id)
        self._note("delete", address, Outgoing(), activity_id)

    async def members(self, address: Address) -> tuple[Member, ...]:
        self.teams.rosters.setdefault(address.conversation, EVERYBODY)
        return await self.teams.members(address)

    async def team_channel_kind(self, address: Address, *, team: str, channel: str) -> str:
        return await self.teams.team_channel_kind(address, team=team, channel=channel)

    def fail(self, call: Call, *failures: SendFailed) -> None:
        """What the next calls of that kind meet."""
        for failure in failures:
            self.teams.fail_next(failure, call=call)

    def refuse(self, conversation: str, failure: SendFailed) -> None:
        """What everything asked of a conversation meets."""
        self.teams.refused[conversation] = failure

    def reads(self) -> list[str]:
        """The conversations whose members were read."""
        return [conversation for call, conversation in self.teams.calls if call == "members"]

    def texts(self, conversation: str) -> list[str]:
        """What was sent or changed there, in order."""
        return [made.text for made in self.made if made.conversation == conversation]

    @asynccontextmanager
    async def _through(self, do: str, address: Address) -> AsyncIterator[None]:
        where = address.conversation
        self.teams.rosters.setdefault(where, EVERYBODY)
        self.watch(do)
        self.busy[where] += 1
        self.busiest = max(self.busiest, self.busy[where])
        try:
            if where in self.closed:
                await self.closed[where].wait()
            await asyncio.sleep(0)
            yield
        finally:
            self.busy[where] -= 1

    def _note(self, do: str, address: Address, message: Outgoing, activity_id: str) -> None:
        made = Made(do=do, conversation=address.conversation, text=_text(message), activity_id=activity_id)
        self.made.append(made)


def _text(message: Outgoing) -> str:
    return str(message.card["body"][0]["text"]) if message.card else message.text


class World:
    """Everything around one Delivery."""

    def __init__(
        self, *, limits: Limits = FREE, policy: Policy = QUICK, store: MemoryStore | None = None
    ) -> None:
        self.limits = limits
        self.policy = policy
        self.store = store or MemoryStore(ALL, CASES)
        self.composer = FakeComposer(self.store)
        self.line = Line()
        self.clock = HandClock()
        self.answering = False
        self.delivery = self.another()

    def another(self) -> Delivery:
        """A Delivery on the same record: the next life of the process."""
        return Delivery(
            self.store, self.composer, self.line, self.clock, limits=self.limits, policy=self.policy,
            busy=lambda: self.answering,
        )  # fmt: skip

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


async def until(condition: Callable[[], bool], *, within_seconds: float = 5.0) -> None:
    """Return once the condition holds. Raises TimeoutError."""
    async with asyncio.timeout(within_seconds):
        while not condition():  # noqa: ASYNC110  # a condition may look at anything
            await asyncio.sleep(0.002)
