"""A report from its first card to its receipt: one unit of work per press.

Must not know how a case is routed, nor how cards look.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.casework import messages, verbs
from bot.casework.incident import open_cases
from bot.casework.office import Office, new_id
from bot.casework.opening import earlier_cases
from bot.casework.procedures.asking import may_ask, meant
from bot.casework.procedures.reading import request_receipt
from bot.casework.reading import adult_in, out_of_it, read_report
from bot.casework.tables import CASES, POSTED, RUNS
from bot.casework.unit import Unit
from bot.casework.views.receipts import receipt_view
from bot.casework.views.runs import run_view
from bot.casework.words import Words
from bot.engine.advance import Effect, Event, EventKind, advance, begin
from bot.engine.holders import barred
from bot.engine.report import Facts, values_of
from bot.engine.routing import HEADS, SAFEGUARDING
from bot.model.cases import REQUEST, Case
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.events import Pressed
from bot.model.outbox import Alarm
from bot.model.people import PersonId, PupilId, RoleRef
from bot.model.runs import Run
from bot.model.text import literal
from bot.model.views import Notice, View

REPORT_FLOW = "report"
DANGER = "danger"
FORGOTTEN_AFTER = timedelta(days=1)
EVENTS: Mapping[str, EventKind] = {
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
    arm_reminders(unit, definition, run)
    if not quietly:
        messages.show_run(office, unit, run, fresh=True, urgency="serious")
    return run


def start_report(office: Office, unit: Unit, person: PersonId, *, language: str) -> Run:
    """Begin a report; asked twice, the untouched one just begun is shown again below."""
    newest = next((r for r in open_runs(office, person) if _untouched(r)), None)
    if newest is None:
        return begin_report(office, unit, person, language=language)
    again = unit.run(replace(newest, revision=newest.revision + 1, touched_at=unit.now))
    messages.show_run(office, unit, again, fresh=True, urgency="serious")
    return again


def _untouched(run: Run) -> bool:
    return run.state == "open" and run.visit == 1 and not run.answers and not run.trail


def arm_reminders(unit: Unit, definition: Definition, run: Run) -> None:
    """Begin anew to wait for this half-finished run."""
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
        unit.disarm(f"{kind}/{run.id}")


def facts_for(office: Office, definition: Definition, run: Run, values: dict[str, str]) -> Facts:
    """The facts of the moment: today's people, and which earlier cases count for whom is being named."""
    flow = definition.flows[run.flow]
    answers = {**run.answers, **values}
    rows = [(table, row) for table, asked in flow.picking.items() if (row := answers.get(asked.key))]
    named = [asked.key for asked in flow.naming if asked.kind == "pupils" and asked.part == "subject"]
    pupils: list[PupilId] = [v for key in named for v in values_of(answers, key) if v]
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
        return give_back(definition, show(office, unit, run), _not_kept(definition, run, pressed))
    values = _whole_card(definition, run, pressed)
    facts = facts_for(office, definition, run, values)
    moved, effects = advance(
        definition, run, Event(kind=EVENTS[pressed.verb], values=values), facts, unit.now
    )
    moved = record_cases(office, unit, definition, run, moved, effects, facts)
    if moved.state in ("open", "saved") and not moved.cases:
        arm_reminders(unit, definition, moved)
    if moved.state in ("sent", "cancelled"):
        disarm_reminders(unit, moved)
        if moved.state == "cancelled":
            due = unit.now + timedelta(days=definition.school.clocks.unfinished_delete_days)
            unit.arm(Alarm(id=f"delete/{run.id}", kind="delete", due=due, run=run.id))
    unit.run(moved)
    messages.show_run(office, unit, moved)
    return show(office, unit, moved)


def _whole_card(definition: Definition, run: Run, pressed: Pressed) -> dict[str, str]:
    """The press's values, with what was emptied: a client leaves out of a press what holds nothing."""
    if pressed.verb == verbs.RESUME or run.state != "open":
        return dict(pressed.values)
    step = definition.flows[run.flow].steps[run.step]
    return {**dict.fromkeys(step.fields, ""), **pressed.values}


def record_cases(
    office: Office,
    unit: Unit,
    definition: Definition,
    before: Run,
    run: Run,
    effects: tuple[Effect, ...],
    facts: Facts,
) -> Run:
    """The run with the cases that the press asks for. One that danger opened hears of all that is new."""
    stages = [effect.does for effect in effects if effect.kind == "notify"]
    if not stages and run.cases and run.answers != before.answers:
        stages = [DANGER]
    for stage in stages:
        report = read_report(definition, run, facts, unit.now)
        run = replace(run, cases=tuple(c.id for c in open_cases(office, unit, report, stage)))
    return run


def _not_kept(definition: Definition, run: Run, pressed: Pressed) -> str:
    """What somebody typed into a card that is out of date, as far as the report does not hold it."""
    fields = definition.flows[run.flow].fields
    held = "\n".join(run.answers.values())
    typed = (
        value.strip()
        for key, value in pressed.values.items()
        if key in fields and fields[key].kind in ("text", "paragraph")
    )
    return "\n".join(text for text in typed if text and text not in held)


def give_back(definition: Definition, view: View, typed: str) -> View:
    """The view with the text of a press that came too late above it, so that nothing typed is lost."""
    if not typed:
        return view
    words = Words(definition=definition, language=view.language)
    said = Notice(text=words.say("stale_typed", text=literal(typed)), tone="plain")
    return replace(view, blocks=(said, *view.blocks))


def show(office: Office, unit: Unit, run: Run) -> View:
    """The run's card as it stands: its step, saved, cancelled, or the receipt."""
    words = Words(definition=office.shelf.by_hash(run.definition), language=run.language)
    if run.state == "sent":
        flow, cases = words.definition.flows.get(run.flow), cases_of(unit, run)
        if flow is not None and flow.use == REQUEST and cases:
            return request_receipt(office, unit, run, cases[0], words)
        return receipt_view(words, run, cases, reporter=run.person, now=unit.now)
    facts = Facts(directory=office.directory(), reporter=run.person, recorded=bool(run.cases))
    return run_view(words, run, facts, ask=_askable(office, words, run))


def _askable(office: Office, words: Words, run: Run) -> str:
    """What is offered beside a report that begins with what was typed: the very thing, or to ask at all."""
    typed = run.answers.get(words.definition.flows[run.flow].description_field, "")
    if not typed or run.trail or run.cases or run.state != "open":
        return ""
    asks = may_ask(office.shelf.current(), office.directory(), run.person)
    return title_meant(office, words, run.person, typed) or (words.say("button_ask") if asks else "")


def title_meant(office: Office, words: Words, person: PersonId, typed: str) -> str:
    """What of all that the person may ask for the sentence seems to ask; nothing if that cannot be told."""
    fits = meant(may_ask(office.shelf.current(), office.directory(), person), typed)
    return words.text(fits.title) if fits else ""


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
    kept = (r for r in found if r and (r.state in ("open", "saved", "sent") or r.cases))
    return tuple(sorted(kept, key=lambda r: r.touched_at, reverse=True))


def added_mark(draft_id: str) -> str:
    """Under which it is kept into which report a draft's words went: its message may be edited later."""
    return f"added/{draft_id}"


def set_aside(unit: Unit, run: Run) -> None:
    """What stood in this draft has become part of a report that was sent: the draft is emptied, unseen."""
    disarm_reminders(unit, run)
    gone = replace(run, state="deleted", answers={}, visit=run.visit + 1, revision=run.revision + 1)
    unit.run(gone)


def nudge(office: Office, unit: Unit, run: Run) -> None:
    """Ten minutes without a word: remind the person of the half-finished report."""
    unit.disarm(f"nudge/{run.id}")
    if run.state in ("open", "saved"):
        messages.notice(
            office, unit, "nudge", key=f"nudge/{run.id}", person=run.person, run=run, urgency="routine"
        )
        again = unit.run(replace(run, revision=run.revision + 1))
        messages.show_run(office, unit, again, fresh=True)


def tell_unfinished(office: Office, unit: Unit, run: Run) -> None:
    """A half-finished report with child protection in it reaches the safeguarding lead (casework 8).

    Where an adult of the school is in it, it reaches the headteacher instead, or the chair of governors.
    """
    unit.disarm(f"unfinished/{run.id}")
    definition = office.shelf.by_hash(run.definition)
    report = read_report(definition, run, facts_for(office, definition, run, {}), unit.now)
    if run.state not in ("open", "saved") or "child_protection" not in report.flags or run.cases:
        return
    out = out_of_it(report, office.directory())
    wanted = [RoleRef(role=key) for key in (HEADS if adult_in(report) else SAFEGUARDING)]
    free = (r for r in wanted if not barred(r, office.directory(), excluded=out, at=unit.now))
    role = next(free, wanted[-1])
    messages.notice(office, unit, "unfinished", key=f"unfinished/{run.id}", role=role, run=run)


def forget_draft(office: Office, unit: Unit, run: Run) -> None:
    """Its card has been emptied by now: nothing that was typed can be read again, not even in the journal."""
    unit.disarm(f"forget/{run.id}")
    if run.state == "deleted":
        for slot in messages.slots_of_run(office, run.id):
            unit.delete(POSTED, slot)
        unit.delete(RUNS, run.id)
        unit.destroy(run.id)


def delete_draft(office: Office, unit: Unit, run: Run) -> None:
    """Seven days: what was typed is taken away and the card says so; a day later its key is destroyed.

    Where danger was said, the case has all of it: the rest is given up, and what stays is the receipt.
    """
    unit.disarm(f"delete/{run.id}")
    if run.state == "sent":
        return
    if run.cases:
        disarm_reminders(unit, run)
        messages.show_run(
            office, unit, unit.run(replace(run, state="sent", errors={}, revision=run.revision + 1))
        )
        return
    unit.arm(Alarm(id=f"forget/{run.id}", kind="forget", due=unit.now + FORGOTTEN_AFTER, run=run.id))
    gone = replace(run, state="deleted", answers={}, errors={}, revision=run.revision + 1)
    unit.run(gone)
    disarm_reminders(unit, run)
    messages.show_run(office, unit, gone)
