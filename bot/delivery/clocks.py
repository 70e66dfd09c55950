"""The clocks: each alarm fires once when its time has come, by the school's clock.

Whether it is still the armed one is casework's to check. Must not know what an alarm means.
"""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from bot.casework.ports import Clock, Composer, Store
from bot.casework.tables import CLOCKS, FAR
from bot.delivery.trace import ids, report, where
from bot.errors import StoreFailed
from bot.model.outbox import Alarm

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPolicy:
    """`overdue`: an alarm later than this is a fault. `alarm_seconds`: what casework may take for one."""

    retry_seconds: float = 60.0
    alarm_seconds: float = 30.0
    overdue: timedelta = timedelta(minutes=5)
    beat_seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksState:
    """How the clocks are doing, for `/readyz`.

    `moving`: the loop turns. `overdue`: at least one alarm is more than five minutes past its time, which
    is a fault. `failing`: alarms that raised and wait to be fired again. `beat_at`: when it last turned.
    """

    moving: bool
    overdue: bool
    failing: int
    fault: str
    beat_at: datetime | None


POLICY = ClockPolicy()


class Clocks:
    """Fires alarms. All methods belong to the one event loop thread."""

    def __init__(
        self, store: Store, composer: Composer, clock: Clock, *, policy: ClockPolicy = POLICY
    ) -> None:
        self._store = store
        self._composer = composer
        self._clock = clock
        self._policy = policy
        self._woken = asyncio.Event()
        self._quiet = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._held_until: dict[str, float] = {}
        self._beat = -math.inf
        self._beat_at: datetime | None = None
        self._fault = ""
        self._audited = -math.inf
        self._awaited: tuple[str, datetime] | None = None

    async def start(self) -> None:
        """Begin; what came due while the service was down fires at once, in the order it was due."""
        self._loop = asyncio.create_task(self._run(), name="clocks")

    async def stop(self) -> None:
        """Fire nothing more. An alarm whose work was not yet staged fires again at the next start."""
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        self._loop = None
        self._quiet.set()

    def wake(self) -> None:
        """The school's clock was wound: look again."""
        self._woken.set()

    def staged(self) -> None:
        """Something was staged: look again if another alarm is the next to come due.

        While one that failed is held back, it may hide the others.
        """
        if self._held_until or self._ahead() != self._awaited:
            self._woken.set()

    async def idle(self) -> None:
        """Return once nothing is due but what failed lately; at once when the clocks have stopped."""
        while self._loop is not None and not self._loop.done():
            self._quiet.clear()
            self.wake()
            await self._quiet.wait()
            if not self._woken.is_set():
                return

    def state(self) -> ClocksState:
        """How the clocks are doing."""
        overdue = False
        with suppress(StoreFailed):
            overdue = bool(self._overdue())
        turning = monotonic() - self._beat < self._policy.alarm_seconds + 3 * self._policy.beat_seconds
        running = self._loop is not None and not self._loop.done()
        return ClocksState(
            moving=turning and running,
            overdue=overdue,
            failing=len(self._held_until),
            fault=self._fault,
            beat_at=self._beat_at,
        )

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                pause = await self._turn()
            except StoreFailed as error:
                self._fault = error.action
                report(log, "The clocks stop: the record cannot be written", error, {"action": error.action})
                self._quiet.set()
                return
            except Exception as error:  # noqa: BLE001  # a fault of ours must never silence what comes due
                self._fault = where(error)
                report(log, "The clocks stumbled; they go on in a second", error, {"action": "clocks_failed"})
                pause = 1.0
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()

    async def _turn(self) -> float:
        """Fire all that is due; for how many seconds at most nothing need be looked at again."""
        self._beat, self._beat_at = monotonic(), self._clock.now()
        while (alarm := self._due()) is not None:
            await self._fire(alarm)
            self._beat, self._beat_at = monotonic(), self._clock.now()
        self._fault = ""
        self._audit()
        self._quiet.set()
        self._awaited = self._ahead()
        return min(self._next_seconds(), self._released_seconds(), self._policy.beat_seconds)

    def _due(self) -> Alarm | None:
        """The earliest alarm whose time has come and that has not just failed."""
        self._release()
        until = self._clock.now()
        for alarm_id in self._store.earliest(CLOCKS, until, len(self._held_until) + 1):
            alarm = None if alarm_id in self._held_until else self._store.get(CLOCKS, alarm_id)
            if alarm is not None:
                return alarm
        return None

    def _ahead(self) -> tuple[str, datetime] | None:
        """The alarm that is the next to come due. None where there is none, or the record failed."""
        with suppress(StoreFailed):
            for alarm_id in self._store.earliest(CLOCKS, FAR, 1):
                alarm = self._store.get(CLOCKS, alarm_id)
                return None if alarm is None else (alarm.id, alarm.due)
        return None

    def _release(self) -> None:
        now = monotonic()
        for alarm_id in [held for held, until in self._held_until.items() if until <= now]:
            del self._held_until[alarm_id]

    async def _fire(self, alarm: Alarm) -> None:
        log.info("A clock came due", extra=ids("alarm", alarm))
        try:
            async with asyncio.timeout(self._policy.alarm_seconds):
                await self._composer.alarm(alarm)
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001  # the alarm is kept and fires again
            report(log, "An alarm failed; it fires again in a minute", error, ids("alarm_failed", alarm))
            self._hold(alarm)
            return
        left = self._store.get(CLOCKS, alarm.id)
        if left is not None and left.due <= self._clock.now():
            log.error("An alarm was left standing; it fires again", extra=ids("alarm_left", alarm))
            self._hold(alarm)

    def _hold(self, alarm: Alarm) -> None:
        self._held_until[alarm.id] = monotonic() + self._policy.retry_seconds

    def _next_seconds(self) -> float:
        """Until the next alarm that is not held back."""
        for alarm_id in self._store.earliest(CLOCKS, FAR, len(self._held_until) + 1):
            alarm = None if alarm_id in self._held_until else self._store.get(CLOCKS, alarm_id)
            if alarm is not None:
                return max(0.0, (alarm.due - self._clock.now()).total_seconds())
        return math.inf

    def _released_seconds(self) -> float:
        """Until the next alarm that failed may fire again."""
        return max(0.0, min(self._held_until.values(), default=math.inf) - monotonic())

    def _overdue(self) -> tuple[str, ...]:
        until = self._clock.now() - self._policy.overdue
        return self._store.earliest(CLOCKS, until, 1)

    def _audit(self) -> None:
        """Say so, once a minute, when an alarm is long past its time."""
        now = monotonic()
        if now - self._audited < self._policy.retry_seconds:
            return
        for alarm_id in self._overdue():
            self._audited = now
            alarm = self._store.get(CLOCKS, alarm_id)
            if alarm is not None:
                log.error("A clock is more than five minutes late", extra=ids("clock_overdue", alarm))
