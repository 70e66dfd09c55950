"""What is proved of every way through a flow: it can be gone, it ends, and nothing on it comes too early.

Must not know how the ways are found, nor what stands in other flows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.graph import endless, reached, silent_circles
from bot.definitions.checks.paths import MOST_STATES, Paths, State, Walked
from bot.definitions.checks.plans import BLANK, SILENT, YES
from bot.definitions.checks.space import TooManyAnswersError
from bot.definitions.checks.way import Teller, label_of
from bot.model.conditions import AllOf, AnyOf, Condition
from bot.model.flows import Flow, Step


@dataclass(slots=True)
class Rows:
    """Which rows and overlays of the decision tables were ever met, and which tables were asked."""

    asked: set[str] = field(default_factory=set)
    rows: set[tuple[str, int]] = field(default_factory=set)
    overlays: set[tuple[str, int]] = field(default_factory=set)


def check_paths(findings: Findings) -> None:
    """Every flow whose steps and questions could be read."""
    met = Rows()
    started = {s.flow for f in findings.definition.flows.values() for t in f.steps.values() for s in t.starts}
    for flow in findings.definition.flows.values():
        asked = (f.kind for f in flow.fields.values())
        if "" in (flow.use, *asked, *(step.kind for step in flow.steps.values())):
            continue
        place = f"flows.{flow.key}"
        _check_silent_circles(findings, flow, place)
        try:
            paths = Paths(findings.definition, flow, findings.scope(flow), alone=flow.key not in started)
            walked = paths.walk()
        except TooManyAnswersError:
            remedy = "Split this form: let one flow start another, or ask less on one card."
            what = f"has more than {MOST_STATES:,} different ways through it, which nobody can prove or read"
            findings.fault(place, what, remedy)
            continue
        _Proof(findings, paths, walked, place).check()
        _note_rows(met, flow, walked)
    _check_rows_met(findings, met)


def _check_silent_circles(findings: Findings, flow: Flow, place: str) -> None:
    for key in silent_circles(flow, SILENT):
        what = "goes round in a circle in which nobody is asked and nothing is waited for"
        remedy = "Put a step that asks somebody or waits into the circle, or lead it elsewhere."
        findings.fault(f"{place}.steps.{key}", what, remedy)


def _note_rows(met: Rows, flow: Flow, walked: Walked) -> None:
    for key, step in flow.steps.items():
        if step.table and any(state.step == key for state in walked.came):
            met.asked.add(step.table)
    met.rows |= {(flow.steps[key].table, at) for key, at in walked.rows}
    met.overlays |= {(flow.steps[key].table, at) for key, at in walked.overlays}


def _check_rows_met(findings: Findings, met: Rows) -> None:
    for table in findings.definition.decisions.values():
        if table.key not in met.asked:
            continue
        place = f"decisions.{table.key}"
        for name, rows, hits in (
            ("rows", table.rows, met.rows),
            ("overlays", table.overlays, met.overlays),
        ):
            for at, row in enumerate(rows):
                here = f"{place}.{name}.{at}"
                if row.when is not None and (table.key, at) not in hits and not findings.told(here):
                    what = f"no answers ever come to {row.key}"
                    remedy = "Delete it, or change its when: or the rows above it."
                    findings.fault(here, what, remedy)


class _Proof:
    """The faults of one flow that has been walked."""

    def __init__(self, findings: Findings, paths: Paths, walked: Walked, place: str) -> None:
        self._findings = findings
        self._paths = paths
        self._flow = paths.flow
        self._walked = walked
        self._place = place
        self._tell = Teller(paths, walked)
        self._told: set[tuple[str, str, str]] = set()
        self._first: dict[str, State] = {}
        for state in walked.came:
            self._first.setdefault(state.step, state)

    def check(self) -> None:
        """Everything."""
        self._check_begins()
        if not self._walked.came:
            return
        for step in self._flow.steps.values():
            if step.key in self._first:
                self._check_branches(step)
                self._check_starts(step)
        self._check_reached()
        for state in self._walked.came:
            self._check_state(state)
        self._check_ends()

    def _fault(self, place: str, what: str, remedy: str, way: str) -> None:
        self._findings.fault(f"{self._place}.steps.{place}", f"{what}. {way}", remedy)

    # --- ways that nobody goes ---

    def _check_begins(self) -> None:
        for name in ("begins_when", "offered_when"):
            when = getattr(self._flow, name)
            told = self._findings.told(f"{self._place}.{name}")
            if when is not None and not told and not self._paths.possible(when):
                what = "no case ever meets this"
                remedy = "Ask for less: two of its parts shut each other out."
                self._findings.fault(f"{self._place}.{name}", what, remedy)

    def _check_branches(self, step: Step) -> None:
        for at, branch in enumerate(step.next):
            if branch.when is None or (step.key, at) in self._walked.branches:
                continue
            here = f"{step.key}.next.{at}.when"
            if self._findings.told(f"{self._place}.steps.{here}"):
                continue
            state = self._first[step.key]
            way = self._tell.way_to(state)
            unasked = next(self._never_asked(step, branch.when), None)
            if unasked is not None:
                what = f"reads {unasked}, which no step asks before"
                remedy = f"Ask {unasked} in an earlier step, or compare it with another answer."
                self._fault(here, what, remedy, way)
            else:
                what = "no answers ever lead this way"
                self._fault(here, what, "Delete it, or change its when: or the branches above it.", way)

    def _never_asked(self, step: Step, condition: Condition) -> Iterator[str]:
        """Fields that have no answer yet, whichever way one came."""
        if isinstance(condition, AllOf | AnyOf):
            for part in condition.conditions:
                yield from self._never_asked(step, part)
        elif condition.subject == "field" and "" not in condition.values:
            var = self._paths.space.find("field", condition.name.removesuffix(".outcome"))
            if var is not None and self._walked.seen.get((step.key, var)) == BLANK:
                yield condition.name

    def _check_starts(self, step: Step) -> None:
        for at, start in enumerate(step.starts):
            if (step.key, at) not in self._walked.starts:
                way = self._tell.way_to(self._first[step.key])
                what = f"no answers ever begin {start.flow} here"
                self._fault(f"{step.key}.starts.{at}", what, "Delete it, or change its when:.", way)

    def _check_reached(self) -> None:
        """Steps that no answers lead to; those behind one that is told are not told again."""
        lines = reached(self._flow)
        dead = {
            branch.go
            for step in self._flow.steps.values()
            for at, branch in enumerate(step.next)
            if step.key in self._first and (step.key, at) not in self._walked.branches
        }
        for key in self._flow.steps:
            into = [s.key for s in self._flow.steps.values() if any(b.go == key for b in s.next)]
            behind = all(source not in self._first for source in into)
            if key in lines and key not in self._first and key not in dead and not behind:
                what = "no answers ever lead here"
                remedy = "Change the conditions that lead to it, or delete it."
                self._findings.fault(f"{self._place}.steps.{key}", what, remedy)

    # --- what comes too early, or too late ---

    def _check_state(self, state: State) -> None:
        step = self._flow.steps[state.step]
        for at, needed in enumerate(step.requires):
            if needed in self._flow.steps and self._may_be(
                state, "passed", needed, BLANK, ("requires", needed)
            ):
                what = f"requires {needed}, and there is a way here that does not pass it"
                remedy = f"Lead every way here through {needed}, or delete it from requires:."
                self._fault(
                    f"{step.key}.requires.{at}", what, remedy, self._way(state, "passed", needed, BLANK)
                )
        for at, name in enumerate(step.uses):
            if self._may_be(state, "deleted", name, YES, ("uses", name)):
                what = f"uses {name}, which may have been deleted by then"
                remedy = f"Put it before the step that deletes {name}, or do not use it here."
                self._fault(f"{step.key}.uses.{at}", what, remedy, self._way(state, "deleted", name, YES))
        name = step.until_field
        if name in self._flow.fields and self._may_be(state, "field", name, BLANK, ("until", name)):
            label = label_of(self._paths.scope, self._flow, name)
            what = f"waits for the date of {label!r}, which may not have been given, and then waits for ever"
            remedy = f"Ask {name} in an earlier step on every way here, with needed:."
            self._fault(f"{step.key}.until_field", what, remedy, self._way(state, "field", name, BLANK))

    def _may_be(self, state: State, subject: str, name: str, mask: int, told: tuple[str, str]) -> bool:
        """Whether it may be so here, and has not been told of this step."""
        var = self._paths.space.find(subject, name)
        if var is None or not state.box[var] & mask or (state.step, *told) in self._told:
            return False
        self._told.add((state.step, *told))
        return True

    def _way(self, state: State, subject: str, name: str, mask: int) -> str:
        return self._tell.way_to(state, self._paths.space.find(subject, name), mask)

    # --- whoever comes here never ends ---

    def _check_ends(self) -> None:
        leads = self._walked.leads
        back: dict[State, list[State]] = {}
        for state, ahead in leads.items():
            for following in ahead:
                back.setdefault(following, []).append(state)
        ending: set[State] = set()
        waiting = [state for state in leads if self._is_end(self._flow.steps[state.step])]
        while waiting:
            state = waiting.pop()
            if state not in ending:
                ending.add(state)
                waiting += back.get(state, ())
        told = set(endless(self._flow))
        for state in leads:
            if state in ending or state.step in told:
                continue
            told |= {behind.step for behind in self._behind(state)}
            what = "whoever comes here with these answers goes round for ever and never ends"
            if not leads[state]:
                what = "whoever comes here with these answers cannot go on"
            remedy = "Give them a way to a step of kind end."
            self._fault(state.step, what, remedy, self._tell.way_to(state))

    def _behind(self, state: State) -> set[State]:
        seen: set[State] = set()
        waiting = [state]
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting += self._walked.leads[here]
        return seen

    def _is_end(self, step: Step) -> bool:
        """An end, or a step whose way on is not said, which has been told."""
        readable = (
            step.next and step.next[-1].when is None and all(b.go in self._flow.steps for b in step.next)
        )
        table = self._findings.definition.decisions.get(step.table)
        decides = table is None or bool(table.rows and table.rows[-1].when is None)
        return step.kind == "end" or not readable or not decides
