"""Chooses answers for a simulated walk, and makes up a school of one person a role to walk it in.

Pure but for the chance it is given. Must not know what follows from an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from bot.engine.holders import STAFF
from bot.engine.simulation import LATE, SOON, Choose
from bot.model.definition import Definition
from bot.model.flows import Field
from bot.model.people import Directory, Person, Pupil

T = TypeVar("T")


class Chance(Protocol):
    """What is drawn by lot; random.Random is one."""

    def random(self) -> float:
        """From 0 to just below 1."""
        ...

    def randint(self, a: int, b: int, /) -> int:
        """A whole number from a to b, both possible."""
        ...

    def choice(self, seq: Sequence[T], /) -> T:
        """One of them."""
        ...

    def sample(self, population: Sequence[T], k: int, /) -> list[T]:
        """That many of them, each once."""
        ...


TENANT = "simulated"
PUPIL = "pupil:simulated"
ADULT = f"{TENANT}/adult"
FORM = "7A"
MOST_PICKED = 3


def made_up(definition: Definition) -> Directory:
    """One holder a role, named as the role; one more member of staff; one pupil, whose teacher is `staff`."""
    holders = [
        Person(id=f"{TENANT}/{key}", name=role.label, roles=(key,), tutor_of=(FORM,) if key == STAFF else ())
        for key, role in definition.roles.items()
    ]
    people = (*holders, Person(id=ADULT, name="Another member of staff", roles=(STAFF,)))
    return Directory(
        version="simulated",
        tenant=TENANT,
        people={person.id: person for person in people},
        pupils={PUPIL: Pupil(id=PUPIL, name="A made-up pupil", form=FORM, year="7")},
        roles=definition.roles,
        last_resort=definition.last_resort,
    )


def first_choice(definition: Definition, given: Mapping[str, str]) -> Choose:
    """What was given, and else the first thing that can be chosen; words where words are asked."""

    def choose(key: str, asked: Field) -> str:
        if key in given:
            return given[key]
        return _possible(definition, asked)[0]

    return choose


def at_random(definition: Definition, chance: Chance) -> Choose:
    """Anything that a person could choose; what need not be answered is left out now and then."""

    def choose(key: str, asked: Field) -> str:
        possible = _possible(definition, asked)
        if not asked.needed.by_language and key != f"{LATE.key}" and chance.random() < 0.3:
            return ""
        if asked.kind not in ("choices", "others"):
            return chance.choice(possible)
        alone = {option.key for option in asked.options if option.alone}
        picked = chance.sample(possible, min(len(possible), chance.randint(1, MOST_PICKED)))
        return picked[0] if alone & set(picked) else ",".join(picked)

    return choose


def _possible(definition: Definition, asked: Field) -> list[str]:
    if asked.options:
        return [option.key for option in asked.options]
    if asked.kind == "row":
        table = definition.tables.get(asked.table) or definition.grids.get(asked.table)
        return [row.key for row in table.rows] if table else [""]
    if asked.kind == "adults":
        return [f"{TENANT}/{STAFF}", ADULT] if asked.differs_from else [ADULT, f"{TENANT}/{STAFF}"]
    by_kind = {
        "pupils": PUPIL,
        "date": SOON if asked.not_past.by_language else "2026-09-14",
        "time": "10:00",
        "confirm": "yes",
    }
    return [by_kind.get(asked.kind, "In a few words")]
