"""A writer is killed at random moments: what it acknowledged is there, and the record is whole."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.errors import StoreLocked
from bot.store import JournalStore
from tests.restart.store_writer import CASES_KEPT, ERASE_EVERY, LINKS_KEPT
from tests.unit.store.samples import CASES, LINKS, journal_files, reopen

KILLS = 14


def start_writer(folder: Path, first: int, segment_bytes: int) -> subprocess.Popen[bytes]:
    """A writer in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.restart.store_writer", str(folder), str(first), str(segment_bytes)],
        stdout=subprocess.PIPE,
    )


def run_and_kill(folder: Path, first: int, segment_bytes: int, acknowledgements: int) -> list[int]:
    """The numbers that were acknowledged before kill -9."""
    with start_writer(folder, first, segment_bytes) as process:
        assert process.stdout is not None
        heard = [process.stdout.readline() for _ in range(acknowledgements)]
        process.kill()
        heard += process.stdout.readlines()
    return [int(line) for line in heard if line.endswith(b"\n")]


def check(store: JournalStore, acknowledged: set[int]) -> int:
    """Everything acknowledged is there; returns the first number that was never written."""
    entries = Counter(number % CASES_KEPT for number in acknowledged)
    newest = max(acknowledged)
    for slot in range(LINKS_KEPT):
        last = max((number for number in acknowledged if number % LINKS_KEPT == slot), default=None)
        if last is not None:
            link = store.get(LINKS, f"l{slot}")
            assert link is not None
            assert link.rank >= last
            newest = max(newest, int(link.rank))
    for slot, count in entries.items():
        case = store.get(CASES, f"c{slot}")
        assert case is not None
        assert len(store.history(f"c{slot}")) >= count
    for number in acknowledged:
        if number % ERASE_EVERY == 0:
            assert store.get(CASES, f"erased-{number}") is None
            assert [kept.entry.kind for kept in store.history(f"erased-{number}")] == ["noted", "deleted"]
    assert store.verify() == ()
    return newest + 1


@pytest.mark.parametrize(
    ("segment_bytes", "most"),
    [
        pytest.param(1 << 20, 60, id="within one segment"),
        pytest.param(8 << 10, 40, id="while segments roll"),
        pytest.param(4 << 10, 400, id="while compaction runs"),
    ],
)
def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path, segment_bytes: int, most: int) -> None:
    dice = random.Random(most)
    folder = tmp_path / "data"
    acknowledged: set[int] = set()
    first = 1
    for _ in range(KILLS):
        acknowledged.update(run_and_kill(folder, first, segment_bytes, dice.randint(1, most)))
        store = reopen(folder, segment_bytes=segment_bytes)
        first = check(store, acknowledged)
        store.close()
    rolled = segment_bytes < 1 << 20
    assert any(path.name.startswith("base-") for path in journal_files(folder)) or not rolled


def test_a_second_process_is_told_that_the_folder_is_in_use(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with start_writer(folder, 1, 1 << 20) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        with pytest.raises(StoreLocked, match="Another Handrail"):
            reopen(folder)
        process.kill()
    reopen(folder).close()
