"""The documents of one table in RAM: sealed bytes, their indexes, and the values decoded lately.

To TinyDB a table is a mapping from id to a plain dict, decoded as it is looked at. Must not know files or
commits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from tinydb.utils import LRUCache

from bot.errors import RevisionMoved, ZoneMissing
from bot.model.record import SYSTEM_SCOPE, Pair, Put, Table
from bot.store.index import Keys, Sorted
from bot.store.journal import damaged
from bot.store.keys import KeyRing, bound
from bot.store.line import StoredPut, encode

Cache = LRUCache[tuple[str, str], Any]

WITHOUT_ZONE = re.compile(rb'T\d\d:\d\d:\d\d(?:\.\d+)?"')
"""The end of a time without a zone as it is encoded, or of a text that only looks like one."""

SEALED_FOR = ""
"""The index of what a scope sealed, which no table names: all of it goes with the scope's key."""

_plain = msgspec.json.Decoder(dict[str, Any]).decode
_text = msgspec.json.Decoder(str).decode


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is held of a document in the clear. `revision` is -1 for a type that has none."""

    scope: str
    revision: int
    pairs: tuple[Pair, ...]
    order: datetime | None


class Prepared(msgspec.Struct, frozen=True):
    """A document that was found fit to be stored."""

    rows: Rows
    key: str
    value: Any
    encoded: bytes
    facts: Facts


class Record(msgspec.Struct, frozen=True, gc=False):
    """A document as it is held."""

    sealed: bytes
    born: int
    facts: Facts


class Rows(Mapping[str, dict[str, Any]]):
    """One table."""

    def __init__(self, table: Table[Any], ring: KeyRing, cache: Cache) -> None:
        self.table = table
        self._ring = ring
        self._cache = cache
        self._decode = msgspec.json.Decoder(table.type).decode
        self._records: dict[str, Record] = {}
        self._keys = Keys()
        self._sorted = Sorted()
        self._unopened: dict[str, tuple[StoredPut, str]] = {}
        self.size = 0

    def __getitem__(self, key: str) -> dict[str, Any]:
        """A fresh, plain copy of the document."""
        return _plain(self.encoded(key))

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, key: object) -> bool:
        return key in self._records

    def encoded(self, key: str) -> bytes:
        """The document's JSON. Raises KeyError for an unknown id, InvalidTag for a damaged document."""
        record = self._records[key]
        return self._open(record.facts.scope, record.sealed, self.name(key))[1]

    def name(self, key: str) -> str:
        """What stands for an id in the journal."""
        return self._ring.name(self.table.name, key)

    def value(self, key: str) -> Any | None:
        """The document as its type, shared and frozen."""
        if key not in self._records:
            return None
        place = (self.table.name, key)
        value = self._cache.get(place)
        if value is None:
            value = self._decode(self.encoded(key))
            self._cache[place] = value
        return value

    def find(self, index: str, value: str) -> tuple[str, ...]:
        """Ids under a key, oldest first."""
        return self._keys.find((index, value))

    def earliest(self, until: datetime, limit: int) -> tuple[str, ...]:
        """The first ids in order, none above `until`."""
        due: list[str] = []
        for order, key in self._sorted:
            if len(due) >= limit or order > until:
                break
            due.append(key)
        return tuple(due)

    def prepare(self, put: Put[Any]) -> Prepared:
        """Raises RevisionMoved, ValueError, without a word of the content, for what could not be read back
        the same, and ZoneMissing for a time without its zone anywhere in it."""
        key, value = put.id, put.value
        record = self._records.get(key)
        if put.expect not in (-1, record.facts.revision if record else None):
            raise RevisionMoved
        try:
            encoded = encode(value)
            decoded = self._decode(encoded)
        except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
            decoded = None
        if decoded is None or decoded != value:
            raise ValueError(
                f"A document for {self.table.name} would not be read back as the same "
                f"{getattr(self.table.type, '__name__', 'value')}: check the type of each field"
            )
        if WITHOUT_ZONE.search(encoded) and _lacks_zone(
            msgspec.to_builtins(value, builtin_types=(datetime,))
        ):
            raise ZoneMissing
        return Prepared(self, key, decoded, encoded, self._facts(decoded, self.table.scope(decoded)))

    def _facts(self, value: Any, scope: str) -> Facts:
        pairs = tuple(self.table.keys(value))
        if scope != SYSTEM_SCOPE:
            pairs += ((SEALED_FOR, scope),)
        return Facts(scope, getattr(value, "revision", -1), pairs, self.table.order(value))

    def place(self, ready: Prepared, born: int) -> StoredPut:
        """Seal and hold a document; `born` counts only if it is new."""
        table, key, facts = self.table.name, ready.key, ready.facts
        name = self._ring.name(table, key)
        plain = encode(key) + b"\n" + ready.encoded
        sealed = self._ring.seal(facts.scope, plain, bound(("document", table, name)))
        born = self._hold(key, sealed, born, facts)
        self._cache.set((table, key), ready.value)
        return StoredPut(table, name, facts.scope, born, sealed)

    def load(self, put: StoredPut, where: str) -> None:
        """Take a document from the journal, to be opened by `settle` if it is the last of its name."""
        self._unopened[put.name] = (put, where)

    def unload(self, name: str) -> None:
        """Leave out a document that the journal took back."""
        self._unopened.pop(name, None)

    def settle(self) -> None:
        """Open and index what was loaded. Raises RecordDamaged, naming the file of the document."""
        for name, (put, where) in self._unopened.items():
            if put.scope in self._ring.destroyed:
                continue
            try:
                key, encoded = self._open(put.scope, put.sealed, name)
                value = self._decode(encoded)
            except (InvalidTag, KeyError, msgspec.DecodeError):
                raise damaged(where, f"has a document for {self.table.name} that cannot be opened") from None
            # The scope it was sealed for counts, whatever the table would choose today.
            self._hold(key, put.sealed, put.born, self._facts(value, put.scope))
        self._unopened.clear()

    def drop(self, key: str) -> None:
        """Forget a document, if it is there."""
        record = self._records.pop(key, None)
        if record is None:
            return
        self.size -= len(record.sealed)
        self._leave_indexes(key, record.facts)
        if (self.table.name, key) in self._cache:
            del self._cache[self.table.name, key]

    def drop_scope(self, scope: str) -> None:
        """Forget every document of a destroyed scope."""
        for key in self._keys.find((SEALED_FOR, scope)):
            self.drop(key)

    def _hold(self, key: str, sealed: bytes, born: int, facts: Facts) -> int:
        """The document's age: that of its first writing."""
        before = self._records.get(key)
        self.size += len(sealed)
        if before is not None:
            born = before.born
            self.size -= len(before.sealed)
        self._records[key] = Record(sealed, born, facts)
        if before is not None:
            if before.facts.pairs == facts.pairs and before.facts.order == facts.order:
                return born
            self._leave_indexes(key, before.facts)
        self._keys.add(facts.pairs, key, born)
        if facts.order is not None:
            self._sorted.add((facts.order, key))
        return born

    def _leave_indexes(self, key: str, facts: Facts) -> None:
        self._keys.remove(facts.pairs, key)
        if facts.order is not None:
            self._sorted.remove((facts.order, key))

    def _open(self, scope: str, sealed: bytes, name: str) -> tuple[str, bytes]:
        """The id and the document's JSON."""
        place = bound(("document", self.table.name, name))
        key, _, encoded = self._ring.open(scope, sealed, place).partition(b"\n")
        return _text(key), encoded


def _lacks_zone(plain: Any) -> bool:
    """Whether a time without its zone stands anywhere in plain lists, mappings and values."""
    if isinstance(plain, dict):
        return any(map(_lacks_zone, plain.values()))
    if isinstance(plain, list | tuple):
        return any(map(_lacks_zone, plain))
    return isinstance(plain, datetime) and plain.utcoffset() is None
