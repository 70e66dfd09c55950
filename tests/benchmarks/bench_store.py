"""What a durable write, a press's share of the loop and a start cost, by the number of documents.

    python -m tests.benchmarks.bench_store [--quick] [--json]

Journal and sqlite3 (WAL, synchronous=FULL, one indexed column) take turns write by write in one process;
each figure is the median of the runs. CPU is that of the loop's thread alone.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from bot.model.record import Commit, Entry, Put, Table
from bot.store import JournalStore, open_store
from tests.benchmarks.tables import markdown

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FILL_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in a document."""

    ref: str
    part: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """About as large and as nested as a case: 2.8 KB of JSON with `words` of 1,400 characters."""

    id: str
    revision: int
    owner: str
    due: datetime
    people: tuple[Person, ...]
    answers: dict[str, str]
    words: str


CASES: Table[Document] = Table(
    name="cases",
    type=Document,
    keys=lambda d: (("owner", d.owner),),
    order=lambda d: d.due,
    scope=lambda d: d.id,
)
ITEMS: Table[Document] = Table(
    name="items",
    type=Document,
    keys=lambda d: (("owner", d.owner),),
    order=lambda d: d.due,
    scope=lambda d: d.owner,
)


def document(number: int, revision: int, *, characters: int = 1400, people: int = 8) -> Document:
    """A document."""
    return Document(
        id=f"case-{number}",
        revision=revision,
        owner=f"person-{number % 500}",
        due=NOW + timedelta(seconds=number + revision),
        people=tuple(Person(ref=f"ref-{n}-{number}", part="witness", since=NOW) for n in range(people)),
        answers={f"field-{n}": "an answer of some words" for n in range(people)},
        words="x" * characters,
    )


def entry(value: Document) -> Entry:
    """A line of history."""
    content = {"step": "what", "answers": value.answers, "why": "x" * 200}
    return Entry(
        case_id=value.id,
        at=NOW,
        actor="tenant/person",
        role="dsl",
        kind="noted",
        definition="p",
        content=content,
    )


def one(number: int, revision: int) -> Commit:
    """A commit of one case and its entry."""
    value = document(number, revision)
    return Commit(at=NOW, puts=(Put(table=CASES, id=value.id, value=value),), entries=(entry(value),))


def press(number: int, revision: int, *, characters: int) -> Commit:
    """The commit of a press: a case, a second large document, eight more, three entries."""
    value = document(number, revision)
    few = 8 if characters > 1000 else 1
    items = tuple(
        Put(
            table=ITEMS,
            id=f"item-{n}",
            value=replace(document(n, revision, characters=characters, people=few), owner=value.id),
        )
        for n in range(8)
    )
    run = Put(table=ITEMS, id="run", value=replace(value, owner=value.id))
    puts = (Put(table=CASES, id=value.id, value=value), run, *items)
    return Commit(at=NOW, puts=puts, entries=(entry(value),) * 3)


class Sqlite:
    """The same documents in sqlite3."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=full")
        self._db.execute("create table cases (id text primary key, owner text, body blob)")
        self._db.execute("create index owners on cases (owner)")

    def write(self, values: list[Document]) -> None:
        """One transaction."""
        rows = [(value.id, value.owner, msgspec.json.encode(value)) for value in values]
        with self._db:
            self._db.executemany("insert or replace into cases values (?, ?, ?)", rows)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A journal and a sqlite3 of the same size."""

    size: int
    folder: Path
    journal: JournalStore
    sqlite: Sqlite


async def fill(folder: Path, size: int) -> Pair:
    """Both with `size` documents."""
    journal = open_store(folder / str(size), (CASES, ITEMS), case_table=CASES)
    sqlite = Sqlite(folder / f"{size}.sqlite")
    for start in range(0, size, FILL_AT_ONCE):
        numbers = range(start, min(start + FILL_AT_ONCE, size))
        for number in numbers:
            journal.stage(one(number, 0))
        sqlite.write([document(number, 0) for number in numbers])
        await journal.settled()
    return Pair(size=size, folder=folder / str(size), journal=journal, sqlite=sqlite)


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    """Milliseconds of wall clock."""
    began = time.perf_counter()
    yield
    into.append((time.perf_counter() - began) * 1000)


async def run_writes(pairs: list[Pair], writes: int, revisions: Iterator[int]) -> dict[str, float]:
    """p50 of a durable write in ms, journal and sqlite in turn."""
    dice = random.Random(7)
    times: dict[str, list[float]] = {
        f"{kind} {pair.size}": [] for pair in pairs for kind in ("journal", "sqlite")
    }
    for _ in range(writes):
        revision = next(revisions)
        for pair in pairs:
            number = dice.randrange(pair.size)
            commit = one(number, revision)
            with timed(times[f"journal {pair.size}"]):
                await pair.journal.durable(pair.journal.stage(commit))
            value = document(number, revision)
            with timed(times[f"sqlite {pair.size}"]):
                pair.sqlite.write([value])
    return {name: statistics.median(samples) for name, samples in times.items()}


async def run_presses(pairs: list[Pair], presses: int, revisions: Iterator[int]) -> dict[str, float]:
    """p50 of the CPU milliseconds that `stage` takes from the loop's thread."""
    times: dict[str, list[float]] = {}
    dice = random.Random(11)
    for _ in range(presses):
        revision = next(revisions)
        for pair, (kind, characters) in itertools.product(pairs, (("press", 250), ("ten of 2.8 KB", 1400))):
            commit = press(dice.randrange(pair.size), revision, characters=characters)
            began = time.thread_time()
            ticket = pair.journal.stage(commit)
            times.setdefault(f"{kind} {pair.size}", []).append((time.thread_time() - began) * 1000)
            await pair.journal.durable(ticket)
    return {name: statistics.median(samples) for name, samples in times.items()}


def start_up(pair: Pair) -> float:
    """Seconds from the files to a store that answers."""
    pair.journal.close()
    began = time.perf_counter()
    journal = open_store(pair.folder, (CASES, ITEMS), case_table=CASES)
    seconds = time.perf_counter() - began
    journal.close()
    return seconds


async def measure(folder: Path, *, quick: bool) -> dict[str, dict[str, float]]:
    """All figures by what they are of."""
    sizes = (100, 1_000, 10_000) if quick else (100, 10_000, 100_000)
    runs, writes, presses = (3, 300, 50) if quick else (5, 3_000, 200)
    pairs = [await fill(folder, size) for size in sizes]
    revisions = itertools.count(1)
    written = [await run_writes(pairs, writes, revisions) for _ in range(runs)]
    pressed = [await run_presses(pairs, presses, revisions) for _ in range(runs)]
    started = {f"start {pair.size}": start_up(pair) for pair in pairs}
    for pair in pairs:
        pair.sqlite.close()
    return {
        "durable write, p50 ms": _medians(written),
        "stage of 10 puts and 3 entries, CPU ms": _medians(pressed),
        "start, s": started,
    }


def table(figures: dict[str, dict[str, float]]) -> str:
    """The results for people, a row for each number of documents."""
    written, staged, started = figures.values()
    rows = (
        (
            f"{size:,}",
            f"{written[f'journal {size}']:.2f}",
            f"{written[f'sqlite {size}']:.2f}",
            f"{staged[f'press {size}']:.2f}",
            f"{staged[f'ten of 2.8 KB {size}']:.2f}",
            f"{seconds:.1f}",
        )
        for size, seconds in ((int(name.split()[1]), seconds) for name, seconds in started.items())
    )
    heads = (
        "documents", "journal, p50 ms", "sqlite3, p50 ms", "`stage` of a press, CPU ms",
        "`stage` of 10 puts of 2.8 KB and 3 entries, CPU ms", "start, s",
    )  # fmt: skip
    return markdown(heads, rows)


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="10,000 documents at most, fewer writes")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help="on the disk to be measured; removed afterwards")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    try:
        figures = asyncio.run(measure(folder, quick=options.quick))
    finally:
        shutil.rmtree(folder)
    if options.json:
        print(json.dumps(figures))
        return
    print(table(figures))


if __name__ == "__main__":
    main()
