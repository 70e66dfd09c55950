"""What a condition can ask for where it stands: questions, outcomes, flags. Facts it can ask anywhere.

Must not know faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.model.definition import Definition
from bot.model.flows import NO_TEXT, OUTCOMES, Field, Flow, Option, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`asked`: by step what every step of its kind asks. `of_the_case`: the flags that come from outside."""

    fields: Mapping[str, Field]
    flags: frozenset[str]
    asked: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    of_the_case: frozenset[str] = frozenset()


def scope_of(definition: Definition, flow: Flow, case_flags: frozenset[str]) -> Scope:
    """What a step of the flow can ask for; in a procedure that is also what its case has."""
    raised = raised_in(definition, flow)
    if flow.use == "report":
        return Scope(fields=flow.fields, flags=raised)
    asked = {key: asked_by(definition, step) for key, step in flow.steps.items()}
    fields = {key: question for questions in asked.values() for key, question in questions.items()}
    for step in flow.steps.values():
        if outcomes := outcomes_of(definition, step):
            options = tuple(Option(key=key, label=NO_TEXT) for key in outcomes)
            fields[step.key] = Field(key=step.key, kind="choice", label=step.title, options=options)
    case = case_flags if flow.use != "question" else frozenset()
    return Scope(fields={**fields, **flow.fields}, flags=case | raised, asked=asked, of_the_case=case)


def flags_of(fields: Iterable[Field]) -> frozenset[str]:
    """The flags that the options of these fields raise."""
    return frozenset(flag for asked in fields for option in asked.options for flag in option.flags)


def raised_in(definition: Definition, flow: Flow) -> frozenset[str]:
    """Every flag that an option of a field, a step, a decision table or a condition of the flow raises."""
    derived = {flag.flag for flag in flow.flags}
    return flags_of(flow.fields.values()) | derived | raised_by_steps(definition, flow)


def raised_by_steps(definition: Definition, flow: Flow) -> frozenset[str]:
    """The flags that are raised when a step is passed, its decision table's included."""
    found: set[str] = set()
    for step in flow.steps.values():
        found.update(step.flags)
        decision = definition.decisions.get(step.table)
        if decision:
            found.update(flag for row in (*decision.rows, *decision.overlays) for flag in row.flags)
    return frozenset(found)


def outcomes_of(definition: Definition, step: Step) -> tuple[str, ...]:
    """How a step can turn out, as a condition may ask for it under the step's key; empty when it cannot."""
    if step.kind == "decision" and step.table in definition.decisions:
        return tuple(row.key for row in definition.decisions[step.table].rows)
    return OUTCOMES.get(step.kind, ())


def asked_by(definition: Definition, step: Step) -> Mapping[str, Field]:
    """What every step of this kind asks, by the name that a condition uses: `<step>.<field>`.

    Nothing of an approval: each who signs says it anew, and only its outcome is kept.
    """
    form = definition.forms.get(step.kind)
    if form is None or step.kind == "approval":
        return {}
    found = {f"{step.key}.{key}": asked for key, asked in form.items()}
    where = f"{step.key}.to"
    if where in found and step.options:
        found[where] = replace(found[where], options=step.options)
    return found
