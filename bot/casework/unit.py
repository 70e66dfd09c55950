"""A unit of work in the making: everything of one press, staged together or not at all.

Must not await: load, decide and stage happen without another task in between, and that is the only lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from bot.casework.ports import Store, Ticket
from bot.casework.tables import CASES, CLOCKS, OUTBOX, RUNS, SENT
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.outbox import Alarm, Item
from bot.model.procedures import Procedure
from bot.model.record import Commit, Entry, Put, Table
from bot.model.runs import Run

T = TypeVar("T")
Revised = TypeVar("Revised", Case, Procedure)


class Unit:
    """Collects what is to be written. Reads through to the store, its own puts first."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.now = now
        self._store = store
        self._puts: dict[tuple[str, str], Put[Any]] = {}
        self._deletes: dict[tuple[str, str], tuple[Table[Any], str]] = {}
        self._entries: list[Entry] = []
        self._destroy: list[str] = []
        self._keys: set[str] = set()

    def get(self, table: Table[T], key: str) -> T | None:
        """The document as this unit would leave it."""
        place = (table.name, key)
        if place in self._deletes:
            return None
        put = self._puts.get(place)
        return put.value if put is not None else self._store.get(table, key)

    def find(self, table: Table[Any], name: str, value: str) -> tuple[str, ...]:
        """The ids of an index as this unit would leave it: those stored before, then its own."""
        touched = {key for held, key in (*self._puts, *self._deletes) if held == table.name}
        stored = (key for key in self._store.find(table, name, value) if key not in touched)
        mine = (p for (held, _), p in self._puts.items() if held == table.name)
        return (*stored, *(p.id for p in mine if (name, value) in table.keys(p.value)))

    def put(self, table: Table[T], key: str, value: T) -> T:
        """Write the document, refusing to overwrite what somebody else changed meanwhile."""
        before = self._store.get(table, key)
        expect = getattr(before, "revision", -1) if before is not None else None
        return self._put(table, key, value, expect)

    def revise(self, table: Table[Revised], value: Revised) -> Revised:
        """Write the document under its id. Its revision goes up once per unit of work."""
        before = self._store.get(table, value.id)
        expect = before.revision if before is not None else None
        revision = (expect or 0) + 1
        moved = value if value.revision == revision else replace(value, revision=revision)
        return self._put(table, value.id, moved, expect)

    def _put(self, table: Table[T], key: str, value: T, expect: int | None) -> T:
        place = (table.name, key)
        self._deletes.pop(place, None)
        self._puts[place] = Put(table=table, id=key, value=value, expect=expect)
        return value

    def delete(self, table: Table[Any], key: str) -> None:
        """Remove the document."""
        self._puts.pop((table.name, key), None)
        if self._store.get(table, key) is not None:
            self._deletes[(table.name, key)] = (table, key)

    def destroy(self, scope: str) -> None:
        """Throw the scope's data key away: what it encrypted is gone for good."""
        self._destroy.append(scope)

    def run(self, run: Run) -> Run:
        """Write a run."""
        return self.put(RUNS, run.id, run)

    def case(self, case: Case, *, actor: str, role: str, kind: str, content: Mapping[str, Any]) -> Case:
        """Write a case together with the line of history that says what happened to it.

        The revision goes up once per unit of work, however many lines it has.
        """
        moved = self.revise(CASES, case)
        self._entries.append(
            Entry(
                case_id=case.id,
                at=self.now,
                actor=actor,
                role=role,
                kind=kind,
                definition=case.definition,
                content=content,
            )
        )
        return moved

    def queued(self, key: str) -> bool:
        """Whether a message with this idempotency key is queued or was sent."""
        waits = key in self._keys or self._store.find(OUTBOX, "key", key)
        return bool(waits) or self._store.get(SENT, key) is not None

    def send(self, item: Item) -> None:
        """Queue a message made just now, unless one with the same idempotency key is queued or was sent."""
        if not self.queued(item.key):
            self._keys.add(item.key)
            self._put(OUTBOX, item.id, item, None)

    def arm(self, alarm: Alarm) -> Alarm:
        """Set a clock, whatever it was set to before."""
        return self._put(CLOCKS, alarm.id, alarm, -1)

    def disarm(self, clock_id: str | None) -> None:
        """Take a clock away; None is nothing to take."""
        if clock_id:
            self.delete(CLOCKS, clock_id)

    def commit(self) -> Commit:
        """Everything collected, as one commit."""
        return Commit(
            at=self.now,
            puts=tuple(self._puts.values()),
            deletes=tuple(self._deletes.values()),
            entries=tuple(self._entries),
            destroy=tuple(self._destroy),
        )

    @property
    def empty(self) -> bool:
        """Nothing to write."""
        return not (self._puts or self._deletes or self._entries or self._destroy)

    def stage(self) -> Ticket | None:
        """Hand it to the store; None when there was nothing to write."""
        return None if self.empty else self._store.stage(self.commit())
