"""Makes the messages of procedures ready: for the first who can be reached, on the facts of that moment.

Whoever is not in the case gets the step and nothing else; in place of what somebody may see no longer stands
a blank card. Must not know how a message is carried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.casework import messages
from bot.casework.envelopes import NOBODY, Composed, OwnChats
from bot.casework.office import Office
from bot.casework.ports import Lapsed, NoWay
from bot.casework.procedures.asking import cannot_sign, for_role, is_staff, may_do, waits_for
from bot.casework.procedures.knowing import flow_of, own_words, stay_of, step_of
from bot.casework.procedures.reading import settled_step, was_asked, whole_step
from bot.casework.procedures.requests import asked_now
from bot.casework.tables import CASES, POSTED, PROCEDURES
from bot.casework.views.alerts import blank_view
from bot.casework.views.steps import step_alert
from bot.casework.words import Words
from bot.engine.access import barred_from_deciding, may_see
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.outbox import Item, Reference
from bot.model.people import PersonId
from bot.model.procedures import Procedure
from bot.model.views import View

Reach = Callable[[PersonId | None], Reference | None]


def step_named(office: Office, item: Item) -> tuple[Case, Procedure] | None:
    """The case and procedure of a step's message, also once it has moved on; None when they are gone."""
    case = office.store.get(CASES, item.case) if item.case else None
    posted = office.store.get(POSTED, item.slot)
    key = item.params.get("procedure") or (posted.shown.get("procedure", "") if posted else "")
    procedure = office.store.get(PROCEDURES, key)
    return (case, procedure) if case is not None and procedure is not None else None


def passed_by(office: Office, case: Case, procedure: Procedure, item: Item) -> bool:
    """Whether the message has lost its purpose: another step, or no longer this role's."""
    moved = procedure.state != "open" or stay_of(procedure) != item.params.get("stay")
    return moved or item.params.get("role") not in waits_for(case, procedure, step_of(office, procedure))


def receiver(
    office: Office, case: Case, procedure: Procedure, item: Item, reach: Reach, now: datetime
) -> Reference | None:
    """Who gets it: for a reminder whoever had it; else the first not tried who can be reached."""
    out = cannot_sign(step_of(office, procedure), procedure) | set(item.params.get("skip", "").split())
    found = for_role(office, case, item.params["role"], now, out=frozenset(out))
    people = [h.person for h in found if reach(h.person) is not None]
    tried = [p for p in people if p in procedure.tried]
    fresh = [p for p in people if p not in procedure.tried]
    order = [*tried, *fresh] if item.reason == "reminder" else [*fresh, *tried]
    return reach(order[0]) if order else None


def told_to(office: Office, case: Case, item: Item, reach: Reach, now: datetime) -> Reference | None:
    """Who hears what a notify step says: about an adult of the school nobody who may not see the case."""
    found = for_role(office, case, item.params["role"], now)
    if case.routed.restricted:
        found = tuple(h for h in found if may_see(case, h.person, office.directory(), now))
    return next((reach(h.person) for h in found if reach(h.person) is not None), None)


def shown_step(
    office: Office, case: Case, procedure: Procedure, person: PersonId, slot: str, words: Words
) -> View:
    """The message as it must be now: sealed until opened, the step, that it is settled, or blank."""
    unit = office.unit()
    theirs = may_do(office, unit, case, procedure, person) is not None
    same = slot.split("/")[2:3] == [stay_of(procedure)]
    if theirs and same:
        if messages.is_opened(office.store.get(POSTED, slot)):
            return whole_step(office, unit, case, procedure, person, words, back=None)
        return step_alert(words, case, procedure, reader=person)
    if was_asked(office, unit, case, procedure, person):
        return settled_step(office, unit, case, procedure, person, words)
    return blank_view(words)


def step_line(words: Words, case: Case, item: Item) -> str:
    """The plain line that rings: number, urgency, time."""
    return words.say(
        "step_line_late" if item.reason == "reminder" else "step_line",
        number=case.number,
        urgency=words.say(f"urgency_{case.urgency}"),
        time=words.clock(item.created_at),
    )


def told_line(
    office: Office, words: Words, case: Case, procedure: Procedure, item: Item, *, sees: bool
) -> tuple[str, str]:
    """What a notify step says, and what a lock screen may show of it. Whoever does not see the case is told
    so: they can act on the words alone."""
    urgency = words.say(f"urgency_{case.urgency}")
    step = flow_of(office, procedure).steps[item.params["step"]]
    text = words.say(
        "step_told_line" if sees else "step_told_only",
        number=case.number,
        urgency=urgency,
        time=words.clock(item.created_at),
        body=words.text(step.body),
    )
    return text, words.say("alert_summary", number=case.number, urgency=urgency)


class StepPosts:
    """Composes the messages of procedures. Synchronous and read-only."""

    def __init__(self, office: Office, reach: Reach, chats: OwnChats) -> None:
        self._office = office
        self._reach = reach
        self._chats = chats

    def kinds(self) -> Mapping[str, Callable[[Item, datetime], Composed]]:
        """Each kind of message with what makes it."""
        return {
            messages.STEP: self._step,
            messages.STEP_CARD: self._card,
            messages.STEP_TOLD: self._told,
            messages.ASKED: self._asked,
        }

    def _step(self, item: Item, now: datetime) -> Composed:
        if item.do == "edit":
            return self._card(item, now)
        found = step_named(self._office, item)
        if found is None or passed_by(self._office, *found, item):
            return Lapsed(why="gone" if found is None else "passed")
        case, procedure = found
        reference = receiver(self._office, case, procedure, item, self._reach, now)
        if reference is None:
            return NoWay(why=NOBODY)
        words = own_words(self._office, procedure, reference.language)
        if messages.in_two(case, item) or item.reason == "reminder":
            line = step_line(words, case, item)
            envelope = self._chats.carry(
                item, reference, slot=messages.line_slot(item.id), words=words, text=line
            )
            return replace(envelope, summary=line)
        slot = messages.step_slot(procedure.id, item.params["stay"], reference.person, item.id)
        view = shown_step(self._office, case, procedure, reference.person, slot, words)
        return self._chats.carry(item, reference, slot=slot, words=words, view=view)

    def _card(self, item: Item, _now: datetime) -> Composed:
        found = step_named(self._office, item)
        reference = self._reach(item.to_person)
        if found is None or reference is None:
            return Lapsed(why="gone")
        case, procedure = found
        words = own_words(self._office, procedure, reference.language)
        if item.slot.startswith(messages.LINE):
            if was_asked(self._office, self._office.unit(), case, procedure, reference.person):
                return Lapsed(why="stands")
            return self._chats.blanked(item, reference, words)
        view = shown_step(self._office, case, procedure, reference.person, item.slot, words)
        if item.do == "send" and not view.actions:
            return Lapsed(why="passed")
        return self._chats.carry(item, reference, slot=item.slot, words=words, view=view)

    def _told(self, item: Item, now: datetime) -> Composed:
        found = step_named(self._office, item)
        if found is None:
            return Lapsed(why="gone")
        case, procedure = found
        if item.do == "edit":
            reference = self._reach(item.to_person)
            directory = self._office.directory()
            barred = barred_from_deciding(case, directory)
            if reference is None or (
                reference.person not in barred and is_staff(directory, reference.person)
            ):
                return Lapsed(why="stands")
            return self._chats.blanked(
                item, reference, own_words(self._office, procedure, reference.language)
            )
        reference = told_to(self._office, case, item, self._reach, now)
        if reference is None:
            return NoWay(why=NOBODY)
        words = own_words(self._office, procedure, reference.language)
        sees = may_see(case, reference.person, self._office.directory(), now)
        text, summary = told_line(self._office, words, case, procedure, item, sees=sees)
        return replace(
            self._chats.carry(item, reference, slot=item.slot, words=words, text=text), summary=summary
        )

    def _asked(self, item: Item, _now: datetime) -> Composed:
        reference = self._reach(item.to_person)
        if reference is None:
            return Lapsed(why="gone")
        words = Words(definition=self._office.shelf.current(), language=reference.language)
        view = asked_now(self._office, item.params["procedure"], reference.language, words)
        return self._chats.carry(item, reference, slot=item.slot, words=words, view=view)
