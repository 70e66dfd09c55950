"""A procedure begun by hand, or stopped before its end with a reason.

Must not know cards or conversations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.casework import refreshing, verbs
from bot.casework.late import with_refusal
from bot.casework.procedures.asking import handles, may_begin, may_do
from bot.casework.procedures.keeping import keep_up_with
from bot.casework.procedures.knowing import (
    known_of,
    open_ones,
    procedures_of,
)  # fmt: skip
from bot.casework.procedures.reading import (
    lines_of,
)  # fmt: skip
from bot.casework.procedures.running import act, begin
from bot.casework.procedures.turn import Turn, where_it_stands
from bot.casework.twice import open_task, shown_before
from bot.casework.views.procedures import (
    PICKED,
    WHY,
    begin_view,
    stop_form,
    stop_view,
)  # fmt: skip
from bot.casework.views.room import clipped
from bot.engine.acts import Act
from bot.engine.fields import fault_of
from bot.model.changed import replace
from bot.model.events import Answer
from bot.model.flows import Field
from bot.model.text import literal
from bot.model.views import View

MOST_SHOWN = 300


def show_begin(turn: Turn) -> Answer:
    """The procedures that can begin here; where none can, the case as it is now, never an empty form."""
    if not may_begin(turn.office, turn.unit, turn.case, turn.person):
        return _nothing_to_begin(turn)
    return Answer(view=_begin_card(turn, f"begin.{verbs.fresh_mark(turn.unit.now)}"))


def _nothing_to_begin(turn: Turn) -> Answer:
    theirs = handles(turn.office, turn.unit, turn.case, turn.person, "begin") is not None
    said = turn.words.say("stale_case" if theirs else "not_yours")
    return Answer(view=turn.case_card(turn.case, said), refused=True)


def _begin_card(turn: Turn, action_id: str, errors: Mapping[str, str] | None = None) -> View:
    flows = may_begin(turn.office, turn.unit, turn.case, turn.person)
    return begin_view(
        turn.words, turn.case, flows,
        action_id=action_id, back=turn.back(), directory=turn.office.directory(), errors=errors,
    )  # fmt: skip


def do_begin(turn: Turn) -> Answer:
    """Begin what was chosen, once."""
    office, unit, case, person = turn.office, turn.unit, turn.case, turn.person
    if turn.before():
        return Answer(view=turn.case_card(case))
    chosen = turn.pressed.values.get(PICKED, "")
    role = handles(office, unit, case, person, "begin")
    offered = {flow.key for flow in may_begin(office, unit, case, person)}
    if role is None or not offered or _too_old(turn):
        key = "not_yours" if role is None or not offered else "stale_case"
        return Answer(view=turn.case_card(case, turn.words.say(key)), refused=True)
    if chosen not in offered:
        errors = {PICKED: "choose"}
        return Answer(view=_begin_card(turn, turn.pressed.action_id, errors), refused=True)
    first = open_task(office, case, chosen)
    if first is not None and not shown_before(unit, case, first.id, chosen, person):
        text = literal(clipped(first.text, MOST_SHOWN))
        said = turn.words.say("begin_twice", role=turn.words.role(first.role.role), text=text)
        view = _begin_card(turn, turn.pressed.action_id)
        return Answer(view=with_refusal(turn.words, view, said, ""), refused=True)
    case = keep_up_with(office, unit, case, begin(office, unit, case, chosen, by=person, role=role))
    turn.remember()
    refreshing.refresh_case(office, unit, case)
    if not turn.inside(case):
        return Answer(text=turn.words.say("step_done"))
    fresh = open_ones(unit, case)[-1:]
    turn = replace(turn, case=case)
    if fresh and may_do(office, unit, case, fresh[0], person) is not None:
        return Answer(view=where_it_stands(turn, fresh[0]))
    return Answer(view=turn.case_card(case, turn.words.say("step_done"), good=True))


def _too_old(turn: Turn) -> bool:
    return not verbs.still_offered(turn.pressed.action_id.partition(".")[2], turn.unit.now)


def show_stop(turn: Turn) -> Answer:
    """The procedures that are open."""
    return Answer(view=_stop_card(turn, f"stop.{verbs.fresh_mark(turn.unit.now)}"))


def _stop_card(
    turn: Turn,
    action_id: str,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> View:
    lines = lines_of(turn.office, turn.unit, turn.case, turn.person)
    return stop_view(
        turn.words, turn.case, lines,
        action_id=action_id, back=turn.back(), directory=turn.office.directory(),
        values=values, errors=errors,
    )  # fmt: skip


def do_stop(turn: Turn) -> Answer:
    """End a procedure before its end; whoever may close the case may, with a reason."""
    office, unit, case, person = turn.office, turn.unit, turn.case, turn.person
    if turn.before():
        return Answer(view=turn.case_card(case))
    values = turn.pressed.values
    role = handles(office, unit, case, person, "close")
    lines = lines_of(office, unit, case, person)
    if role is None or not lines or _too_old(turn):
        said = turn.words.say("not_yours" if role is None else "stale_case")
        return Answer(view=turn.case_card(case, said, values.get(WHY, "")), refused=True)
    errors = _faults(turn, stop_form(turn.words, lines), values)
    if errors:
        return Answer(view=_stop_card(turn, turn.pressed.action_id, values, errors), refused=True)
    procedure = next(p for p in procedures_of(unit, case) if p.id == values[PICKED])
    content = {"procedure": procedure.id, "flow": procedure.flow, "why": values[WHY].strip()}
    case = unit.case(case, actor=person, role=role, kind="procedure_stopped", content=content)
    _, case = act(office, unit, case, procedure, Act(kind="stop", by=person, role=role))
    turn.remember()
    return Answer(view=turn.case_card(case, turn.words.say("step_done"), good=True))


def _faults(turn: Turn, fields: Iterable[Field], values: Mapping[str, str]) -> Mapping[str, str]:
    facts = known_of(turn.office, turn.case).report
    definition = turn.words.definition
    found = {f.key: fault_of(definition, f, values.get(f.key, "").strip(), facts) for f in fields}
    return {key: code for key, code in found.items() if code}
