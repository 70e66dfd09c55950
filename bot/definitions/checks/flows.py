"""What must hold of a flow: every step is reached and ends, every name exists, no card asks too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.definitions.checks.findings import CHOICES, Findings
from bot.definitions.checks.graph import circles, endless, reached, ways_of
from bot.definitions.checks.scope import Scope, flags_of
from bot.definitions.checks.steps import check_step
from bot.model.flows import OTHERS, Field, Flow


def check_flows(findings: Findings) -> None:
    """Each flow by itself."""
    for flow in findings.definition.flows.values():
        place = f"flows.{flow.key}"
        _check_flow_head(findings, flow, place)
        for key, asked in flow.fields.items():
            scope, in_procedure = _in_its_forms(findings, flow, key), flow.use != "report"
            check_fields(findings, {key: asked}, f"{place}.fields", scope, in_procedure=in_procedure)
        for step in flow.steps.values():
            check_step(findings, flow, step, f"{place}.steps.{step.key}")
        _check_used(findings, flow, place)
        _check_ways(findings, flow, place)


def _in_its_forms(findings: Findings, flow: Flow, key: str) -> Scope:
    """The flow's scope, and what every step that asks this asks besides, which stands there without the
    step's key (outcome)."""
    scope = findings.scope(flow)
    asking = [step for step in flow.steps.values() if key in step.fields]
    forms = [findings.definition.forms.get(step.kind, {}) for step in asking] if flow.use != "report" else []
    shared = (
        {name: asked for name, asked in forms[0].items() if all(name in f for f in forms)} if forms else {}
    )
    return replace(scope, fields={**shared, **scope.fields}) if shared else scope


def check_fields(
    findings: Findings, fields: Mapping[str, Field], place: str, scope: Scope, *, in_procedure: bool = True
) -> None:
    """Each question has what its kind needs."""
    for asked in fields.values():
        here = f"{place}.{asked.key}"
        if asked.kind in CHOICES and not asked.options:
            findings.fault(here, "offers nothing to choose", "Add options: with a key and a label each.")
        if asked.kind not in (*CHOICES, "") and asked.options:
            remedy = "Delete the options, or make the kind choice or choices."
            findings.fault(f"{here}.options", f"a field of kind {asked.kind} has no options", remedy)
        if asked.kind == "others":
            for option in asked.options:
                findings.known(f"{here}.options.{option.key}", option.key, OTHERS, "such kind of person")
        if asked.table:
            tables = (*findings.definition.tables, *findings.definition.grids)
            findings.known(f"{here}.table", asked.table, tables, "table")
            if asked.kind != "row":
                findings.fault(f"{here}.table", "only a field of kind row has a table", "Delete this line.")
        _check_day(findings, asked, f"{here}.not_past", in_procedure=in_procedure)
        others = {**scope.fields, **fields}
        if findings.known(f"{here}.differs_from", asked.differs_from, others, "field") and asked.differs_from:
            other = others[asked.differs_from]
            if asked.kind != other.kind or asked.kind not in ("adults", "pupils"):
                remedy = "Only two questions that pick people of the same list can differ: adults, or pupils."
                findings.fault(f"{here}.differs_from", "compares what cannot be compared", remedy)
        findings.condition(f"{here}.show", asked.show, scope)
        findings.condition(f"{here}.needed_when", asked.needed_when, scope)


def _check_day(findings: Findings, asked: Field, place: str, *, in_procedure: bool) -> None:
    if asked.not_past.by_language and not (asked.kind == "date" and in_procedure):
        what = "only a day that a procedure or a request asks for can be refused as past"
        findings.fault(place, what, "Delete this line.")


def _check_flow_head(findings: Findings, flow: Flow, place: str) -> None:
    findings.known(f"{place}.start", flow.start, flow.steps, "step")
    findings.roles(f"{place}.begun_by", flow.begun_by)
    findings.roles(f"{place}.owner", flow.owner)
    findings.condition(f"{place}.begins_when", flow.begins_when, findings.of_a_case)
    findings.condition(f"{place}.offered_when", flow.offered_when, findings.of_a_case)
    findings.condition(f"{place}.stops_when", flow.stops_when, findings.of_a_case)
    if findings.known(f"{place}.description_field", flow.description_field, flow.fields, "field"):
        described = flow.fields.get(flow.description_field)
        if described and described.kind not in ("text", "paragraph"):
            remedy = "Name a field of kind paragraph: it takes what was typed before the flow began."
            findings.fault(f"{place}.description_field", "is no field for words", remedy)
    raised = flags_of(flow.fields.values())
    derived = {flag.flag for flag in flow.flags}
    options_only = Scope(fields=flow.fields, flags=raised)
    for at, flag in enumerate(flow.flags):
        findings.condition(f"{place}.flags.{at}.when", flag.when, options_only)
        if flag.flag in raised and flag.flag in derived:
            remedy = "Give one of the two another name."
            findings.fault(f"{place}.flags.{at}.flag", f"an option raises {flag.flag} as well", remedy)


def _check_used(findings: Findings, flow: Flow, place: str) -> None:
    used = {key for step in flow.steps.values() for key in (*step.fields, step.buttons)}
    for key in flow.fields:
        if key not in used:
            remedy = "Name it in the fields of a step, or delete it."
            findings.fault(f"{place}.fields.{key}", f"no step asks {key}", remedy)


def _check_ways(findings: Findings, flow: Flow, place: str) -> None:
    """Every step is reached from the start, and every step that is reached can end."""
    if flow.start not in flow.steps:
        return
    from_start = reached(flow)
    # What stands behind a way into nowhere is not reached either; that way has been told.
    astray = any(key not in flow.steps for key in from_start)
    for key in flow.steps:
        if key not in from_start and not astray:
            remedy = (
                f"Lead to it from another step, or delete it: a flow has one start, which is {flow.start}."
            )
            findings.fault(f"{place}.steps.{key}", "no step leads here", remedy)
    for key in circles(endless(flow), ways_of(flow)):
        remedy = "Lead one of the steps behind it to a step of kind end."
        what = "whoever comes here goes round for ever and never ends"
        findings.fault(f"{place}.steps.{key}", what, remedy)
