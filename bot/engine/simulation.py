"""Walks a flow without Teams, cases or people: who would see what, when, and why.

Pure: whoever calls chooses the answers. Used to show a flow to its author, and to try many ways at random.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine.acts import Act, Follows, Walked
from bot.engine.advance import Event, begin, live_answers
from bot.engine.advance import advance as advance_run
from bot.engine.fields import shown_fields
from bot.engine.procedure import advance as advance_procedure
from bot.engine.procedure import begin as begin_procedure
from bot.engine.procedure import open_roles
from bot.engine.report import Facts, facts_of, flags_of
from bot.engine.routing import Given, route
from bot.engine.step_form import Known, form_of, shown_of
from bot.model.cases import Routed
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.flows import Field, Option, Step
from bot.model.procedures import Procedure
from bot.model.runs import Run
from bot.model.text import plain

MOST_CARDS = 200
"""A walk of more cards is given up: it goes round in a circle that somebody would have to leave."""

MOST_TRIES = 20
"""Refused answers in a row to one card, for whoever chooses otherwise each time."""

READING_TIME = timedelta(minutes=1)

Choose = Callable[[str, Field], str]
"""The answer to a question, by the key it is kept under. LATE is asked whether a time runs out."""

SOON = "soon"
"""The answer to a question for a day that must not be over: a week from when its step began."""

LATE = Field(
    key="late",
    kind="choice",
    label=plain("Does the time run out?"),
    options=(Option(key="no", label=plain("No")), Option(key="yes", label=plain("Yes"))),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing that happens: to whom (role keys; empty: the owner, `reporter` for who reports), and what.

    `answers` by field key as they were given. `outcome`: how the step turned out. `faults`: a code by field
    key, for answers that were refused.
    """

    at: datetime
    kind: str
    who: tuple[str, ...]
    step: str
    flow: str
    answers: Mapping[str, str] = field(default_factory=dict)
    outcome: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A whole walk. `ended`: it came to an end step. `routed`: whose case a report would be."""

    seen: tuple[Seen, ...]
    ended: bool
    routed: Routed | None = None
    begun: tuple[str, ...] = ()


def walk_report(
    definition: Definition,
    flow: str,
    choose: Choose,
    facts: Facts,
    now: datetime,
    *,
    most_tries: int = MOST_TRIES,
) -> Told:
    """A report from its first card to its end, with every question shown answered by `choose`."""
    run = begin(definition, flow, run_id="simulated", person=facts.reporter, now=now)
    seen: list[Seen] = []
    tries = 0
    for _ in range(MOST_CARDS):
        step = definition.flows[flow].steps[run.step]
        values = _answers(definition, run, step, choose, facts)
        before = run
        run, effects = advance_run(definition, run, Event(kind="answer", values=values), facts, now)
        seen.append(_card(step, flow, values, now, errors=run.errors))
        for effect in effects:
            seen.append(
                Seen(at=now, kind=effect.kind, who=(), step=effect.step, flow=flow, outcome=effect.does)
            )
            facts = replace(facts, recorded=facts.recorded or effect.does == "danger")
        if run.state == "sent":
            return Told(seen=tuple(seen), ended=True, routed=_routed(definition, run, facts))
        tries = tries + 1 if run.step == before.step else 0
        if tries > most_tries:
            break
        now += READING_TIME
    return Told(seen=tuple(seen), ended=False)


def _answers(definition: Definition, run: Run, step: Step, choose: Choose, facts: Facts) -> Mapping[str, str]:
    """What is asked may depend on what is answered on the same card: asked anew after each answer."""
    flow = definition.flows[run.flow]
    values: dict[str, str] = {}
    if step.buttons:
        values[step.buttons] = choose(step.buttons, flow.fields[step.buttons])
    for _ in range(len(step.fields) + 1):
        answers = {**live_answers(flow, run), **values}
        asked = shown_fields(definition, flow, step, answers, facts)
        values |= {f.key: choose(f.key, f) for f in asked if f.key not in values}
    return values


def _card(
    step: Step, flow: str, values: Mapping[str, str], now: datetime, *, errors: Mapping[str, str]
) -> Seen:
    return Seen(
        at=now,
        kind="card",
        who=("reporter",),
        step=step.key,
        flow=flow,
        answers=values,
        faults=errors,
    )


def _routed(definition: Definition, run: Run, facts: Facts) -> Routed:
    flow = definition.flows[run.flow]
    answers = live_answers(flow, run)
    flags = flags_of(flow, answers)
    rows = {f.table: answers[f.key] for f in flow.fields.values() if f.kind == "row" and answers.get(f.key)}
    given = Given(
        answers=answers, flags=flags, facts=facts_of(definition, flow, answers, facts, flags=flags), rows=rows
    )
    return route(definition, given, barred=lambda _: "")


def walk_procedure(
    definition: Definition,
    flow: str,
    choose: Choose,
    known: Known,
    now: datetime,
    *,
    most_tries: int = MOST_TRIES,
) -> Told:
    """A procedure from its beginning to its end; each step is done by the first role that it asks."""
    walked = begin_procedure(definition, flow, known, procedure_id="simulated", case="simulated", now=now)
    seen = _followed(walked, now)
    tries = 0
    for _ in range(MOST_CARDS):
        procedure = walked[0]
        if procedure.state != "open":
            break
        now = max(now + READING_TIME, _wakes(definition, procedure, choose) or now)
        act = _act(definition, procedure, choose, known, now)
        walked = advance_procedure(definition, procedure, act, known, now)
        seen.append(_done(definition, procedure, walked[0], act, now))
        seen += _followed(walked, now)
        tries = tries + 1 if walked[0].errors else 0
        if tries > most_tries:
            break
    begun = tuple(dict.fromkeys(s.outcome for s in seen if s.kind == "begin"))
    return Told(seen=tuple(seen), ended=walked[0].state != "open", begun=begun)


def _wakes(definition: Definition, procedure: Procedure, choose: Choose) -> datetime | None:
    """When its clock rings, if this walk lets it: always where nobody can end the wait."""
    step = definition.flows[procedure.flow].steps[procedure.step]
    due = procedure.expires_at or procedure.wakes_at
    if due is None or (step.kind == "wait" and not step.event.by_language):
        return due
    return due if choose(f"{step.key}.late", LATE) == "yes" else None


def _act(definition: Definition, procedure: Procedure, choose: Choose, known: Known, now: datetime) -> Act:
    step = definition.flows[procedure.flow].steps[procedure.step]
    due = procedure.expires_at or procedure.wakes_at
    if due is not None and due <= now:
        return Act(kind="wake")
    values = answers_at(definition, procedure, choose, known)
    if step.kind == "approval":
        roles = open_roles(step, procedure)
        return Act(kind="sign", values=values, by=f"simulated/{roles[0]}", role=roles[0])
    role = step.who[0] if step.who else ""
    return Act(kind="answer", values=values, by=f"simulated/{role or 'owner'}", role=role)


def answers_at(
    definition: Definition, procedure: Procedure, choose: Choose, known: Known
) -> Mapping[str, str]:
    """An answer to everything asked where it stands; what is asked may depend on the answers before it."""
    flow = definition.flows[procedure.flow]
    values: dict[str, str] = {}
    for _ in range(len(form_of(definition, flow, flow.steps[procedure.step])) + 1):
        trial = replace(procedure, answers={**procedure.answers, **values})
        asked = shown_of(definition, trial, known)
        values |= {key: choose(key, each) for key, each in asked.items() if key not in values}
    soon = (procedure.step_began_at + timedelta(days=7)).date().isoformat()
    return {key: soon if value is SOON else value for key, value in values.items()}


def _done(definition: Definition, before: Procedure, after: Procedure, act: Act, now: datetime) -> Seen:
    step = definition.flows[before.flow].steps[before.step]
    return Seen(
        at=now,
        kind="clock" if act.kind == "wake" else "card",
        who=(act.role,) if act.role else (),
        step=step.key,
        flow=before.flow,
        answers=act.values,
        faults=after.errors,
    )


def _followed(walked: Walked, now: datetime) -> list[Seen]:
    procedure, follows = walked
    return [_following(procedure, each, now) for each in follows if each.kind not in ("signed", "handed")]


def _following(procedure: Procedure, each: Follows, now: datetime) -> Seen:
    return Seen(
        at=now,
        kind=each.kind,
        who=each.roles,
        step=each.step,
        flow=procedure.flow,
        outcome=each.flow or each.outcome or each.does,
    )
