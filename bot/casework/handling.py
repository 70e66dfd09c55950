"""Presses on a case: open it, show a form, do an action, and answer old presses without a second effect.

Asks who may see and who may do first of all. Must not know how a case is shown, cards or conversations.
"""

from __future__ import annotations

from bot.casework import messages, refreshing, verbs
from bot.casework.acting import Doing, NotNow
from bot.casework.case_views import (
    back_button,
    case_again,
    form_view,
    may_do,
    more_view,
    seen_case,
    view_of,
    with_done,
    words_for,
)
from bot.casework.doing import DOING
from bot.casework.facts import applies
from bot.casework.filling import clean_values, form_faults
from bot.casework.late import not_kept, typed_in, what_happened, with_refusal
from bot.casework.office import Office, new_id
from bot.casework.procedures.keeping import keep_up
from bot.casework.tables import ACCESS, PRESSES, REFERENCES
from bot.casework.unit import Unit
from bot.casework.views.alerts import blank_view
from bot.casework.views.logs import log_view
from bot.casework.words import Words
from bot.engine.access import Standing, may_see, standing
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.definition import CaseAction
from bot.model.events import Answer, Pressed
from bot.model.outbox import Access, Press
from bot.model.people import PersonId


def press_case(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    """Answer any press that names a case."""
    person = pressed.speaker.id
    case = seen_case(office, unit, pressed.target, person)
    current = Words(definition=office.shelf.current(), language=pressed.place.language)
    if case is None and pressed.automatic:
        return Answer(view=blank_view(current), refused=True)
    if case is None:
        # The same for a case that does not exist; what they typed is theirs (casework 9).
        key, _ = verbs.read_offer(pressed.action_id)
        typed = typed_in(current.definition.actions.get(key), pressed)
        if typed:
            view = with_refusal(current, blank_view(current), current.say("not_found"), typed)
            return Answer(view=view, refused=True)
        return Answer(text=current.say("not_found"), refused=True)
    words = words_for(office, case, pressed.place.language)
    if pressed.automatic:
        return Answer(view=case_again(office, unit, case, pressed, words))
    if pressed.verb == verbs.OPEN or pressed.place.scope != "personal":
        return _open(office, unit, case, pressed, words)
    if pressed.verb == verbs.MORE:
        return Answer(view=more_view(office, unit, case, pressed, words))
    if pressed.verb == verbs.FORM:
        return _form(office, unit, case, pressed, words)
    return _do(office, unit, case, pressed, words)


def _open(office: Office, unit: Unit, case: Case, pressed: Pressed, words: Words) -> Answer:
    person = pressed.speaker.id
    case = note_access(office, unit, case, person)
    if pressed.place.scope == "personal":
        messages.mark_opened(office, unit, case, person, pressed.message_id)
        return Answer(view=view_of(office, unit, case, person, words))
    if office_reference(office, person):
        messages.show_case(office, unit, case, person)
        return Answer(text=words.say("sent_to_chat"))
    return Answer(text=words.say("install_first"))


def office_reference(office: Office, person: PersonId) -> bool:
    """Whether messages can reach the person's own chat."""
    reference = office.store.get(REFERENCES, person)
    return reference is not None and reference.live


def note_access(office: Office, unit: Unit, case: Case, person: PersonId) -> Case:
    """Write the access log; the first opening by someone entitled also marks the case as seen."""
    held: Standing = standing(case, person, office.directory(), unit.now)
    role = held.roles[0] if held.roles else ""
    line = Access(id=new_id(), case=case.id, person=person, role=role, at=unit.now)
    unit.put(ACCESS, line.id, line)
    if case.seen_at is not None or person == case.reporter:
        return case
    seen = replace(case, seen_at=unit.now)
    seen = unit.case(seen, actor=person, role=role, kind="seen", content={})
    refreshing.refresh_receipt(office, unit, seen)
    return seen


def _form(office: Office, unit: Unit, case: Case, pressed: Pressed, words: Words) -> Answer:
    key, _ = verbs.read_offer(pressed.action_id)
    action = words.definition.actions.get(key)
    person = pressed.speaker.id
    if action is None or action.by != "handler" or not action.fields:
        return Answer(view=view_of(office, unit, case, person, words), refused=True)
    if not applies(case, action):
        return _stale(office, unit, case, pressed, words)
    if may_do(office, unit, case, person, action) is None:
        return _not_yours(office, unit, case, pressed, words)
    offer = pressed.action_id if action.additive else verbs.offer_id(case, action, unit.now)
    return Answer(view=form_view(office, case, action, words, action_id=offer))


def _do(office: Office, unit: Unit, case: Case, pressed: Pressed, words: Words) -> Answer:
    key, stamp = verbs.read_offer(pressed.action_id)
    action = words.definition.actions.get(key)
    person = pressed.speaker.id
    if action is None or action.by != "handler":
        return Answer(text=words.say("not_found"), refused=True)
    press_id = f"{case.id}/{pressed.action_id}/{person}"
    if unit.get(PRESSES, press_id) is not None:
        return _again(office, unit, case, action, pressed, words)
    if is_stale(case, action, stamp, unit) or not applies(case, action):
        return _stale(office, unit, case, pressed, words)
    role = may_do(office, unit, case, person, action)
    if role is None:
        return _not_yours(office, unit, case, pressed, words)
    if action.does == "log":
        return Answer(view=log_view(office, case, words, back=back_button(words, case)))
    values = clean_values(action, pressed.values, tenant=office.directory().tenant)
    errors = form_faults(office, words.definition, case, action, values)
    if errors:
        view = form_view(
            office, case, action, words, action_id=pressed.action_id, values=values, errors=errors
        )
        return Answer(view=view, refused=True)
    doing = Doing(
        office=office, unit=unit, definition=words.definition, words=words, case=case,
        action=action, person=person, role=role, values=values,
    )  # fmt: skip
    return _carry_out(doing, pressed, press_id)


def _carry_out(doing: Doing, pressed: Pressed, press_id: str) -> Answer:
    office, unit, action, words = doing.office, doing.unit, doing.action, doing.words
    try:
        case, content = DOING[action.does](doing)
    except NotNow as refusal:
        view = form_view(
            office, doing.case, action, words,
            action_id=pressed.action_id, values=doing.values, said=str(refusal),
        )  # fmt: skip
        return Answer(view=view, refused=True)
    turns = {**case.offers, action.key: case.offers.get(action.key, 0) + 1}
    case = replace(case, offers=case.offers if action.additive else turns)
    case = unit.case(case, actor=doing.person, role=doing.role, kind=action.does, content=content)
    case = keep_up(office, unit, case)
    unit.put(
        PRESSES,
        press_id,
        Press(
            id=press_id,
            target=case.id,
            action_id=pressed.action_id,
            person=doing.person,
            verb=action.key,
            at=unit.now,
        ),
    )
    refreshing.refresh_case(office, unit, case, done=action.key, by=doing.person)
    if not may_see(case, doing.person, office.directory(), unit.now):
        return Answer(text=words.text(action.done))
    view = view_of(office, unit, case, doing.person, words_for(office, case, words.language))
    return Answer(view=with_done(words, view, action.key))


def is_stale(case: Case, action: CaseAction, stamp: str, unit: Unit) -> bool:
    """An additive offer that nobody made, or over seven days ago; a single one that has had its turn."""
    if action.additive:
        return not verbs.still_offered(stamp, unit.now)
    return stamp != str(case.offers.get(action.key, 0))


def _again(
    office: Office, unit: Unit, case: Case, action: CaseAction, pressed: Pressed, words: Words
) -> Answer:
    """The same press once more: where things stand; other words than those on record are given back."""
    person = pressed.speaker.id
    view = view_of(office, unit, case, person, words)
    values = clean_values(action, pressed.values, tenant=office.directory().tenant)
    typed = not_kept(office, case, action, values, person)
    if not typed:
        return Answer(view=view)
    return Answer(view=with_refusal(words, view, words.say("stale_case"), typed), refused=True)


def _stale(office: Office, unit: Unit, case: Case, pressed: Pressed, words: Words) -> Answer:
    """Where things stand, who was first (for those who see the case), with the typed text given back."""
    person = pressed.speaker.id
    view = view_of(office, unit, case, person, words)
    key, _ = verbs.read_offer(pressed.action_id)
    action = words.definition.actions.get(key)
    whole = standing(case, person, office.directory(), unit.now).sight == "all"
    first = what_happened(office, case, words, action, person) if whole else ""
    said = " ".join(filter(None, (first, words.say("stale_case"))))
    return Answer(view=with_refusal(words, view, said, typed_in(action, pressed)), refused=True)


def _not_yours(office: Office, unit: Unit, case: Case, pressed: Pressed, words: Words) -> Answer:
    """It is for somebody else to do: said, with the typed text given back."""
    key, _ = verbs.read_offer(pressed.action_id)
    typed = typed_in(words.definition.actions.get(key), pressed)
    said = words.say("not_yours")
    if not typed:
        return Answer(text=said, refused=True)
    view = view_of(office, unit, case, pressed.speaker.id, words)
    return Answer(view=with_refusal(words, view, said, typed), refused=True)
