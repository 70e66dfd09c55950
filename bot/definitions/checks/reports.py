"""What every report does whatever a school writes: it is routed, somebody is told, and only then it ends.

Must not know which answers lead where: it holds on every line from step to step.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.graph import spread, ways_of
from bot.definitions.checks.scope import flags_of
from bot.definitions.checks.steps import ROUTING
from bot.model.flows import Flow, Step

DANGER = "danger"
"""The flag of a press that cannot wait, and what the step does that records it."""

_TOLD = ("sent", "dealt")


def check_reports(findings: Findings) -> None:
    """Every flow that staff send in."""
    for flow in findings.definition.flows.values():
        if flow.use == "report" and flow.start in flow.steps:
            for step in flow.steps.values():
                _check_told(findings, flow, step, f"flows.{flow.key}.steps.{step.key}")
            _check_danger(findings, flow)


def _check_told(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    if step.does not in _TOLD:
        return
    if step.kind == "end" and _past(flow, step, lambda s: s.kind == "notify" and s.does == step.does):
        what = f"a report can end here as {step.does} before anybody has been told of it"
        remedy = f"Lead every way here through a step of kind notify with does: {step.does}."
        findings.fault(place, what, remedy)
    if step.kind == "notify" and _past(flow, step, lambda s: s.kind == "decision" and s.table == ROUTING):
        what = "a report can come here before it is known whose it is"
        remedy = f"Lead every way here through a step of kind decision with table: {ROUTING}."
        findings.fault(place, what, remedy)


def _past(flow: Flow, step: Step, gate: Callable[[Step], bool]) -> bool:
    """Whether there is a line of steps from the start to this one with no gate on it."""
    gates = {key for key, other in flow.steps.items() if gate(other)}
    ways = {key: [go for go in goes if go not in gates] for key, goes in ways_of(flow).items()}
    return flow.start not in gates and step.key in spread([flow.start], ways)


def _check_danger(findings: Findings, flow: Flow) -> None:
    raises = DANGER in flags_of(flow.fields.values())
    records = any(step.kind == "notify" and step.does == DANGER for step in flow.steps.values())
    if raises and not records:
        what = f"asks whether anybody is in danger, and no step tells somebody at once (does: {DANGER})"
        remedy = f"Add a step of kind notify with does: {DANGER} behind the card that asks."
        findings.fault(f"flows.{flow.key}", what, remedy)
