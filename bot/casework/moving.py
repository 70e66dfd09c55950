"""Moves one case to the version of the definitions in force, on a named person's decision (design 4, rule 8).

The facts of the case stay as they are. Refused while the newer version lacks what the case stands on.
Must not know how versions are published.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.casework.acting import Doing, Done, NotNow
from bot.casework.tables import PROCEDURES
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.procedures import Procedure


def move_version(d: Doing) -> Done:
    """The case goes on by the version in force, its procedures too. Raises NotNow with what it lacks."""
    newer, older = d.office.shelf.current(), d.definition
    if newer.hash == d.case.definition:
        raise NotNow(d.words.say("move_newest"))
    kept = (d.unit.get(PROCEDURES, key) for key in d.office.store.find(PROCEDURES, "case", d.case.id))
    procedures = tuple(procedure for procedure in kept if procedure is not None)
    lacks = tuple(dict.fromkeys((*_lacks(d.case, older, newer), *_lost_steps(procedures, older, newer))))
    if lacks:
        raise NotNow(d.words.say("move_lacks", what=", ".join(lacks[:3])))
    for procedure in procedures:
        moved = replace(procedure, definition=newer.hash, revision=procedure.revision + 1)
        d.unit.put(PROCEDURES, procedure.id, moved)
    content = {"before": d.case.definition, "after": newer.hash, "why": d.why()}
    return replace(d.case, definition=newer.hash), content


def _lost_steps(procedures: tuple[Procedure, ...], older: Definition, newer: Definition) -> Iterator[str]:
    """Steps on which a procedure stands, or which it has passed, that are gone or of another kind."""
    for procedure in procedures:
        was, now = older.flows.get(procedure.flow), newer.flows.get(procedure.flow)
        passed = (procedure.step, *(done.step for done in procedure.done))
        for key in passed:
            step = was.steps.get(key) if was is not None else None
            same = now.steps.get(key) if now is not None else None
            if same is None or (step is not None and step.kind != same.kind):
                title = step.title.say() if step is not None else ""
                yield title or (was.title.say() if was is not None else procedure.flow)


def _lacks(case: Case, older: Definition, newer: Definition) -> Iterator[str]:
    """The row, the roles and the steps on record that the newer version does not have."""
    table = newer.tables.get(case.routed.table)
    if case.routed.row and (table is None or case.routed.row not in table.by_key):
        yield case.routed.row
    columns = {column.key for column in table.columns} if table is not None else set()
    yield from (d.action for d in case.decisions if d.action not in columns)
    duties = (case.owner.role, case.oversight.role, *(told.role for told in case.routed.also))
    for role in (*duties, *(task.role for task in case.tasks)):
        if role is not None and role.role not in newer.roles:
            yield older.roles[role.role].label if role.role in older.roles else role.role
    for line in case.recorded:
        if line.action not in newer.actions:
            action = older.actions.get(line.action)
            yield action.title.say() if action is not None else line.action
