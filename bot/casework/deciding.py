"""A table's actions, decided for or against by who may, or proposed to them; and notes: a proposal is one.

Source: casework 3, 4; design rule 7. Must not know how anybody is told.
"""

from __future__ import annotations

from bot.casework import messages
from bot.casework.acting import Content, Doing, Done, NotNow
from bot.casework.facts import still_to_record
from bot.casework.rerouting import bar, told_of
from bot.engine.access import standing
from bot.engine.routing import HEADS
from bot.model.cases import Case, Decision, Note, Told
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.tables import Column


def note(d: Doing) -> Done:
    """Words added, never changed later."""
    added = Note(by=d.person, role=d.role, text=d.values.get("text", ""), at=d.unit.now)
    return replace(d.case, notes=(*d.case.notes, added)), {"text": added.text}


def decide(d: Doing) -> Done:
    """Decide one action of the table, for or against; or propose it to whoever may (design rule 7)."""
    column = column_of(d.definition, d.case, d.values.get("action", ""))
    if d.values.get("answer") == "propose":
        return _propose(d, column)
    waits = still_to_record(d.definition, d.case, before="decide")
    if column.sanction and waits:
        first = ", ".join(d.words.text(a.label) for a in waits)
        raise NotNow(d.words.say("case_decide_waits", first=first))
    if column.sanction and not d.case.routed.sanctions:
        raise NotNow(d.words.say("case_no_sanctions"))
    _check_parents(d, column)
    roles = deciding_roles(d, column)
    if not roles:
        names = ", ".join(d.words.role(r) for r in column.may_decide)
        raise NotNow(d.words.say("decide_not_yours", roles=names))
    made = Decision(
        action=column.key,
        yes=d.values.get("answer") == "yes",
        by=d.person,
        role=roles[0],
        why=d.why(),
        at=d.unit.now,
        task=column.task,
    )
    case = replace(d.case, decisions=(*d.case.decisions, made))
    return case, {"action": made.action, "yes": made.yes, "why": made.why, **_parents(d, column)}


def _propose(d: Doing, column: Column) -> Done:
    """Say what should be done, and let somebody who may decide it hear of it."""
    text = d.words.say("note_proposed", action=d.words.text(column.label), why=d.why())
    case, content = note(replace_values(d, text=text))
    allowed = column.held_by if column.held_by and _grave(d) else column.may_decide
    if case.routed.restricted:
        allowed = tuple(r for r in allowed if r in HEADS)
    here = {t.role.role for t in case.routed.also} | {case.owner.role.role if case.owner.role else ""}
    roles = (told_of(d.office, case, r) for r in allowed)
    decider = next((r for r in roles if not bar(d.office, case, r, d.unit.now)), None)
    if decider is not None and not here & set(allowed):
        told = Told(role=decider, why=d.words.say("why_proposed"))
        case = replace(case, routed=replace(case.routed, also=(*case.routed.also, told)))
        messages.alert(
            d.office, d.unit, case, duty="told", role=decider, reason="told", mark=f"{case.revision}"
        )
    return case, {**content, "proposed": column.key, "why": d.why()}


def replace_values(d: Doing, **values: str) -> Doing:
    """The same doing with other answers."""
    return replace(d, values={**d.values, **values})


def column_of(definition: Definition, case: Case, key: str) -> Column:
    """The action column of the case's table. Raises NotNow for a column that it does not have."""
    table = definition.tables.get(case.routed.table)
    found = next((c for c in table.actions if c.key == key), None) if table else None
    if found is None:
        raise NotNow
    return found


def deciding_roles(d: Doing, column: Column) -> tuple[str, ...]:
    """The person's roles, in the case or standing, that may decide this action."""
    held = standing(d.case, d.person, d.office.directory(), d.unit.now).roles
    own = d.office.directory().people[d.person].roles
    deciders = column.held_by if column.held_by and _grave(d) else column.may_decide
    return tuple(r for r in (*held, *own) if r in deciders)


def _check_parents(d: Doing, column: Column) -> None:
    """Telling parents asks first whose, and whether it could put a child at risk (casework 3)."""
    if not column.held_by or d.values.get("answer") != "yes":
        return
    if not d.values.get("which_child") or not d.values.get("parents_safe"):
        raise NotNow(d.words.say("parents_ask"))
    if _grave(d) and not deciding_roles(d, column):
        raise NotNow(d.words.say("parents_held"))


def _grave(d: Doing) -> bool:
    """Where telling parents is for the safeguarding lead alone: grave by its kind, or by the answer given."""
    case = d.case
    return (
        d.values.get("parents_safe") in ("yes", "not_sure")
        or case.routed.child_protection
        or case.routed.illegal
        or "image" in case.flags
        or case.crime in ("yes", "not_sure")
    )


def _parents(d: Doing, column: Column) -> Content:
    if not column.held_by:
        return {}
    return {"child": d.values.get("which_child", ""), "risk": d.values.get("parents_safe", "")}
