"""What goes on record of a procedure's walk: a line of history, and the case's action that a step counts as.

Must not know where a procedure goes, nor who hears of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.casework.office import HANDRAIL, Office
from bot.casework.unit import Unit
from bot.engine.acts import Act, Follows
from bot.engine.step_form import form_of
from bot.model.cases import Case, Recorded
from bot.model.changed import replace
from bot.model.flows import Field
from bot.model.procedures import Procedure, StepDone

RECORDED: Mapping[str, str] = {
    "passed": "step_passed",
    "signed": "step_signed",
    "handed": "device_handed",
    "end": "procedure_ended",
}
"""What goes on record, by what its line of history is called."""


def record(
    office: Office,
    unit: Unit,
    case: Case,
    procedure: Procedure,
    each: Follows,
    what: Act,
    *,
    done: StepDone | None = None,
) -> Case:
    """Put on record what is of RECORDED; of a step that was passed, `done` says what was answered."""
    content = _content(procedure, each, done)
    case = _also_recorded(office, case, procedure, each, what, at=unit.now)
    actor = what.by or HANDRAIL
    return unit.case(case, actor=actor, role=what.role, kind=RECORDED[each.kind], content=content)


def _content(procedure: Procedure, each: Follows, done: StepDone | None) -> Mapping[str, object]:
    content: dict[str, object] = {
        "procedure": procedure.id, "flow": procedure.flow, "step": each.step,
        "outcome": each.outcome or each.does,
    }  # fmt: skip
    if each.kind == "signed":
        content["why"] = procedure.signatures[-1].why
    elif each.kind == "handed":
        last = procedure.hand_overs[-1]
        content |= {"what": last.what, "gave": last.gave, "took": last.took, "where": last.where}
    elif done is not None:
        content["answers"] = dict(done.answers)
    return content


def _also_recorded(
    office: Office, case: Case, procedure: Procedure, each: Follows, what: Act, *, at: datetime
) -> Case:
    """What somebody did in the step counts as the action that it `records`: closing asks for it no more."""
    flow = office.definition_of(case).flows[procedure.flow]
    step = flow.steps[each.step]
    if each.kind != "passed" or not step.records or what.by is None:
        return case
    passed = next(done for done in reversed(procedure.done) if done.step == step.key)
    form = form_of(office.definition_of(case), flow, step)
    said = {key: _said(form, key, value) for key, value in passed.answers.items()}
    line = Recorded(action=step.records, by=what.by, role=what.role, at=at, answers=said)
    return replace(case, recorded=(*case.recorded, line))


def _said(form: Mapping[str, Field], key: str, value: str) -> str:
    """An answer in the words it was chosen by."""
    labels = {option.key: option.label.say() for option in form[key].options} if key in form else {}
    return ", ".join(labels.get(part, part) for part in value.split(",")) if labels else value
