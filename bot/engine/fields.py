"""Checks what was typed or picked against a step's fields.

Pure. Gives codes, never sentences: whoever shows them has the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.engine.conditions import holds
from bot.engine.report import Facts, facts_of, flags_of, values_of
from bot.model.definition import Definition
from bot.model.flows import Field, Flow, Step

LIST_KINDS = frozenset({"choices", "pupils", "adults", "others"})
MOST_PICKED = 20
FORM = "base"
"""The key of an error that belongs to the whole form rather than to one field."""


def taken(flow: Flow, step: Step, values: Mapping[str, str], *, tenant: str) -> Mapping[str, str]:
    """What of `values` this step asks for, trimmed, in the form answers are kept."""
    keys = (*step.fields, step.buttons) if step.buttons else step.fields
    return {key: normal(flow.fields[key], values[key], tenant=tenant) for key in keys if key in values}


def normal(field: Field, value: str, *, tenant: str) -> str:
    """One answer as it is kept: trimmed; picked people as PersonIds; lists without repeats."""
    value = value.strip()
    if field.kind not in LIST_KINDS:
        return value
    picked = [v.strip() for v in value.split(",") if v.strip()]
    if field.kind == "adults":
        picked = [v.lower() if "/" in v else f"{tenant}/{v}".lower() for v in picked]
    return ",".join(dict.fromkeys(picked))


def shown_fields(
    definition: Definition, flow: Flow, step: Step, answers: Mapping[str, str], facts: Facts
) -> tuple[Field, ...]:
    """The step's fields that are to be asked now, in order."""
    fields = tuple(flow.fields[key] for key in step.fields)
    if all(f.show is None for f in fields):
        return fields
    known = facts_of(definition, flow, answers, facts)
    flags = flags_of(flow, answers)
    return tuple(f for f in fields if f.show is None or holds(f.show, answers, flags=flags, facts=known))


def faults_of(
    definition: Definition, flow: Flow, step: Step, answers: Mapping[str, str], facts: Facts
) -> Mapping[str, str]:
    """Error code by field key (or FORM); empty when the step may be left.

    Codes: needed, too_long, not_a_date, unknown_choice, pupil_account, alone, needs_one. A step that is not
    to be checked now (danger comes first) has no fault, whatever else was filled in: `passable` says what of
    it counts.
    """
    if _unchecked(definition, flow, step, answers, facts):
        return {}
    faults: dict[str, str] = {}
    for field in shown_fields(definition, flow, step, answers, facts):
        code = fault_of(definition, field, answers.get(field.key, ""), facts)
        if code:
            faults[field.key] = code
    if step.buttons:
        pressed = answers.get(step.buttons, "")
        if pressed not in {option.key for option in flow.fields[step.buttons].options}:
            faults[step.buttons] = "unknown_choice"
    if step.needs_one and not any(answers.get(key) for key in step.needs_one):
        faults[FORM] = "needs_one"
    return faults


def passable(
    definition: Definition, flow: Flow, step: Step, answers: Mapping[str, str], facts: Facts
) -> Mapping[str, str]:
    """The answers less those of this step that nobody could have picked from its card."""
    unknown = {
        field.key
        for field in shown_fields(definition, flow, step, answers, facts)
        if fault_of(definition, field, answers.get(field.key, ""), facts) == "unknown_choice"
    }
    return {key: value for key, value in answers.items() if key not in unknown} if unknown else answers


def _unchecked(
    definition: Definition, flow: Flow, step: Step, answers: Mapping[str, str], facts: Facts
) -> bool:
    if step.unchecked_when is None:
        return False
    known = facts_of(definition, flow, answers, facts)
    return holds(step.unchecked_when, answers, flags=flags_of(flow, answers), facts=known)


def fault_of(definition: Definition, field: Field, value: str, facts: Facts) -> str:
    """The error code of one answer, or the empty string."""
    if not value:
        return "needed" if field.needed.by_language else ""
    if field.kind == "date":
        return "" if _is_date(value) else "not_a_date"
    if field.kind in ("text", "paragraph", "time"):
        return "too_long" if len(value) > field.max_length else ""
    values = values_of({field.key: value}, field.key) if field.kind in LIST_KINDS else (value,)
    if len(values) > MOST_PICKED:
        return "too_long"
    return _fault_of_choice(definition, field, values, facts)


def _is_date(value: str) -> bool:
    """As a card sends a day: 2026-09-01."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _fault_of_choice(definition: Definition, field: Field, values: tuple[str, ...], facts: Facts) -> str:
    if field.kind == "pupils":
        return "" if all(v in facts.directory.pupils for v in values) else "unknown_choice"
    if field.kind == "adults":
        accounts = {p.account for p in facts.directory.pupils.values() if p.account}
        return "pupil_account" if any(v in accounts for v in values) else ""
    if field.kind == "row":
        table = definition.tables.get(field.table) or definition.grids.get(field.table)
        return "" if table and any(row.key == values[0] for row in table.rows) else "unknown_choice"
    if field.kind == "confirm":
        return "" if values == ("yes",) else "unknown_choice"
    options = {o.key: o for o in field.options}
    if any(v not in options for v in values):
        return "unknown_choice"
    return "alone" if len(values) > 1 and any(options[v].alone for v in values) else ""
