"""Text typed as a message while a card of a report waits.

Must not know what else can be typed, nor how a card looks.
"""

from __future__ import annotations

from bot.casework import messages
from bot.casework.office import Office
from bot.casework.reporting import arm_reminders, facts_for, record_cases
from bot.casework.unit import Unit
from bot.engine.advance import Event, advance
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.runs import Run

MOST_KEPT = 12_000
"""Characters of one description: a longer one would not fit on the card that shows it."""


def take_typed(office: Office, unit: Unit, run: Run, text: str) -> bool:
    """Text typed while a card waits answers it, where the card asks one thing and in words; any other
    text is kept for the description. False when there is nowhere to keep it.
    """
    definition = office.shelf.by_hash(run.definition)
    flow = definition.flows[run.flow]
    key = _asked_in_words(definition, run, text)
    if not key:
        return _keep_for_later(office, unit, definition, run, text)
    values = {key: f"{run.answers.get(key, '')}\n{text}".strip()}
    if len(values[key]) > MOST_KEPT:
        return False
    facts = facts_for(office, definition, run, values)
    moved, effects = advance(definition, run, Event(kind="answer", values=values), facts, unit.now)
    if effects or moved.state == "sent" or flow.steps[run.step].review:
        moved, effects = advance(definition, run, Event(kind="resume", values=values), facts, unit.now)
    moved = record_cases(office, unit, definition, run, moved, effects, facts)
    arm_reminders(unit, definition, moved)
    unit.run(moved)
    messages.show_run(office, unit, moved, fresh=True, urgency="serious")
    return True


def _asked_in_words(definition: Definition, run: Run, text: str) -> str:
    """The field that typed text answers: the description, or the only question of a card if it fits there."""
    flow = definition.flows[run.flow]
    step = flow.steps[run.step]
    if flow.description_field in step.fields:
        return flow.description_field
    if len(step.fields) != 1 or step.buttons or step.review:
        return ""
    field = flow.fields[step.fields[0]]
    fits = field.kind in ("text", "paragraph") and len(text) <= field.max_length
    return field.key if fits and not run.answers.get(field.key) else ""


def _keep_for_later(office: Office, unit: Unit, definition: Definition, run: Run, text: str) -> bool:
    key = definition.flows[run.flow].description_field
    if not key:
        return False
    joined = f"{run.answers.get(key, '')}\n{text}".strip()
    if len(joined) > MOST_KEPT:
        return False
    kept = replace(
        run,
        answers={**run.answers, key: joined},
        revision=run.revision + 1,
        touched_at=unit.now,
    )
    facts = facts_for(office, definition, kept, {})
    kept = record_cases(office, unit, definition, run, kept, (), facts)
    arm_reminders(unit, definition, kept)
    unit.run(kept)
    messages.show_run(office, unit, kept, fresh=True, urgency="serious")
    return True
