"""What the desk tells of itself while people wait."""

from __future__ import annotations

import asyncio

from bot.definitions.loader import load
from tests.stage import Stage
from tests.unit.delivery.world import until


async def test_the_desk_is_busy_until_what_somebody_did_is_on_record() -> None:
    stage = Stage(load("kingsmead"))
    assert not stage.desk.busy()
    stage.store.hold()
    living = asyncio.create_task(stage.live("installed", "tutor"))
    await until(stage.desk.busy)
    stage.store.release()
    await living
    assert not stage.desk.busy()


async def test_the_desk_is_busy_no_longer_when_the_record_fails() -> None:
    stage = Stage(load("kingsmead"))
    stage.store.hold()
    living = asyncio.create_task(stage.live("installed", "tutor"))
    await until(stage.desk.busy)
    stage.store.fail()
    await asyncio.gather(living, return_exceptions=True)
    assert not stage.desk.busy()
