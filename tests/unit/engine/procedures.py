"""A small definition with procedures for these tests, written as admins write it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from bot.definitions import files
from bot.definitions.loader import load
from bot.definitions.reader import read_text
from bot.definitions.shape import Kind, Notes
from bot.engine.acts import Act, Follows, Walked
from bot.engine.procedure import advance, begin
from bot.engine.report import Facts
from bot.engine.step_form import Known
from bot.model.definition import Definition
from bot.model.people import Directory
from bot.model.procedures import Procedure

T = TypeVar("T")

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning in school hours."""

FORMS = """
referral:
  outcome: {kind: choice, label: Made?, needed: Choose., options: {made: {label: A}, not_made: {label: B}}}
  to: {kind: choice, label: To whom?, needed: Choose., needed_when: {field: outcome, is: made}}
  reference: {kind: text, label: Reference}
  why: {kind: text, label: Why not?, needed: Say why., needed_when: {field: outcome, is: not_made}}
task:
  outcome: {kind: choice, label: Done?, needed: Choose., options: {done: {label: A}, not_done: {label: B}}}
approval:
  answer: {kind: choice, label: Agree?, needed: Choose., options: {"yes": {label: A}, "no": {label: B}}}
  why: {kind: text, label: Why not?, needed: Say why., needed_when: {field: answer, is: "no"}}
custody:
  outcome:
    kind: choice
    label: How?
    needed: Choose.
    options: {kept: {label: A}, returned: {label: B}, passed_on: {label: C}}
  what: {kind: text, label: What?, needed: Say what.}
  took: {kind: text, label: Who has it?, needed: Say who.}
  where: {kind: text, label: Where?}
"""


def _read(kind: Kind[T], text: str) -> T:
    notes = Notes(file="test.yaml")
    root, problems = read_text(text, "test.yaml")
    assert root is not None
    value = kind.read(root, "test", notes)
    assert [*problems, *notes.problems] == []
    return value


def definition_with(*flows: str, table: str = "") -> Definition:
    """Kingsmead with these procedures instead of its own, and with one decision table if given."""
    made = [_read(files.flow, text) for text in flows]
    tables = [_read(files.decision_table, table)] if table else []
    return replace(
        load("kingsmead"),
        forms=_read(files.forms, FORMS),
        flows={flow.key: flow for flow in made},
        decisions={each.key: each for each in tables},
    )


class Walk:
    """One procedure under test; time moves only when told."""

    def __init__(self, definition: Definition, *, flags: tuple[str, ...] = (), **facts: str) -> None:
        directory = Directory(
            version="1",
            tenant="t",
            people={},
            pupils={},
            roles=definition.roles,
            last_resort=definition.last_resort,
        )
        self.known = Known(
            facts=facts,
            flags=frozenset(flags),
            report=Facts(directory=directory, reporter="t/reporter"),
        )
        self.definition = definition
        self.now = NOW
        self.procedure: Procedure
        self.follows: tuple[Follows, ...]
        flow = next(iter(definition.flows))
        self._take(
            begin(definition, flow, self.known, procedure_id="p", case="c", now=NOW, asked_by="t/asked")
        )

    def act(
        self, kind: str = "answer", by: str = "t/one", role: str = "", step: str = "", **values: str
    ) -> None:
        """Something happens; `answer__to` stands for the key `answer.to`."""
        given = {key.replace("__", "."): value for key, value in values.items()}
        act = Act(kind=kind, by=by, role=role, step=step, values=given)  # type: ignore[arg-type]  # words of tests
        self._take(advance(self.definition, self.procedure, act, self.known, self.now))

    def kinds(self) -> list[str]:
        """What followed from the last act."""
        return [f"{each.kind} {each.step or each.flow}" for each in self.follows]

    def _take(self, walked: Walked) -> None:
        self.procedure, self.follows = walked
