"""What must hold of decision tables: something always hits, and each row asks for what its flows know.

Whether a row is ever met is proved with the ways through the flows (proofs). Must not know steps.
"""

from __future__ import annotations

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.tables import check_once
from bot.model.flows import Flow
from bot.model.tables import DecisionTable


def check_decisions(findings: Findings) -> None:
    """Each decision table by itself, and against every flow that asks it."""
    for table in findings.definition.decisions.values():
        place = f"decisions.{table.key}"
        keys = [row.key for row in (*table.rows, *table.overlays)]
        check_once(findings, keys, f"{place}.rows", "row")
        _check_otherwise(findings, table, place)
        for flow in findings.definition.flows.values():
            if any(step.kind == "decision" and step.table == table.key for step in flow.steps.values()):
                _check_rows(findings, table, flow, place)


def _check_otherwise(findings: Findings, table: DecisionTable, place: str) -> None:
    for at, row in enumerate(table.rows[:-1]):
        if row.when is None:
            remedy = "Move it to the end, or add when: — what stands behind it is never reached."
            findings.fault(f"{place}.rows.{at}", "hits always, and is not the last row", remedy)
    if not table.rows or table.rows[-1].when is not None:
        remedy = "End the rows with one that has no when: it is the otherwise."
        findings.fault(f"{place}.rows", "has no otherwise", remedy)
    for at, row in enumerate(table.overlays):
        if row.when is None:
            remedy = "Add when:; what always holds belongs into the rows."
            findings.fault(f"{place}.overlays.{at}", "an overlay without a condition", remedy)
        if not row.flags:
            findings.fault(f"{place}.overlays.{at}", "adds nothing", "Add flags:, or delete it.")


def _check_rows(findings: Findings, table: DecisionTable, flow: Flow, place: str) -> None:
    """Two flows that ask the same table are told of the same fault once."""
    known = len(findings.problems)
    scope = findings.scope(flow)
    for name, rows in (("rows", table.rows), ("overlays", table.overlays)):
        for at, row in enumerate(rows):
            findings.condition(f"{place}.{name}.{at}.when", row.when, scope)
    told = findings.problems[:known]
    findings.problems[known:] = [problem for problem in findings.problems[known:] if problem not in told]
