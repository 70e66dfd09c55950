"""Ashford's pack, a case to route and a procedure to walk: what these tests share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from bot.definitions.loader import load
from bot.engine.acts import Act, Follows
from bot.engine.procedure import advance, begin, open_roles
from bot.engine.report import Facts
from bot.engine.routing import Given, route
from bot.engine.step_form import Known, shown_of
from bot.model.cases import Routed
from bot.model.definition import Definition
from bot.model.flows import Field, Step
from bot.model.people import Directory
from bot.model.procedures import Procedure

PUPIL = {"pupil_subject": "yes", "adult_subject": "no", "someone_named": "yes"}
ADULT = {"pupil_subject": "no", "adult_subject": "yes", "adult_known": "yes", "someone_named": "yes"}
CASE = {
    "restricted": "no",
    "illegal": "no",
    "crime": "open",
    "child_protection": "no",
    "adult_subject": "no",
    "pupil_subject": "yes",
    "closed": "no",
    "harm": "no",
}
"""The facts of an ordinary case."""

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning in school hours."""

MOST_ACTS = 120


@cache
def pack() -> Definition:
    return load("ashford")


def send(
    *,
    answers: Mapping[str, str] | None = None,
    facts: Mapping[str, str] = PUPIL,
    flags: Collection[str] = (),
    excluded: Collection[str] = (),
) -> Routed:
    """Route a case where the excluded roles have nobody else and every other role has somebody."""
    given = Given(answers=answers or {}, flags=flags, facts=facts)
    return route(pack(), given, barred=lambda role: "excluded" if role.role in excluded else "")


def told(routed: Routed) -> list[str]:
    """The roles told beside the owner, in order."""
    return [told.role.role for told in routed.also]


def owner(routed: Routed) -> str | None:
    """The role that has the case."""
    return routed.owner.role if routed.owner else None


Choose = Callable[[str, Field], str]
"""What is answered to a question, by the key it is kept under."""


def first_of(_: str, asked: Field) -> str:
    """The first option; for words a few of them."""
    if asked.options:
        return asked.options[0].key
    return {"confirm": "yes", "date": "2026-12-01", "pupils": "", "adults": ""}.get(asked.kind, "some words")


@dataclass(frozen=True)
class Way:
    """A whole walk through one procedure: the steps passed in order, what followed, where it ended."""

    procedure: Procedure
    follows: tuple[Follows, ...]

    @property
    def steps(self) -> list[str]:
        return [done.step for done in self.procedure.done]

    @property
    def started(self) -> list[str]:
        return [each.flow for each in self.follows if each.kind == "begin"]

    @property
    def told(self) -> list[str]:
        return [role for each in self.follows if each.kind == "tell" for role in each.roles]

    def asked(self, step: str) -> tuple[str, ...]:
        """The roles that were asked for a step; empty is the owner of the case."""
        return next(each.roles for each in self.follows if each.kind == "ask" and each.step == step)


def walk(
    flow: str,
    *,
    flags: Collection[str] = (),
    facts: Mapping[str, str] | None = None,
    choose: Choose = first_of,
    **answers: str,
) -> Way:
    """Walk a procedure to its end. `answers` by key (`police__outcome`: police.outcome), `choose` the rest.

    An approval is signed by each role in turn until it is decided; a wait that no answer ends is waited out.
    """
    given = {key.replace("__", "."): value for key, value in answers.items()}
    known = known_of(flags, {**CASE, **(facts or {})})
    procedure, follows = begin(pack(), flow, known, procedure_id="p", case="c", now=NOW, asked_by="t/asked")
    found, now = [*follows], NOW
    for at in range(MOST_ACTS):
        if procedure.state != "open":
            return Way(procedure=procedure, follows=tuple(found))
        now += timedelta(minutes=1)
        step = pack().flows[flow].steps[procedure.step]
        act = _act(step, procedure, known, given, choose, by=f"t/{at}")
        if act.kind == "wake" and procedure.wakes_at:
            now = max(now, procedure.wakes_at)
        procedure, follows = advance(pack(), procedure, act, known, now)
        assert not procedure.errors, (flow, procedure.step, procedure.errors)
        found += follows
    raise AssertionError(f"{flow} does not end: {[done.step for done in procedure.done][-8:]}")


def _act(
    step: Step, procedure: Procedure, known: Known, given: Mapping[str, str], choose: Choose, *, by: str
) -> Act:
    if step.kind == "wait" and procedure.wakes_at is not None:
        return Act(kind="wake")
    values: dict[str, str] = {}
    # A question may show only once another is answered.
    for _ in range(3):
        sofar = replace(procedure, answers={**procedure.answers, **values})
        shown = shown_of(pack(), sofar, known)
        values = {k: values.get(k) or given.get(k) or choose(k, asked) for k, asked in shown.items()}
    kind: Literal["sign", "answer"] = "sign" if step.kind == "approval" else "answer"
    role = open_roles(step, procedure)[0] if step.kind == "approval" else ""
    return Act(kind=kind, values=values, by=by, role=role)


def known_of(flags: Collection[str], facts: Mapping[str, str]) -> Known:
    """What a procedure is walked on, in a school where nobody holds a role."""
    directory = Directory(
        version="1", tenant="t", people={}, pupils={}, roles=pack().roles, last_resort=pack().last_resort
    )
    return Known(
        facts=facts, flags=frozenset(flags), report=Facts(directory=directory, reporter="t/reporter")
    )
