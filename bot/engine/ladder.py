"""The ladder of a sanction table: which rung a case is on, and which one role of that rung gets it.

Source: casework 3. Knows tables and roles; must not know persons: who may get it is a question put to the
caller's `barred`, so that a command line can ask it over roles and casework over persons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.engine.holders import Towards
from bot.model.cases import PassedOver
from bot.model.people import Role, RoleRef
from bot.model.tables import Column, Row, SanctionTable

WhyBarred = Callable[[RoleRef], str]
"""Why a role cannot get the case (`excluded`, `absent`, `nobody`); empty when it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A level of authority: the table's column, and its roles of which one gets the case."""

    column: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Who gets it, and who did not and why. `role` None: nobody inside may, the outside route is left."""

    role: RoleRef | None
    passed_over: tuple[PassedOver, ...]


def rungs(table: SanctionTable, row: Row, *, in_lesson: bool = False) -> tuple[Rung, ...]:
    """The row's way up: its marked authority columns, then those right of the last mark, then beyond."""
    columns = table.ladder
    marked = [at for at, column in enumerate(columns) if column.key in row.marks]
    if not marked:
        return ()
    way = [*(columns[at] for at in marked), *columns[marked[-1] + 1 :]]
    return tuple(_rungs_of(way, in_lesson=in_lesson))


def marked_rungs(table: SanctionTable, row: Row) -> int:
    """How many levels of authority the row marks: the range that one offence may start in."""
    return sum(column.key in row.marks for column in table.ladder)


def place(marked: int, levels: int, *, earlier: int, highest: bool) -> int:
    """The rung a case stands on, from 0: the lowest of the `marked` (or the highest), one up for each earlier
    case that was confirmed, and no further than the last of so many `levels`."""
    start = marked - 1 if highest else 0
    return min(max(start, 0) + earlier, levels - 1)


def choose(
    wanted: Sequence[str],
    roles: Mapping[str, Role],
    last_resort: Sequence[str],
    *,
    towards: Towards,
    barred: WhyBarred,
    only: bool = False,
) -> Chosen:
    """The first of the wanted roles that can get it, else of their substitutes in the same order, else of
    the last resort. With `only`, of the wanted ones alone."""
    passed: list[PassedOver] = []
    for key in wanted if only else _chain(wanted, roles, last_resort):
        reference = refer(key, roles, towards)
        why = barred(reference)
        if not why:
            return Chosen(role=reference, passed_over=tuple(passed))
        passed.append(PassedOver(role=key, rule=why))
    return Chosen(role=None, passed_over=tuple(passed))


def refer(role: str, roles: Mapping[str, Role], towards: Towards) -> RoleRef:
    """The role, towards whom it is held in this case if it is one by relation."""
    known = roles.get(role)
    of = towards.get(known.relation) if known and known.relation != "none" else None
    return RoleRef(role=role, of=of)


def _rungs_of(way: Sequence[Column], *, in_lesson: bool) -> Iterator[Rung]:
    for at, column in enumerate(way):
        roles = column.in_lesson if in_lesson and column.in_lesson else column.roles
        yield Rung(column=column.key, roles=roles)
        if at == len(way) - 1:
            for role in column.beyond:
                # The column's other roles come before a stranger to it, should this one be barred.
                yield Rung(column=column.key, roles=(role, *(r for r in roles if r != role)))


def _chain(wanted: Sequence[str], roles: Mapping[str, Role], last_resort: Sequence[str]) -> Iterator[str]:
    """Each role once, whatever circle the substitutes make."""
    seen: set[str] = set()
    level = list(dict.fromkeys(wanted))
    while level:
        yield from level
        seen.update(level)
        below = (s for key in level if key in roles for s in roles[key].substitutes)
        level = [s for s in dict.fromkeys(below) if s not in seen]
    yield from (key for key in last_resort if key not in seen)
