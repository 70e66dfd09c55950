"""A report from its first card to its receipt: one unit of work per press.

Must not know how a case is routed, nor how cards look.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.casework import messages, verbs
from bot.casework.incident import open_cases
from bot.casework.office import Office, new_id
from bot.casework.opening import earlier_cases
from bot.casework.reading import read_report
from bot.casework.tables import CASES, CLOCKS, RUNS
from bot.casework.unit import Unit
from bot.casework.views.receipts import receipt_view
from bot.casework.views.runs import run_view
from bot.casework.words import Words
from bot.engine.advance import Event, advance, begin, live_answers
from bot.engine.report import Facts, facts_of, flags_of, values_of
from bot.engine.routing import HEADS, SAFEGUARDING
from bot.model.cases import Case
from bot.model.definition import Definition
from bot.model.events import Pressed
from bot.model.outbox import Alarm
from bot.model.people import PersonId, PupilId, RoleRef
from bot.model.runs import Run
from bot.model.views import View

REPORT_FLOW = "report"
EVENTS = {
    verbs.ANSWER: "answer",
    verbs.BACK: "back",
    verbs.SAVE: "save",
    verbs.CANCEL: "cancel",
    verbs.RESUME: "resume",
}


def begin_report(
    office: Office, unit: Unit, person: PersonId, *, language: str, typed: str = "", quietly: bool = False
) -> Run:
    """A new report run; `typed` is kept for its description. Shown in the chat unless `quietly`."""
    definition = office.shelf.current()
    run = begin(
        definition,
        REPORT_FLOW,
        run_id=new_id(),
        person=person,
        now=unit.now,
        language=language,
        description=typed,
    )
    unit.run(run)
    _arm_reminders(unit, definition, run)
    if not quietly:
        messages.show_run(office, unit, run, fresh=True, urgency="serious")
    return run


def _arm_reminders(unit: Unit, definition: Definition, run: Run) -> None:
    clocks = definition.school.clocks
    for kind, delay in (
        ("nudge", timedelta(minutes=clocks.unfinished_remind_minutes)),
        ("unfinished", timedelta(minutes=clocks.unfinished_tell_minutes)),
        ("delete", timedelta(days=clocks.unfinished_delete_days)),
    ):
        unit.arm(Alarm(id=f"{kind}/{run.id}", kind=kind, due=run.touched_at + delay, run=run.id))


def disarm_reminders(unit: Unit, run: Run) -> None:
    """Nobody waits for this run any longer."""
    for kind in ("nudge", "unfinished", "delete"):
        if unit.get(CLOCKS, f"{kind}/{run.id}") is not None:
            unit.disarm(f"{kind}/{run.id}")


def facts_for(office: Office, definition: Definition, run: Run, values: dict[str, str]) -> Facts:
    """The facts of the moment: today's people, and which earlier cases count for whom is being named."""
    flow = definition.flows[run.flow]
    answers = {**run.answers, **values}
    pupils: list[PupilId] = []
    rows: list[tuple[str, str]] = []
    for field in flow.fields.values():
        if field.kind == "pupils" and field.part == "subject":
            pupils.extend(v for v in values_of(answers, field.key) if v)
        if field.kind == "row" and field.table and answers.get(field.key):
            rows.append((field.table, answers[field.key]))
    counted = frozenset(
        f"{table}/{row}/{pupil}"
        for table, row in rows
        for pupil in pupils
        if earlier_cases(office, definition, table, row, pupil, opened_at=office.now())
    )
    return Facts(directory=office.directory(), reporter=run.person, earlier=counted, recorded=bool(run.cases))


def press_run(office: Office, unit: Unit, run: Run, pressed: Pressed) -> View:
    """Answer a press on a report's card: moves it on, or shows where things stand when it is stale."""
    definition = office.shelf.by_hash(run.definition)
    if pressed.action_id != verbs.visit_id(run) or run.state in ("sent", "deleted"):
        return show(office, unit, run)
    facts = facts_for(office, definition, run, dict(pressed.values))
    kind = EVENTS[pressed.verb]
    event = Event(
        kind="answer" if kind == "answer" else "back" if kind == "back" else "save"
        if kind == "save" else "cancel" if kind == "cancel" else "resume",
        values=pressed.values,
    )  # fmt: skip
    moved, effects = advance(definition, run, event, facts, unit.now)
    for effect in effects:
        if effect.kind == "notify":
            moved = _open(office, unit, definition, moved, facts, stage=effect.does)
    if moved.state in ("open", "saved") and not moved.cases:
        _arm_reminders(unit, definition, moved)
    if moved.state in ("sent", "cancelled"):
        disarm_reminders(unit, moved)
        if moved.state == "cancelled":
            due = unit.now + timedelta(days=definition.school.clocks.unfinished_delete_days)
            unit.arm(Alarm(id=f"delete/{run.id}", kind="delete", due=due, run=run.id))
    unit.run(moved)
    messages.show_run(office, unit, moved)
    return show(office, unit, moved)


def _open(office: Office, unit: Unit, definition: Definition, run: Run, facts: Facts, *, stage: str) -> Run:
    report = read_report(definition, run, facts, unit.now)
    cases = open_cases(office, unit, report, stage)
    return replace(run, cases=tuple(c.id for c in cases))


def show(office: Office, unit: Unit, run: Run) -> View:
    """The run's card as it stands: its step, saved, cancelled, or the receipt."""
    words = Words(definition=office.shelf.by_hash(run.definition), language=run.language)
    if run.state == "sent":
        return receipt_view(words, run, cases_of(unit, run), reporter=run.person, now=unit.now)
    facts = Facts(directory=office.directory(), reporter=run.person, recorded=bool(run.cases))
    return run_view(words, run, facts)


def cases_of(unit: Unit, run: Run) -> tuple[Case, ...]:
    """The cases that a run opened."""
    return tuple(c for key in run.cases if (c := unit.get(CASES, key)) is not None)


def open_runs(office: Office, person: PersonId) -> tuple[Run, ...]:
    """The person's half-finished reports, newest first."""
    found = (office.store.get(RUNS, key) for key in office.store.find(RUNS, "open", person))
    return tuple(sorted((r for r in found if r), key=lambda r: r.touched_at, reverse=True))


def runs_of(office: Office, person: PersonId, *, most: int = 12) -> tuple[Run, ...]:
    """The person's latest reports, half-finished and sent, newest first."""
    keys = office.store.find(RUNS, "person", person)[-most:]
    found = (office.store.get(RUNS, key) for key in keys)
    kept = (r for r in found if r and r.state in ("open", "saved", "sent"))
    return tuple(sorted(kept, key=lambda r: r.touched_at, reverse=True))


def take_typed(office: Office, unit: Unit, run: Run, text: str) -> bool:
    """Text typed while a card waits answers it: the first question in words that the step asks, else the
    description is kept for later. False when there is nowhere to keep it.
    """
    definition = office.shelf.by_hash(run.definition)
    flow = definition.flows[run.flow]
    step = flow.steps[run.step]
    free = [k for k in step.fields if flow.fields[k].kind in ("text", "paragraph")]
    if not free:
        return _keep_for_later(office, unit, definition, run, text)
    before = run.answers.get(free[0], "")
    joined = f"{before}\n{text}".strip()[: flow.fields[free[0]].max_length * 2]
    event = Event(kind="answer", values={free[0]: joined})
    facts = facts_for(office, definition, run, {})
    moved, effects = advance(definition, run, event, facts, unit.now)
    if effects or moved.state == "sent":
        event = Event(kind="resume", values={free[0]: joined})
        moved, _ = advance(definition, run, event, facts, unit.now)
    _arm_reminders(unit, definition, moved)
    unit.run(moved)
    messages.show_run(office, unit, moved, fresh=True, urgency="serious")
    return True


def _keep_for_later(office: Office, unit: Unit, definition: Definition, run: Run, text: str) -> bool:
    key = definition.flows[run.flow].description_field
    if not key:
        return False
    before = run.answers.get(key, "")
    kept = replace(
        run,
        answers={**run.answers, key: f"{before}\n{text}".strip()},
        revision=run.revision + 1,
        touched_at=unit.now,
    )
    _arm_reminders(unit, definition, kept)
    unit.run(kept)
    messages.show_run(office, unit, kept, fresh=True, urgency="serious")
    return True


def nudge(office: Office, unit: Unit, run: Run) -> None:
    """Ten minutes without a word: remind the person of the half-finished report."""
    unit.disarm(f"nudge/{run.id}")
    if run.state in ("open", "saved"):
        messages.notice(
            office, unit, "nudge", key=f"nudge/{run.id}", person=run.person, run=run, urgency="routine"
        )
        messages.show_run(office, unit, replace(run, revision=run.revision), fresh=True)


def tell_unfinished(office: Office, unit: Unit, run: Run) -> None:
    """A half-finished report with child protection in it reaches the safeguarding lead (casework 8).

    Where an adult of the school is in it, it reaches the headteacher instead.
    """
    unit.disarm(f"unfinished/{run.id}")
    definition = office.shelf.by_hash(run.definition)
    flow = definition.flows[run.flow]
    flags = flags_of(flow, {**live_answers(flow, run)})
    if run.state in ("open", "saved") and "child_protection" in flags and not run.cases:
        facts = facts_for(office, definition, run, {})
        known = facts_of(definition, flow, live_answers(flow, run), facts)
        role = HEADS[0] if known["adult_subject"] == "yes" else SAFEGUARDING[0]
        messages.notice(
            office, unit, "unfinished", key=f"unfinished/{run.id}", role=RoleRef(role=role), run=run
        )


def delete_draft(office: Office, unit: Unit, run: Run) -> None:
    """Seven days: what was typed is destroyed; the card says so."""
    unit.disarm(f"delete/{run.id}")
    if run.state == "sent" or run.cases:
        return
    gone = replace(run, state="deleted", answers={}, errors={}, revision=run.revision + 1)
    unit.run(gone)
    disarm_reminders(unit, run)
    messages.show_run(office, unit, gone)
