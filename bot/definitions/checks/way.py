"""Tells a person how one comes to a place in a flow: the answers that lead there, in the words of the cards.

Must not know what is wrong there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.definitions.checks.paths import Paths, State, Taken, Walked
from bot.definitions.checks.plans import BLANK, Plan
from bot.definitions.checks.scope import Scope
from bot.definitions.checks.space import NEVER, Box, Variable, narrowed
from bot.model.flows import Flow

MOST_NAMED = 3
"""Beyond so many values it is shorter to say which ones it is not."""

FACT_WORDS: Mapping[str, str] = {
    "someone_named": "It was said who is involved",
    "pupil_subject": "A pupil may have done it",
    "adult_subject": "An adult of the school may have done it",
    "adult_known": "That adult is in the list",
    "own_teacher": "The reporter is the pupil's own teacher",
    "earlier_counts": "An earlier case counts",
    "row_for_teacher": "The row is the teacher's to deal with",
    "recorded": "The danger press has been recorded",
    "child_protection": "It is child protection",
    "illegal": "It is on the illegal path",
    "restricted": "The case is about an adult of the school",
    "table": "A sanction table applies",
    "crime": "Could it be a crime?",
    "danger": "Is anyone in danger?",
    "urgent": "The case is urgent",
    "harm": "A child could have been hurt",
    "taken": "Somebody has taken the case",
    "waiting": "The case waits for somebody outside",
    "closed": "The case is closed",
    "earlier_open": "Earlier cases wait to be confirmed",
    "typed_person": "A name was typed",
    "named": "Somebody was named as not to see it",
    "released": "The DSL has released it",
    "complete": "The whole report was sent",
    "request": "Staff asked for it",
}


@dataclass(slots=True)
class _Story:
    """What was said so far on one way: the box, what each variable could be when it was last asked."""

    box: Box
    asked: dict[int, int]
    optional: set[int] = field(default_factory=set)
    said: list[tuple[int, int]] = field(default_factory=list)
    order: list[int] = field(default_factory=list)


class Teller:
    """Finds the shortest way to a state again, this time with every answer kept."""

    def __init__(self, paths: Paths, walked: Walked) -> None:
        self._paths = paths
        self._walked = walked

    def way_to(self, state: State, var: int | None = None, mask: int = 0) -> str:
        """The answers that lead to the state, with this variable within the mask; as one sentence."""
        story = self._retold(state)
        if var is not None and story.box[var] & mask:
            story.box = narrowed(story.box, var, story.box[var] & mask)
        said = [*story.said, *((at, story.box[at]) for at in story.order if self._tells(story, at))]
        words = list(dict.fromkeys(self._words(at, held) for at, held in said))
        return f"Shortest way here: {', '.join(words)}" if words else "One comes here whatever is answered"

    def _retold(self, state: State) -> _Story:
        chain: list[tuple[Taken, State]] = []
        first = state
        while (by := self._walked.came[first]) is not None:
            chain.append((by, first))
            first = by.state
        box = next(b for b in self._paths.entries() if self._paths.forgotten(b, first.step) == first.box)
        variables = self._paths.space.variables
        story = _Story(box=box, asked={at: variable.start for at, variable in enumerate(variables)})
        story.order = [at for at, v in enumerate(variables) if v.subject in ("fact", "flag")]
        for taken, target in reversed(chain):
            self._go(story, taken, target)
        return story

    def _go(self, story: _Story, taken: Taken, target: State) -> None:
        plan = self._paths.plans[taken.state.step]
        self._note_what_is_lost(story, plan)
        go = plan.branches[taken.branch][1]
        for row, passed in self._paths.passed(plan, story.box):
            if row != taken.row:
                continue
            for branch, after in self._paths.left(plan, passed):
                if branch == taken.branch and self._paths.forgotten(after, go) == target.box:
                    story.box = after
                    self._note_what_was_asked(story, plan, row)
                    return

    def _note_what_is_lost(self, story: _Story, plan: Plan) -> None:
        """An answer that is given anew was still one on the way."""
        for at in [ask.var for ask in plan.asks] + list(plan.frees):
            if self._tells(story, at):
                story.said.append((at, story.box[at]))

    def _note_what_was_asked(self, story: _Story, plan: Plan, row: int) -> None:
        full = self._paths.space.variables
        for ask in plan.asks:
            story.asked[ask.var] = ask.values
            (story.optional.add if ask.needed is NEVER else story.optional.discard)(ask.var)
            if ask.var not in story.order:
                story.order.append(ask.var)
        for at in plan.frees:
            story.asked[at] = full[at].full
        decided = plan.rows[row].answer if row >= 0 else ()
        for at, mask in (*plan.sets, *decided):
            story.asked[at] = mask
            if at not in story.order and full[at].subject == "field":
                story.order.append(at)

    def _tells(self, story: _Story, at: int) -> bool:
        """Whether the way needs a certain answer here, and not just any."""
        held, asked = story.box[at], story.asked[at]
        if held == asked:
            return False
        if self._paths.space.variables[at].subject != "field":
            return True
        return held == BLANK or held & ~BLANK != asked & ~BLANK or at in story.optional

    def _words(self, at: int, held: int) -> str:
        variable = self._paths.space.variables[at]
        return f"{self._label(variable)} = {_values(variable, held)}"

    def _label(self, variable: Variable) -> str:
        if variable.subject == "fact":
            return FACT_WORDS.get(variable.name, variable.name)
        if variable.subject == "flag":
            return f"The flag {variable.name} of the case"
        return label_of(self._paths.scope, self._paths.flow, variable.name)


def label_of(scope: Scope, flow: Flow, name: str) -> str:
    """What people read where a condition says this field: its question, or the title of the step."""
    if name in flow.fields:
        return flow.fields[name].label.say() or name
    head, _, tail = name.partition(".")
    step = flow.steps.get(head)
    if step is None:
        return name
    title = step.title.say() or step.key
    asked = scope.asked.get(head, {}).get(name)
    return f"{title}: {asked.label.say()}" if tail and asked else title


def _values(variable: Variable, held: int) -> str:
    chosen = list(_labels(variable, held))
    others = list(_labels(variable, variable.full & ~held & ~BLANK))
    if len(chosen) <= MOST_NAMED or not others:
        return " or ".join(chosen)
    if len(others) <= MOST_NAMED:
        return f"anything but {' or '.join(others)}"
    return f"{' or '.join(chosen[:MOST_NAMED])} or the like"


def _labels(variable: Variable, mask: int) -> Iterator[str]:
    for at, label in enumerate(variable.labels):
        if mask >> at & 1:
            yield label
