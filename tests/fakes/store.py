"""A Store in memory, held to the same contract test as the journal. It keeps nothing but what a real
record could keep: each value goes through JSON and back.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec

from bot.casework.ports import Ticket
from bot.errors import RevisionMoved, StoreFailed, ZoneMissing
from bot.model.record import SYSTEM_SCOPE, Commit, Entry, Kept, Put, Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Staged:
    """A ticket."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A document and its age."""

    value: Any
    born: int
    scope: str


class MemoryStore:
    """`hold` keeps what is staged from becoming durable until `release`; `fail` breaks it for good."""

    def __init__(self, tables: Sequence[Table[Any]], history_table: Table[Any]) -> None:
        self._tables = {table.name: table for table in tables}
        self._history_table = history_table.name
        self._rows: dict[str, dict[str, Row]] = {table.name: {} for table in tables}
        self._history: dict[str, list[Kept]] = {}
        self._destroyed: set[str] = set()
        self._born = 0
        self._position = 0
        self._fault: str | None = None
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        """From now on nothing becomes durable."""
        self._open.clear()

    def release(self) -> None:
        """What was held becomes durable."""
        self._open.set()

    def fail(self, why: str = "The disk is full. Free space, then start Handrail again.") -> None:
        """Every later call raises StoreFailed, and so does whatever waits."""
        self._fault = why
        self._open.set()

    def get(self, table: Table[T], key: str) -> T | None:
        """See the port."""
        self._check()
        row = self._table(table.name).get(key)
        return cast("T", row.value) if row else None

    def find(self, table: Table[Any], index: str, value: str) -> tuple[str, ...]:
        """See the port."""
        self._check()
        rows = self._table(table.name)
        keys = self._tables[table.name].keys
        found = (key for key, row in rows.items() if (index, value) in keys(row.value))
        return tuple(sorted(found, key=lambda key: rows[key].born))

    def earliest(self, table: Table[Any], until: datetime, limit: int) -> tuple[str, ...]:
        """See the port."""
        self._check()
        order = self._tables[table.name].order
        placed = ((order(row.value), key) for key, row in self._table(table.name).items())
        due = sorted((at, key) for at, key in placed if at is not None and at <= until)
        return tuple(key for _, key in due[: max(limit, 0)])

    def history(self, case_id: str) -> tuple[Kept, ...]:
        """See the port."""
        self._check()
        return tuple(self._history.get(case_id, ()))

    def stage(self, commit: Commit) -> Ticket:
        """See the port."""
        self._check()
        self._check_commit(commit)
        fresh = [(put, self._checked_put(put, commit.destroy)) for put in commit.puts]
        contents = [_plain(entry) for entry in commit.entries]
        for scope in commit.destroy:
            self._destroy(scope)
        for table, key in commit.deletes:
            self._rows[table.name].pop(key, None)
        for put, value in fresh:
            self._born += 1
            rows = self._rows[put.table.name]
            born = rows[put.id].born if put.id in rows else self._born
            scope = self._tables[put.table.name].scope(value)
            rows[put.id] = Row(value=value, born=born, scope=scope)
        for entry, content in zip(commit.entries, contents, strict=True):
            self._append(entry, content)
        self._position += 1
        return Staged(self._position)

    async def durable(self, ticket: Ticket) -> None:
        """See the port."""
        self._check()
        await self._open.wait()
        self._check()

    async def settled(self) -> None:
        """See the port."""
        await self.durable(Staged(self._position))

    def _check(self) -> None:
        if self._fault:
            raise StoreFailed(self._fault)

    def _table(self, name: str) -> dict[str, Row]:
        if name not in self._rows:
            raise ValueError(f"The store was not opened with a table {name}")
        return self._rows[name]

    def _check_commit(self, commit: Commit) -> None:
        touched = [(put.table.name, put.id) for put in commit.puts]
        touched += [(table.name, key) for table, key in commit.deletes]
        for name, _ in touched:
            self._table(name)
        if len(set(touched)) < len(touched):
            raise ValueError("A commit names a document twice")
        on_record = {entry.case_id for entry in commit.entries}
        if any(name == self._history_table and key not in on_record for name, key in touched):
            raise ValueError(f"A change in {self._history_table} needs a history entry of that case")
        if SYSTEM_SCOPE in commit.destroy:
            raise ValueError("The scope of what belongs to no case is never destroyed")
        if any(scope in self._history and scope not in on_record for scope in commit.destroy):
            raise ValueError("Destroying a case needs a history entry of that case")

    def _checked_put(self, put: Put[Any], destroy: Sequence[str]) -> Any:
        row = self._rows[put.table.name].get(put.id)
        there = getattr(row.value, "revision", None) if row else None
        moved = row is not None if put.expect is None else put.expect not in (-1, there)
        if moved or (row is None and put.expect not in (None, -1)):
            raise RevisionMoved
        value = _through_json(put.value, put.table.type)
        scope = self._tables[put.table.name].scope(value)
        if scope in self._destroyed or scope in destroy:
            raise ValueError("A document is put under a scope that is destroyed")
        return value

    def _destroy(self, scope: str) -> None:
        if scope in self._destroyed:
            return
        self._destroyed.add(scope)
        for rows in self._rows.values():
            for key in [key for key, row in rows.items() if row.scope == scope]:
                del rows[key]
        if scope in self._history:
            self._history[scope] = [
                replace(kept, entry=replace(kept.entry, actor="", content={}))
                for kept in self._history[scope]
            ]

    def _append(self, entry: Entry, content: dict[str, Any]) -> None:
        kept = self._history.setdefault(entry.case_id, [])
        before = kept[-1].hash if kept else ""
        line = msgspec.json.encode([before, len(kept) + 1, entry])
        copy = replace(entry, content=content)
        kept.append(Kept(seq=len(kept) + 1, entry=copy, hash=hashlib.sha256(line).hexdigest()))


def _through_json(value: Any, kind: Any) -> Any:
    try:
        read = msgspec.json.decode(msgspec.json.encode(value), type=kind)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        read = None
    if read is None or read != value:
        raise ValueError("A document would not be read back as the same value")
    if _lacks_zone(msgspec.to_builtins(value, builtin_types=(datetime,))):
        raise ZoneMissing
    return read


def _lacks_zone(plain: Any) -> bool:
    if isinstance(plain, datetime):
        return plain.utcoffset() is None
    inside = plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list | tuple) else ()
    return any(_lacks_zone(part) for part in inside)


def _plain(entry: Entry) -> dict[str, Any]:
    if entry.at.utcoffset() is None:
        raise ZoneMissing
    content = _through_json(entry.content, Any)
    return cast("dict[str, Any]", content)
