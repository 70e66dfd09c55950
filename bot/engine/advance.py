"""Walks a run through its flow: one event in, the new run and what follows out.

Pure: no clock, no store, no people but those in the facts. Saves and sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.engine.conditions import asks_facts, holds
from bot.engine.fields import faults_of, passable, taken
from bot.engine.report import Facts, asked_fields, facts_of, flags_of
from bot.errors import HandrailError
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.people import PersonId
from bot.model.runs import Run

MOST_SILENT_STEPS = 50

Known = Callable[[], Mapping[str, str]]
"""The facts of a report, put together when a condition first asks for one."""

EventKind = Literal["answer", "back", "save", "cancel", "resume"]


class FlowStuck(HandrailError):
    """This form cannot go on. Nothing you typed is lost: tell whoever edits Handrail's forms."""

    action = "flow_stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What the person did with the step shown. `values` by field key, as the card sent them."""

    kind: EventKind
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something that casework must carry out in the same unit of work: a decision, a notify or an end.

    `does` is the step's `does`; for a decision, the table asked.
    """

    kind: Literal["decide", "notify", "end"]
    step: str
    does: str


def begin(
    definition: Definition,
    flow_key: str,
    *,
    run_id: str,
    person: PersonId,
    now: datetime,
    language: str = "en",
    description: str = "",
) -> Run:
    """A run at its first step, holding `description` (what was typed before the flow began) if any."""
    flow = definition.flows[flow_key]
    keep = {flow.description_field: description} if description and flow.description_field else {}
    return Run(
        id=run_id,
        flow=flow_key,
        definition=definition.hash,
        person=person,
        step=flow.start,
        state="open",
        revision=1,
        visit=1,
        begun_at=now,
        touched_at=now,
        answers=keep,
        language=language,
    )


def advance(
    definition: Definition, run: Run, event: Event, facts: Facts, now: datetime
) -> tuple[Run, tuple[Effect, ...]]:
    """The run after the event, and the effects in order.

    What was typed is kept whatever happens; only `answer` checks it. With faults the run stays where it
    is and `errors` holds a code by field. Raises FlowStuck when the definition leads nowhere.
    """
    flow = definition.flows[run.flow]
    step = flow.steps[run.step]
    new = taken(flow, step, event.values, tenant=facts.directory.tenant)
    kept = replace(
        run,
        answers={**run.answers, **new},
        errors={},
        revision=run.revision + 1,
        touched_at=now,
        state="open",
    )
    if event.kind == "answer":
        return _answered(definition, flow, kept, facts)
    return _moved(kept, event), ()


def _moved(run: Run, event: Event) -> Run:
    if event.kind == "save":
        return replace(run, state="saved", visit=run.visit + 1)
    if event.kind == "cancel":
        return replace(run, state="cancelled", visit=run.visit + 1)
    if event.kind == "back" and run.trail:
        return replace(run, step=run.trail[-1], trail=run.trail[:-1], visit=run.visit + 1)
    return replace(run, visit=run.visit + 1)


def _answered(definition: Definition, flow: Flow, run: Run, facts: Facts) -> tuple[Run, tuple[Effect, ...]]:
    live = live_answers(flow, run)
    faults = faults_of(definition, flow, flow.steps[run.step], live, facts)
    if faults:
        return replace(run, errors=faults, visit=run.visit + 1), ()
    sound = passable(definition, flow, flow.steps[run.step], run.answers, facts)
    # The steps passed in silence ask nothing: what they decide by stays the same.
    answers = live if sound is run.answers else {key: live[key] for key in live if key in sound}
    flags = flags_of(flow, answers)
    kept: list[Mapping[str, str]] = []

    def known() -> Mapping[str, str]:
        if not kept:
            kept.append(facts_of(definition, flow, answers, facts, flags=flags))
        return kept[0]

    effects: list[Effect] = []
    step = flow.steps[run.step]
    for _ in range(MOST_SILENT_STEPS):
        step = flow.steps[_next(step, answers, flags=flags, known=known)]
        if step.kind in ("form", "guidance"):
            return _walked(run, step, sound), tuple(effects)
        effect = _effect(step)
        if effect is not None:
            effects.append(effect)
        if step.kind == "end":
            return _walked(run, step, sound), tuple(effects)
    raise FlowStuck


def _walked(run: Run, step: Step, answers: Mapping[str, str]) -> Run:
    """The run at a later step, with the answers that it may keep."""
    state = "sent" if step.kind == "end" else run.state
    trail = (*run.trail, run.step)
    return replace(run, answers=answers, trail=trail, step=step.key, state=state, visit=run.visit + 1)


def _effect(step: Step) -> Effect | None:
    if step.kind == "decision":
        return Effect(kind="decide", step=step.key, does=step.table) if step.table else None
    return Effect(kind="notify" if step.kind == "notify" else "end", step=step.key, does=step.does)


def _next(step: Step, answers: Mapping[str, str], *, flags: frozenset[str], known: Known) -> str:
    for branch in step.next:
        when = branch.when
        if when is None:
            return branch.go
        if holds(when, answers, flags=flags, facts=known() if asks_facts(when) else {}):
            return branch.go
    raise FlowStuck


def live_answers(flow: Flow, run: Run) -> Mapping[str, str]:
    """The answers that count: those to questions on the way actually walked."""
    asked = asked_fields(flow, run)
    return {key: value for key, value in run.answers.items() if key in asked and value}
