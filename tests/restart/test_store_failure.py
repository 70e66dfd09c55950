"""When writing fails it has failed for good, says what to do, and the disk keeps what was acknowledged."""

from __future__ import annotations

import asyncio
import base64
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.errors import StoreFailed
from bot.store import JournalStore, open_store, verify_folder
from tests.unit.store.samples import CASES, LINKS, NOW, TABLES, Case, Link, keep, link, reopen

SEGMENT_BYTES = 64 << 10


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file grows beyond `size` bytes, as on a full disk: a write goes part of the way, then fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def everything_raises(store: JournalStore) -> None:
    """Each method of the port refuses."""
    with pytest.raises(StoreFailed):
        store.get(LINKS, "l1")
    with pytest.raises(StoreFailed):
        store.find(LINKS, "channel", "a")
    with pytest.raises(StoreFailed):
        store.earliest(CASES, NOW, 1)
    with pytest.raises(StoreFailed):
        store.history("c1")
    with pytest.raises(StoreFailed):
        store.stage(link("l3", Link(channel="a")))


async def write_on(store: JournalStore, links: int) -> None:
    """Write that many links, each durable before the next."""
    for number in range(links):
        await store.durable(store.stage(link(f"l{number}", Link(channel="x" * 1000))))


async def test_a_full_disk_is_final_and_costs_nothing_acknowledged(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    early = store.stage(link("l1", Link(channel="a")))
    await store.durable(early)
    with largest_file(SEGMENT_BYTES):
        late = store.stage(link("l2", Link(channel="x" * 2 * SEGMENT_BYTES)))
        waiting = await asyncio.gather(store.durable(late), store.settled(), return_exceptions=True)
    assert [type(outcome) for outcome in waiting] == [StoreFailed] * 2
    assert "Free space" in str(waiting[0])
    everything_raises(store)
    with pytest.raises(StoreFailed, match="full"):
        await store.durable(early)
    assert "Free space" in (store.ready() or "")
    store.close()
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    assert store.get(LINKS, "l1") == Link(channel="a")
    assert store.get(LINKS, "l2") is None
    assert store.verify() == ()
    store.close()


async def test_a_disk_without_room_for_the_next_segment_is_final(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    await write_on(store, 10)
    with largest_file(SEGMENT_BYTES // 2), pytest.raises(StoreFailed, match="full"):
        await write_on(store, 90)
    store.close()
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    assert [store.get(LINKS, f"l{number}") for number in range(10)] == [Link(channel="x" * 1000)] * 10
    assert store.get(LINKS, "l89") is None
    store.close()


async def test_a_device_that_goes_away_is_final(tmp_path: Path) -> None:
    store = reopen(tmp_path / "data")
    descriptor = store._writer._file.fileno()
    readonly = os.open(tmp_path / "data" / "school.key", os.O_RDONLY)
    os.dup2(readonly, descriptor)
    os.close(readonly)
    with pytest.raises(StoreFailed, match="Check the disk"):
        await store.durable(store.stage(link("l1", Link(channel="a"))))
    everything_raises(store)
    store.close()


async def test_who_waits_in_another_task_is_told_when_it_fails(tmp_path: Path) -> None:
    store = reopen(tmp_path / "data", segment_bytes=SEGMENT_BYTES)
    with largest_file(SEGMENT_BYTES):
        store.stage(link("l2", Link(channel="x" * 2 * SEGMENT_BYTES)))
        waiters = [asyncio.create_task(store.settled()) for _ in range(5)]
        waiters[0].cancel()
        outcomes = await asyncio.gather(*waiters, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes[1:]] == [StoreFailed] * 4
    store.close()


async def test_a_closed_record_refuses_and_can_be_closed_again(tmp_path: Path) -> None:
    store = reopen(tmp_path / "data")
    store.stage(link("l1", Link(channel="a")))
    store.close()
    store.close()
    everything_raises(store)
    assert store.ready() == "The record is closed."


def test_too_little_free_disk_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="Free space"):
        open_store(tmp_path / "data", TABLES, case_table=CASES, free_bytes=1 << 60)


def test_a_folder_that_cannot_be_written_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StoreFailed, match="start Handrail again"):
        reopen(tmp_path / "data")


def test_without_its_key_the_record_is_not_opened_and_no_new_key_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    reopen(folder).close()
    key = folder / "school.key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(StoreFailed, match=r"missing.*Put your copy"):
        reopen(folder)
    assert not key.exists()
    with pytest.raises(StoreFailed, match="missing"):
        verify_folder(folder)
    key.write_bytes(kept)
    reopen(folder).close()


def test_the_wrong_key_is_told_from_damage(tmp_path: Path) -> None:
    reopen(tmp_path / "one").close()
    reopen(tmp_path / "two").close()
    (tmp_path / "one" / "school.key").replace(tmp_path / "two" / "school.key")
    with pytest.raises(StoreFailed, match="does not fit"):
        reopen(tmp_path / "two")


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    reopen(tmp_path / "data").close()
    short = base64.b64encode(b"short").decode()
    for text in ("", "nonsense", f"handrail school key 1\n{short}\n", "handrail school key 1\n!!\n", "\xff"):
        (tmp_path / "data" / "school.key").write_text(text, "latin-1")
        with pytest.raises(StoreFailed, match="does not hold a school's key"):
            reopen(tmp_path / "data")


def test_the_key_is_this_users_alone_and_may_stand_elsewhere(tmp_path: Path) -> None:
    key = tmp_path / "keys" / "ours.key"
    key.parent.mkdir()
    store = open_store(tmp_path / "data", TABLES, case_table=CASES, key_file=key)
    store.stage(keep(Case(id="c1")))
    store.close()
    assert key.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "data" / "school.key").exists()
    assert verify_folder(tmp_path / "data", key_file=key).problems == ()


def test_a_key_that_others_may_read_is_warned_about(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reopen(tmp_path / "data").close()
    assert not caplog.records
    (tmp_path / "data" / "school.key").chmod(0o644)
    reopen(tmp_path / "data").close()
    assert [vars(record)["action"] for record in caplog.records] == ["key_exposed"]


def test_verify_names_a_folder_without_a_record(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="no record"):
        verify_folder(tmp_path)


def test_another_case_table_is_another_record(tmp_path: Path) -> None:
    reopen(tmp_path / "data").close()
    with pytest.raises(StoreFailed, match="history of cases"):
        open_store(tmp_path / "data", TABLES, case_table=LINKS)


def test_a_table_that_is_not_known_any_more_is_named(tmp_path: Path) -> None:
    store = reopen(tmp_path / "data")
    store.stage(link("l1", Link(channel="a")))
    store.close()
    with pytest.raises(StoreFailed, match="a table links"):
        open_store(tmp_path / "data", [CASES], case_table=CASES)
