"""Presses on procedures: see what is to be done, do a step, hand a device on, begin one, stop one.

Asks whose it is before anything else. Must not know cards or conversations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.casework import messages, refreshing, verbs
from bot.casework.case_views import seen_case, words_for
from bot.casework.late import with_refusal
from bot.casework.office import Office, new_id
from bot.casework.procedures.asking import handles, may_do, may_let_others
from bot.casework.procedures.keeping import keep_up_with, withdraw_signatures
from bot.casework.procedures.knowing import (
    flow_of,
    known_of,
    own_words,
    step_of,
)  # fmt: skip
from bot.casework.procedures.reading import (
    is_sealed,
    may_hand,
    message_of,
    settled_step,
    was_asked,
    whole_step,
)  # fmt: skip
from bot.casework.procedures.running import act, write
from bot.casework.procedures.starting import do_begin, do_stop, show_begin, show_stop
from bot.casework.procedures.telling import ask
from bot.casework.procedures.turn import Turn, steps_card, where_it_stands
from bot.casework.tables import ACCESS, CASES, POSTED, PROCEDURES
from bot.casework.unit import Unit
from bot.casework.views.alerts import blank_view
from bot.casework.views.steps import hand_view, step_alert
from bot.casework.words import Words
from bot.engine.acts import Act
from bot.engine.procedure import is_over
from bot.engine.step_form import form_of
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.events import Answer, Pressed
from bot.model.outbox import Access
from bot.model.procedures import Procedure
from bot.model.views import View

TYPED = ("text", "paragraph")
ON_CASE = frozenset({verbs.STEPS, verbs.BEGIN, verbs.BEGIN_DO, verbs.STOP, verbs.STOP_DO})
ON_STEP = frozenset({verbs.STEP, verbs.STEP_DO, verbs.STEP_RELEASE, verbs.HAND, verbs.HAND_DO})


def press_procedure(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    """Answer a press on a procedure of a case. Whoever it is not for gets what an unknown number gets."""
    if pressed.verb in ON_CASE:
        case = seen_case(office, unit, pressed.target, pressed.speaker.id)
        if case is None:
            return _nothing(office, pressed, pressed.values)
        words = words_for(office, case, pressed.place.language)
        turn = Turn(office=office, unit=unit, pressed=pressed, case=case, words=words)
        if not turn.inside():
            return _nothing(office, pressed, pressed.values)
        return CASE_PRESSES[pressed.verb](turn)
    case = unit.get(CASES, pressed.target)
    key, *rest = pressed.action_id.split(".")
    procedure = unit.get(PROCEDURES, key)
    if case is None or procedure is None or procedure.case != case.id:
        return _nothing(office, pressed, pressed.values)
    words = own_words(office, procedure, pressed.place.language)
    turn = Turn(office=office, unit=unit, pressed=pressed, case=case, words=words)
    mine = turn.inside() or may_do(office, unit, case, procedure, turn.person) is not None
    if not mine and not was_asked(office, unit, case, procedure, turn.person):
        return _nothing(office, pressed, pressed.values)
    visit = rest[0] if rest else ""
    if pressed.verb in (verbs.HAND, verbs.HAND_DO):
        return _hand(turn, procedure, visit, rest[1] if len(rest) > 1 else "")
    return STEP_PRESSES[pressed.verb](turn, procedure, visit)


def _nothing(office: Office, pressed: Pressed, values: Mapping[str, str]) -> Answer:
    """As for a number that does not exist; what they typed is theirs (casework 9)."""
    words = Words(definition=office.shelf.current(), language=pressed.place.language)
    blank = blank_view(words)
    if pressed.automatic:
        return Answer(view=blank, refused=True)
    typed = "\n".join(v for v in values.values() if len(v) > 1 and " " in v)
    if typed:
        return Answer(view=with_refusal(words, blank, words.say("not_found"), typed), refused=True)
    return Answer(text=words.say("not_found"), refused=True)


# --- what is to be done ---


def _steps(turn: Turn) -> Answer:
    start = turn.pressed.action_id.partition(".")[2]
    return Answer(view=steps_card(turn, start=int(start) if start.isdecimal() and len(start) < 4 else 0))


# --- a step ---


def _step(turn: Turn, procedure: Procedure, _visit: str) -> Answer:
    """Show it, or that it is done. The first opening of its message is noted."""
    office, unit, case, person = turn.office, turn.unit, turn.case, turn.person
    if not turn.pressed.automatic:
        posted = message_of(office, case, person, turn.pressed.message_id)
        if posted is not None and not messages.is_opened(posted):
            unit.put(POSTED, posted.slot, replace(posted, shown={**posted.shown, messages.OPENED: "yes"}))
        role = may_do(office, unit, case, procedure, person) or ""
        line = Access(id=new_id(), case=case.id, person=person, role=role, at=unit.now)
        unit.put(ACCESS, line.id, line)
    elif is_sealed(office, case, person, turn.pressed.message_id) and _theirs(turn, procedure):
        return Answer(view=step_alert(turn.words, case, procedure, reader=person))
    return Answer(view=where_it_stands(turn, procedure))


def _theirs(turn: Turn, procedure: Procedure) -> bool:
    return may_do(turn.office, turn.unit, turn.case, procedure, turn.person) is not None


def _step_do(turn: Turn, procedure: Procedure, visit: str) -> Answer:
    office, unit, case, person = turn.office, turn.unit, turn.case, turn.person
    if turn.before():
        return Answer(view=_afterwards(turn, case, procedure))
    typed = _typed(turn.words, procedure, step_of(office, procedure).key, turn.pressed.values)
    if procedure.state == "open" and is_over(procedure, unit.now):
        _, woken = act(office, unit, case, procedure, Act(kind="wake"))
        case = keep_up_with(office, unit, case, woken)
        turn, procedure = replace(turn, case=case), unit.get(PROCEDURES, procedure.id) or procedure
    case = withdraw_signatures(office, unit, case)
    turn, procedure = replace(turn, case=case), unit.get(PROCEDURES, procedure.id) or procedure
    if visit != str(procedure.visit) or procedure.state != "open":
        typed = typed or _free(turn.pressed.values)
        said = turn.words.say("stale_case")
        return Answer(view=where_it_stands(turn, procedure, said, typed), refused=True)
    role = may_do(office, unit, case, procedure, person)
    if role is None:
        said = turn.words.say("not_yours")
        return Answer(view=where_it_stands(turn, procedure, said, typed), refused=True)
    kind = "sign" if step_of(office, procedure).kind == "approval" else "answer"
    what = Act(kind="sign" if kind == "sign" else "answer", values=turn.pressed.values, by=person, role=role)
    moved, after = act(office, unit, case, procedure, what)
    if moved.errors or moved == procedure:
        view = whole_step(office, unit, case, moved, person, turn.words, back=turn.back())
        return Answer(view=view, refused=True)
    after = keep_up_with(office, unit, case, after)
    turn.remember()
    return Answer(view=_afterwards(turn, after, unit.get(PROCEDURES, procedure.id) or moved))


def _afterwards(turn: Turn, case: Case, procedure: Procedure) -> View:
    """What somebody sees who has just done something: the case, or that it is on record."""
    if turn.inside(case):
        return turn.case_card(case, turn.words.say("step_done"), good=True)
    return settled_step(turn.office, turn.unit, case, procedure, turn.person, turn.words)


def _typed(words: Words, procedure: Procedure, step: str, values: Mapping[str, str]) -> str:
    flow = words.definition.flows[procedure.flow]
    form = form_of(words.definition, flow, flow.steps[step])
    free = [key for key, field in form.items() if field.kind in TYPED]
    return "\n".join(values[key] for key in free if values.get(key))


def _free(values: Mapping[str, str]) -> str:
    """What of a press on a step that is past was typed rather than chosen, as far as can be told."""
    return "\n".join(v for v in values.values() if " " in v.strip())


def _release(turn: Turn, procedure: Procedure, visit: str) -> Answer:
    """The owner of a case about an adult lets others do their steps in this procedure, on record."""
    office, unit, case = turn.office, turn.unit, turn.case
    role = may_let_others(office, unit, case, procedure, turn.person)
    if turn.before() or visit != str(procedure.visit) or role is None:
        return Answer(view=where_it_stands(turn, procedure), refused=not turn.before())
    moved = write(unit, replace(procedure, released=True, visit=procedure.visit + 1))
    content = {"procedure": moved.id, "step": moved.step}
    case = unit.case(case, actor=turn.person, role=role, kind="step_released", content=content)
    ask(office, unit, case, moved, by=turn.person)
    turn.remember()
    refreshing.refresh_case(office, unit, case)
    return Answer(view=turn.case_card(case, turn.words.say("step_done"), good=True))


# --- a device goes on ---


def _hand(turn: Turn, procedure: Procedure, visit: str, step_key: str) -> Answer:
    office, unit, case, person = turn.office, turn.unit, turn.case, turn.person
    step = flow_of(office, procedure).steps.get(step_key)
    role = may_hand(office, unit, case, procedure, step_key, person) if step else None
    role = role or handles(office, unit, case, person)
    doing = turn.pressed.verb == verbs.HAND_DO
    if doing and turn.before():
        return Answer(view=_afterwards(turn, case, procedure))
    chain = any(h.step == step_key for h in procedure.hand_overs)
    if step is None or role is None or not chain or (doing and visit != str(procedure.visit)):
        said = turn.words.say("not_yours" if role is None else "stale_case")
        typed = _free(turn.pressed.values)
        return Answer(view=where_it_stands(turn, procedure, said, typed), refused=True)
    back = turn.back() if turn.inside() else None
    known = known_of(office, case)
    if not doing:
        return Answer(view=hand_view(turn.words, case, procedure, step, known, back=back))
    what = Act(kind="hand_over", values=turn.pressed.values, by=person, role=role, step=step_key)
    moved, after = act(office, unit, case, procedure, what)
    if moved.errors:
        view = hand_view(
            turn.words, case, procedure, step, known,
            back=back, values=turn.pressed.values, errors=moved.errors,
        )  # fmt: skip
        return Answer(view=view, refused=True)
    turn.remember()
    return Answer(view=_afterwards(turn, after, unit.get(PROCEDURES, procedure.id) or moved))


CASE_PRESSES: Mapping[str, Callable[[Turn], Answer]] = {
    verbs.STEPS: _steps,
    verbs.BEGIN: show_begin,
    verbs.BEGIN_DO: do_begin,
    verbs.STOP: show_stop,
    verbs.STOP_DO: do_stop,
}
STEP_PRESSES: Mapping[str, Callable[[Turn, Procedure, str], Answer]] = {
    verbs.STEP: _step,
    verbs.STEP_DO: _step_do,
    verbs.STEP_RELEASE: _release,
}
