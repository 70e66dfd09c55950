"""Clocks: once, in order, never lost."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.casework.tables import ALL, CASES, CLOCKS
from bot.delivery.clocks import ClockPolicy, Clocks
from bot.model.outbox import Alarm
from bot.model.record import Commit, Put
from tests.fakes.composer import FakeComposer
from tests.fakes.store import MemoryStore
from tests.unit.delivery.world import MONDAY, HandClock, until


class Tower:
    """A record, a clock wound by hand, and the clocks."""

    def __init__(self, *, retry_seconds: float = 60.0, alarm_seconds: float = 5.0) -> None:
        self.store = MemoryStore(ALL, CASES)
        self.composer = FakeComposer(self.store)
        self.clock = HandClock()
        policy = ClockPolicy(retry_seconds=retry_seconds, alarm_seconds=alarm_seconds)
        self.clocks = Clocks(self.store, self.composer, self.clock, policy=policy)

    def arm(self, alarm_id: str, *, minutes: float, case: str | None = None) -> None:
        alarm = Alarm(id=alarm_id, kind="climb", due=MONDAY + timedelta(minutes=minutes), case=case)
        self.store.stage(Commit(at=MONDAY, puts=(Put(table=CLOCKS, id=alarm_id, value=alarm),)))
        self.clocks.staged()

    async def run(self) -> None:
        await self.clocks.start()
        await self.clocks.idle()
        await self.clocks.stop()


async def test_a_clock_fires_when_its_time_has_come_and_only_once() -> None:
    tower = Tower()
    tower.arm("a", minutes=10)
    await tower.run()
    assert tower.composer.alarms == []
    tower.clock.wind(minutes=10)
    await tower.run()
    await tower.run()
    assert tower.composer.alarms == ["a"]
    assert tower.store.get(CLOCKS, "a") is None


async def test_winding_the_clock_forward_wakes_the_clocks() -> None:
    tower = Tower()
    tower.arm("a", minutes=60)
    await tower.clocks.start()
    await tower.clocks.idle()
    tower.clock.wind(hours=1)
    tower.clocks.wake()
    await until(lambda: tower.composer.alarms == ["a"])
    await tower.clocks.stop()


async def test_a_clock_armed_anew_for_an_earlier_time_is_seen() -> None:
    tower = Tower()
    tower.arm("a", minutes=60)
    tower.arm("b", minutes=90)
    await tower.clocks.start()
    await tower.clocks.idle()
    tower.arm("a", minutes=0)
    await until(lambda: tower.composer.alarms == ["a"])
    await tower.clocks.stop()


async def test_a_clock_armed_while_they_sleep_is_seen() -> None:
    tower = Tower()
    await tower.clocks.start()
    await tower.clocks.idle()
    tower.arm("a", minutes=0)
    await until(lambda: tower.composer.alarms == ["a"])
    await tower.clocks.stop()


async def test_what_came_due_while_the_service_was_down_fires_in_the_order_it_was_due() -> None:
    tower = Tower()
    for alarm_id, minutes in (("third", 30), ("first", 10), ("second", 20)):
        tower.arm(alarm_id, minutes=minutes)
    tower.clock.wind(hours=9)
    await tower.run()
    assert tower.composer.alarms == ["first", "second", "third"]


async def test_a_clock_that_its_alarm_arms_anew_fires_in_its_turn() -> None:
    tower = Tower()
    tower.arm("a", minutes=0)
    tower.composer.on_alarm = lambda alarm: tower.arm("b", minutes=5) if alarm.id == "a" else None
    await tower.run()
    assert tower.composer.alarms == ["a"]
    tower.clock.wind(minutes=5)
    await tower.run()
    assert tower.composer.alarms == ["a", "b"]


def fails_until(tower: Tower, times: int) -> None:
    """Let the first alarms raise."""
    left = [times]

    def fail(_: Alarm) -> None:
        if left[0]:
            left[0] -= 1
            raise ValueError("Billy said")

    tower.composer.on_alarm = fail


async def test_an_alarm_that_fails_is_kept_logged_and_fires_again(caplog: pytest.LogCaptureFixture) -> None:
    tower = Tower(retry_seconds=0.02)
    tower.arm("a", minutes=0, case="c1")
    fails_until(tower, 1)
    await tower.clocks.start()
    await until(lambda: tower.composer.alarms == ["a", "a"])
    await tower.clocks.idle()
    await tower.clocks.stop()
    assert tower.store.get(CLOCKS, "a") is None
    told = [record for record in caplog.records if getattr(record, "action", "") == "alarm_failed"]
    assert (told[0].item, told[0].case, len(told[0].reference)) == ("a", "c1", 6)  # type: ignore[attr-defined]  # set by `extra`
    assert "Billy" not in caplog.text


async def test_an_alarm_that_fails_does_not_hold_up_the_others() -> None:
    tower = Tower()
    tower.arm("bad", minutes=-2)
    tower.arm("good", minutes=-1)
    fails_until(tower, 1)
    await tower.run()
    assert tower.composer.alarms == ["bad", "good"]
    assert tower.store.get(CLOCKS, "bad") is not None
    assert tower.clocks.state().failing == 1


async def test_an_alarm_that_never_comes_to_an_end_does_not_stop_time() -> None:
    tower = Tower(alarm_seconds=0.05)
    tower.store.hold()
    tower.arm("stuck", minutes=-2)
    tower.arm("next", minutes=-1)
    await tower.clocks.start()
    await until(lambda: tower.composer.alarms == ["stuck", "next"])
    tower.store.release()
    await tower.clocks.stop()


async def test_an_alarm_long_past_its_time_is_a_fault_in_the_state(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    tower = Tower()
    tower.arm("a", minutes=0)
    fails_until(tower, 99)
    await tower.run()
    assert not tower.clocks.state().overdue
    tower.clock.wind(minutes=6)
    tower.clocks = Clocks(tower.store, tower.composer, tower.clock)
    await tower.run()
    assert tower.clocks.state().overdue
    assert "clock_overdue" in [getattr(record, "action", "") for record in caplog.records]


async def test_on_time_the_clocks_are_well() -> None:
    tower = Tower()
    tower.arm("a", minutes=3)
    await tower.clocks.start()
    await tower.clocks.idle()
    state = tower.clocks.state()
    assert (state.moving, state.overdue, state.failing, state.fault) == (True, False, 0, "")
    assert state.beat_at == MONDAY
    await tower.clocks.stop()
    assert not tower.clocks.state().moving


async def test_when_the_record_fails_the_clocks_stop_and_say_so() -> None:
    tower = Tower()
    await tower.clocks.start()
    await tower.clocks.idle()
    tower.store.fail()
    tower.clocks.wake()
    await tower.clocks.idle()
    state = tower.clocks.state()
    assert (state.moving, state.fault) == (False, "store_failed")
    await asyncio.wait_for(tower.clocks.stop(), 1)
