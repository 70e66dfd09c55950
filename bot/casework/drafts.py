"""A checked save becomes a draft: an admin asks for it, a second person reads the difference and answers.

Source: casework 9. Who may answer is asked of the version in force, never of the draft. Accepting is put on
record here; what follows from that is publishing's. Must not know files.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.casework import messages, verbs
from bot.casework.late import with_refusal
from bot.casework.linking import ADMIN, may_link
from bot.casework.office import Office, new_id
from bot.casework.tables import DRAFTS, EVERY, POSTED, REFERENCES
from bot.casework.unit import Unit
from bot.casework.views.versions import Reading, draft_view, offer_of, pages_of
from bot.casework.words import Words
from bot.definitions.difference import difference, touches_who_is_told
from bot.definitions.leaves import touched
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.events import Answer, Pressed
from bot.model.people import Directory, PersonId
from bot.model.text import literal
from bot.model.versions import WAITING, Draft
from bot.model.views import View

log = logging.getLogger(__name__)

CONFIRM = "confirm_publish"
DRAFT = "draft"
NO_ADMIN = "draft_no_admin"
NO_SECOND = "draft_no_second_person"


def may(office: Office, person: PersonId, verb: str, at: datetime) -> bool:
    """Whether the person may do it by the version in force: in a role, or for a holder who is away."""
    return may_link(office.shelf.current(), office.directory(), person, verb, at=at)


def drafts_of(office: Office, unit: Unit) -> tuple[Draft, ...]:
    """Every draft, oldest first."""
    found = (unit.get(DRAFTS, key) for key in office.store.find(DRAFTS, "all", EVERY))
    return tuple(draft for draft in found if draft is not None)


def waiting_draft(office: Office, unit: Unit) -> Draft | None:
    """The one that may still come into force."""
    return next((d for d in reversed(drafts_of(office, unit)) if d.state in WAITING), None)


def open_draft(office: Office, unit: Unit) -> Draft | None:
    """The one that admins can do something about: it waits, or was declined and can be asked for again."""
    newest = next(reversed(drafts_of(office, unit)), None)
    again = newest is not None and may_be_asked_again(office, unit, newest)
    return newest if again else waiting_draft(office, unit)


def may_be_asked_again(office: Office, unit: Unit, draft: Draft) -> bool:
    """Whether a declined draft is still the newest, and its difference from what is in force still true."""
    newest = next(reversed(drafts_of(office, unit)), None)
    same = draft.base == office.shelf.current().hash
    return draft.state == "declined" and same and newest is not None and newest.id == draft.id


def drawn_up(current: Definition, newer: Definition, now: datetime) -> Draft:
    """A draft of a checked version, with the difference in words. Takes some hundred milliseconds.

    Behind the sentences stands every place that changed, so that no edit is accepted unseen.
    """
    places = (f"Changed at: {place}." for place in touched(current, newer))
    return Draft(
        id=new_id(),
        hash=newer.hash,
        base=current.hash,
        made_at=now,
        changes=(*difference(current, newer), *places),
        who_is_told=touches_who_is_told(current, newer),
    )


def propose(office: Office, unit: Unit, draft: Draft) -> Draft:
    """Put a new draft in place of any earlier one, and tell the admins.

    The same content again is the same draft: whoever declined it is not asked a second time.
    """
    last = next(reversed(drafts_of(office, unit)), None)
    same = last is not None and (last.hash, last.base) == (draft.hash, draft.base)
    if last is not None and same and last.state in (*WAITING, "declined"):
        return last
    set_aside(office, unit)
    return _write(office, unit, draft)


def set_aside(office: Office, unit: Unit) -> None:
    """Drafts that are overtaken can no longer come into force. What was accepted is never set aside here."""
    for draft in drafts_of(office, unit):
        if draft.state in ("saved", "asked"):
            _write(office, unit, replace(draft, state="stale"))


def accepted(office: Office) -> tuple[Draft, ...]:
    """Drafts that two people have agreed on, and that are not in force yet; oldest first."""
    found = (office.store.get(DRAFTS, key) for key in office.store.find(DRAFTS, "state", "accepted"))
    return tuple(draft for draft in found if draft is not None)


def overtake(office: Office, unit: Unit, draft: Draft) -> None:
    """An accepted draft can no longer be what was read: whoever agreed on it hears so, and the admins."""
    moved = _write(office, unit, replace(draft, state="stale"))
    both = (p for p in (moved.asked_by, moved.answered_by) if p)
    for person in dict.fromkeys((*both, *admins(office.directory()))):
        show_draft(office, unit, moved, person)


def unreached(office: Office, draft: Draft) -> tuple[str, ...]:
    """Why a draft waits for nothing: NO_ADMIN when nobody in Teams could ask for it, NO_SECOND when nobody
    there could accept it. Nothing where it does not wait."""
    if draft.state not in ("saved", "asked", "declined"):
        return ()
    told = [person for person in admins(office.directory()) if _reached(office, person)]
    asking = [draft.asked_by] if draft.state == "asked" and draft.asked_by else told or [""]
    accepted = any(confirmers(office, person, office.now()) for person in asking)
    return (*(() if told else (NO_ADMIN,)), *(() if accepted else (NO_SECOND,)))


def warn_if_unreached(office: Office, draft: Draft) -> None:
    """Log where a draft waits and nobody in Teams could ask for it, or nobody could accept it."""
    said = {
        NO_ADMIN: "A saved change waits, and no admin can be reached in Teams",
        NO_SECOND: "A saved change waits, and nobody reachable may accept it",
    }
    for why in unreached(office, draft):
        extra = {"action": why, "version": draft.hash[:12]}
        log.warning("%s: let them add Handrail", said[why], extra=extra)


def settle(office: Office, unit: Unit, draft: Draft, *, published: bool) -> None:
    """An accepted draft has come into force, or can no longer."""
    _write(office, unit, replace(draft, state="published" if published else "stale"))


def _write(office: Office, unit: Unit, draft: Draft) -> Draft:
    """Each change of a draft is told to the admins, but for that it was overtaken."""
    known = unit.get(DRAFTS, draft.id)
    moved = replace(draft, revision=draft.revision + 1 if known is not None else draft.revision)
    unit.put(DRAFTS, moved.id, moved)
    _bring_up_to_date(office, unit, moved, moved, office.directory().people)
    if moved.state not in ("asked", "accepted", "stale"):
        for person in admins(office.directory()):
            show_draft(office, unit, moved, person)
    return moved


def admins(directory: Directory) -> Iterator[PersonId]:
    """Whoever holds the role today."""
    return (p.id for p in directory.people.values() if ADMIN in p.roles and not p.former)


def show_draft(office: Office, unit: Unit, draft: Draft, person: PersonId) -> None:
    """Send the draft's card to that person, as it is when it goes."""
    key = _card_key(draft.id, draft.revision, person)
    messages.reply(office, unit, person, DRAFT, key=key, draft=draft.id)


def _card_key(draft_id: str, revision: int, person: PersonId) -> str:
    return f"{DRAFT}/{draft_id}/{revision}/{person}"


def _bring_up_to_date(
    office: Office, unit: Unit, draft: Draft, newest: Draft, people: Iterable[PersonId]
) -> None:
    """The cards of a draft in these people's chats show the newest: no button stays that does nothing."""
    keys = (_card_key(draft.id, n, person) for person in people for n in range(draft.revision + 1))
    for slot in map(messages.reply_slot, keys):
        posted = office.store.get(POSTED, slot)
        if posted is not None:
            key = f"{slot}/{newest.id}/{newest.revision}"
            messages.edit_posted(office, unit, posted, key=key, params={"what": DRAFT, "draft": newest.id})


def confirmers(office: Office, asked_by: PersonId, at: datetime) -> tuple[PersonId, ...]:
    """Who can be asked: whoever may confirm and has a chat that messages reach, never whoever asked."""
    return tuple(
        person
        for person in office.directory().people
        if person != asked_by and _reached(office, person) and may(office, person, CONFIRM, at)
    )


def _reached(office: Office, person: PersonId) -> bool:
    reference = office.store.get(REFERENCES, person)
    return reference is not None and reference.live


def shown_draft(
    office: Office, words: Words, draft: Draft, person: PersonId, at: datetime, *, page: int = 0, **typed: str
) -> View:
    """A page of the draft as this person may answer it. `typed`: `why`, and its `error`."""
    people = office.directory().people
    both = (draft.asked_by or "", draft.answered_by or "")
    confirms = person != draft.asked_by and may(office, person, CONFIRM, at)
    reading = Reading(
        page=page,
        asks=_can_be_asked_for(office, draft) and may(office, person, ADMIN, at),
        answers=draft.state == "asked" and confirms,
        names={who: literal(people[who].name) for who in both if who in people},
        why=typed.get("why", ""),
        error=typed.get("error", ""),
    )
    return draft_view(words, draft, reading)


def _can_be_asked_for(office: Office, draft: Draft) -> bool:
    return draft.state == "saved" or may_be_asked_again(office, office.unit(), draft)


def answer_draft(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    """Read a page, ask for the draft, accept it or decline it."""
    words = Words(definition=office.shelf.current(), language=pressed.place.language)
    draft, person = unit.get(DRAFTS, pressed.target), pressed.speaker.id
    allowed = any(may(office, person, verb, unit.now) for verb in (ADMIN, CONFIRM))
    if draft is None or not allowed or pressed.place.scope != "personal":
        return Answer(text=words.say("not_found"), refused=True)
    if pressed.verb == verbs.DRAFT:
        page = pressed.values.get("page", "")
        at = int(page) if page.isdecimal() and len(page) < 4 else 0
        return Answer(view=shown_draft(office, words, draft, person, unit.now, page=at))
    if pressed.action_id != offer_of(draft):
        return _refused(office, unit, words, draft, pressed, "draft_moved_on")
    if pressed.verb == verbs.DRAFT_ASK:
        return _ask(office, unit, words, draft, pressed)
    return _answered(office, unit, words, draft, pressed)


def _ask(office: Office, unit: Unit, words: Words, draft: Draft, pressed: Pressed) -> Answer:
    person = pressed.speaker.id
    if not may(office, person, ADMIN, unit.now):
        return _refused(office, unit, words, draft, pressed, "not_yours")
    if not _can_be_asked_for(office, draft):
        return _refused(office, unit, words, waiting_draft(office, unit) or draft, pressed, "draft_moved_on")
    found = confirmers(office, person, unit.now)
    if not found:
        warn_if_unreached(office, draft)
        return _refused(office, unit, words, draft, pressed, "draft_nobody")
    asked = _write(office, unit, _asked(draft, by=person, at=unit.now))
    if asked.id != draft.id:
        _bring_up_to_date(office, unit, draft, asked, admins(office.directory()))
    for second in found:
        show_draft(office, unit, asked, second)
    return Answer(view=shown_draft(office, words, asked, person, unit.now))


def _asked(draft: Draft, *, by: PersonId, at: datetime) -> Draft:
    """The draft as it is asked for; after a no as one of its own, so that the no stays on record."""
    asked = replace(draft, state="asked", asked_by=by, asked_at=at)
    if draft.state != "declined":
        return asked
    unanswered = replace(asked, answered_by=None, answered_role="", answered_at=None, why="")
    return replace(unanswered, id=new_id(), made_at=at, revision=0)


def _answered(office: Office, unit: Unit, words: Words, draft: Draft, pressed: Pressed) -> Answer:
    """The second person's word, with a reason. Whoever asked never answers."""
    person, why = pressed.speaker.id, pressed.values.get("why", "").strip()[:1000]
    if person == draft.asked_by:
        return _refused(office, unit, words, draft, pressed, "channel_second_person")
    if draft.state != "asked" or not may(office, person, CONFIRM, unit.now):
        return _refused(office, unit, words, draft, pressed, "not_yours")
    if not why:
        last = len(pages_of(draft.changes)) - 1
        view = shown_draft(
            office, words, draft, person, unit.now, page=last, error=words.say("draft_why_needed")
        )
        return Answer(view=view, refused=True)
    roles = {p.role for p in words.definition.permissions if p.verb == CONFIRM}
    held = [role for role in office.directory().people[person].roles if role in roles]
    answered = replace(
        draft,
        state="accepted" if pressed.verb == verbs.DRAFT_YES else "declined",
        answered_by=person,
        answered_role=held[0] if held else "",
        answered_at=unit.now,
        why=why,
    )
    return Answer(view=shown_draft(office, words, _write(office, unit, answered), person, unit.now))


def _refused(office: Office, unit: Unit, words: Words, draft: Draft, pressed: Pressed, said: str) -> Answer:
    """Where the draft stands, why nothing was done, and what was typed."""
    view = shown_draft(office, words, draft, pressed.speaker.id, unit.now)
    typed = pressed.values.get("why", "").strip()
    return Answer(view=with_refusal(words, view, words.say(said), typed), refused=True)
