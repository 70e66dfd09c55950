"""Whether somebody has been asked for a thing already: by the task of a decided action, or by a procedure.

Both lead to the same role, and neither knows of the other: whoever comes second is shown the first, and asks
again only by pressing once more. Reads only, but for the mark that it was shown.
"""

from __future__ import annotations

from bot.casework.office import Office
from bot.casework.procedures.knowing import open_ones
from bot.casework.tables import PRESSES
from bot.casework.unit import Unit
from bot.model.cases import Case, Task
from bot.model.definition import Definition
from bot.model.flows import Flow
from bot.model.outbox import Press
from bot.model.people import PersonId
from bot.model.procedures import Procedure
from bot.model.tables import Column


def open_procedure(office: Office, unit: Unit, case: Case, action: str) -> Procedure | None:
    """The open procedure of the case that asks for what this action of its table is about."""
    definition = office.definition_of(case)
    column = _columns(definition, case).get(action)
    if column is None:
        return None
    return next((p for p in open_ones(unit, case) if _same(definition, column, p.flow)), None)


def open_task(office: Office, case: Case, flow: str) -> Task | None:
    """The task of the case, not yet acknowledged, that asks for what this procedure is about."""
    definition = office.definition_of(case)
    columns = _columns(definition, case)
    waiting = (t for t in case.tasks if t.seen_at is None and t.action in columns)
    return next((t for t in waiting if _same(definition, columns[t.action], flow)), None)


def shown_before(unit: Unit, case: Case, first: str, second: str, person: PersonId) -> bool:
    """Whether the person was shown the `first` in place of the `second` before; from now on they were."""
    mark = f"twice/{first}/{second}/{person}"
    if unit.get(PRESSES, mark) is not None:
        return True
    press = Press(id=mark, target=case.id, action_id=second, person=person, verb="twice", at=unit.now)
    unit.put(PRESSES, mark, press)
    return False


def _columns(definition: Definition, case: Case) -> dict[str, Column]:
    table = definition.tables.get(case.routed.table)
    return {c.key: c for c in table.columns if c.task} if table else {}


def _same(definition: Definition, column: Column, key: str) -> bool:
    """The procedure that is called as the action is; else one that does nothing but ask the action's role."""
    if column.key in definition.flows:
        return key == column.key
    flow = definition.flows.get(key)
    others = {c.key for table in definition.tables.values() for c in table.columns}
    return flow is not None and key not in others and _only_asks(flow, column.task)


def _only_asks(flow: Flow, role: str) -> bool:
    asked = {step.who for step in flow.steps.values() if step.who}
    return bool(flow.begun_by) and not flow.begins_when and asked == {(role,)}
