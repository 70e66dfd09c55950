"""The outbox at work: whatever was recorded to be sent goes, most urgent first, within Teams' limits.

One loop looks at what waits and starts attempts, one at a time per conversation; it never waits for one.
Only pending items are read, so the cost does not grow with what was ever sent. While people wait for an
answer it starts nothing, for a moment at a time.
Must not know cards, cases or who anybody is.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from bot.casework.ports import Clock, Composer, Messenger, Store
from bot.delivery.courier import Courier
from bot.delivery.intake import Intake
from bot.delivery.lanes import Lane, Lanes
from bot.delivery.ledger import Ledger
from bot.delivery.limits import Call, Limits, Meter
from bot.delivery.outcomes import Policy
from bot.delivery.rosters import Rosters
from bot.delivery.trace import ids, report, where
from bot.errors import StoreFailed
from bot.model.outbox import Item

TIDY_SECONDS = 600.0
LIMITS = Limits()
POLICY = Policy()

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryState:
    """How delivery is doing, for `/readyz`.

    `moving`: its loop turns and the record takes what it writes. `fault`: where it failed lately, or
    empty. `oldest_urgent_seconds`: how long the oldest urgent item has been due; None when none is.
    `beat_at`: when the loop last turned, by the school's clock; None before the start.
    """

    moving: bool
    fault: str
    waiting: int
    oldest_urgent_seconds: float | None
    dead_letters: int
    beat_at: datetime | None


class Delivery:
    """Sends what the outbox holds. All methods belong to the one event loop thread."""

    def __init__(
        self,
        store: Store,
        composer: Composer,
        messenger: Messenger,
        clock: Clock,
        *,
        limits: Limits = LIMITS,
        policy: Policy = POLICY,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        """`busy`: whether somebody waits for an answer now; whoever says so calls `wake` when nobody does."""
        self._busy = busy
        self._gives_way_until: float | None = None
        self._clock = clock
        self._policy = policy
        self._meter = Meter(limits)
        self._lanes = Lanes()
        self._ledger = Ledger(store, composer, clock)
        rosters = Rosters(
            messenger,
            self._meter,
            fresh_seconds=policy.roster_seconds,
            call_seconds=policy.call_seconds,
        )
        self._courier = Courier(
            self._ledger,
            store,
            composer=composer,
            messenger=messenger,
            rosters=rosters,
            clock=clock,
            policy=policy,
        )
        self._intake = Intake(self._ledger, self._lanes, courier=self._courier, clock=clock)
        self._woken = asyncio.Event()
        self._quiet = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._trips: set[asyncio.Task[None]] = set()
        self._beat_at: datetime | None = None
        self._beat = -math.inf
        self._tidied = -math.inf
        self._caught_up = -math.inf
        self._fault = ""
        self._failed = False

    async def start(self) -> None:
        """Begin with whatever the record holds; items found on their way have an unknown outcome."""
        self._caught_up = -math.inf
        self._loop = asyncio.create_task(self._run(), name="delivery")

    async def stop(self) -> None:
        """Start nothing more, give what is on its way a few seconds, then leave it for the next start."""
        if self._loop is None:
            return
        self._loop.cancel()
        with suppress(asyncio.CancelledError):
            await self._loop
        if self._trips:
            _, late = await asyncio.wait(self._trips, timeout=self._policy.stop_seconds)
            for trip in late:
                trip.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._loop = None
        self._quiet.set()

    def wake(self) -> None:
        """Something was staged, or the school's clock was wound: look again."""
        self._woken.set()

    async def idle(self) -> None:
        """Return once nothing that is due is left; at once when delivery has stopped or failed."""
        while self._loop is not None and not self._failed:
            self._quiet.clear()
            self.wake()
            await self._quiet.wait()
            if not self._woken.is_set():
                return

    def state(self) -> DeliveryState:
        """How delivery is doing. The counts are 0 once the record can no longer be read."""
        waiting = dead = 0
        try:
            waiting = self._ledger.count("waiting") + self._ledger.count("sending")
            dead = self._ledger.count("dead")
        except StoreFailed as error:
            self._fail(error)
        turning = monotonic() - self._beat < 3 * self._policy.beat_seconds
        since = self._intake.oldest_urgent()
        return DeliveryState(
            moving=turning and self._loop is not None and not self._fault,
            fault=self._fault,
            waiting=waiting,
            oldest_urgent_seconds=None if since is None else (self._clock.now() - since).total_seconds(),
            dead_letters=dead,
            beat_at=self._beat_at,
        )

    async def _run(self) -> None:
        while not self._failed:
            self._woken.clear()
            try:
                pause = self._turn()
                self._fault = ""
            except StoreFailed as error:
                self._fail(error)
                return
            except Exception as error:  # noqa: BLE001  # a fault of ours must never silence what else waits
                self._fault = where(error)
                report(log, "Delivery stumbled; it goes on in a second", error, {"action": "delivery_failed"})
                pause = 1.0
            await self._sleep(pause)

    def _turn(self) -> float:
        """One look at everything; for how many seconds at most nothing need be looked at again."""
        self._beat, self._beat_at = monotonic(), self._clock.now()
        if (pause := self._gives_way(self._beat)) > 0:
            return pause
        self._tidy()
        self._catch_up()
        due_seconds = self._intake.take_in()
        free_seconds = self._launch()
        if not self._lanes and due_seconds > 0:
            self._quiet.set()
        return min(due_seconds, free_seconds, self._policy.beat_seconds)

    async def _sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def _launch(self) -> float:
        """Start what may go now; the seconds until something more may."""
        now = monotonic()
        soonest = math.inf
        for lane in self._lanes.ready():
            if not self._has_room(lane):
                # Those behind are no more urgent, and whatever comes back looks again.
                break
            pause = self._pause_seconds(lane, now)
            if pause > 0:
                soonest = min(soonest, pause)
                continue
            item = self._intake.next(lane)
            if item is not None:
                self._begin(lane, item)
        return soonest

    def _gives_way(self, now: float) -> float:
        """For how many seconds at most people who wait for an answer go first; 0 when messages may go."""
        if not self._busy():
            self._gives_way_until = None
            return 0.0
        if self._gives_way_until is None:
            self._gives_way_until = now + self._policy.give_way_seconds
        if self._gives_way_until > now:
            return self._gives_way_until - now
        # Long enough: one turn of messages, then people again.
        self._gives_way_until = None
        return 0.0

    def _pause_seconds(self, lane: Lane, now: float) -> float:
        conversation = lane.address.conversation
        parked = self._lanes.parked_until(conversation, now=now) - now
        return max(parked, self._meter.wait_seconds(_call(lane), now=now, urgent=lane.is_urgent))

    def _has_room(self, lane: Lane) -> bool:
        """Routine items leave room, so that urgent ones never wait for slow answers elsewhere."""
        most = self._policy.in_flight_urgent if lane.is_urgent else self._policy.in_flight
        return len(self._trips) < most

    def _begin(self, lane: Lane, item: Item) -> None:
        self._lanes.begin(lane, item)
        self._meter.begin(_call(lane))
        trip = asyncio.create_task(self._carry(lane, item), name=f"delivery of {item.id}")
        self._trips.add(trip)
        trip.add_done_callback(self._trips.discard)
        trip.add_done_callback(lambda _: self.wake())

    async def _carry(self, lane: Lane, item: Item) -> None:
        conversation = lane.address.conversation
        called, pause = True, 0.0
        try:
            trip = await self._courier.carry(item, conversation)
            called, pause = trip.called, trip.pause_seconds
        except StoreFailed as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001  # the item stays in the record and is taken in again
            pause = self._policy.most_seconds if self._ledger.item(item.id) else 0.0
            report(log, "An attempt failed in an unforeseen way", error, ids("delivery_failed", item))
        finally:
            now = monotonic()
            self._meter.end(_call(lane), now=now, made=called)
            if pause > 0:
                self._lanes.park(conversation, until=now + pause)
            self._lanes.end(lane)
        if not self._failed:
            self._intake.forget(item.id)

    def _tidy(self) -> None:
        now = monotonic()
        if now - self._tidied < TIDY_SECONDS:
            return
        self._meter.forget(now=now)
        if not self._ledger.purge(self._policy.keep):
            self._tidied = now

    def _catch_up(self) -> None:
        now = monotonic()
        if now - self._caught_up >= self._policy.owed_seconds:
            self._caught_up = now
            self._ledger.catch_up()

    def _fail(self, error: StoreFailed) -> None:
        """The record takes nothing more: nothing may leave."""
        if not self._failed:
            extra = {"action": error.action, "reference": error.reference}
            log.critical("Delivery stops: the record cannot be written", extra=extra)
        self._failed = True
        self._fault = error.action
        self._quiet.set()
        self.wake()


def _call(lane: Lane) -> Call:
    return Call(kind="send", conversation=lane.address.conversation, tenant=lane.address.tenant)
