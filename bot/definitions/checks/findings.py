"""The faults found so far, and the checks that every part needs: names, and what conditions ask.

Must not know which part of a pack it is used for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from bot.definitions.checks.scope import Scope, raised_in, scope_of
from bot.definitions.draft import Lines, line_of
from bot.definitions.shape import listed, nearest
from bot.model.conditions import FACTS, AllOf, AnyOf, Ask, Condition
from bot.model.definition import Definition
from bot.model.flows import Field, Flow
from bot.model.problems import Problem

CHOICES = ("choice", "choices", "others")


@dataclass
class Findings:
    """The definition under check, where its values stand, and what is wrong with it."""

    definition: Definition
    lines: Lines
    problems: list[Problem] = field(default_factory=list)
    read: tuple[Problem, ...] = ()
    _scopes: dict[str, Scope] = field(default_factory=dict)

    def fault(self, place: str, what: str, remedy: str) -> None:
        mark = line_of(self.lines, place)
        self.problems.append(Problem(file=mark.file, line=mark.line, place=place, what=what, remedy=remedy))

    def told(self, place: str) -> bool:
        """Whether something has been found there or inside: what follows from it need not be told as well."""
        return any(
            problem.place == place or problem.place.startswith(f"{place}.")
            for problem in (*self.read, *self.problems)
        )

    def hint(self, place: str, what: str, remedy: str) -> None:
        """As a fault, but the pack may be used all the same."""
        mark = line_of(self.lines, place)
        found = Problem(file=mark.file, line=mark.line, place=place, what=what, remedy=remedy, grave=False)
        self.problems.append(found)

    def known(self, place: str, name: str, names: Collection[str], kind: str) -> bool:
        """Whether the name is known; a fault if not. An empty name has been found faulty before."""
        if not name or name in names:
            return True
        remedy = nearest(name, names, f"Known are: {listed(names)}." if names else "Here there is none.")
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

    def scope(self, flow: Flow) -> Scope:
        """What a condition in the flow can ask for."""
        if flow.key not in self._scopes:
            self._scopes[flow.key] = scope_of(self.definition, flow, self.case_flags)
        return self._scopes[flow.key]

    @cached_property
    def case_flags(self) -> frozenset[str]:
        """The flags that a case can have from its report and its row."""
        reports = [flow for flow in self.definition.flows.values() if flow.use == "report"]
        rows = (row for table in self.definition.tables.values() for row in table.rows)
        found = {flag for row in rows for flag in row.flags}
        return frozenset(found.union(*(raised_in(self.definition, flow) for flow in reports)))

    @cached_property
    def everywhere(self) -> Scope:
        """What can be asked of a case: the fields of reports, the flags of reports, rows and procedures."""
        flows = self.definition.flows.values()
        fields = {key: asked for flow in flows if flow.use == "report" for key, asked in flow.fields.items()}
        flags = self.case_flags.union(*(raised_in(self.definition, flow) for flow in flows))
        return Scope(fields=fields, flags=flags)

    @cached_property
    def of_a_case(self) -> Scope:
        """What says whether a procedure begins: the facts and flags of its case, and no single answer."""
        return Scope(fields={}, flags=self.everywhere.flags)
