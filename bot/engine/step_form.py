"""The form of a procedure's step: what it asks now, what was typed, what is wrong with it.

Pure. Gives codes, never sentences. Must not know what follows from an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.engine.conditions import holds
from bot.engine.fields import fault_of, normal
from bot.engine.report import Facts, flags_of
from bot.model.changed import replace
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


def keys_of(definition: Definition, step: Step) -> tuple[str, ...]:
    """The keys of `form_of` alone."""
    asked = definition.forms.get(step.kind)
    return (*[f"{step.key}.{name}" for name in asked], *step.fields) if asked else step.fields


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
        if asked.show is None or _met(asked.show, step, procedure, known, flow=flow)
    }


def filled(
    definition: Definition,
    procedure: Procedure,
    step: Step,
    values: Mapping[str, str],
    known: Known,
    *,
    now: datetime,
) -> Procedure:
    """With what was typed, and in `errors` a code by key where the step cannot be passed with it."""
    today = now.astimezone(ZoneInfo(definition.school.zone)).date()
    flow = definition.flows[procedure.flow]
    form = form_of(definition, flow, step)
    tenant = known.report.directory.tenant
    new = {key: normal(form[key], values[key], tenant=tenant) for key in form if key in values}
    faults: dict[str, str] = {}
    unasked = False
    kept = replace(procedure, answers={**procedure.answers, **new}, errors=faults)
    for key, asked in form.items():
        if asked.show is not None and not _met(asked.show, step, kept, known, flow=flow):
            unasked = new.pop(key, None) is not None or unasked
            continue
        value = kept.answers.get(key, "")
        code = fault_of(definition, asked, value, known.report) or _twice(asked, kept.answers)
        if not code and asked.not_past.by_language and value and date.fromisoformat(value) < today:
            code = "past"
        when = asked.needed_when if code == "needed" else None
        if code and (when is None or _met(when, step, kept, known, flow=flow)):
            faults[key] = code
    # What was not asked is not an answer, whatever a client sent.
    return replace(kept, answers={**procedure.answers, **new}) if unasked else kept


def _twice(asked: Field, answers: Mapping[str, str]) -> str:
    """The error code where somebody stands in two questions that must name different people."""
    if not asked.differs_from:
        return ""
    picked, other = ({v for v in answers.get(k, "").split(",") if v} for k in (asked.key, asked.differs_from))
    return "same_person" if picked & other else ""


def without_form(procedure: Procedure, step: Step) -> Procedure:
    """As if nothing had been typed into the step."""
    return replace(procedure, answers=bare_answers(procedure, step))


def bare_answers(procedure: Procedure, step: Step) -> Mapping[str, str]:
    """What was answered, but for what was typed into the step."""
    head = f"{step.key}."
    return {key: value for key, value in procedure.answers.items() if not key.startswith(head)}


def _met(condition: Condition, step: Step, procedure: Procedure, known: Known, *, flow: Flow) -> bool:
    """A condition of the step's own form: `outcome` there is `<step>.outcome`."""
    head = f"{step.key}."
    local = {key.removeprefix(head): v for key, v in procedure.answers.items() if key.startswith(head)}
    flags = flags_now(flow, procedure, known)
    return holds(condition, {**procedure.answers, **local}, flags=flags, facts=known.facts)
