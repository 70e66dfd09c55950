"""What each step of a flow does with the answers so far: what it asks, raises, deletes, and where it leads.

Made once before a flow is walked. Must not know which ways there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.definitions.checks.scope import Scope
from bot.definitions.checks.space import ALWAYS, NEVER, Node, Space, Test, read_by
from bot.model.definition import Definition
from bot.model.flows import OUTCOMES, Field, Flow, Step
from bot.model.tables import DecisionTable

YES = 2
"""The mask of the second value, of those that are no or yes."""
BLANK = 1
"""The mask of an answer that was not given."""

_UNDONE = {"task": "not_done", "referral": "not_made"}

SILENT = frozenset({"decision", "notify", "end"})

CHANGING = {
    "report": ("recorded", "someone_named"),
    "question": (),
}
CHANGING_IN_A_CASE = (
    "danger",
    "crime",
    "urgent",
    "taken",
    "waiting",
    "closed",
    "earlier_open",
    "typed_person",
    "named",
    "released",
    "complete",
)
"""Facts that may be otherwise once somebody has done something; the others are what the flow began with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question of a step: where its answer goes, and when it is shown and cannot be left empty."""

    var: int
    values: int
    show: Node
    needed: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a decision table: its condition and what it leaves behind."""

    key: str
    when: Node
    answer: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a step does with a box. `frees`, `loose`: what may be otherwise by then. `sets` on being passed,
    and `deletes` unless it is `undone`; `branches` in order, the last is the otherwise. `tracked`: what has
    to be so on coming to it.
    """

    step: Step
    frees: tuple[int, ...]
    loose: tuple[int, ...]
    asks: tuple[Asking, ...]
    unchecked: Node
    rows: tuple[Row, ...]
    overlays: tuple[Row, ...]
    sets: tuple[tuple[int, int], ...]
    deletes: tuple[tuple[int, int], ...]
    undone: Node
    starts: tuple[Node, ...]
    branches: tuple[tuple[Node, str], ...]
    reads: frozenset[int]
    tracked: frozenset[int]


class Planner:
    """Makes the plans of one flow, and the variables that they need."""

    def __init__(self, definition: Definition, flow: Flow, scope: Scope, space: Space) -> None:
        self.flow = flow
        self.scope = scope
        self.space = space
        self._definition = definition

    def plans(self) -> Mapping[str, Plan]:
        """By key of the step. Every variable is made before the first plan."""
        self._make_tracked()
        return {key: self._planned(step) for key, step in self.flow.steps.items()}

    def _make_tracked(self) -> None:
        """A variable for each thing that is read: by a condition, or as required, used or waited for."""
        for step, condition in self.space.conditions:
            self.space.compiled(condition, step=step)
        for step in self.flow.steps.values():
            for name in step.requires:
                self.space.variable("passed", name)
            for name in step.uses:
                self.space.variable("deleted", name)
            if step.until_field:
                self.space.variable("field", step.until_field)
            if step.deletes and step.kind in _UNDONE:
                self.space.variable("field", step.key)

    def _planned(self, step: Step) -> Plan:
        table = self._definition.decisions.get(step.table) if step.kind == "decision" else None
        branches = tuple((self.space.compiled(branch.when), branch.go) for branch in step.next)
        starts = tuple(self.space.compiled(start.when) for start in step.starts)
        rows = tuple(self._rows(step, table)) if table else ()
        overlays = tuple(self._overlays(table)) if table else ()
        unchecked = self.space.compiled(step.unchecked_when) if step.unchecked_when else NEVER
        asked = (self._asking(step, key, question) for key, question in self._form(step))
        asks = tuple(ask for ask in asked if ask is not None)
        conditions = (
            *(node for node, _ in branches),
            *starts,
            *(row.when for row in (*rows, *overlays)),
            *(node for ask in asks for node in (ask.show, ask.needed)),
            unchecked,
        )
        tracked = frozenset(self._tracked(step))
        reads = {var for node in conditions for var in read_by(node)} | tracked
        return Plan(
            step=step,
            frees=self._changing(step),
            loose=self._custodies() if step.kind not in SILENT else (),
            asks=asks,
            unchecked=unchecked,
            rows=rows,
            overlays=overlays,
            sets=tuple(self._sets(step)),
            deletes=tuple(self._deletes(step)),
            undone=self._undone(step),
            starts=starts,
            branches=branches,
            reads=frozenset(reads),
            tracked=tracked,
        )

    def _form(self, step: Step) -> Iterator[tuple[str, Field]]:
        """The questions of a step in order, by the key their answers are kept under."""
        if step.kind in SILENT or step.kind == "guidance":
            return
        if self.flow.use != "report" and not (step.kind == "wait" and not step.event.by_language):
            for key, asked in self.scope.asked.get(step.key, {}).items():
                yield (step.key if key == f"{step.key}.outcome" else key), asked
        for key in (*step.fields, *([step.buttons] if step.buttons else [])):
            if key in self.flow.fields:
                yield key, self.flow.fields[key]

    def _asking(self, step: Step, key: str, asked: Field) -> Asking | None:
        """None when nothing reads the answer."""
        outcome = key == step.key and key not in step.fields
        var = self.space.find("field", key)
        if var is None:
            return None
        needed: Node = NEVER
        if key == step.buttons:
            needed = ALWAYS
        elif asked.needed.by_language:
            needed = self.space.compiled(asked.needed_when, step=step)
        values = self.space.variables[var].full
        if outcome:
            values = BLANK | self._mask(var, {option.key for option in asked.options})
        return Asking(var=var, values=values, show=self.space.compiled(asked.show, step=step), needed=needed)

    def _mask(self, var: int, words: Collection[str]) -> int:
        known = self.space.variables[var].values
        return sum(1 << at for at, names in enumerate(known) if not names.isdisjoint(words))

    def _rows(self, step: Step, table: DecisionTable) -> Iterator[Row]:
        answer = self.space.find("field", step.key)
        for at, row in enumerate(table.rows):
            own = ((answer, YES << at),) if answer is not None else ()
            when = self.space.compiled(row.when)
            yield Row(key=row.key, when=when, answer=(*own, *self._flags(row.flags)))

    def _overlays(self, table: DecisionTable) -> Iterator[Row]:
        for row in table.overlays:
            when = self.space.compiled(row.when)
            yield Row(key=row.key, when=when, answer=tuple(self._flags(row.flags)))

    def _flags(self, flags: Iterable[str]) -> Iterator[tuple[int, int]]:
        for flag in flags:
            if (raised := self.space.find("raised", flag)) is not None:
                yield raised, YES

    def _sets(self, step: Step) -> Iterator[tuple[int, int]]:
        outcome = self.space.find("field", step.key)
        asks_outcome = any(key == step.key for key, _ in self._form(step))
        if outcome is not None and step.kind in OUTCOMES and self.flow.use != "report" and not asks_outcome:
            yield outcome, self._outcomes(step, outcome)
        yield from self._flags(step.flags)
        if (passed := self.space.find("passed", step.key)) is not None:
            yield passed, YES

    def _deletes(self, step: Step) -> Iterator[tuple[int, int]]:
        for name in step.deletes:
            if (deleted := self.space.find("deleted", name)) is not None:
                yield deleted, YES

    def _undone(self, step: Step) -> Node:
        """When a step has been passed without doing what it says."""
        var = self.space.find("field", step.key)
        if var is None or step.kind not in _UNDONE:
            return NEVER
        return Test(var, self._mask(var, {_UNDONE[step.kind]}))

    def _outcomes(self, step: Step, var: int) -> int:
        possible = set(OUTCOMES[step.kind])
        if step.kind == "wait":
            possible = {"happened"} if step.event.by_language else set()
            possible |= {"passed"} if step.wait_minutes or step.until_field else set()
        return self._mask(var, possible)

    def _changing(self, step: Step) -> tuple[int, ...]:
        if step.kind in SILENT:
            return ()
        names = CHANGING.get(self.flow.use, CHANGING_IN_A_CASE)
        found = (self.space.find("fact", name) for name in names)
        return tuple(var for var in found if var is not None)

    def _custodies(self) -> tuple[int, ...]:
        """What is handed on later changes the outcome of a step long passed."""
        keys = (step.key for step in self.flow.steps.values() if step.kind == "custody")
        found = (self.space.find("field", key) for key in keys)
        return tuple(var for var in found if var is not None)

    def _tracked(self, step: Step) -> Iterator[int]:
        found = [self.space.find("passed", name) for name in step.requires]
        found += [self.space.find("deleted", name) for name in step.uses]
        found.append(self.space.find("field", step.until_field))
        yield from (var for var in found if var is not None)
