"""Every verb a button can carry, and the use case behind it.

One function from a press to its answer, all writes in the unit it is given. Asked again with a unit that is
thrown away, it tells what the person would see now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.casework import messages, verbs
from bot.casework.case_views import case_again, seen_case, words_for
from bot.casework.desk_views import may_ask_something, my_reports
from bot.casework.drafts import answer_draft
from bot.casework.handling import press_case
from bot.casework.linking import answer_link
from bot.casework.office import Office
from bot.casework.orphans import found_case, found_run
from bot.casework.overdue import with_banner
from bot.casework.procedures.pressing import ON_CASE as ON_PROCEDURES
from bot.casework.procedures.pressing import ON_STEP, press_procedure
from bot.casework.procedures.requests import press_ask, press_asked
from bot.casework.reporter import add_text, press_receipt
from bot.casework.reporting import added_mark, give_back, press_run, set_aside, show, start_report
from bot.casework.tables import CASES, PRESSES, PROCEDURES, RUNS
from bot.casework.tasks import press_task
from bot.casework.unit import Unit
from bot.casework.views.alerts import alert_view, blank_view
from bot.casework.views.receipts import help_view
from bot.casework.words import Words
from bot.model.changed import replace
from bot.model.events import Answer, Place, Pressed, Speaker
from bot.model.outbox import Item, Press, Reference
from bot.model.runs import Run
from bot.model.views import Notice

ON_RUN = frozenset({verbs.ANSWER, verbs.BACK, verbs.SAVE, verbs.CANCEL, verbs.RESUME})
ON_RECEIPT = frozenset({verbs.RECEIPT, verbs.REPORTER_FORM, verbs.REPORTER_DO})
ON_CASE = frozenset({verbs.OPEN, verbs.FORM, verbs.DO, verbs.MORE})
ON_LINK = frozenset({verbs.LINK_YES, verbs.LINK_NO})
ON_DRAFT = frozenset({verbs.DRAFT, verbs.DRAFT_ASK, verbs.DRAFT_YES, verbs.DRAFT_NO})
ON_TASK = frozenset({verbs.TASK, verbs.TASK_SEEN})
TYPED = frozenset({verbs.TYPED_ADD, verbs.TYPED_NEW})


def answer_press(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    """The answer to a member of staff's press. An unknown verb or a foreign id changes nothing."""
    words = Words(definition=office.shelf.current(), language=pressed.place.language)
    verb = pressed.verb
    if verb in ON_RUN or verb in ON_RECEIPT or verb in TYPED:
        return _own(office, unit, pressed, words)
    if verb in ON_CASE:
        return _on_case(office, unit, pressed)
    if verb in ELSEWHERE:
        return ELSEWHERE[verb](office, unit, pressed)
    if verb == verbs.STATUS:
        return _status(office, unit, pressed, words)
    if verb == verbs.REPORT:
        return _report(office, unit, pressed, words)
    if verb == verbs.MINE:
        return Answer(view=my_reports(office, words, pressed.speaker.id))
    if verb == verbs.HELP:
        return Answer(
            view=help_view(words, "help", asks=may_ask_something(office, words, pressed.speaker.id))
        )
    return Answer(text=words.say("unknown_button"), refused=True)


def _own(office: Office, unit: Unit, pressed: Pressed, words: Words) -> Answer:
    """A press on a report: the person's own, or it does not exist for them."""
    run = unit.get(RUNS, pressed.target)
    if run is None or run.person != pressed.speaker.id or run.flow not in words.definition.flows:
        return Answer(text=words.say("not_found"), refused=True)
    if pressed.automatic or pressed.verb == verbs.RECEIPT:
        return Answer(view=show(office, unit, run))
    if pressed.verb in TYPED:
        return _typed(office, unit, run, pressed, words)
    if pressed.verb in ON_RECEIPT:
        answer = press_receipt(office, unit, run, pressed)
    else:
        answer = Answer(view=press_run(office, unit, run, pressed))
    moved = unit.get(RUNS, run.id) != run
    bare = pressed.verb != verbs.REPORTER_FORM and not any(pressed.values.values())
    found_run(office, unit, run, pressed, at_once=moved or bare)
    return answer


def _on_case(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    before = unit.get(CASES, pressed.target)
    answer = press_case(office, unit, pressed)
    case = seen_case(office, unit, pressed.target, pressed.speaker.id)
    if case is not None:
        moved = pressed.verb == verbs.DO and (case != before or not any(pressed.values.values()))
        at_once = pressed.verb == verbs.OPEN or moved
        found_case(office, unit, case, pressed, opened=answer.view is not None, at_once=at_once)
    return with_banner(office, unit, pressed, answer)


def _on_procedure(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    """A step of a case, or of what somebody is still asking for: that has no case yet."""
    asked = unit.get(PROCEDURES, pressed.target) if pressed.verb in ON_STEP else None
    if asked is not None:
        return press_asked(office, unit, pressed, asked)
    return press_procedure(office, unit, pressed)


def _typed(office: Office, unit: Unit, draft: Run, pressed: Pressed, words: Words) -> Answer:
    """What was typed after sending: into that report, or on with a report of its own."""
    if draft.state != "saved":
        return Answer(view=show(office, unit, draft))
    if pressed.verb == verbs.TYPED_NEW:
        event = replace(pressed, verb=verbs.RESUME, action_id=verbs.visit_id(draft), values={})
        return Answer(view=press_run(office, unit, draft, event))
    sent = unit.get(RUNS, pressed.action_id)
    text = next(iter(draft.answers.values()), "")
    if sent is None or sent.person != draft.person:
        return Answer(text=words.say("not_found"), refused=True)
    if not add_text(office, unit, sent, text, mark=draft.id):
        view = give_back(words.definition, show(office, unit, draft), text)
        said = Notice(text=words.say("typed_not_added"), tone="warning")
        return Answer(view=replace(view, blocks=(said, *view.blocks)), refused=True)
    set_aside(unit, draft)
    added = added_mark(draft.id)
    unit.put(
        PRESSES,
        added,
        Press(
            id=added, target=draft.id, action_id=pressed.action_id, person=draft.person,
            verb=pressed.verb, at=unit.now, result=sent.id,
        ),
    )  # fmt: skip
    return Answer(text=words.say("typed_added"))


def _status(office: Office, unit: Unit, pressed: Pressed, words: Words) -> Answer:
    """A client asks whether an alert is still as it was: writes nothing."""
    case = seen_case(office, unit, pressed.target, pressed.speaker.id)
    if case is None:
        return Answer(view=blank_view(words))
    own = words_for(office, case, pressed.place.language)
    if messages.is_opened(messages.message_of(office, case, pressed.speaker.id, pressed.message_id)):
        return Answer(view=case_again(office, unit, case, pressed, own))
    duty = pressed.action_id if pressed.action_id in ("owner", "oversight", "told") else "owner"
    return Answer(view=alert_view(own, case, reason=duty, person=pressed.place.member))


def _report(office: Office, unit: Unit, pressed: Pressed, words: Words) -> Answer:
    start_report(office, unit, pressed.speaker.id, language=pressed.place.language)
    return Answer(text=words.say("report_below"))


ELSEWHERE: Mapping[str, Callable[[Office, Unit, Pressed], Answer]] = {
    **dict.fromkeys(ON_TASK, press_task),
    **dict.fromkeys(ON_PROCEDURES | ON_STEP, _on_procedure),
    **dict.fromkeys((verbs.ASK, verbs.ASK_DO), press_ask),
    **dict.fromkeys(ON_LINK, answer_link),
    **dict.fromkeys(ON_DRAFT, answer_draft),
}
"""Verbs that are a use case of their own."""


def pressed_of(item: Item, reference: Reference) -> Pressed:
    """The press that a queued reply answers, as it came in that person's own chat."""
    return Pressed(
        speaker=Speaker(id=reference.person, name=""),
        place=Place(
            tenant=reference.tenant,
            service_url=reference.service_url,
            conversation=reference.conversation,
            scope="personal",
            member=reference.member,
            language=reference.language,
        ),
        activity_id=item.id,
        verb=item.params["verb"],
        target=item.params["target"],
        action_id=item.params["action_id"],
        values={k.removeprefix("value."): v for k, v in item.params.items() if k.startswith("value.")},
    )
