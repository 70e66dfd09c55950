"""What must hold of a flow: every step is reached and ends, every name exists, no card asks too much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.definitions.checks.findings import CHOICES, Findings, Scope, flags_of, scope_of
from bot.definitions.shape import listed, nearest
from bot.model.flows import OTHERS, Field, Flow, Step

MOST_FIELDS = 5
MOST_BUTTONS = 6
"""Teams shows no more than six actions on a card."""

_DOES: Mapping[str, tuple[str, ...]] = {
    "notify": ("danger", "sent", "dealt"),
    "end": ("sent", "dealt", "unfinished"),
}


def check_flows(findings: Findings) -> None:
    """Each flow by itself."""
    for flow in findings.definition.flows.values():
        place = f"flows.{flow.key}"
        _check_flow_head(findings, flow, place)
        check_fields(findings, flow.fields, f"{place}.fields", scope_of(flow))
        for step in flow.steps.values():
            _check_step(findings, flow, step, f"{place}.steps.{step.key}")
        _check_used(findings, flow, place)
        _check_ways(findings, flow, place)


def check_fields(findings: Findings, fields: Mapping[str, Field], place: str, scope: Scope) -> None:
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
            findings.known(f"{here}.table", asked.table, findings.definition.tables, "table")
            if asked.kind != "row":
                findings.fault(f"{here}.table", "only a field of kind row has a table", "Delete this line.")
        findings.condition(f"{here}.show", asked.show, scope)


def _check_flow_head(findings: Findings, flow: Flow, place: str) -> None:
    findings.known(f"{place}.start", flow.start, flow.steps, "step")
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


def _check_step(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    for at, key in enumerate(step.fields):
        findings.known(f"{place}.fields.{at}", key, flow.fields, "field")
    for at, key in enumerate(step.notices):
        findings.known(f"{place}.notices.{at}", key, findings.definition.guidance, "guidance")
    for at, key in enumerate(step.needs_one):
        findings.known(f"{place}.needs_one.{at}", key, step.fields, "field of this step")
    if step.needs_one and not step.needs_one_error.by_language:
        findings.fault(
            f"{place}.needs_one", "has no sentence for when all are empty", "Add needs_one_error:."
        )
    if len(step.fields) > MOST_FIELDS:
        what = f"asks {len(step.fields)} things, and a card asks at most {MOST_FIELDS}"
        findings.fault(f"{place}.fields", what, "Move some to a further step.")
    scope = scope_of(flow)
    findings.condition(f"{place}.unchecked_when", step.unchecked_when, scope)
    for at, branch in enumerate(step.next):
        findings.condition(f"{place}.next.{at}.when", branch.when, scope)
        findings.known(f"{place}.next.{at}.go", branch.go, flow.steps, "step")
    _check_buttons(findings, flow, step, place)
    _check_kind(findings, step, place)


def _check_buttons(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    if not findings.known(f"{place}.buttons", step.buttons, flow.fields, "field") or not step.buttons:
        return
    asked = flow.fields[step.buttons]
    if asked.kind != "choice":
        remedy = "Only a field of kind choice can be a row of buttons."
        findings.fault(f"{place}.buttons", f"{asked.key} is of kind {asked.kind}", remedy)
    if len(asked.options) > MOST_BUTTONS:
        what = f"draws {len(asked.options)} buttons, and a card has at most {MOST_BUTTONS} actions"
        findings.fault(f"{place}.buttons", what, "Ask it as a field instead, or offer fewer options.")
    if step.buttons in step.fields:
        findings.fault(f"{place}.buttons", f"{asked.key} is asked twice", "Take it out of fields.")


def _check_kind(findings: Findings, step: Step, place: str) -> None:
    if step.kind == "form":
        if not (step.fields or step.buttons or step.review):
            findings.fault(place, "a form that asks nothing", "Add fields:, or make it a guidance step.")
    elif step.kind in ("guidance", "decision", "notify", "end") and (step.fields or step.buttons):
        remedy = "Make it a form, or take the fields out."
        findings.fault(place, f"a step of kind {step.kind} asks nothing, but has fields", remedy)
    if step.kind in ("form", "guidance") and not step.title.by_language:
        findings.fault(place, "has no title", "Add title: and a few words.")
    if step.kind == "guidance" and not step.body.by_language:
        findings.fault(place, "gives no guidance", "Add body: and what the person must know.")
    does = _DOES.get(step.kind, ())
    if does and step.does not in does:
        remedy = nearest(step.does, does, f"Write does: and one of: {listed(does)}.")
        findings.fault(
            f"{place}.does", f"{step.does!r} is nothing that a step of kind {step.kind} does", remedy
        )
    if step.table:
        findings.known(f"{place}.table", step.table, ("routing",), "table to decide by")
    if step.kind == "end" and step.next:
        findings.fault(
            f"{place}.next", "an end leads nowhere", "Delete next:, or give the step another kind."
        )
    if step.kind not in ("end", "") and not step.next:
        findings.fault(place, "has no way out", "Add next: and the step that follows.")


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
    ways = {key: [b.go for b in step.next] for key, step in flow.steps.items()}
    reached = _spread([flow.start], ways)
    back: dict[str, list[str]] = {}
    for key, goes in ways.items():
        for go in goes:
            back.setdefault(go, []).append(key)
    ends = [key for key, step in flow.steps.items() if step.kind in ("end", "") or not step.next]
    unknown = [go for go in back if go not in flow.steps]
    ending = _spread([*ends, *unknown], back)
    for key in flow.steps:
        if key not in reached:
            remedy = (
                f"Lead to it from another step, or delete it: a flow has one start, which is {flow.start}."
            )
            findings.fault(f"{place}.steps.{key}", "no step leads here", remedy)
    for key in _circles([k for k in flow.steps if k in reached and k not in ending], ways):
        remedy = "Lead one of the steps behind it to a step of kind end."
        what = "whoever comes here goes round for ever and never ends"
        findings.fault(f"{place}.steps.{key}", what, remedy)


def _circles(endless: Iterable[str], ways: Mapping[str, Iterable[str]]) -> list[str]:
    """The first step of each circle among the steps from which no end is reached."""
    heads: list[str] = []
    for key in endless:
        ahead = _spread(ways[key], ways)
        if key in ahead and not any(head in ahead and key in _spread(ways[head], ways) for head in heads):
            heads.append(key)
    return heads


def _spread(start: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting += ways.get(key, ())
    return seen
