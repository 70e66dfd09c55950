"""Small documents and commits for the store's tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.model.record import Commit, Entry, Put, Table
from bot.store import JournalStore, open_store

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MARKER = "marmalade-7391"
"""Stands in every content, so that a search of the folder would find it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A document with a revision, an index and a place in order."""

    id: str
    revision: int = 1
    owner: str = "dsl"
    due: datetime | None = None
    words: str = MARKER
    notes: tuple[str, ...] = ()
    marks: Mapping[str, int | float | bool | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A document of no case, without a revision."""

    channel: str
    rank: float = 0.0
    seen: Mapping[str, tuple[datetime, ...]] | None = None


CASES: Table[Case] = Table(
    name="cases",
    type=Case,
    keys=lambda case: (("owner", case.owner), *(("note", note) for note in case.notes)),
    order=lambda case: case.due,
    scope=lambda case: case.id,
)
LINKS: Table[Link] = Table(name="links", type=Link, keys=lambda link: (("channel", link.channel),))
UNKNOWN: Table[Link] = Table(name="unknown", type=Link)
TABLES: tuple[Table[Any], ...] = (CASES, LINKS)


def entry(case_id: str, kind: str = "noted", **content: Any) -> Entry:
    """A line of history."""
    return Entry(
        case_id=case_id,
        at=NOW,
        actor=f"{MARKER} actor",
        role="dsl",
        kind=kind,
        definition="pack-1",
        content={"words": MARKER, **content},
    )


def keep(case: Case, *more: Entry, expect: int | None = -1) -> Commit:
    """A commit that writes a case with the entries for it."""
    entries = (entry(case.id, revision=case.revision), *more)
    return Commit(at=NOW, puts=(Put(table=CASES, id=case.id, value=case, expect=expect),), entries=entries)


def link(key: str, value: Link, expect: int | None = -1) -> Commit:
    """A commit that writes a link."""
    return Commit(at=NOW, puts=(Put(table=LINKS, id=key, value=value, expect=expect),))


def erase(case_id: str) -> Commit:
    """A commit that deletes a case for good, on record."""
    return Commit(
        at=NOW, deletes=((CASES, case_id),), entries=(entry(case_id, "deleted"),), destroy=(case_id,)
    )


def reopen(folder: Path, *, segment_bytes: int = 1 << 20) -> JournalStore:
    """The record in a folder."""
    return open_store(folder, TABLES, case_table=CASES, segment_bytes=segment_bytes)


async def until(condition: Callable[[], bool], *, within_seconds: float = 20) -> None:
    """Wait for a condition that another thread brings about."""
    async with asyncio.timeout(within_seconds):
        while not condition():  # noqa: ASYNC110  # a thread has no asyncio event to set
            await asyncio.sleep(0.005)


def journal_files(folder: Path) -> list[Path]:
    """The journal's files, base first."""
    return sorted(folder.glob("*.journal"))
