"""The store: the port's methods over the contents in RAM and the writer behind them.

All methods belong to the event loop's thread. Must not know the journal's format, cases or rules.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from bot.casework.ports import Ticket
from bot.errors import StoreFailed
from bot.model.problems import Problem
from bot.model.record import Commit, Entry, Kept, Put, Table
from bot.store import disk
from bot.store.compaction import Compactor
from bot.store.contents import Contents, Delete
from bot.store.journal import disk_bytes
from bot.store.tables import Database, JournalStorage
from bot.store.verify import Anchor, verify_contents
from bot.store.writer import Job, Reports, Writer

T = TypeVar("T")

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Staged:
    """A ticket: the position of a commit in the journal."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Figures for operators. `durable` trails `staged` by what is being written."""

    staged: int
    durable: int
    documents: Mapping[str, int]
    entries: int
    live_bytes: int
    disk_bytes: int


class JournalStore:
    """The real Store."""

    def __init__(
        self,
        folder: Path,
        contents: Contents,
        *,
        writer: Writer,
        compactor: Compactor,
        position: int,
        free_bytes: int,
    ) -> None:
        self._folder = folder
        self._free_bytes = free_bytes
        self._contents = contents
        self._writer = writer
        self._compactor = compactor
        self._staged = self._durable = position
        self._fault: str | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._lock: IO[bytes] | None = None
        self.database = Database(contents.rows, self._write_from_tinydb, storage=JournalStorage)

    def start(self, lock: IO[bytes], *, erase: bool) -> None:
        """Begin to write. `lock` is let go by `close`."""
        self._lock = lock
        reports = Reports(self._now_durable, self._failed, self._compactor.sealed)
        self._writer.start(reports, erase=erase)

    def get(self, table: Table[T], key: str) -> T | None:
        """See the port."""
        if self._fault:
            raise StoreFailed(self._fault)
        value: T | None = self._contents.table(table.name).value(key)
        return value

    def find(self, table: Table[Any], index: str, value: str) -> tuple[str, ...]:
        """See the port. Oldest by first writing."""
        if self._fault:
            raise StoreFailed(self._fault)
        return self._contents.table(table.name).find(index, value)

    def earliest(self, table: Table[Any], until: datetime, limit: int) -> tuple[str, ...]:
        """See the port."""
        self._refuse_if_failed()
        return self._contents.table(table.name).earliest(until, limit)

    def history(self, case_id: str) -> tuple[Kept, ...]:
        """See the port. A destroyed case's entries have no actor and no content."""
        self._refuse_if_failed()
        return self._contents.chain.case(case_id)

    def stage(self, commit: Commit) -> Ticket:
        """See the port. Raises ValueError, with nothing taken, for a commit that no caller should build."""
        return self._take(commit.puts, commit.deletes, commit.entries, commit.destroy)

    async def durable(self, ticket: Ticket) -> None:
        """See the port."""
        await self._wait(ticket.position)

    async def settled(self) -> None:
        """See the port."""
        await self._wait(self._staged)

    def ready(self) -> str | None:
        """Why the record cannot be relied on to take writes; None when it can."""
        if self._fault:
            return self._fault
        return self.shortage()

    def shortage(self) -> str | None:
        """What to do about the disk when it is nearly full or cannot be looked at; None when it has room."""
        try:
            return disk.shortage(self._folder, self._free_bytes)
        except OSError as error:
            return str(disk.failure(error, self._folder))

    def anchor(self) -> Anchor:
        """Where the record stands with everything staged; to be told once that is `settled`."""
        return Anchor(position=self._staged, hash=self._contents.chain.newest())

    def stats(self) -> Stats:
        """How much there is of everything."""
        return Stats(
            staged=self._staged,
            durable=self._durable,
            documents={name: len(rows) for name, rows in self._contents.rows.items()},
            entries=len(self._contents.chain),
            live_bytes=self._contents.size(),
            disk_bytes=disk_bytes(self._folder),
        )

    def verify(self) -> tuple[Problem, ...]:
        """Walk every chain and rebuild every case. It takes seconds on a large record: a running service
        checks a copy with `verify_folder` instead."""
        self._refuse_if_failed()
        return verify_contents(self._contents, str(self._folder))

    def close(self) -> None:
        """Write what is staged, stop, and let go of the folder. May be called twice."""
        if self._lock is None:
            return
        self._writer.stop()
        self._compactor.stop()
        self._lock.close()
        self._lock = None
        self._fault = self._fault or "The record is closed."
        self._wake()

    def _take(
        self,
        puts: Sequence[Put[Any]],
        deletes: Sequence[Delete],
        entries: Sequence[Entry] = (),
        destroy: Sequence[str] = (),
    ) -> Staged:
        self._refuse_if_failed()
        plan = self._contents.plan(puts=puts, deletes=deletes, entries=entries, destroy=destroy)
        try:
            line = self._contents.apply(plan)
        except BaseException as error:
            # Half a commit is in RAM: only the journal still knows what is true.
            self._failed(error)
            raise
        self._staged += 1
        self._writer.take(Job(self._staged, line, seal=bool(destroy)))
        return Staged(self._staged)

    def _write_from_tinydb(self, name: str, changes: Mapping[str, dict[str, Any] | None]) -> None:
        table = self._contents.table(name).table
        puts = []
        for key, document in changes.items():
            if document is not None:
                try:
                    value = msgspec.convert(document, table.type)
                except msgspec.ValidationError:
                    raise ValueError(f"The document is no {table.type.__name__}") from None
                puts.append(Put(table=table, id=key, value=value))
        self._take(puts, [(table, key) for key, document in changes.items() if document is None])

    async def _wait(self, position: int) -> None:
        loop = self._loop = asyncio.get_running_loop()
        if self._durable < position:
            waiter = loop.create_future()
            self._waiters.append((position, waiter))
            # The writer may have come past between the question and the waiting.
            self._wake()
            await waiter
        elif self._fault:
            raise StoreFailed(self._fault)

    def _wake(self) -> None:
        """Answer everyone whose commit is durable, or everyone when nothing will be any more."""
        fault, durable = self._fault, self._durable
        waiting, self._waiters = self._waiters, []
        for position, waiter in waiting:
            if waiter.done():
                continue
            if position <= durable:
                waiter.set_result(None)
            elif fault:
                waiter.set_exception(StoreFailed(fault))
            else:
                self._waiters.append((position, waiter))

    def _now_durable(self, position: int) -> None:
        self._durable = position
        self._wake_from_outside()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, OSError):
            self._fault = str(disk.failure(error, self._folder))
        else:
            self._fault = str(StoreFailed())
        LOG.critical(
            "the record failed: %s",
            error if isinstance(error, OSError) else type(error).__name__,
            extra={"action": StoreFailed.action},
        )
        self._wake_from_outside()

    def _wake_from_outside(self) -> None:
        loop = self._loop
        if loop is not None:
            # A loop that is closed has nobody waiting on it.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._wake)

    def _refuse_if_failed(self) -> None:
        if self._fault:
            raise StoreFailed(self._fault)
