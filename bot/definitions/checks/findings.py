"""The faults found so far, and the checks that every part needs: names, and what conditions ask.

Must not know which part of a pack it is used for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.definitions.draft import Lines, line_of
from bot.definitions.shape import listed, nearest
from bot.model.conditions import FACTS, AllOf, AnyOf, Ask, Condition
from bot.model.definition import Definition
from bot.model.flows import NO_TEXT, OUTCOMES, Field, Flow, Option, Step
from bot.model.problems import Problem

CHOICES = ("choice", "choices", "others")


@dataclass
class Findings:
    """The definition under check, where its values stand, and what is wrong with it."""

    definition: Definition
    lines: Lines
    problems: list[Problem] = field(default_factory=list)

    def fault(self, place: str, what: str, remedy: str) -> None:
        mark = line_of(self.lines, place)
        self.problems.append(Problem(file=mark.file, line=mark.line, place=place, what=what, remedy=remedy))

    def known(self, place: str, name: str, names: Collection[str], kind: str) -> bool:
        """Whether the name is known; a fault if not. An empty name has been found faulty before."""
        if not name or name in names:
            return True
        remedy = nearest(name, names, f"Known are: {listed(names)}.")
        self.fault(place, f"there is no {kind} {name!r}", remedy)
        return False

    def roles(self, place: str, names: Iterable[str], *, besides: Collection[str] = ()) -> None:
        """Each of a list of roles exists (or is one of `besides`) and stands in it once."""
        seen: set[str] = set()
        for at, name in enumerate(names):
            self.known(f"{place}.{at}", name, (*self.definition.roles, *besides), "role")
            if name in seen:
                self.fault(f"{place}.{at}", f"the role {name} stands twice in this list", "Delete one.")
            seen.add(name)

    def condition(self, place: str, condition: Condition | None, scope: Scope) -> None:
        """Everything a condition asks for exists, and is compared with values that it can have."""
        if isinstance(condition, AllOf | AnyOf):
            joined = "all" if isinstance(condition, AllOf) else "any"
            for at, inner in enumerate(condition.conditions):
                self.condition(f"{place}.{joined}.{at}", inner, scope)
        elif isinstance(condition, Ask):
            self._ask(place, condition, scope)

    def _ask(self, place: str, ask: Ask, scope: Scope) -> None:
        names: Collection[str] = {"field": scope.fields, "fact": FACTS, "flag": scope.flags}[ask.subject]
        if not self.known(f"{place}.{ask.subject}", ask.name, names, ask.subject) or not ask.name:
            return
        values = self._values_of(ask, scope)
        for value in ask.values:
            if value not in values:
                remedy = nearest(value, values, f"It can be: {listed(values)}.")
                self.fault(f"{place}.is", f"{ask.name} can never be {value!r}", remedy)

    def _values_of(self, ask: Ask, scope: Scope) -> Collection[str]:
        if ask.subject == "flag":
            return ("yes", "no")
        if ask.subject == "fact":
            return FACTS[ask.name]
        return ("", *self.answers_of(scope.fields[ask.name]))

    def answers_of(self, asked: Field) -> tuple[str, ...]:
        """What a field can be answered with, where that is a closed list; else nothing."""
        if asked.kind in CHOICES:
            return tuple(option.key for option in asked.options)
        table = self.definition.tables.get(asked.table) or self.definition.grids.get(asked.table)
        if asked.kind == "row" and table:
            return tuple(row.key for row in table.rows)
        return ("yes",) if asked.kind == "confirm" else ()

    @cached_property
    def everywhere(self) -> Scope:
        """What can be asked of a case: the fields and flags of reports, the flags of rows and procedures."""
        fields: dict[str, Field] = {}
        flags: set[str] = set()
        for flow in self.definition.flows.values():
            if flow.use == "report":
                fields |= flow.fields
            flags |= raised_in(self.definition, flow)
        for table in self.definition.tables.values():
            flags |= {flag for row in table.rows for flag in row.flags}
        return Scope(fields=fields, flags=frozenset(flags))

    @cached_property
    def of_a_case(self) -> Scope:
        """What says whether a procedure begins: the facts and flags of its case, and no single answer."""
        return Scope(fields={}, flags=self.everywhere.flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a condition can ask for where it stands (facts can be asked for anywhere)."""

    fields: Mapping[str, Field]
    flags: frozenset[str]


def flags_of(fields: Iterable[Field]) -> frozenset[str]:
    """The flags that the options of these fields raise."""
    return frozenset(flag for asked in fields for option in asked.options for flag in option.flags)


def raised_in(definition: Definition, flow: Flow) -> frozenset[str]:
    """Every flag that an option, a step, a decision table or a condition of the flow raises."""
    found = flags_of(flow.fields.values()) | {flag.flag for flag in flow.flags}
    for step in flow.steps.values():
        found |= {*step.flags, *flags_of_options(step.options)}
        decision = definition.decisions.get(step.table)
        if decision:
            found |= {flag for row in (*decision.rows, *decision.overlays) for flag in row.flags}
    return frozenset(found)


def flags_of_options(options: Iterable[Option]) -> frozenset[str]:
    """The flags that any of these options raises."""
    return frozenset(flag for option in options for flag in option.flags)


def outcomes_of(definition: Definition, step: Step) -> tuple[str, ...]:
    """How a step can turn out, as a condition may ask for it under the step's key; empty when it cannot."""
    if step.kind == "decision" and step.table in definition.decisions:
        return tuple(row.key for row in definition.decisions[step.table].rows)
    return OUTCOMES.get(step.kind, ())


def asked_by(definition: Definition, step: Step) -> Mapping[str, Field]:
    """What every step of this kind asks, by the name that a condition uses: `<step>.<field>`.

    Nothing of an approval: each who signs says it anew, and only its outcome is kept.
    """
    if step.kind == "approval":
        return {}
    form = definition.forms.get(step.kind, {})
    found = {f"{step.key}.{key}": replace(asked, key=f"{step.key}.{key}") for key, asked in form.items()}
    where = found.get(f"{step.key}.to")
    if where is not None and step.options:
        found[where.key] = replace(where, options=step.options)
    return found


def scope_of(definition: Definition, flow: Flow) -> Scope:
    """What a step of the flow can ask for: questions and outcomes; in a procedure also the case's flags."""
    if flow.use == "report":
        return Scope(fields=flow.fields, flags=raised_in(definition, flow))
    fields: dict[str, Field] = {}
    for step in flow.steps.values():
        fields |= asked_by(definition, step)
        if outcomes := outcomes_of(definition, step):
            options = tuple(Option(key=key, label=NO_TEXT) for key in outcomes)
            fields[step.key] = Field(key=step.key, kind="choice", label=step.title, options=options)
    return Scope(fields={**fields, **flow.fields}, flags=case_flags(definition) | raised_in(definition, flow))


def case_flags(definition: Definition) -> frozenset[str]:
    """The flags that a case can have from its report and its row."""
    found: frozenset[str] = frozenset()
    for flow in definition.flows.values():
        if flow.use == "report":
            found |= raised_in(definition, flow)
    rows = (row for table in definition.tables.values() for row in table.rows)
    return found | {flag for row in rows for flag in row.flags}
