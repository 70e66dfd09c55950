"""Every way through a flow that its answers allow, followed once: where it comes, and with which answers.

A state is a step and a box of answers still possible on coming there; answers that nothing reads any more are
let go, so that ways which differ in nothing that matters meet again. Must not know what is a fault.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.definitions.checks.plans import BLANK, Asking, Plan, Planner
from bot.definitions.checks.scope import Scope
from bot.definitions.checks.space import (
    ALWAYS,
    NEVER,
    Box,
    Node,
    Space,
    TooManyAnswersError,
    any_of,
    narrowed,
    split,
)
from bot.model.conditions import Condition
from bot.model.definition import Definition
from bot.model.flows import Flow

MOST_STATES = 100_000
"""A flow with more is refused: nobody could read it either."""


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
    """The ways through one flow. Steps that a branch names and that are not there end the way.

    `alone`: no other flow begins it, so that begins_when and offered_when say what it begins with.
    """

    def __init__(self, definition: Definition, flow: Flow, scope: Scope, *, alone: bool = True) -> None:
        self.flow = flow
        self.scope = scope
        self.space = Space(definition, flow, scope)
        self._begun_otherwise = not alone
        self._entry = self._entries()
        self.plans: Mapping[str, Plan] = Planner(definition, flow, scope, self.space).plans()
        self._full = tuple(variable.full for variable in self.space.variables)

    def _entries(self) -> Node:
        flow = self.flow
        if flow.use != "case" or self._begun_otherwise:
            return ALWAYS
        ways = [self.space.compiled(w) for w in (flow.begins_when, flow.offered_when) if w is not None]
        by_hand = bool(flow.begun_by) and flow.offered_when is None
        return any_of(ways) if ways and not by_hand else ALWAYS

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
                now = ((plan.reads | later) - anew) | plan.tracked
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
