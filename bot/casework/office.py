"""What every use case needs at hand: the record, the people, the time, the definitions, fresh ids.

Must not know Teams, cards or files.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.casework.ports import Clock, People, Store
from bot.casework.unit import Unit
from bot.errors import REFERENCE_ALPHABET
from bot.model.cases import Case
from bot.model.definition import Definition
from bot.model.outbox import Item
from bot.model.people import Directory, PersonId, RoleRef
from bot.model.problems import Problem
from bot.model.tables import Urgency

HANDRAIL = "handrail"
"""The actor of what nobody pressed."""


class Shelf(Protocol):
    """The definitions: the one in force, and every one that a run or case still follows."""

    def current(self) -> Definition:
        """The version in force."""
        ...

    def by_hash(self, content_hash: str) -> Definition:
        """The version with this hash; the one in force when it is unknown."""
        ...


class Counter:
    """A number that grows with every call, also across restarts."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """Greater than any number given before."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return self._last


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The ports and the definitions. `wake` tells delivery that something was staged.

    `gaps` are the sentences of the people check: which role would have nobody without whom. Ids, no names.
    `faults` are those of the pack as it lies in its folder, where that is not what is in force.
    """

    store: Store
    people: People
    clock: Clock
    shelf: Shelf
    wake: Callable[[], None]
    gaps: Callable[[], tuple[str, ...]] = tuple
    faults: Callable[[], tuple[Problem, ...]] = tuple
    counter: Counter = field(default_factory=Counter)

    def now(self) -> datetime:
        """This moment, UTC."""
        return self.clock.now()

    def unit(self) -> Unit:
        """A new unit of work, at this moment."""
        return Unit(self.store, self.now())

    def directory(self) -> Directory:
        """The people of today."""
        return self.people.directory()

    def definition_of(self, case: Case) -> Definition:
        """The definition the case began with."""
        return self.shelf.by_hash(case.definition)

    def definitions_of(self, case: Case) -> tuple[Definition, ...]:
        """The case's own and the one in force: permissions take the stricter."""
        own, current = self.definition_of(case), self.shelf.current()
        return (own,) if own.hash == current.hash else (own, current)

    def item(
        self,
        kind: str,
        *,
        key: str,
        slot: str,
        urgency: Urgency,
        now: datetime,
        do: Literal["send", "edit", "withdraw"] = "send",
        not_before: datetime | None = None,
        **more: Any,
    ) -> Item:
        """A new outbox item; `more` are further fields of Item."""
        return Item(
            id=new_id(),
            key=key,
            kind=kind,
            do=do,
            slot=slot,
            urgency=urgency,
            created_at=now,
            not_before=not_before or now,
            order=self.counter.next(),
            **more,
        )


def new_id() -> str:
    """An id that says nothing: 80 random bits, so that nobody guesses one."""
    return os.urandom(10).hex()


def new_number(prefix: str, *, taken: Callable[[str], bool]) -> str:
    """A case number such as `KS-7Q4F-2`: random, carries no count, never used before."""
    letters = len(REFERENCE_ALPHABET)
    while True:
        drawn = secrets.randbelow(letters**5)
        body = "".join(REFERENCE_ALPHABET[drawn // letters**place % letters] for place in range(5))
        number = f"{prefix}-{body[:4]}-{body[4]}"
        if not taken(number):
            return number


def as_ref(role: str, *, of: str | None = None) -> RoleRef:
    """A role, towards somebody where the role is one by relation."""
    return RoleRef(role=role, of=of)


def plain_params(values: Mapping[str, object]) -> Mapping[str, str]:
    """Message parameters as text."""
    return {key: str(value) for key, value in values.items()}


def in_chat_of(person: PersonId, slot: str) -> str:
    """The slot of a message in that person's own chat."""
    return f"{slot}/{person}"
