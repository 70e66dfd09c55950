"""Presses on a case: open it, show a form, do an action, and answer old presses without a second effect.

Asks who may see and who may do before anything else. Must not know cards or conversations.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework import messages, refreshing, verbs
from bot.casework.acting import Doing, NotNow
from bot.casework.doing import DOING
from bot.casework.facts import applies, wanted_first
from bot.casework.filling import clean_values, form_faults
from bot.casework.handing import receiving_roles
from bot.casework.late import not_kept, typed_in, what_happened, with_refusal
from bot.casework.office import Office, new_id
from bot.casework.procedures.keeping import keep_up
from bot.casework.procedures.knowing import is_request, open_ones
from bot.casework.procedures.reading import to_do_of
from bot.casework.tables import ACCESS, CASES, PRESSES, REFERENCES
from bot.casework.unit import Unit
from bot.casework.views.alerts import blank_view
from bot.casework.views.cases import Reader, action_button, case_view, on_card
from bot.casework.views.forms import form_blocks, titled
from bot.casework.views.logs import log_view
from bot.casework.views.record import RECORD, record_button, record_view
from bot.casework.words import Words
from bot.engine.access import Standing, may_see, oversees, role_for, standing
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.definition import CaseAction
from bot.model.events import Answer, Pressed
from bot.model.outbox import Access, Press
from bot.model.people import PersonId
from bot.model.views import Action, Notice, View

MOST_DIGITS = 6
ON_MORE = 4
"""Actions on one card behind More: with More itself and Back no more than six."""


def words_for(office: Office, case: Case, language: str) -> Words:
    """The texts of the case's own definition, in the reader's language."""
    return Words(definition=office.definition_of(case), language=language)


def seen_case(office: Office, unit: Unit, target: str, person: PersonId) -> Case | None:
    """The case, if it exists and this person may see it today: the two are not told apart (rule 1)."""
    case = unit.get(CASES, target)
    if case is None or not may_see(case, person, office.directory(), unit.now):
        return None
    return case


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
        return Answer(view=_more(office, unit, case, pressed, words))
    if pressed.verb == verbs.FORM:
        return _form(office, unit, case, pressed, words)
    return _do(office, unit, case, pressed, words)


def reader_of(office: Office, unit: Unit, case: Case, person: PersonId) -> Reader:
    """What the person is in the case, what they may do, which linked cases they may learn of."""
    directory = office.directory()
    linked = tuple(
        other.number
        for key in office.store.find(CASES, "incident", case.incident)
        if key != case.id
        and (other := unit.get(CASES, key)) is not None
        and may_see(other, person, directory, unit.now)
    )
    actions = tuple(
        a
        for a in office.definition_of(case).actions.values()
        if a.by == "handler"
        and may_do(office, unit, case, person, a)
        and _offered(office, unit, case, person, a)
    )
    before = (unit.get(CASES, key) for key in case.earlier)
    return Reader(
        person=person,
        to_do=to_do_of(office, unit, case, person),
        standing=standing(case, person, directory, unit.now),
        actions=actions,
        linked=linked,
        earlier=tuple(c for c in before if c is not None and may_see(c, person, directory, unit.now)),
    )


def _offered(office: Office, unit: Unit, case: Case, person: PersonId, action: CaseAction) -> bool:
    """Nobody is asked to take what they have, or to acknowledge what is acknowledged or another's; what staff
    asked for is closed with its last step."""
    if action.does == "accept":
        return case.owner.accepted_by != person
    if action.does == "acknowledge":
        return case.oversight.accepted_by is None and oversees(case, person, office.directory(), unit.now)
    if action.does == "close" and is_request(case):
        return not open_ones(unit, case)
    return action.does != "move_version" or case.definition != office.shelf.current().hash


def may_do(office: Office, unit: Unit, case: Case, person: PersonId, action: CaseAction) -> str | None:
    """The role in which the person may do it now, or None."""
    return role_for(
        case,
        person,
        action.permission,
        definitions=office.definitions_of(case),
        directory=office.directory(),
        at=unit.now,
    )


def view_of(office: Office, unit: Unit, case: Case, person: PersonId, words: Words) -> View:
    """The case as this person may see it."""
    reader = reader_of(office, unit, case, person)
    return case_view(words, case, reader, directory=office.directory(), now=unit.now)


def case_again(office: Office, unit: Unit, case: Case, pressed: Pressed, words: Words) -> View:
    """What a client that asks by itself is shown: the case, and still what its reader has just done."""
    posted = messages.message_of(office, case, pressed.speaker.id, pressed.message_id)
    view = view_of(office, unit, case, pressed.speaker.id, words)
    return with_done(words, view, posted.shown.get(messages.DONE, "") if posted else "")


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


def _more(office: Office, unit: Unit, case: Case, pressed: Pressed, words: Words) -> View:
    reader = reader_of(office, unit, case, pressed.speaker.id)
    shown = on_card(case, reader)
    others = wanted_first(words.definition, case, [a for a in reader.actions if a not in shown])
    page_of, stamp = verbs.read_offer(pressed.action_id)
    if page_of == RECORD and reader.standing.sight == "all":
        first = int(stamp) if stamp.isdecimal() and len(stamp) < MOST_DIGITS else 0
        return record_view(words, case, office.directory(), start=first, back=_back(words, case))
    start = int(stamp) if stamp.isdecimal() and len(stamp) < MOST_DIGITS else 0
    start = start if start < len(others) else 0
    page = others[start : start + ON_MORE]
    if start == 0 and reader.standing.sight == "all" and case.complete:
        page = page[: ON_MORE - 1]
    buttons = [action_button(words, case, a, unit.now) for a in page]
    following = start + len(page)
    if start == 0 and reader.standing.sight == "all" and case.complete:
        buttons.insert(0, record_button(words, case))
    if following < len(others):
        buttons.append(
            Action(
                verb=verbs.MORE,
                label=words.say("button_more"),
                target=case.id,
                action_id=f"more.{following}",
                sends_inputs=False,
            )
        )
    back = _back(words, case)
    return View(
        summary=words.say("case_summary", number=case.number),
        blocks=titled(words.say("more_title", number=case.number), words.say("more_body")),
        actions=(*buttons, back),
        language=words.language,
        revision=case.revision,
    )


def _back(words: Words, case: Case) -> Action:
    return Action(
        verb=verbs.OPEN,
        label=words.say("button_back"),
        target=case.id,
        action_id="open",
        sends_inputs=False,
    )


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


def form_view(
    office: Office,
    case: Case,
    action: CaseAction,
    words: Words,
    *,
    action_id: str,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    said: str = "",
) -> View:
    """The form of a case action, with what was typed and what is wrong. `said`: why it cannot be done yet."""
    refusal = (Notice(text=said, tone="attention"),) if said else ()
    blocks = form_blocks(
        words,
        action.fields.values(),
        answers=values or {},
        errors=errors or {},
        directory=office.directory(),
        table=case.routed.table,
        roles=receiving_roles(office, case, office.now()),
    )
    title = words.say("form_title", title=words.text(action.title), number=case.number)
    return View(
        summary=words.say("case_summary", number=case.number),
        blocks=(*titled(title, words.text(action.body)), *refusal, *blocks),
        actions=(
            Action(
                verb=verbs.DO,
                label=words.text(action.send),
                target=case.id,
                action_id=action_id,
                tone="positive",
            ),
            _back(words, case),
        ),
        language=words.language,
        revision=case.revision,
    )


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
        return Answer(view=log_view(office, case, words, back=_back(words, case)))
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


def with_done(words: Words, view: View, key: str) -> View:
    """The view below the line that says what its reader has just done; unchanged for an empty key."""
    action = words.definition.actions.get(key)
    if action is None:
        return view
    return replace(view, blocks=(Notice(text=words.text(action.done), tone="good"), *view.blocks))


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
