"""Every way through a flow that its answers allow, followed once: where it comes, and with which answers.

A state is a step and a box of answers still possible on coming there; answers that nothing reads any more are
let go, so that ways which differ in nothing that matters meet again. Must not know what is a fault.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.definitions.checks.scope import Scope
from bot.definitions.checks.space import (
    ALWAYS,
    NEVER,
    Box,
    Node,
    Space,
    Test,
    TooManyAnswersError,
    any_of,
    narrowed,
    read_by,
    split,
)
from bot.model.conditions import Condition
from bot.model.definition import Definition
from bot.model.flows import OUTCOMES, Field, Flow, Step
from bot.model.tables import DecisionTable

MOST_STATES = 100_000
"""A flow with more is refused: nobody could read it either."""

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
    """What a step does with a box. `sets` on being passed; `branches` in order, the last is the otherwise."""

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


@dataclass(frozen=True, slots=True)
class State:
    """A step, and what is possible on coming to it."""

    step: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How one state follows from another: through which row and branch."""

    state: State
    row: int
    branch: int


@dataclass(slots=True)
class Walked:
    """What came out: every state with the first way to it, where each leads, and what was ever used."""

    came: dict[State, Taken | None] = field(default_factory=dict)
    leads: dict[State, list[State]] = field(default_factory=dict)
    branches: set[tuple[str, int]] = field(default_factory=set)
    rows: set[tuple[str, int]] = field(default_factory=set)
    overlays: set[tuple[str, int]] = field(default_factory=set)
    starts: set[tuple[str, int]] = field(default_factory=set)
    seen: dict[tuple[str, int], int] = field(default_factory=dict)
    """By step and variable: every value it had when a branch of the step was chosen."""


class Paths:
    """The ways through one flow. Steps that a branch names and that are not there end the way."""

    def __init__(self, definition: Definition, flow: Flow, scope: Scope, *, alone: bool = True) -> None:
        self.flow = flow
        self.scope = scope
        self.space = Space(definition, flow, scope)
        self._definition = definition
        self._begun_otherwise = not alone
        self._entry = self._entries()
        self._make_tracked()
        self.plans: Mapping[str, Plan] = {key: self._planned(step) for key, step in flow.steps.items()}
        self._full = tuple(variable.full for variable in self.space.variables)

    # --- what the steps do ---

    def _entries(self) -> Node:
        flow = self.flow
        if flow.use != "case" or self._begun_otherwise:
            return ALWAYS
        ways = [self.space.compiled(w) for w in (flow.begins_when, flow.offered_when) if w is not None]
        by_hand = bool(flow.begun_by) and flow.offered_when is None
        return any_of(ways) if ways and not by_hand else ALWAYS

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
        reads = {var for node in conditions for var in read_by(node)} | set(self._tracked(step))
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

    # --- walking ---

    @cached_property
    def needed_ahead(self) -> Mapping[str, frozenset[int]]:
        """By step: the variables that something from there on reads before they are asked again."""
        ahead: dict[str, frozenset[int]] = dict.fromkeys(self.plans, frozenset())
        changed = True
        while changed:
            changed = False
            for key, plan in self.plans.items():
                later = frozenset().union(*(ahead.get(go, frozenset()) for _, go in plan.branches))
                anew = {ask.var for ask in plan.asks if ask.show is ALWAYS} | set(plan.frees)
                tracked = frozenset(self._tracked(plan.step))
                now = ((plan.reads | later) - anew) | tracked
                if now != ahead[key]:
                    ahead[key], changed = now, True
        return ahead

    def entries(self) -> list[Box]:
        """What is possible when the flow begins."""
        return split(self.space.start(), self._entry)[0]

    def possible(self, condition: Condition) -> bool:
        """Whether a condition on the case can ever hold before anything was asked."""
        return bool(split(self.space.start(), self.space.compiled(condition))[0])

    def forgotten(self, box: Box, step: str) -> Box:
        """The box on coming to a step, without what nothing reads any more."""
        keep = self.needed_ahead.get(step, frozenset())
        return tuple(mask if at in keep else self._full[at] for at, mask in enumerate(box))

    def walk(self) -> Walked:
        """Every state. Raises TooManyAnswersError past MOST_STATES."""
        walked = Walked()
        waiting: deque[State] = deque()
        if self.flow.start not in self.plans:
            return walked
        for box in self.entries():
            self._come(State(self.flow.start, self.forgotten(box, self.flow.start)), None, walked, waiting)
        while waiting:
            state = waiting.popleft()
            plan = self.plans[state.step]
            for row, passed in self.passed(plan, state.box, walked):
                for branch, after in self.left(plan, passed, walked):
                    go = plan.branches[branch][1]
                    if go not in self.plans:
                        continue
                    ahead = State(go, self.forgotten(after, go))
                    walked.leads[state].append(ahead)
                    self._come(ahead, Taken(state=state, row=row, branch=branch), walked, waiting)
        return walked

    def _come(self, state: State, by: Taken | None, walked: Walked, waiting: deque[State]) -> None:
        if state in walked.came:
            return
        if len(walked.came) >= MOST_STATES:
            raise TooManyAnswersError
        walked.came[state] = by
        walked.leads[state] = []
        waiting.append(state)

    def passed(self, plan: Plan, box: Box, walked: Walked | None = None) -> Iterator[tuple[int, Box]]:
        """The boxes after a step has been answered, each with the row of its decision table (or -1)."""
        for answered in self._answered(plan, box):
            for row, decided in self._decided(plan, answered, walked):
                for after in self._deleted(plan, _with(decided, plan.sets)):
                    if walked is not None:
                        self._note_starts(plan, after, walked)
                    yield row, after

    def _deleted(self, plan: Plan, box: Box) -> list[Box]:
        if not plan.deletes:
            return [box]
        undone, done = split(box, plan.undone)
        return undone + [_with(each, plan.deletes) for each in done]

    def _note_starts(self, plan: Plan, box: Box, walked: Walked) -> None:
        for at, start in enumerate(plan.starts):
            if (plan.step.key, at) not in walked.starts and split(box, start)[0]:
                walked.starts.add((plan.step.key, at))

    def _answered(self, plan: Plan, box: Box) -> list[Box]:
        boxes = [self._freed(plan, box)]
        for ask in plan.asks:
            boxes = [after for before in boxes for after in _asked(ask, before)]
        if plan.unchecked is NEVER:
            return [full for b in boxes for full in _with_needed(plan, b)]
        found: list[Box] = []
        for before in boxes:
            free, held = split(before, plan.unchecked)
            found += free + [full for b in held for full in _with_needed(plan, b)]
        return found

    def _freed(self, plan: Plan, box: Box) -> Box:
        masks = list(box)
        for var in plan.frees:
            masks[var] = self._full[var]
        for var in plan.loose:
            if masks[var] != BLANK:
                masks[var] = (self._full[var] & ~BLANK) | (masks[var] & BLANK)
        return tuple(masks)

    def _decided(self, plan: Plan, box: Box, walked: Walked | None) -> Iterator[tuple[int, Box]]:
        if not plan.rows:
            yield -1, box
            return
        left = [box]
        for at, row in enumerate(plan.rows):
            beyond: list[Box] = []
            for piece in left:
                hit, missed = split(piece, row.when)
                beyond += missed
                for each in hit:
                    if walked is not None:
                        walked.rows.add((plan.step.key, at))
                    for added in self._overlaid(plan, each, walked):
                        yield at, _with(added, row.answer)
            left = beyond

    def _overlaid(self, plan: Plan, box: Box, walked: Walked | None) -> list[Box]:
        """Every overlay is asked before any of them has raised its flags."""
        boxes: list[tuple[Box, tuple[tuple[int, int], ...]]] = [(box, ())]
        for at, overlay in enumerate(plan.overlays):
            further: list[tuple[Box, tuple[tuple[int, int], ...]]] = []
            for piece, added in boxes:
                hit, missed = split(piece, overlay.when)
                if hit and walked is not None:
                    walked.overlays.add((plan.step.key, at))
                if not overlay.answer:
                    # Nothing reads what it raises: the ways with it and without it are the same.
                    hit, missed = [], [piece]
                further += [(each, (*added, *overlay.answer)) for each in hit]
                further += [(each, added) for each in missed]
            boxes = further
        return [_with(piece, added) for piece, added in boxes]

    def left(self, plan: Plan, box: Box, walked: Walked | None = None) -> Iterator[tuple[int, Box]]:
        """The boxes that leave a step, each with the branch it takes."""
        if walked is not None and len(plan.branches) > 1:
            for var in plan.reads:
                here = (plan.step.key, var)
                walked.seen[here] = walked.seen.get(here, 0) | box[var]
        left = [box]
        for at, (when, _) in enumerate(plan.branches):
            beyond: list[Box] = []
            for piece in left:
                hit, missed = split(piece, when)
                beyond += missed
                if hit and walked is not None:
                    walked.branches.add((plan.step.key, at))
                for each in hit:
                    yield at, each
            left = beyond


def _asked(ask: Asking, box: Box) -> list[Box]:
    shown, hidden = split(box, ask.show)
    return [narrowed(each, ask.var, ask.values) for each in shown] + hidden


def _with_needed(plan: Plan, box: Box) -> list[Box]:
    """Without the boxes in which something is empty that may not be."""
    boxes = [box]
    for ask in plan.asks:
        if ask.needed is NEVER:
            continue
        kept: list[Box] = []
        for each in boxes:
            shown, hidden = split(each, ask.show)
            kept += hidden
            for asked in shown:
                must, may = split(asked, ask.needed)
                kept += may + [narrowed(m, ask.var, f) for m in must if (f := m[ask.var] & ~BLANK)]
        boxes = kept
    return boxes


def _with(box: Box, sets: Iterable[tuple[int, int]]) -> Box:
    masks = list(box)
    for var, mask in sets:
        masks[var] = mask
    return tuple(masks)
