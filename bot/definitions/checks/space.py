"""The answers of a flow as a proof sees them: one variable for each thing that a condition reads.

A variable has a few values, and a set of those still possible is a whole number, one bit for each. All
variables together are a box: a tuple of such numbers. A condition splits a box into the boxes in which it
holds and those in which it does not, so no answers are ever listed one by one. Must not know in which order
steps come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.definitions.checks.findings import CHOICES
from bot.definitions.checks.scope import Scope, outcomes_of, raised_by_steps
from bot.model.conditions import FACTS, AllOf, AnyOf, Ask, Condition
from bot.model.definition import Definition
from bot.model.flows import Field, Flow, Option, Step

Box = tuple[int, ...]

SEVERAL = ("choices", "others")
"""Kinds of field of which more than one option can be chosen."""

MOST_COMBINATIONS = 4096
"""How many different sets of options of one field a proof tells apart."""


class TooManyAnswersError(Exception):
    """A field or a flow has more different answers than a proof can follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """`subject` field, fact, flag (of the case), raised (in the run), passed (a step) or deleted (material).

    `values`: the words under which a condition asks for it and those for people; the first of a field is "".
    `start`: what is possible before anything was asked.
    """

    subject: str
    name: str
    values: tuple[frozenset[str], ...]
    labels: tuple[str, ...]
    start: int

    @property
    def full(self) -> int:
        """Every value."""
        return (1 << len(self.values)) - 1


@dataclass(frozen=True, slots=True)
class Test:
    """Holds when the variable has one of the values of the mask."""

    var: int
    mask: int


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part does."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when the part does not."""

    part: Node


Node = Test | All | Not

ALWAYS = All(())
NEVER = Not(ALWAYS)


def any_of(parts: Iterable[Node]) -> Node:
    """Holds when one of the parts does."""
    return Not(All(tuple(Not(part) for part in parts)))


def split(box: Box, node: Node) -> tuple[list[Box], list[Box]]:
    """The parts of the box in which the condition holds, and those in which it does not; none twice."""
    if isinstance(node, Test):
        held = box[node.var]
        yes, no = held & node.mask, held & ~node.mask
        if not no:
            return [box], []
        if not yes:
            return [], [box]
        return [narrowed(box, node.var, yes)], [narrowed(box, node.var, no)]
    if isinstance(node, Not):
        holds, fails = split(box, node.part)
        return fails, holds
    left, without = [box], []
    for part in node.parts:
        held_on: list[Box] = []
        for piece in left:
            yes_parts, no_parts = split(piece, part)
            held_on += yes_parts
            without += no_parts
        left = held_on
    return left, without


def narrowed(box: Box, var: int, mask: int) -> Box:
    """The box with only these values of one variable."""
    return (*box[:var], mask, *box[var + 1 :])


class Space:
    """The variables of one flow, and its conditions over them."""

    def __init__(self, definition: Definition, flow: Flow, scope: Scope) -> None:
        self.definition = definition
        self.flow = flow
        self.conditions = tuple(_conditions_of(definition, flow, scope))
        self.variables: list[Variable] = []
        self._index: dict[tuple[str, str], int] = {}
        self._case_flags = scope.of_the_case
        self._asked = {key: asked for questions in scope.asked.values() for key, asked in questions.items()}
        asks = [ask for _, condition in self.conditions for ask in _asks(condition)]
        self._values_asked = {(a.name, v) for a in asks if a.subject == "field" for v in a.values}
        self._flags_asked = {a.name for a in asks if a.subject == "flag"}
        self._raised = raised_by_steps(definition, flow)

    def start(self) -> Box:
        """What is possible before anything was asked."""
        return tuple(variable.start for variable in self.variables)

    def find(self, subject: str, name: str) -> int | None:
        """Where a variable stands, if any condition reads it."""
        return self._index.get((subject, name))

    def compiled(
        self, condition: Condition | None, *, step: Step | None = None, direct: bool = False
    ) -> Node:
        """The condition over the variables; None always holds. `step`: in the form of this step, whose own
        questions are asked for without the step's key. `direct`: over options alone, as derived flags are."""
        if condition is None:
            return ALWAYS
        if isinstance(condition, Ask):
            return self._compiled_ask(condition, step, direct=direct)
        parts = tuple(self.compiled(part, step=step, direct=direct) for part in condition.conditions)
        return All(parts) if isinstance(condition, AllOf) else any_of(parts)

    def _compiled_ask(self, ask: Ask, step: Step | None, *, direct: bool) -> Node:
        if ask.subject == "flag":
            raised = self._flag(ask.name, direct=direct)
            yes, no = "yes" in ask.values, "no" in ask.values
            return ALWAYS if yes and no else raised if yes else Not(raised) if no else NEVER
        if ask.subject == "fact":
            return NEVER if direct else self._test("fact", ask.name, ask.values)
        return self._test("field", self._field_name(ask.name, step), ask.values)

    def _field_name(self, name: str, step: Step | None) -> str:
        if step is not None and f"{step.key}.{name}" in self._asked:
            name = f"{step.key}.{name}"
        head, _, tail = name.rpartition(".")
        return head if head and tail == "outcome" else name

    def _test(self, subject: str, name: str, values: Sequence[str]) -> Node:
        var = self.variable(subject, name)
        known = self.variables[var].values
        return Test(var, sum(1 << at for at, value in enumerate(known) if not value.isdisjoint(values)))

    def _flag(self, flag: str, *, direct: bool) -> Node:
        parts: list[Node] = []
        for asked in self.flow.fields.values():
            with_it = [option.key for option in asked.options if flag in option.flags]
            if with_it:
                parts.append(self._test("field", asked.key, with_it))
        if not direct:
            parts += [self.compiled(d.when, direct=True) for d in self.flow.flags if d.flag == flag]
            if flag in self._raised:
                parts.append(self._test("raised", flag, ("yes",)))
            if flag in self._case_flags:
                parts.append(self._test("flag", flag, ("yes",)))
        return any_of(parts)

    def variable(self, subject: str, name: str) -> int:
        """Where a variable stands; made when it is not there yet."""
        if (subject, name) not in self._index:
            self._index[subject, name] = len(self.variables)
            self.variables.append(self._made(subject, name))
        return self._index[subject, name]

    def _made(self, subject: str, name: str) -> Variable:
        if subject == "field":
            return self._made_field(name)
        values = FACTS[name] if subject == "fact" and name in FACTS else ("no", "yes")
        free = subject in ("fact", "flag")
        start = (1 << len(values)) - 1 if free else 1
        return Variable(
            subject=subject,
            name=name,
            values=tuple(frozenset((value,)) for value in values),
            labels=tuple(value.replace("_", " ") for value in values),
            start=start,
        )

    def _made_field(self, name: str) -> Variable:
        known: list[tuple[tuple[str, ...], str]] = [((), "nothing")]
        step = self.flow.steps.get(name)
        asked = self.flow.fields.get(name) or self._asked.get(name)
        if asked is not None:
            known += self._answers(asked)
        elif step is not None:
            known += [((key,), key.replace("_", " ")) for key in outcomes_of(self.definition, step)]
        else:
            known.append((("?",), "something"))
        start = 1
        if self.flow.description_field == name:
            start = (1 << len(known)) - 1
        return Variable(
            subject="field",
            name=name,
            values=(frozenset(("",)), *(frozenset(keys) for keys, _ in known[1:])),
            labels=tuple(label for _, label in known),
            start=start,
        )

    def _answers(self, asked: Field) -> list[tuple[tuple[str, ...], str]]:
        if asked.kind in SEVERAL:
            return list(self._combinations(asked))
        if asked.kind in CHOICES:
            return [((option.key,), option.label.say() or option.key) for option in asked.options]
        if asked.kind == "row":
            table = self.definition.tables.get(asked.table) or self.definition.grids.get(asked.table)
            if table:
                return [((row.key,), row.plain.say() or row.key) for row in table.rows]
        return [(("yes",), "yes")] if asked.kind == "confirm" else [(("?",), "something")]

    def _combinations(self, asked: Field) -> Iterator[tuple[tuple[str, ...], str]]:
        """Sets of options, one for each that some condition can tell from the others."""
        found: dict[frozenset[str], tuple[Option, ...]] = {}
        for option in (o for o in asked.options if not o.alone):
            sign = self._sign(asked, option)
            more = {sign: (option,)} | {known | sign: (*chosen, option) for known, chosen in found.items()}
            for key, chosen in more.items():
                if key not in found or len(chosen) < len(found[key]):
                    found[key] = chosen
            if len(found) > MOST_COMBINATIONS:
                raise TooManyAnswersError
        alone = [(option,) for option in asked.options if option.alone]
        for chosen in (*found.values(), *alone):
            yield tuple(o.key for o in chosen), " and ".join(o.label.say() or o.key for o in chosen)

    def _sign(self, asked: Field, option: Option) -> frozenset[str]:
        flags = {f"flag {flag}" for flag in option.flags if self._is_read(flag)}
        return frozenset(flags | ({option.key} if (asked.key, option.key) in self._values_asked else set()))

    def _is_read(self, flag: str) -> bool:
        return flag in self._flags_asked


def _conditions_of(
    definition: Definition, flow: Flow, scope: Scope
) -> Iterator[tuple[Step | None, Condition]]:
    """Every condition that is asked on the way through the flow, and the step in whose form it stands."""
    found: list[tuple[Step | None, Condition | None]] = [(None, flow.begins_when), (None, flow.offered_when)]
    found += [(None, flag.when) for flag in flow.flags]
    for step in flow.steps.values():
        found.append((None, step.unchecked_when))
        found += [(None, branch.when) for branch in step.next]
        found += [(None, start.when) for start in step.starts]
        decision = definition.decisions.get(step.table)
        if decision:
            found += [(None, row.when) for row in (*decision.rows, *decision.overlays)]
        form = [
            *scope.asked.get(step.key, {}).values(),
            *(flow.fields[k] for k in step.fields if k in flow.fields),
        ]
        found += [(step, when) for asked in form for when in (asked.show, asked.needed_when)]
    yield from ((step, condition) for step, condition in found if condition is not None)


def _asks(condition: Condition) -> Iterator[Ask]:
    if isinstance(condition, Ask):
        yield condition
    elif isinstance(condition, AllOf | AnyOf):
        for part in condition.conditions:
            yield from _asks(part)


def read_by(node: Node) -> Iterator[int]:
    """Every variable that a condition reads."""
    if isinstance(node, Test):
        yield node.var
    elif isinstance(node, Not):
        yield from read_by(node.part)
    else:
        for part in node.parts:
            yield from read_by(part)
