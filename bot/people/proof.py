"""The proof that every case finds somebody, whoever is left out: over roles, and over today's persons.

`check_holders` asks a definition (before it counts), `people_check` asks a directory (at start and at each
refresh). Both use the engine's own functions, so that what is proved is what runs. Must not know cases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import combinations

from bot.engine.holders import barred, holders, managed_by, own_holders
from bot.engine.ladder import choose, rungs
from bot.model.definition import Definition
from bot.model.flows import Mark
from bot.model.people import Directory, PersonId, RoleRef
from bot.model.problems import Problem
from bot.model.tables import Rule

MOST_LEFT_OUT = 2
"""How many may be left out at once and a case must still find an owner."""

OUTSIDE_ROUTE = "outside_route"
PEOPLE = "people"


def check_holders(definition: Definition) -> tuple[Problem, ...]:
    """Every row and every routing rule for which, with one or two roles left out, nobody owns the case.

    A rule that is for its own roles `only` needs the outside route in words instead.
    """
    found: list[Problem] = []
    proved: dict[tuple[str, ...], tuple[str, ...]] = {}
    for place, mark, wanted in _owners(definition):
        if wanted not in proved:
            proved[wanted] = _gap(definition, wanted)
        if gap := proved[wanted]:
            what = f"nobody owns the case when {' and '.join(gap)} are left out"
            remedy = "Give one of its roles another substitute, or add a role to last_resort in roles.yaml."
            found.append(_problem(mark, place, what, remedy))
    if not _says_outside_route(definition):
        for at, rule in enumerate(definition.routing.rules):
            if rule.only:
                what = "nobody owns the case when all its roles are left out, and there is no outside route"
                found.append(
                    _problem(rule.mark, f"routing.rules.{at}", what, f"Add {OUTSIDE_ROUTE} to texts.")
                )
    return tuple(found)


def people_check(definition: Definition, directory: Directory, at: datetime) -> tuple[Problem, ...]:
    """Every role that a table or a rule names and that has nobody, or would have nobody without one or two
    persons, now or during an absence that is known. Persons are named by their id, never by name."""
    named = sorted(named_roles(definition))
    found = list(_unheld(definition, directory, named))
    seen: set[tuple[str, frozenset[PersonId]]] = set()
    for moment in _moments(directory, at):
        for role in named:
            gap = _gap_of(role, directory, moment)
            if gap is not None and not any(role == known and people <= gap for known, people in seen):
                seen.add((role, gap))
                found.append(_nobody_left(role, gap, moment, at))
        found += [p for p in _unowned(definition, directory, moment) if p not in found]
    return tuple(found)


def named_roles(definition: Definition) -> frozenset[str]:
    """Every role that a level of authority, a rule, an overlay or the last resort names."""
    found = set(definition.last_resort)
    for table in definition.tables.values():
        for column in table.columns:
            found.update(column.roles, column.in_lesson, column.beyond)
    for rule in (*definition.routing.rules, *definition.routing.overlays):
        found.update(rule.owner)
        for tell in rule.tell:
            found.update((tell.role, *tell.instead))
    return frozenset(found & definition.roles.keys())


def _owners(definition: Definition) -> Iterator[tuple[str, Mark | None, tuple[str, ...]]]:
    """Every list of roles of which one gets a case, with where it comes from."""
    for table in definition.tables.values():
        for at, row in enumerate(table.rows):
            for in_lesson in (False, True):
                for rung in rungs(table, row, in_lesson=in_lesson):
                    yield f"tables.{table.key}.rows.{at}", row.mark, rung.roles
    for at, rule in enumerate(definition.routing.rules):
        if rule.owner and not rule.only:
            yield f"routing.rules.{at}", rule.mark, rule.owner


def _gap(definition: Definition, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The roles without which nobody is left; empty when somebody always is."""
    for left_out in _some(sorted(definition.roles)):
        chosen = choose(
            wanted,
            definition.roles,
            definition.last_resort,
            towards={},
            barred=lambda role, left_out=left_out: "excluded" if role.role in left_out else "",  # type: ignore[misc]
        )
        if chosen.role is None:
            return left_out
    return ()


def _says_outside_route(definition: Definition) -> bool:
    said = definition.texts.get(OUTSIDE_ROUTE)
    return said is not None and bool(said.say().strip())


def _unheld(definition: Definition, directory: Directory, named: Sequence[str]) -> Iterator[Problem]:
    for role in named:
        if definition.roles[role].relation == "none" and not own_holders(RoleRef(role=role), directory):
            what = f"nobody holds the role {role}"
            yield _problem(None, role, what, f"Add {role} to the roles of somebody.")


def _gap_of(role: str, directory: Directory, moment: datetime) -> frozenset[PersonId] | None:
    """The smallest group without whom the role, its substitutes and the last resort have nobody; None when
    it is larger than may be left out.

    Held towards nobody, which is the hardest case: a tutor or line manager who is known only adds somebody.
    Everybody found must be left out for nobody to be found, and then their deputies must be as well.
    """
    gap: frozenset[PersonId] = frozenset()
    while len(gap) <= MOST_LEFT_OUT:
        found = holders(RoleRef(role=role), directory, excluded=gap, at=moment)
        if not found:
            return gap
        gap |= {holder.person for holder in found}
    return None


def _unowned(definition: Definition, directory: Directory, moment: datetime) -> Iterator[Problem]:
    """A case about this one person would have no owner inside the school."""
    for rule in (rule for rule in definition.routing.rules if rule.only):
        concerned = {p.id for role in rule.owner for p in own_holders(RoleRef(role=role), directory)}
        for person in sorted(concerned):
            out = managed_by(person, directory) | {person}
            if not _any_free(rule, directory, out, moment):
                what = f"a case about {_short(person)} would have no owner inside the school"
                remedy = f"See that one of {', '.join(rule.owner)} is held by somebody else who is there."
                yield _problem(None, rule.key, what, remedy)


def _any_free(rule: Rule, directory: Directory, out: frozenset[PersonId], moment: datetime) -> bool:
    return any(not barred(RoleRef(role=role), directory, excluded=out, at=moment) for role in rule.owner)


def _moments(directory: Directory, at: datetime) -> tuple[datetime, ...]:
    """Now, and the beginning of every absence to come: between these nobody else goes."""
    starts = {a.start for p in directory.people.values() if not p.former for a in p.absences if a.start > at}
    return (at, *sorted(starts))


def _nobody_left(role: str, gap: Collection[PersonId], moment: datetime, at: datetime) -> Problem:
    when = "" if moment == at else f" from {moment.date().isoformat()}"
    without = f" without {' and '.join(sorted(map(_short, gap)))}" if gap else ""
    what = f"the role {role} and all who stand in for it have nobody{without}{when}"
    return _problem(None, role, what, "Name a deputy, another holder, or one more role of last resort.")


def _some(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, MOST_LEFT_OUT + 1):
        yield from combinations(names, size)


def _short(person: PersonId) -> str:
    return person.rpartition("/")[2]


def _problem(mark: Mark | None, place: str, what: str, remedy: str) -> Problem:
    file, line = (mark.file, mark.line) if mark else (PEOPLE, 1)
    return Problem(file=file, line=line, place=place, what=what, remedy=remedy)
