"""Over today's persons: every step of a procedure has somebody, every approval enough different people.

Casework 6: one or any two may be left out, now or while an absence that is known lasts. Asks the engine's own
function who holds a role, so that what is proved is what runs. Must not know cases, nor how it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from bot.engine.holders import STAFF, holders, own_holders
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.people import Directory, PersonId, RoleRef

ASKER = "requester"
"""In a step of a request: whoever asked, in place of a role."""

Need = Literal["do", "tell", "sign", "begin", "own"]
Who = frozenset[PersonId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`count` of these roles must be filled, by as many different people. `places` is where that stands."""

    need: Need
    roles: tuple[str, ...]
    count: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """With these people left out only `left` of what is wanted can be filled."""

    wanted: Wanted
    without: Who
    left: int


def wanted_of(definition: Definition) -> tuple[Wanted, ...]:
    """What the procedures want, each list of roles once. What staff or the asker can do needs no proof."""
    found: dict[tuple[Need, tuple[str, ...], int], list[str]] = {}
    for flow in definition.flows.values():
        for need, roles, count, place in _of_flow(flow):
            if not {ASKER, STAFF} & set(roles):
                found.setdefault((need, roles, count), []).append(place)
    return tuple(
        Wanted(need=need, roles=roles, count=count, places=tuple(places))
        for (need, roles, count), places in found.items()
    )


def step_roles(definition: Definition) -> frozenset[str]:
    """Every role that a procedure names."""
    named = {role for wanted in wanted_of(definition) for role in wanted.roles}
    return frozenset(named & definition.roles.keys())


def _of_flow(flow: Flow) -> Iterator[tuple[Need, tuple[str, ...], int, str]]:
    place = f"flows.{flow.key}"
    if flow.owner:
        yield "own", flow.owner, 1, f"{place}.owner"
    if flow.use == "case" and flow.begun_by:
        yield "begin", flow.begun_by, 1, f"{place}.begun_by"
    for step in flow.steps.values():
        for need, roles, count in _of_step(step):
            yield need, roles, count, f"{place}.steps.{step.key}"


def _of_step(step: Step) -> Iterator[tuple[Need, tuple[str, ...], int]]:
    if step.who:
        yield "do", step.who, 1
    if step.tell:
        yield from (("tell", (role,), 1) for role in step.tell)
    if step.approvers:
        yield "sign", step.approvers, step.needs or len(step.approvers)


def shortages(
    wanted: Sequence[Wanted], directory: Directory, at: datetime, *, most_left_out: int
) -> Iterator[Shortage]:
    """What cannot be filled at that moment without some few people, each with the fewest of them."""

    @cache
    def free(role: str, out: Who) -> tuple[PersonId, ...]:
        found = holders(RoleRef(role=role), directory, excluded=out, at=at)
        return tuple(holder.person for holder in found)

    for each in wanted:
        short = _shortage(each, free, most_left_out)
        if short is not None:
            yield short


def _shortage(wanted: Wanted, free: Callable[[str, Who], Sequence[PersonId]], most: int) -> Shortage | None:
    """Leaving somebody out takes away that person alone (and may bring in a deputy). So whoever fills it can
    go on filling it until one of them is left out: only they need to be tried, and nobody where there are
    people enough."""
    if _plenty([len(free(role, frozenset())) for role in wanted.roles], wanted.count, most):
        return None
    tried: list[Who] = [frozenset()]
    for _ in range(most + 1):
        further: dict[Who, None] = {}
        for out in tried:
            filled = _filled([free(role, out) for role in wanted.roles], wanted.count)
            if len(filled) < wanted.count:
                return Shortage(wanted=wanted, without=out, left=len(filled))
            further |= dict.fromkeys(out | {person} for person in filled)
        tried = list(further)
    return None


def _plenty(sizes: Sequence[int], count: int, most: int) -> bool:
    """Whether so many roles have so many people each that everybody left out leaves one for each of them."""
    largest = sorted(sizes, reverse=True)[:count]
    return len(largest) == count and all(size - most > rank for rank, size in enumerate(reversed(largest)))


def _filled(choices: Sequence[Sequence[PersonId]], count: int) -> tuple[PersonId, ...]:
    """Different people for as many of the roles as can be, `count` at most."""
    taken: dict[PersonId, int] = {}

    def give(at: int, tried: set[PersonId]) -> bool:
        for person in choices[at]:
            if person not in tried:
                tried.add(person)
                if person not in taken or give(taken[person], tried):
                    taken[person] = at
                    return True
        return False

    for at in range(len(choices)):
        if len(taken) < count:
            give(at, set())
    return tuple(taken)


def never_asked(definition: Definition, directory: Directory) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Requests and questions that nobody of the school could begin, with the roles that could."""
    asked_for = (f for f in definition.flows.values() if f.use in ("request", "question") and f.begun_by)
    for flow in asked_for:
        held = STAFF in flow.begun_by or any(own_holders(RoleRef(role=r), directory) for r in flow.begun_by)
        if not held:
            yield f"flows.{flow.key}.begun_by", flow.begun_by
