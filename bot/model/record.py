"""What a unit of work hands to the store, and the shape of what it keeps.

Must not know how or where it is kept. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")

SYSTEM_SCOPE = "system"
"""The scope of what belongs to no case: conversation references, links, counters."""


Pair = tuple[str, str]
"""An index's name, and a value under which a document is found in it."""


def no_keys(_value: Any) -> Iterable[Pair]:
    """A table that is only ever read by id."""
    return ()


def no_order(_value: Any) -> datetime | None:
    """A table that is never read in order."""
    return None


def system_scope(_value: Any) -> str:
    """A table whose documents belong to no case."""
    return SYSTEM_SCOPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[T]):
    """A table of frozen values.

    `keys` gives the values under which a document is found, each with its index. `order` gives the time by
    which it stands in the table's one sorted index (None: not in it). `scope` names whose data key encrypts
    it: a case id, a run id or SYSTEM_SCOPE; destroying the scope makes it unreadable for good.
    """

    name: str
    type: type[T]
    keys: Callable[[T], Iterable[Pair]] = no_keys
    order: Callable[[T], datetime | None] = no_order
    scope: Callable[[T], str] = system_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Put(Generic[T]):
    """Write `value` under `id`. `expect` is the revision that must be there now: None for 'must be new',
    -1 for 'whatever is there'."""

    table: Table[T]
    id: str
    value: T
    expect: int | None = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A new line of a case's history: who did what, in which role, on which definition.

    `content` is what is encrypted: plain JSON values only. It never changes afterwards.
    """

    case_id: str
    at: datetime
    actor: str
    role: str
    kind: str
    definition: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A line of history as read back: `seq` counts from 1 within the case, `hash` is hexadecimal."""

    seq: int
    entry: Entry
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One unit of work over all tables: all of it becomes durable, or none.

    A put of a table that keeps history (see the store's constructor) needs at least one entry for
    that id in the same commit. `destroy` lists scopes whose data key is thrown away for good.
    """

    at: datetime
    puts: tuple[Put[Any], ...] = ()
    deletes: tuple[tuple[Table[Any], str], ...] = ()
    entries: tuple[Entry, ...] = ()
    destroy: tuple[str, ...] = field(default=())
