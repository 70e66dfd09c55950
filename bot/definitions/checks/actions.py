"""What must hold of what can be done with a case: somebody may do it, and its form is a card's size."""

from __future__ import annotations

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.flows import check_fields
from bot.definitions.checks.roles import VERBS
from bot.definitions.checks.scope import Scope, flags_of
from bot.definitions.checks.steps import MOST_FIELDS


def check_actions(findings: Findings) -> None:
    """Each action by itself."""
    granted = {permission.verb for permission in findings.definition.permissions}
    for action in findings.definition.actions.values():
        place = f"actions.{action.key}"
        everywhere = findings.everywhere
        scope = Scope(
            fields={**everywhere.fields, **action.fields},
            flags=everywhere.flags | flags_of(action.fields.values()),
        )
        findings.condition(f"{place}.when", action.when, everywhere)
        check_fields(findings, action.fields, f"{place}.fields", scope, in_procedure=False)
        if len(action.fields) > MOST_FIELDS:
            what = f"asks {len(action.fields)} things, and a card asks at most {MOST_FIELDS}"
            findings.fault(f"{place}.fields", what, "Ask fewer.")
        known = findings.known(f"{place}.permission", action.permission, VERBS, "verb")
        if known and action.permission and action.permission not in granted:
            remedy = f"Add {{verb: {action.permission}, role: …, scope: …}} to the permissions in roles.yaml."
            findings.fault(f"{place}.permission", f"nobody may {action.permission}", remedy)
