"""What the service itself says of its record: where it stands, and when its disk runs low."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import ClientSession

from bot.health import watch_record
from bot.store import JournalStore, read_anchor, verify_folder
from tests.integration.conftest import Handrail, handrail
from tests.unit.store.samples import Case, keep, reopen, until


class Usage(NamedTuple):
    """What the system says of a disk."""

    total: int
    used: int
    free: int


class Disk:
    """A disk with as much room as a test wants, which counts how often it was asked."""

    def __init__(self) -> None:
        self.free = 1 << 40
        self.asked = 0

    def usage(self, _folder: Path) -> Usage:
        """In place of `shutil.disk_usage`."""
        self.asked += 1
        return Usage(1 << 40, 0, self.free)

    async def becomes(self, free: int) -> None:
        """Return when the watch has looked at it some times since."""
        self.free, self.asked = free, 0
        await until(lambda: self.asked > 5)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk under every record."""
    disk = Disk()
    monkeypatch.setattr(shutil, "disk_usage", disk.usage)
    return disk


def said(caplog: pytest.LogCaptureFixture, *actions: str) -> list[logging.LogRecord]:
    """The lines of these actions."""
    return [record for record in caplog.records if getattr(record, "action", "") in actions]


@asynccontextmanager
async def watched(store: JournalStore, *, anchor_seconds: float = 86_400) -> AsyncIterator[None]:
    """The watch over a store, looking often."""
    task = asyncio.create_task(watch_record(store, look_seconds=0.01, anchor_seconds=anchor_seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_the_log_holds_a_line_that_the_record_can_be_verified_against(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with handrail(tmp_path / "data") as whole:
        await until(lambda: bool(said(caplog, "record_anchored")))
        await whole.school.chat("tutor").say("report")
        await whole.settled()
    (line,) = said(caplog, "record_anchored")
    written_down = read_anchor(line.getMessage().removeprefix("The record stands at "))
    found = verify_folder(tmp_path / "data", since=written_down)
    assert found.problems == ()
    assert found.anchor is not None
    assert found.anchor.position > written_down.position


async def test_where_the_record_stands_is_said_again_each_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    store = reopen(tmp_path / "data")
    async with watched(store, anchor_seconds=0.02):
        await until(lambda: bool(said(caplog, "record_anchored")))
        store.stage(keep(Case(id="c1")))
        stands = str(store.anchor())
        await until(lambda: any(stands in line.getMessage() for line in said(caplog, "record_anchored")))
    store.close()


async def test_a_low_disk_is_said_once_and_so_is_room_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, disk: Disk
) -> None:
    caplog.set_level(logging.INFO)
    store = reopen(tmp_path / "data")
    async with watched(store):
        await disk.becomes(1 << 20)
        (low,) = said(caplog, "disk_low")
        assert "Only 1 MB are free" in low.getMessage()
        assert low.levelname == "WARNING"
        await disk.becomes(1 << 40)
        await disk.becomes(1 << 20)
    actions = [getattr(record, "action", "") for record in said(caplog, "disk_low", "disk_has_room")]
    assert actions == ["disk_low", "disk_has_room", "disk_low"]
    store.close()


async def test_the_watch_outlives_a_record_that_failed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, disk: Disk
) -> None:
    caplog.set_level(logging.INFO)
    store = reopen(tmp_path / "data")
    store.close()
    async with watched(store, anchor_seconds=0):
        await disk.becomes(1 << 20)
    assert said(caplog, "record_anchored") == []
    assert len(said(caplog, "disk_low")) == 1


async def test_the_plain_address_leads_to_the_rehearsal(bot: Handrail) -> None:
    async with ClientSession() as session, session.get(f"{bot.url}/") as page:
        assert page.url.path == "/rehearsal/"
        assert page.status == 200


async def test_a_record_that_failed_is_the_reason_why_the_service_is_not_ready(tmp_path: Path) -> None:
    async with handrail(tmp_path / "data", open_school=False) as bot:
        bot.service.store.close()
        async with ClientSession() as session, session.get(f"{bot.url}/readyz") as answer:
            body = await answer.json()
    assert answer.status == 503
    assert any(reason.startswith("record: ") for reason in body["reasons"])
    assert body["warnings"] == []
