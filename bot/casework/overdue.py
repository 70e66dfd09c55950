"""A policy that its school was to review by now: a banner for admins and the safeguarding lead, nobody else.

At most once a day on a case's card, once a week as a message. Must not know how a card is drawn.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.casework import messages, verbs
from bot.casework.linking import ADMIN
from bot.casework.office import Office
from bot.casework.tables import PRESSES
from bot.casework.unit import Unit
from bot.casework.views.forms import titled
from bot.casework.words import Words
from bot.engine.routing import SAFEGUARDING
from bot.model.changed import replace
from bot.model.definition import Definition, Policy
from bot.model.events import Answer, Pressed
from bot.model.outbox import Press
from bot.model.people import Directory, PersonId
from bot.model.text import literal
from bot.model.views import Notice, View

OVERDUE = "overdue"


def overdue(definition: Definition, now: datetime) -> tuple[Policy, ...]:
    """The policies whose review date lies before today, school's time."""
    today = now.astimezone(ZoneInfo(definition.school.zone)).date()
    return tuple(policy for policy in definition.school.policies if policy.review < today)


def is_told(directory: Directory, person: PersonId) -> bool:
    """Whether the person sees the banner: an admin or the safeguarding lead."""
    member = directory.people.get(person)
    return member is not None and not member.former and bool({ADMIN, SAFEGUARDING[0]} & set(member.roles))


def banner(office: Office, words: Words, person: PersonId, now: datetime) -> tuple[Notice, ...]:
    """The banner for this person, or nothing. What is in force today counts, not what a case began with."""
    current = office.shelf.current()
    late = overdue(current, now) if is_told(office.directory(), person) else ()
    return tuple(
        Notice(text=_sentence(replace(words, definition=current), policy), tone="warning") for policy in late
    )


def _sentence(words: Words, policy: Policy) -> str:
    month = words.say(f"month_{policy.review.month}")
    day = f"{policy.review.day} {month} {policy.review.year}"
    return words.say("overdue_banner", name=literal(policy.name), day=day)


def overdue_view(office: Office, words: Words, person: PersonId, now: datetime) -> View:
    """The message of the week."""
    shown = banner(office, words, person, now)
    return View(
        summary=words.say("overdue_title"),
        blocks=(*titled(words.say("overdue_title"), words.say("overdue_body")), *shown),
        language=words.language,
    )


def tell_overdue(office: Office, unit: Unit) -> None:
    """One message a week to each admin and safeguarding lead, as long as a policy is overdue."""
    if not overdue(office.shelf.current(), unit.now):
        return
    year, week, _ = unit.now.isocalendar()
    directory = office.directory()
    for person in directory.people:
        if is_told(directory, person):
            messages.reply(office, unit, person, OVERDUE, key=f"{OVERDUE}/{year}-{week}/{person}")


def with_banner(office: Office, unit: Unit, pressed: Pressed, answer: Answer) -> Answer:
    """The case that somebody opens, below the banner: on the first one that they open each day."""
    person = pressed.speaker.id
    first = pressed.verb == verbs.OPEN and not pressed.automatic and answer.view is not None
    if not first or answer.refused or answer.view is None:
        return answer
    mark = f"{OVERDUE}/{unit.now.date().isoformat()}/{person}"
    words = Words(definition=office.shelf.current(), language=pressed.place.language)
    shown = banner(office, words, person, unit.now)
    if not shown or unit.get(PRESSES, mark) is not None:
        return answer
    press = Press(id=mark, target=pressed.target, action_id=OVERDUE, person=person, verb=OVERDUE, at=unit.now)
    unit.put(PRESSES, mark, press)
    return replace(answer, view=replace(answer.view, blocks=(*shown, *answer.view.blocks)))
