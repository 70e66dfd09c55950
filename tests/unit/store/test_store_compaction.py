"""Compaction keeps what counts, in its order, beside a writer that never waits for it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from bot.model.record import Commit
from bot.store import verify_folder
from bot.store.compaction import compact
from bot.store.journal import list_files
from tests.unit.store.samples import (
    CASES,
    LINKS,
    NOW,
    Case,
    Link,
    entry,
    journal_files,
    keep,
    link,
    reopen,
    until,
)

SEGMENT_BYTES = 16 << 10


async def test_overwritten_documents_leave_the_disk_while_presses_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    beside = 0
    async with asyncio.timeout(60):
        while list_files(folder).base is None or beside == 0:
            number = store.stats().staged
            await store.durable(store.stage(link(f"l{number % 9}", Link(channel="x" * 500, rank=number))))
            beside += not store._compactor.idle()
    kept = [store.get(LINKS, f"l{number}") for number in range(9)]
    written = store.stats().staged * 700
    store.close()
    assert sum(path.stat().st_size for path in journal_files(folder)) < written
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    assert [store.get(LINKS, f"l{number}") for number in range(9)] == kept
    store.close()


async def fill(folder: Path) -> None:
    """Some segments with cases put, changed, deleted and put again."""
    store = reopen(folder, segment_bytes=4096)
    for number in range(12):
        store.stage(keep(Case(id=f"c{11 - number}"), entry(f"c{11 - number}", "opened")))
        await store.settled()
    store.stage(Commit(at=NOW, deletes=((CASES, "c9"),), entries=(entry("c9", "removed"),)))
    for number in range(12):
        store.stage(keep(Case(id=f"c{number}", revision=2)))
        store.stage(link("only", Link(channel="a", rank=number)))
        await store.settled()
    store.close()


async def test_order_by_age_history_and_chains_are_the_same_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await fill(folder)
    store = reopen(folder)
    found = store.find(CASES, "owner", "dsl")
    histories = [store.history(f"c{number}") for number in range(12)]
    store.close()
    for through in (2, 4):
        compact(folder, through, threading.Event())
        assert verify_folder(folder).problems == ()
        store = reopen(folder)
        assert store.find(CASES, "owner", "dsl") == found
        assert [store.history(f"c{number}") for number in range(12)] == histories
        assert store.get(LINKS, "only") == Link(channel="a", rank=11)
        store.close()
    assert list_files(folder).through == 4


async def test_a_compaction_told_to_stop_leaves_the_files_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await fill(folder)
    before = {path: path.read_bytes() for path in journal_files(folder)}
    stopping = threading.Event()
    stopping.set()
    compact(folder, 3, stopping)
    assert {path: path.read_bytes() for path in journal_files(folder)} == before
    assert not list(folder.glob("*.new"))


def test_compacting_nothing_is_no_error(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    reopen(folder).close()
    compact(folder, 0, threading.Event())
    assert len(journal_files(folder)) == 1


async def test_a_compaction_that_fails_is_logged_and_costs_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "data"
    await fill(folder)
    store = reopen(folder)
    path = journal_files(folder)[0]
    good = path.read_bytes()
    path.write_bytes(good[:1000] + b"?" + good[1001:])
    store._compactor.sealed(2, True)
    await until(store._compactor.idle)
    assert list_files(folder).base is None
    assert [vars(record)["action"] for record in caplog.records] == ["compaction_failed"]
    await store.durable(store.stage(link("l1", Link(channel="a"))))
    path.write_bytes(good)
    store.close()
    reopen(folder).close()
