"""People of a school on one day: who they are, what they hold, when they are away.

Must not know where this came from (people file or Entra), nor any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

PersonId = str
"""A member of the tenant: `tenant id/Entra object id`, lower case. Never shown to people."""

PupilId = str
"""A pupil of the school's list: `pupil:` and the school's own id."""

Relation = Literal["tutor", "class_teacher", "head_of_year", "head_of_department", "line_manager", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Away from `start` until just before `end`; both aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An adult of the school who is in the tenant.

    `deputies` stand in, in this order, for every role the person holds. `tutor_of` are forms,
    `head_of_year_of` are years as the pupils' list spells them. A `former` member holds no role.
    """

    id: PersonId
    name: str
    roles: tuple[str, ...] = ()
    deputies: tuple[PersonId, ...] = ()
    absences: tuple[Absence, ...] = ()
    tutor_of: tuple[str, ...] = ()
    head_of_year_of: tuple[str, ...] = ()
    line_manager: PersonId | None = None
    head_of_department: PersonId | None = None
    former: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    """A pupil of the school's list. `account` is the pupil's own Entra id in the tenant, if any."""

    id: PupilId
    name: str
    form: str
    year: str
    account: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role of `roles.yaml`. `relation` other than none: who holds it depends on whom it is about.

    `sees` is a standing right within rule 1: `safeguarding` every case that is not restricted,
    `unrestricted` those of them that are not child protection (casework 8).
    """

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    relation: Relation = "none"
    substitutes: tuple[str, ...] = ()
    reach: Literal["teams", "mail"] = "teams"
    sees: Literal["none", "unrestricted", "safeguarding"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRef:
    """A role, and for a role by relation the pupil or adult it is held towards."""

    role: str
    of: str | None = None


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Everyone of the school as known at one moment: the live half of routing.

    `version` changes whenever anything in it does. `last_resort` is ordered, at least two roles.
    """

    tenant: str
    version: str
    people: Mapping[PersonId, Person]
    pupils: Mapping[PupilId, Pupil]
    roles: Mapping[str, Role]
    last_resort: tuple[str, ...]
    by_role: Mapping[str, tuple[PersonId, ...]] = field(default_factory=dict)

    @cached_property
    def tutors(self) -> Mapping[str, tuple[Person, ...]]:
        """Whoever is a tutor of each form, in the directory's order."""
        return _grouped((form, person) for person in self.people.values() for form in person.tutor_of)

    @cached_property
    def heads_of_year(self) -> Mapping[str, tuple[Person, ...]]:
        """Whoever is head of each year, in the directory's order."""
        return _grouped((year, person) for person in self.people.values() for year in person.head_of_year_of)


def _grouped(pairs: Iterable[tuple[str, Person]]) -> Mapping[str, tuple[Person, ...]]:
    found: dict[str, list[Person]] = {}
    for key, person in pairs:
        found.setdefault(key, []).append(person)
    return {key: tuple(people) for key, people in found.items()}


HowHeld = Literal["holder", "deputy", "another", "substitute", "last_resort"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person who holds a role on the day, and by what right."""

    person: PersonId
    role: str
    how: HowHeld
