"""The form of a procedure's step: what it asks now, what was typed, what is wrong with it.

Pure. Gives codes, never sentences. Must not know what follows from an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.engine.conditions import holds
from bot.engine.fields import fault_of, normal
from bot.engine.report import Facts, flags_of
from bot.model.conditions import Condition
from bot.model.definition import Definition
from bot.model.flows import Field, Flow, Step
from bot.model.procedures import Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a procedure is walked on besides its own answers: the case's facts and flags, the directory."""

    facts: Mapping[str, str]
    flags: frozenset[str]
    report: Facts


def form_of(definition: Definition, flow: Flow, step: Step) -> Mapping[str, Field]:
    """Every question of a step by the key its answer is kept under: what its kind asks, then its own."""
    asked = {f"{step.key}.{name}": f for name, f in definition.forms.get(step.kind, {}).items()}
    to = f"{step.key}.to"
    if step.options and to in asked:
        asked[to] = replace(asked[to], options=step.options)
    return {**asked, **{key: flow.fields[key] for key in step.fields}}


def flags_now(flow: Flow, procedure: Procedure, known: Known) -> frozenset[str]:
    """The case's flags, those of steps passed, and those of the options chosen in this procedure."""
    return known.flags | frozenset(procedure.flags) | flags_of(flow, procedure.answers)


def shown_of(definition: Definition, procedure: Procedure, known: Known) -> Mapping[str, Field]:
    """Those questions of the step it stands at that are to be asked now."""
    flow = definition.flows[procedure.flow]
    step = flow.steps[procedure.step]
    return {
        key: asked
        for key, asked in form_of(definition, flow, step).items()
        if _met(asked.show, flow, step, procedure, known)
    }


def filled(
    definition: Definition, procedure: Procedure, step: Step, values: Mapping[str, str], known: Known
) -> Procedure:
    """With what was typed, and in `errors` a code by key where the step cannot be passed with it."""
    flow = definition.flows[procedure.flow]
    form = form_of(definition, flow, step)
    tenant = known.report.directory.tenant
    new = {key: normal(form[key], values[key], tenant=tenant) for key in form if key in values}
    kept = replace(procedure, answers={**procedure.answers, **new})
    faults: dict[str, str] = {}
    for key, asked in form.items():
        if not _met(asked.show, flow, step, kept, known):
            continue
        code = fault_of(definition, asked, kept.answers.get(key, ""), known.report)
        if code == "needed" and not _met(asked.needed_when, flow, step, kept, known):
            continue
        if code:
            faults[key] = code
    return replace(kept, errors=faults)


def without_form(procedure: Procedure, step: Step) -> Procedure:
    """As if nothing had been typed into the step."""
    head = f"{step.key}."
    bare = {key: value for key, value in procedure.answers.items() if not key.startswith(head)}
    return replace(procedure, answers=bare)


def _met(condition: Condition | None, flow: Flow, step: Step, procedure: Procedure, known: Known) -> bool:
    """A condition of the step's own form: `outcome` there is `<step>.outcome`."""
    head = f"{step.key}."
    local = {key.removeprefix(head): v for key, v in procedure.answers.items() if key.startswith(head)}
    flags = flags_now(flow, procedure, known)
    return holds(condition, {**procedure.answers, **local}, flags=flags, facts=known.facts)
