"""The views of a case as one person may see it now: the case, what lies behind More, the form of an action.

Asks who may see and who may do; changes nothing. Must not know what an action does, cards or conversations.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework import messages, verbs
from bot.casework.facts import wanted_first
from bot.casework.handing import receiving_roles
from bot.casework.office import Office
from bot.casework.procedures.knowing import is_request, open_ones
from bot.casework.procedures.reading import to_do_of
from bot.casework.tables import CASES
from bot.casework.unit import Unit
from bot.casework.views.cases import Reader, action_button, case_view, on_card
from bot.casework.views.forms import form_blocks, titled
from bot.casework.views.record import RECORD, record_button, record_view
from bot.casework.words import Words
from bot.engine.access import may_see, oversees, role_for, standing
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.definition import CaseAction
from bot.model.events import Pressed
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


def view_of(office: Office, unit: Unit, case: Case, person: PersonId, words: Words) -> View:
    """The case as this person may see it."""
    reader = reader_of(office, unit, case, person)
    return case_view(words, case, reader, directory=office.directory(), now=unit.now)


def case_again(office: Office, unit: Unit, case: Case, pressed: Pressed, words: Words) -> View:
    """What a client that asks by itself is shown: the case, and still what its reader has just done."""
    posted = messages.message_of(office, case, pressed.speaker.id, pressed.message_id)
    view = view_of(office, unit, case, pressed.speaker.id, words)
    return with_done(words, view, posted.shown.get(messages.DONE, "") if posted else "")


def with_done(words: Words, view: View, key: str) -> View:
    """The view below the line that says what its reader has just done; unchanged for an empty key."""
    action = words.definition.actions.get(key)
    if action is None:
        return view
    return replace(view, blocks=(Notice(text=words.text(action.done), tone="good"), *view.blocks))


def more_view(office: Office, unit: Unit, case: Case, pressed: Pressed, words: Words) -> View:
    """What the case's own card has no room for: further actions by the page, and the record."""
    reader = reader_of(office, unit, case, pressed.speaker.id)
    shown = on_card(case, reader)
    others = wanted_first(words.definition, case, [a for a in reader.actions if a not in shown])
    page_of, stamp = verbs.read_offer(pressed.action_id)
    if page_of == RECORD and reader.standing.sight == "all":
        first = int(stamp) if stamp.isdecimal() and len(stamp) < MOST_DIGITS else 0
        return record_view(words, case, office.directory(), start=first, back=back_button(words, case))
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
    back = back_button(words, case)
    return View(
        summary=words.say("case_summary", number=case.number),
        blocks=titled(words.say("more_title", number=case.number), words.say("more_body")),
        actions=(*buttons, back),
        language=words.language,
        revision=case.revision,
    )


def back_button(words: Words, case: Case) -> Action:
    """Back to the case."""
    return Action(
        verb=verbs.OPEN,
        label=words.say("button_back"),
        target=case.id,
        action_id="open",
        sends_inputs=False,
    )


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
            back_button(words, case),
        ),
        language=words.language,
        revision=case.revision,
    )
