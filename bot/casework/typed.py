"""Text typed as a message while a card of a report waits.

Must not know what else can be typed, nor how a card looks.
"""

from __future__ import annotations

import re

from bot.casework import messages
from bot.casework.office import Office
from bot.casework.reporting import arm_reminders, facts_for, record_cases
from bot.casework.unit import Unit
from bot.casework.words import Words, as_command
from bot.engine.advance import Event, advance
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.people import Directory
from bot.model.runs import Run

ROOM = re.compile(r"[A-Za-z]{1,2}\d{1,3}|\d{1,3}[A-Za-z]")
"""B12 or 4a."""
LONGEST_PLACE = 12
"""Words: more than that is a story."""
MOST_KEPT = 12_000
"""Characters of one description: a longer one would not fit on the card that shows it."""


def take_typed(office: Office, unit: Unit, run: Run, text: str) -> bool:
    """Text typed while a card waits answers it, where the card asks one thing and in words; any other
    text is kept for the description. False when there is nowhere to keep it.
    """
    definition = office.shelf.by_hash(run.definition)
    flow = definition.flows[run.flow]
    key = _asked_in_words(definition, run, text)
    if run.cases and key != flow.description_field:
        words = Words(definition=definition, language=run.language)
        key = key if says_where(words, office.directory(), text) else ""
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


def says_where(words: Words, directory: Directory, text: str) -> bool:
    """Whether words typed in danger say where somebody is, by the school's lists of such words.

    A question does not, nor does what names somebody of the staff: the place is read at once by whoever is
    alerted, before it is known who is involved (casework 1, 6). Few type capitals in a hurry: a word that is
    also a colleague's name counts as the name. The reporter can still press that they do.
    """
    said = re.findall(r"[\w'-]+", _plainly(text))
    places, titles = _listed(words, "spot_words"), _listed(words, "spot_titles")
    named = {
        part
        for person in directory.people.values()
        for part in _plainly(person.name).lower().split()
        if len(part) > 1
    } - places
    if "?" in text or "\n" in text or len(said) > LONGEST_PLACE:
        return False
    if any(w.lower() in titles or w.lower().removesuffix("'s") in named for w in said):
        return False
    if any(w.lower() in places or ROOM.fullmatch(w) for w in said):
        return True
    return any(f"{as_command(text)} ".startswith(f"{start} ") for start in _listed(words, "spot_starts"))


def _plainly(text: str) -> str:
    """With the apostrophe of a keyboard in place of a phone's."""
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _listed(words: Words, key: str) -> frozenset[str]:
    return frozenset(" ".join(way.split()) for way in words.say(key).split("|"))


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
