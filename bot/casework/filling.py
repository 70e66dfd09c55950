"""Reads the form of a case action: what of a press it asks for, and what is wrong with it.

Must not know what the action does.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework.handing import receiving_roles
from bot.casework.office import Office
from bot.engine.fields import fault_of, normal
from bot.engine.report import Facts
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.definition import CaseAction, Definition


def clean_values(action: CaseAction, values: Mapping[str, str], *, tenant: str) -> Mapping[str, str]:
    """What of a press the form asks for, in the form answers are kept."""
    return {k: normal(f, values[k], tenant=tenant) for k, f in action.fields.items() if k in values}


def form_faults(
    office: Office, definition: Definition, case: Case, action: CaseAction, values: Mapping[str, str]
) -> Mapping[str, str]:
    """Error codes by field; nothing when the form can be taken."""
    facts = Facts(directory=office.directory(), reporter=case.reporter)
    faults: dict[str, str] = {}
    for field in action.fields.values():
        table = field.table or case.routed.table
        if field.kind == "action":
            columns = definition.tables[table].columns if table in definition.tables else ()
            known = {c.key for c in columns if c.kind == "action"}
            code = "" if values.get(field.key) in known else "needed"
        elif field.kind == "role":
            known = {"", *receiving_roles(office, case, office.now())}
            code = "" if values.get(field.key, "") in known else "unknown_choice"
        else:
            code = fault_of(definition, replace(field, table=table), values.get(field.key, ""), facts)
        if code:
            faults[field.key] = code
    return faults
