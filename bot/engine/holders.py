"""Who holds a role on the day: the one pure function that engine, delivery and permissions use.

Knows the directory, the excluded and the moment; must not know cases, tables or how anybody is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from bot.model.people import Directory, Holder, HowHeld, Person, PersonId, Relation, RoleRef

STAFF = "staff"
"""The role that every adult of the people file holds who has not left."""

Towards = Mapping[Relation, str]
"""To whom each relation is held: a PupilId for tutor and head_of_year, a PersonId for the others."""

Barred = Literal["", "excluded", "absent", "nobody"]


def holders(
    role: RoleRef, directory: Directory, *, excluded: frozenset[PersonId], at: datetime
) -> tuple[Holder, ...]:
    """Everyone who can stand for the role, the first one first, each person once.

    Order (casework 6, 9): the holders on duty; where the first is away (absent or excluded), that
    person's deputies, then another holder; then the deputies of others who are away; the substitute roles
    in order, each with theirs, each role once; the last resort. Nobody excluded, absent or former is in
    it. Empty: truly nobody, the outside route is left.
    """
    found: dict[PersonId, Holder] = {}
    for key, how in _roles(role.role, directory):
        reference = role if key == role.role else RoleRef(role=key, of=role.of)
        for holder in _of_role(reference, directory, excluded, at):
            right = how or holder.how
            found.setdefault(holder.person, Holder(person=holder.person, role=key, how=right))
    return tuple(found.values())


def barred(role: RoleRef, directory: Directory, *, excluded: frozenset[PersonId], at: datetime) -> Barred:
    """Why a role cannot be given the case in its own right today; empty when it can.

    A deputy makes up for an absent holder but not for an excluded one: where the head is who the case is
    about, the next named role comes before whoever deputises for the head.
    """
    people = own_holders(role, directory)
    if not people:
        return "nobody"
    free = [person for person in people if person.id not in excluded]
    if not free:
        return "excluded"
    if any(_on_duty(person, at) for person in free):
        return ""
    if any(True for person in free for _ in _deputies(person, directory, excluded, at)):
        return ""
    return "absent"


def own_holders(role: RoleRef, directory: Directory) -> tuple[Person, ...]:
    """Who is entered as holding the role, away or not, in the directory's order; nobody who has left."""
    known = directory.roles.get(role.role)
    relation: Relation = known.relation if known else "none"
    if relation == "none":
        return _entered(role.role, directory)
    if role.of is None:
        return ()
    return tuple(p for p in _BY_RELATION[relation](role.of, directory) if not p.former)


def managed_by(person: PersonId, directory: Directory) -> frozenset[PersonId]:
    """Everyone whom the person line-manages, directly or through others; never the person."""
    below: set[PersonId] = set()
    added = {person}
    while added:
        added = {p.id for p in directory.people.values() if p.line_manager in added} - below
        below |= added
    return frozenset(below - {person})


def absent(person: Person, at: datetime) -> bool:
    """Away at that moment by the people file or an out-of-office."""
    return any(absence.start <= at < absence.end for absence in person.absences)


def towards(*, pupil: str | None = None, reporter: str | None = None, adult: str | None = None) -> Towards:
    """To whom the roles by relation are held in a case: the pupil, the reporter, the adult it is about."""
    known: dict[Relation, str | None] = {
        "tutor": pupil,
        "head_of_year": pupil,
        "class_teacher": reporter,
        "head_of_department": reporter,
        "line_manager": adult,
    }
    return MappingProxyType({relation: of for relation, of in known.items() if of is not None})


def chain_of(first: str, directory: Directory) -> tuple[str, ...]:
    """The role, its substitutes in order, the last resort: everyone who may ever stand in for it."""
    return tuple(key for key, _ in _roles(first, directory))


def _roles(first: str, directory: Directory) -> Iterator[tuple[str, HowHeld | None]]:
    """The role, its substitutes level by level, the last resort: each once, with the right they give."""
    seen = {first}
    level = [first]
    yield first, None
    while level:
        below: list[str] = []
        for key in level:
            known = directory.roles.get(key)
            below += [s for s in (known.substitutes if known else ()) if s not in seen and s not in below]
        for key in below:
            yield key, "substitute"
        seen.update(below)
        level = below
    for key in directory.last_resort:
        if key not in seen:
            seen.add(key)
            yield key, "last_resort"


def _of_role(
    role: RoleRef, directory: Directory, excluded: frozenset[PersonId], at: datetime
) -> Iterator[Holder]:
    people = own_holders(role, directory)
    here = [p for p in people if p.id not in excluded and _on_duty(p, at)]
    away = [p for p in people if p not in here]
    first_is_here = bool(here) and here[0] is people[0]
    how: HowHeld = "holder" if first_is_here else "another"
    if not first_is_here and away:
        yield from _standing_in(role, away.pop(0), directory, excluded, at)
    for person in here:
        yield Holder(person=person.id, role=role.role, how=how)
    for person in away:
        yield from _standing_in(role, person, directory, excluded, at)


def _standing_in(
    role: RoleRef, person: Person, directory: Directory, excluded: frozenset[PersonId], at: datetime
) -> Iterator[Holder]:
    for deputy in _deputies(person, directory, excluded, at):
        yield Holder(person=deputy.id, role=role.role, how="deputy")


def _deputies(
    person: Person, directory: Directory, excluded: frozenset[PersonId], at: datetime
) -> Iterator[Person]:
    for key in person.deputies:
        deputy = directory.people.get(key)
        if deputy and deputy.id not in excluded and _on_duty(deputy, at):
            yield deputy


def _on_duty(person: Person, at: datetime) -> bool:
    return not person.former and not absent(person, at)


def _entered(role: str, directory: Directory) -> tuple[Person, ...]:
    if role in directory.by_role:
        listed = (directory.people.get(key) for key in directory.by_role[role])
        return tuple(p for p in listed if p and not p.former)
    return tuple(p for p in directory.people.values() if not p.former and (role == STAFF or role in p.roles))


def _tutors(pupil: str, directory: Directory) -> tuple[Person, ...]:
    known = directory.pupils.get(pupil)
    return directory.tutors.get(known.form, ()) if known else ()


def _heads_of_year(pupil: str, directory: Directory) -> tuple[Person, ...]:
    known = directory.pupils.get(pupil)
    return directory.heads_of_year.get(known.year, ()) if known else ()


def _head_of_department(person: str, directory: Directory) -> tuple[Person, ...]:
    known = directory.people.get(person)
    return _known(known.head_of_department, directory) if known else ()


def _line_manager(person: str, directory: Directory) -> tuple[Person, ...]:
    known = directory.people.get(person)
    return _known(known.line_manager, directory) if known else ()


def _known(person: str | None, directory: Directory) -> tuple[Person, ...]:
    known = directory.people.get(person) if person else None
    return (known,) if known else ()


_BY_RELATION: Mapping[Relation, Callable[[str, Directory], tuple[Person, ...]]] = {
    "tutor": _tutors,
    "class_teacher": _known,
    "head_of_year": _heads_of_year,
    "head_of_department": _head_of_department,
    "line_manager": _line_manager,
}
