"""What stands in a pack and is never used: it is a slip of the pen, or a rule that nobody carries out.

In what is common to all schools it is a hint: no school needs everything. Must not know how anything is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.roles import NEEDED
from bot.definitions.checks.school import OWN_SENTENCES
from bot.definitions.draft import line_of
from bot.model.definition import Definition

CODE_GUIDANCE = ("pictures",)
"""Guidance that stands above the first text field of every card, whatever a pack says."""

_COMMON = "common/"


def check_used(findings: Findings, common_texts: Collection[str]) -> None:
    """Guidance, roles, tables, decision tables and the school's own sentences."""
    definition = findings.definition
    steps = [step for flow in definition.flows.values() for step in flow.steps.values()]
    asked = _tables_asked(definition)
    _check(
        findings,
        "guidance",
        definition.guidance,
        {key for step in steps for key in step.notices} | {*CODE_GUIDANCE},
        "Name it in notices: of a step, or delete it.",
    )
    _check(
        findings,
        "decisions",
        definition.decisions,
        {step.table for step in steps},
        "Name it in table: of a decision step, or delete it.",
    )
    routed = {rule.by_table for rule in definition.routing.rules}
    remedy = "Name it in by_table: of a routing rule or in table: of a field, or delete it."
    _check(findings, "tables", definition.tables, routed | asked, remedy)
    remedy = "Name it in table: of a field of kind row, or delete it."
    _check(findings, "grids", definition.grids, asked, remedy)
    remedy = "Name it where somebody is to act or to be told, or delete it."
    _check(findings, "roles", definition.roles, {*_roles_used(definition), *NEEDED}, remedy)
    known = {*common_texts, *OWN_SENTENCES}
    remedy = "Give it the key of the sentence that it is to replace, or delete it."
    _check(findings, "texts", definition.texts, known, remedy)


def _check(
    findings: Findings, section: str, names: Iterable[str], used: Collection[str], remedy: str
) -> None:
    for name in names:
        if name in used:
            continue
        place = f"{section}.{name}"
        common = line_of(findings.lines, place).file.startswith(_COMMON)
        (findings.hint if common else findings.fault)(place, "is never used", remedy)


def _tables_asked(definition: Definition) -> set[str]:
    fields = [asked for flow in definition.flows.values() for asked in flow.fields.values()]
    fields += [asked for action in definition.actions.values() for asked in action.fields.values()]
    return {asked.table for asked in fields}


def _roles_used(definition: Definition) -> Iterable[str]:
    """Every role that does, decides, signs, is told, may something or stands in for another."""
    yield from definition.last_resort
    yield from definition.school.channel_roles
    for permission in definition.permissions:
        yield permission.role
    for role in definition.roles.values():
        yield from role.substitutes
    for flow in definition.flows.values():
        yield from (*flow.begun_by, *flow.owner)
        for step in flow.steps.values():
            yield from (*step.who, *step.approvers, *step.tell)
    for table in definition.tables.values():
        for column in table.columns:
            yield from (*column.roles, *column.in_lesson, *column.beyond, *column.may_decide, *column.held_by)
            yield column.task
    for rule in (*definition.routing.rules, *definition.routing.overlays):
        yield from rule.owner
        for tell in rule.tell:
            yield from (tell.role, *tell.instead)
