"""The proof that every case finds somebody, whoever is left out: over roles, and over today's persons.

`check_holders` asks a definition (before it counts), `people_check` asks a directory (at start and at each
refresh). Both use the engine's own functions, so that what is proved is what runs. Must not know cases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import combinations

from bot.engine.holders import STAFF, barred, chain_of, holders, managed_by, own_holders
from bot.engine.ladder import WhyBarred, choose, rungs
from bot.model.definition import Definition
from bot.model.flows import Mark
from bot.model.people import Directory, PersonId, RoleRef
from bot.model.problems import Problem
from bot.model.tables import Rule
from bot.people.steps import ASKER, Shortage, never_asked, shortages, step_roles, wanted_of

MOST_LEFT_OUT = 2
"""How many may be left out at once and a case must still find an owner."""

OUTSIDE_ROUTE = "outside_route"
PEOPLE = "people"


def check_holders(definition: Definition) -> tuple[Problem, ...]:
    """Every row, routing rule, request and step for which nobody is left with one or two roles left out.

    A rule that is for its own roles `only` needs the outside route in words instead; an approval needs as
    many different people as it wants signatures.
    """
    found: list[Problem] = []
    proved: dict[tuple[str, ...], tuple[str, ...]] = {}
    for place, mark, wanted, lacks in (*_owners(definition), *_doers(definition)):
        if wanted not in proved:
            proved[wanted] = _gap(definition, wanted)
        if gap := proved[wanted]:
            what = f"{lacks} when {' and '.join(gap)} are left out"
            remedy = "Give one of its roles another substitute, or add a role to last_resort in roles.yaml."
            found.append(_problem(mark, place, what, remedy))
    found += _unsigned(definition)
    if not _says_outside_route(definition):
        for at, rule in enumerate(definition.routing.rules):
            if rule.only:
                what = "nobody owns the case when all its roles are left out, and there is no outside route"
                found.append(
                    _problem(rule.mark, f"routing.rules.{at}", what, f"Add {OUTSIDE_ROUTE} to texts.")
                )
    return tuple(found)


def people_check(definition: Definition, directory: Directory, at: datetime) -> tuple[Problem, ...]:
    """Every role that a table, a rule or a procedure names and that has nobody, or would have nobody without
    one or two persons, now or during an absence that is known; every step and approval that could then not be
    done. Persons are named by their id, never by name."""
    named = sorted(named_roles(definition))
    found = list(_unheld(definition, directory, sorted({*named, *step_roles(definition)})))
    found += [_unasked(place, roles) for place, roles in never_asked(definition, directory)]
    seen: set[tuple[str, frozenset[PersonId]]] = set()
    for moment in _moments(directory, at):
        for role in named:
            gap = _gap_of(role, directory, moment)
            if gap is not None and not any(role == known and people <= gap for known, people in seen):
                seen.add((role, gap))
                found.append(_nobody_left(role, gap, moment, at))
        found += [p for p in _unowned(definition, directory, moment) if p not in found]
    return (*found, *_undone(definition, directory, at, told=frozenset(seen)))


def _undone(
    definition: Definition,
    directory: Directory,
    at: datetime,
    *,
    told: frozenset[tuple[str, frozenset[PersonId]]],
) -> Iterator[Problem]:
    """What procedures want and would not get, each once; what is said of its one role is not said again."""
    wanted = wanted_of(definition)
    for moment in _moments(directory, at):
        short = tuple(shortages(wanted, directory, moment, most_left_out=MOST_LEFT_OUT))
        for each in short:
            if len(each.wanted.roles) > 1 or not any(
                role == each.wanted.roles[0] and people <= each.without for role, people in told
            ):
                yield _not_done(each, moment, at)
        known = {each.wanted for each in short}
        wanted = tuple(each for each in wanted if each not in known)


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


_Wanted = tuple[str, Mark | None, tuple[str, ...], str]
"""Where a list of roles stands, the list, and what is lacking when nobody of it is left."""


def _owners(definition: Definition) -> Iterator[_Wanted]:
    """Every list of roles of which one gets a case."""
    for table in definition.tables.values():
        for at, row in enumerate(table.rows):
            for in_lesson in (False, True):
                for rung in rungs(table, row, in_lesson=in_lesson):
                    yield f"tables.{table.key}.rows.{at}", row.mark, rung.roles, _UNOWNED
    for at, rule in enumerate(definition.routing.rules):
        if rule.owner and not rule.only:
            yield f"routing.rules.{at}", rule.mark, rule.owner, _UNOWNED
    for flow in definition.flows.values():
        if flow.owner:
            yield f"flows.{flow.key}.owner", flow.mark, flow.owner, _UNOWNED


_UNOWNED = "nobody owns the case"


def _doers(definition: Definition) -> Iterator[_Wanted]:
    """Every list of roles of which one does a step, or is told. Whoever asked is there, so needs no proof."""
    for flow in definition.flows.values():
        for step in flow.steps.values():
            place = f"flows.{flow.key}.steps.{step.key}"
            if step.who and ASKER not in step.who:
                yield f"{place}.who", step.mark, step.who, "nobody does this step"
            if step.tell and ASKER not in step.tell:
                yield f"{place}.tell", step.mark, step.tell, "nobody is told"


def _unsigned(definition: Definition) -> Iterator[Problem]:
    """Approvals for which, with one or two roles left out, too few different roles are left to sign."""
    proved: dict[tuple[tuple[str, ...], int], tuple[str, ...]] = {}
    for flow in definition.flows.values():
        for step in flow.steps.values():
            if not step.approvers:
                continue
            needs = step.needs or len(step.approvers)
            case = (step.approvers, needs)
            if case not in proved:
                proved[case] = _too_few(definition, *case)
            if gap := proved[case]:
                what = f"cannot get {needs} signatures when {' and '.join(gap)} are left out"
                remedy = "Name more roles in approvers:, lower needs:, or give its roles other substitutes."
                place = f"flows.{flow.key}.steps.{step.key}.approvers"
                yield _problem(step.mark, place, what, remedy)


def _too_few(definition: Definition, approvers: tuple[str, ...], needs: int) -> tuple[str, ...]:
    """The roles without which fewer sign than needed; empty when always enough are left."""
    chains = [_standing_in(definition, role) for role in approvers]
    for left_out in _some(sorted({role for chain in chains for role in chain})):
        free = [[role for role in chain if role not in left_out] for chain in chains]
        if _different(free) < needs:
            return left_out
    return ()


def _standing_in(definition: Definition, role: str) -> tuple[str, ...]:
    nobody = Directory(
        tenant="",
        version="",
        people={},
        pupils={},
        roles=definition.roles,
        last_resort=definition.last_resort,
    )
    return chain_of(role, nobody)


def _different(choices: Sequence[Sequence[str]]) -> int:
    """Of how many lists one entry each can be taken, none of them twice."""
    taken: dict[str, int] = {}

    def give(at: int, tried: set[str]) -> bool:
        for role in choices[at]:
            if role in tried:
                continue
            tried.add(role)
            if role not in taken or give(taken[role], tried):
                taken[role] = at
                return True
        return False

    return sum(give(at, set()) for at in range(len(choices)))


def _barring(left_out: tuple[str, ...]) -> WhyBarred:
    """Whoever holds one of these roles is left out; every other role has a holder."""
    return lambda role: "excluded" if role.role in left_out else ""


def _gap(definition: Definition, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The roles without which nobody is left; empty when somebody always is."""
    for left_out in _some(sorted(definition.roles)):
        chosen = choose(
            wanted,
            definition.roles,
            definition.last_resort,
            towards={},
            barred=_barring(left_out),
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
    """Now, and the beginning of every absence to come of anybody with a role or who deputises: between these
    nobody else goes. Whoever is a tutor or teacher of somebody is proved without."""
    held = {key for key, role in directory.roles.items() if role.relation == "none"} - {STAFF}
    leads = [p for p in directory.people.values() if not p.former and held & set(p.roles)]
    concerned = {p.id for p in leads} | {deputy for p in leads for deputy in p.deputies}
    known = (directory.people[key] for key in concerned if key in directory.people)
    starts = {a.start for p in known if not p.former for a in p.absences if a.start > at}
    return (at, *sorted(starts))


def _nobody_left(role: str, gap: Collection[PersonId], moment: datetime, at: datetime) -> Problem:
    what = f"the role {role} and all who stand in for it have nobody{_without(gap, moment, at)}"
    return _problem(None, role, what, "Name a deputy, another holder, or one more role of last resort.")


def _without(gap: Collection[PersonId], moment: datetime, at: datetime) -> str:
    when = "" if moment == at else f" from {moment.date().isoformat()}"
    return (f" without {' and '.join(sorted(map(_short, gap)))}" if gap else "") + when


_LACKS = {
    "do": "nobody is left to do this step",
    "tell": "nobody is left to be told",
    "begin": "nobody is left who may begin it",
    "own": "nobody is left to own what is asked for",
}


def _not_done(short: Shortage, moment: datetime, at: datetime) -> Problem:
    wanted, first = short.wanted, short.wanted.places[0]
    lacks = _LACKS.get(wanted.need) or f"needs {wanted.count} people to sign and only {short.left} could"
    more = f" (and {len(wanted.places) - 1} more like it)" if len(wanted.places) > 1 else ""
    what = f"{lacks}{_without(short.without, moment, at)}{more}"
    remedy = f"Name a deputy or another holder for one of these roles: {', '.join(wanted.roles)}."
    return _problem(None, first, what, remedy)


def _unasked(place: str, roles: tuple[str, ...]) -> Problem:
    what = "nobody at the school may ask for it"
    return _problem(None, place, what, f"Give somebody one of these roles: {', '.join(roles)}.")


def _some(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, MOST_LEFT_OUT + 1):
        yield from combinations(names, size)


def _short(person: PersonId) -> str:
    return person.rpartition("/")[2]


def _problem(mark: Mark | None, place: str, what: str, remedy: str) -> Problem:
    file, line = (mark.file, mark.line) if mark else (PEOPLE, 1)
    return Problem(file=file, line=line, place=place, what=what, remedy=remedy)
