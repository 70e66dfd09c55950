"""What the journal adds up to: rows, history and keys in RAM, and how one commit changes them.

A commit is planned first, which may refuse it and changes nothing, then applied, which cannot fail on
its account. Must not know files or threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tinydb.utils import LRUCache

from bot.errors import StoreFailed, ZoneMissing
from bot.model.record import SYSTEM_SCOPE, Entry, Put, Table
from bot.store.changes import difference
from bot.store.history import NOTHING, Chain, plain
from bot.store.keys import KeyRing
from bot.store.line import Line, encode
from bot.store.rows import Cache, Prepared, Rows

VALUES_KEPT = 2048

Delete = tuple[Table[Any], str]


class Plan(NamedTuple):
    """A commit that was found fit. `entries` come with their encoded content and change; `scopes` are what
    it is sealed for."""

    puts: tuple[Prepared, ...]
    deletes: tuple[tuple[Rows, str], ...]
    entries: tuple[tuple[Entry, bytes, bytes], ...]
    destroy: tuple[str, ...]
    scopes: set[str]


class Contents:
    """Everything that is in the record."""

    def __init__(self, ring: KeyRing, tables: Sequence[Table[Any]], *, case_table: str) -> None:
        cache: Cache = LRUCache(capacity=VALUES_KEPT)
        self._cache = cache
        self.ring = ring
        self.rows: dict[str, Rows] = {table.name: Rows(table, ring, cache) for table in tables}
        self.chain = Chain(ring)
        self.case_table = case_table
        self._born = 0

    def size(self) -> int:
        """Bytes of what is living, as it stands in RAM."""
        return self.chain.size + sum(rows.size for rows in self.rows.values())

    def table(self, name: str) -> Rows:
        """The rows of a table. Raises ValueError for one that the store was not opened with."""
        try:
            return self.rows[name]
        except KeyError:
            raise ValueError(f"The store was not opened with a table {name}") from None

    def load(self, line: Line, where: str) -> None:
        """Take a commit from the journal's file `where`; `settle` follows the last. Raises StoreFailed for
        a table that is not known."""
        for key in line.keys:
            self.ring.add(key)
        for table, name in line.deletes:
            self._known(table).unload(name)
        for put in line.puts:
            self._known(put.table).load(put, where)
            self._born = max(self._born, put.born)
        for entry in line.entries:
            self.chain.add(entry)
        for scope in line.destroyed:
            self._destroy(scope)

    def settle(self) -> None:
        """Open what was loaded. Raises RecordDamaged."""
        for rows in self.rows.values():
            rows.settle()

    def load_unknown_tables(self, line: Line) -> None:
        """Make room for tables that nobody described, as plain JSON."""
        for name in {put.table for put in line.puts} - self.rows.keys():
            self.rows[name] = Rows(Table(name=name, type=Any), self.ring, self._cache)

    def plan(
        self,
        *,
        puts: Sequence[Put[Any]],
        deletes: Sequence[Delete],
        entries: Sequence[Entry] = (),
        destroy: Sequence[str] = (),
    ) -> Plan:
        """Check a commit. Raises RevisionMoved, ZoneMissing, or ValueError for what no caller should
        ever give."""
        on_record = {entry.case_id for entry in entries}
        self._check_destroy(destroy, on_record)
        planned, removed = [], []
        touched, scopes = set(), set()
        cases: dict[str, bytes | None] = {}
        for put in puts:
            ready = self.table(put.table.name).prepare(put)
            planned.append(ready)
            touched.add((put.table.name, put.id))
            scopes.add(ready.facts.scope)
            if put.table.name == self.case_table:
                cases[put.id] = ready.encoded
        for table, key in deletes:
            removed.append((self.table(table.name), key))
            touched.add((table.name, key))
            if table.name == self.case_table:
                cases[key] = None
        if len(touched) < len(puts) + len(deletes):
            raise ValueError("A commit names a document twice")
        if not on_record.issuperset(cases):
            raise ValueError(f"A change in {self.case_table} needs a history entry of that case")
        if not (scopes.isdisjoint(self.ring.destroyed) and scopes.isdisjoint(destroy)):
            raise ValueError("A document is put under a scope that is destroyed")
        _check_text(*scopes, *[key for _, key in touched])
        return Plan(
            tuple(planned),
            tuple(removed),
            self._plan_entries(entries, self._changes(cases)),
            tuple(destroy),
            scopes | on_record | {SYSTEM_SCOPE} if entries else scopes,
        )

    def apply(self, plan: Plan) -> Line:
        """Do what was planned, and return what the journal must hold of it."""
        for scope in plan.destroy:
            self._destroy(scope)
        deletes = []
        for rows, key in plan.deletes:
            rows.drop(key)
            deletes.append((rows.table.name, rows.name(key)))
        keys = tuple([self.ring.make(scope) for scope in plan.scopes if self.ring.lacks(scope)])
        first = self._born + 1
        self._born += len(plan.puts)
        return Line(
            keys=keys,
            deletes=tuple(deletes),
            puts=tuple([ready.rows.place(ready, born) for born, ready in enumerate(plan.puts, first)]),
            entries=tuple([self.chain.seal(*each) for each in plan.entries]),
            destroyed=plan.destroy,
        )

    def _changes(self, after: Mapping[str, bytes | None]) -> dict[str, bytes]:
        """What the commit does to each case document, encoded."""
        cases = self.rows[self.case_table]
        changes = {}
        for key, new in after.items():
            old = cases.encoded(key) if key in cases else None
            if old is not None or new is not None:
                changes[key] = encode(difference(old, new))
        return changes

    def _plan_entries(
        self, entries: Sequence[Entry], changes: dict[str, bytes]
    ) -> tuple[tuple[Entry, bytes, bytes], ...]:
        planned = []
        # The last entry of a case carries what the commit does to it.
        for entry in reversed(entries):
            if entry.at.utcoffset() is None:
                raise ZoneMissing
            _check_text(entry.case_id, entry.actor, entry.role, entry.kind, entry.definition)
            planned.append((entry, plain(entry.content), changes.pop(entry.case_id, NOTHING)))
        return tuple(reversed(planned))

    def _check_destroy(self, destroy: Sequence[str], on_record: set[str]) -> None:
        _check_text(*destroy)
        if SYSTEM_SCOPE in destroy:
            raise ValueError("The scope of what belongs to no case is never destroyed")
        if any(self.chain.has(scope) and scope not in on_record for scope in destroy):
            raise ValueError("Destroying a case needs a history entry of that case")

    def _destroy(self, scope: str) -> None:
        self.ring.destroy(scope)
        for rows in self.rows.values():
            rows.drop_scope(scope)

    def _known(self, name: str) -> Rows:
        if name not in self.rows:
            raise StoreFailed(
                f"The record holds a table {name} that this Handrail does not know. "
                "Start the version that wrote it."
            )
        return self.rows[name]


def _check_text(*texts: str) -> None:
    """Ids and names must be text that JSON can hold."""
    "".join(texts).encode()
