"""What must hold of sanction tables, grids and routing: rows that reach somebody, roles that exist."""

from __future__ import annotations

from collections.abc import Sequence

from bot.definitions.checks.findings import Findings
from bot.model.tables import Column, Routing, Row, Rule, SanctionTable


def check_tables(findings: Findings) -> None:
    """Each sanction table and each grid by itself."""
    for table in findings.definition.tables.values():
        place = f"tables.{table.key}"
        for at, column in enumerate(table.columns):
            _check_column(findings, column, f"{place}.columns.{at}")
        check_once(findings, [c.key for c in table.columns], f"{place}.columns", "column")
        findings.condition(f"{place}.start_highest_when", table.start_highest_when, findings.everywhere)
        findings.condition(f"{place}.in_lesson_when", table.in_lesson_when, findings.everywhere)
        _check_rows(findings, table.rows, [c.key for c in table.columns], place)
        _check_levels(findings, table, place)
    for grid in findings.definition.grids.values():
        place = f"grids.{grid.key}"
        columns = [key for key, _ in grid.columns]
        check_once(findings, columns, f"{place}.columns", "column")
        _check_rows(findings, grid.rows, columns, place)


def check_routing(findings: Findings) -> None:
    """The routing table: something always hits, and whatever hits names somebody."""
    routing = findings.definition.routing
    keys = [rule.key for rule in (*routing.rules, *routing.overlays)]
    check_once(findings, keys, "routing.rules", "rule")
    for at, rule in enumerate(routing.rules):
        place = f"routing.rules.{at}"
        _check_rule(findings, rule, place)
        if rule.by_table:
            findings.known(f"{place}.by_table", rule.by_table, findings.definition.tables, "table")
        if not rule.owner:
            remedy = "Add owner: and a list of roles (beside by_table: who has it while no row is chosen)."
            findings.fault(place, "names nobody who owns the case", remedy)
    for at, rule in enumerate(routing.overlays):
        place = f"routing.overlays.{at}"
        _check_rule(findings, rule, place)
        if rule.when is None:
            remedy = "Add when:; whoever is always to be told belongs into each rule."
            findings.fault(place, "an overlay without a condition", remedy)
        if rule.owner or rule.by_table or rule.only:
            remedy = "Delete owner, only and by_table here: an overlay adds, a rule decides."
            findings.fault(place, "an overlay cannot give the case to anybody", remedy)
        if not (rule.tell or rule.urgency or not rule.sanctions):
            findings.fault(place, "adds nothing", "Add tell:, urgency: or sanctions:, or delete it.")
    _check_otherwise(findings, routing)


def _check_otherwise(findings: Findings, routing: Routing) -> None:
    for at, rule in enumerate(routing.rules[:-1]):
        if rule.when is None:
            remedy = "Move it to the end, or add when: — what stands behind it is never reached."
            findings.fault(f"routing.rules.{at}", "hits always, and is not the last rule", remedy)
    if not routing.rules or routing.rules[-1].when is not None:
        remedy = "End the rules with one that has no when: it is the otherwise."
        findings.fault("routing.rules", "has no otherwise", remedy)
    elif routing.rules[-1].by_table:
        at = len(routing.rules) - 1
        remedy = "Name owner: alone here; a table cannot decide what no rule foresaw."
        findings.fault(f"routing.rules.{at}.by_table", "the otherwise goes by a table", remedy)


def _check_rule(findings: Findings, rule: Rule, place: str) -> None:
    findings.condition(f"{place}.when", rule.when, findings.everywhere)
    findings.roles(f"{place}.owner", rule.owner)
    for at, tell in enumerate(rule.tell):
        findings.known(f"{place}.tell.{at}.role", tell.role, findings.definition.roles, "role")
        findings.roles(f"{place}.tell.{at}.instead", tell.instead)


def _check_column(findings: Findings, column: Column, place: str) -> None:
    for name in ("roles", "in_lesson", "beyond", "may_decide", "held_by"):
        findings.roles(f"{place}.{name}", getattr(column, name))
    findings.roles(f"{place}.task", (column.task,) if column.task else ())
    findings.condition(f"{place}.proposed_when", column.proposed_when, findings.everywhere)
    if column.kind == "authority" and not column.roles:
        findings.fault(place, "a level of authority without a role", "Add roles: and who deals with it.")
    if column.kind == "authority" and (column.may_decide or column.held_by or column.sanction):
        remedy = "Delete them here: they belong to a column of kind action."
        findings.fault(place, "a level of authority decides no single action", remedy)
    if column.kind == "action" and not column.may_decide:
        findings.fault(place, "nobody may decide this action", "Add may_decide: and a list of roles.")
    if column.kind == "action" and (column.roles or column.in_lesson or column.beyond):
        remedy = "Delete roles, in_lesson and beyond here, or make its kind authority."
        findings.fault(place, "an action is no level of authority", remedy)


def _check_levels(findings: Findings, table: SanctionTable, place: str) -> None:
    levels = {column.key for column in table.ladder}
    for at, row in enumerate(table.rows):
        findings.condition(f"{place}.rows.{at}.no_sanction_when", row.no_sanction_when, findings.everywhere)
        if not levels.intersection(row.marks):
            remedy = "Add at least one level of authority to its marks."
            findings.fault(f"{place}.rows.{at}.marks", "nobody deals with this row", remedy)


def _check_rows(findings: Findings, rows: Sequence[Row], columns: Sequence[str], place: str) -> None:
    check_once(findings, [row.key for row in rows], f"{place}.rows", "row")
    for at, row in enumerate(rows):
        here = f"{place}.rows.{at}"
        for mark_at, mark in enumerate(row.marks):
            findings.known(f"{here}.marks.{mark_at}", mark, columns, "column")
        known = [mark for mark in row.marks if mark in columns]
        if known != sorted(set(known), key=columns.index):
            remedy = "Write each mark once, in the order of the columns."
            findings.fault(f"{here}.marks", "the marks are not in the order of the columns", remedy)
        if row.number != at + 1:
            what = f"is row {at + 1} of the table but says {row.number}"
            findings.fault(f"{here}.number", what, f"Write number: {at + 1}, or move the row.")


def check_once(findings: Findings, keys: Sequence[str], place: str, kind: str) -> None:
    """No key stands twice in a list; `place` is where the list stands."""
    first: dict[str, int] = {}
    for at, key in enumerate(keys):
        if key and key in first:
            what = f"the {kind} {key} stands twice, as number {first[key] + 1} and {at + 1}"
            findings.fault(f"{place}.{at}.key", what, "Delete one of the two, or rename it.")
        first.setdefault(key, at)
