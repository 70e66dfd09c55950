"""Where everything that a policy asks for comes from: each step, row and rule says so, and what is not the
school's own policy says that it must be checked.

Must not know what the policies say.
"""

from __future__ import annotations

from bot.definitions.checks.findings import Findings

NATIONAL = "national practice, check before use:"

_ASKS_NOBODY = ("decision", "wait", "end")
"""Kinds of step that carry nothing out: they only lead on, or until a time is past."""


def check_sources(findings: Findings) -> None:
    """Flows with their steps, tables with their rows, rules, and actions."""
    for flow in findings.definition.flows.values():
        place = f"flows.{flow.key}"
        _check_origin(findings, place, flow.origin, flow.source)
        for step in flow.steps.values():
            here = f"{place}.steps.{step.key}"
            inherited = flow.source if step.origin == flow.origin else ""
            _check_origin(findings, here, step.origin, step.source or inherited)
            if step.origin == "policy" and step.kind not in _ASKS_NOBODY and not (step.source or flow.source):
                remedy = (
                    "Add source: with the policy and the section, or origin: product if no policy asks it."
                )
                findings.fault(here, "does not say which policy it comes from", remedy)
    _check_tables(findings)
    rules = findings.definition.routing
    for name, listed in (("rules", rules.rules), ("overlays", rules.overlays)):
        for at, rule in enumerate(listed):
            if not rule.source:
                _missing(findings, f"routing.{name}.{at}")
    for action in findings.definition.actions.values():
        place = f"actions.{action.key}"
        _check_origin(findings, place, action.origin, action.source)
        if action.origin == "policy" and not action.source:
            _missing(findings, place)


def _check_tables(findings: Findings) -> None:
    definition = findings.definition
    for section in ("tables", "grids", "decisions"):
        for table in getattr(definition, section).values():
            for at, row in enumerate(table.rows):
                if not (row.source or table.source):
                    _missing(findings, f"{section}.{table.key}.rows.{at}")


def _missing(findings: Findings, place: str) -> None:
    what = "does not say which policy it comes from"
    findings.fault(place, what, "Add source: with the policy and the section.")


def _check_origin(findings: Findings, place: str, origin: str, source: str) -> None:
    says_national = source.lower().startswith("national practice")
    if origin == "national" and not source.lower().startswith(NATIONAL):
        what = "is national practice, and its source does not say so"
        findings.fault(place, what, f'Begin its source: with "{NATIONAL}" and then name what it comes from.')
    if says_national and origin != "national":
        what = "has a source in national practice, but does not say origin: national"
        findings.fault(place, what, "Add origin: national.")
