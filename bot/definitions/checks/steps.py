"""What must hold of one step by itself: the keys that its kind has in such a flow, and those it needs.

Must not know where a step leads, nor by which answers one comes there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.scope import outcomes_of
from bot.definitions.shape import listed, nearest
from bot.model.flows import NO_TEXT, Flow, Step
from bot.model.text import Text

MOST_FIELDS = 5
MOST_BUTTONS = 6
"""Teams shows no more than six actions on a card."""

REQUESTER = "requester"
"""In a request: whoever asked, in place of a role."""

ROUTING = "routing"

_ALWAYS = frozenset({"key", "kind", "next", "source", "origin", "fires", "mark"})
_CARD = frozenset({"title", "body", "notices", "send"})
_REPORT_FORM = frozenset({"fields", "buttons", "unchecked_when", "needs_one", "needs_one_error", "review"})
_PASSED = frozenset({"requires", "starts", "flags"})
_DONE = _PASSED | _CARD | {"who", "due_minutes", "due_in_hours", "deletes", "uses", "records"}

_REPORT_KEYS: Mapping[str, frozenset[str]] = {
    "guidance": _CARD,
    "form": _CARD | _REPORT_FORM,
    "decision": frozenset({"table"}),
    "notify": frozenset({"does"}),
    "end": frozenset({"does"}),
}
_PROCEDURE_KEYS: Mapping[str, frozenset[str]] = {
    "guidance": _DONE | {"looks_up"},
    "form": _DONE | {"fields"},
    "decision": _PASSED | {"table"},
    "task": _DONE | {"fields"},
    "approval": _PASSED | _CARD | {"approvers", "needs", "expires_minutes", "others_only", "deletes", "uses"},
    "referral": _DONE | {"fields", "options"},
    "custody": _DONE | {"fields"},
    "wait": _PASSED | _CARD | {"who", "fields", "wait_minutes", "until_field", "event"},
    "notify": _PASSED | {"title", "body", "tell"},
    "end": frozenset({"does", "title", "body", "requires"}),
}
_QUESTION_KEYS: Mapping[str, frozenset[str]] = {
    "guidance": _CARD | {"looks_up", "flags"},
    "form": _CARD | {"fields", "flags"},
    "decision": frozenset({"table", "flags"}),
    "end": frozenset({"does", "title", "body", "looks_up"}),
}
KEYS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "report": _REPORT_KEYS,
    "case": _PROCEDURE_KEYS,
    "request": _PROCEDURE_KEYS,
    "question": _QUESTION_KEYS,
}
"""By use of the flow and kind of the step: which keys it may have besides those of every step."""

NEEDED: Mapping[str, Mapping[str, str]] = {
    "guidance": {"title": "a few words", "body": "what the person must know"},
    "form": {"title": "a few words"},
    "task": {"title": "a few words", "body": "what is to be done"},
    "approval": {
        "title": "a few words",
        "body": "what is to be agreed to",
        "approvers": "the roles that may sign",
        "expires_minutes": "how long the question stands, in minutes",
    },
    "referral": {"title": "a few words", "options": "the bodies it may go to, each with a label"},
    "custody": {"title": "a few words"},
    "wait": {"title": "a few words"},
    "notify": {"tell": "the roles to be told", "body": "what they are told"},
}
"""By kind of step: the keys it needs, and what to write there. In a report a notify has `does` alone."""

DOES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "report": {"notify": ("danger", "sent", "dealt"), "end": ("sent", "dealt", "unfinished")},
    "case": {"end": ("done", "stopped")},
    "request": {"end": ("done", "stopped")},
    "question": {"end": ("done",)},
}

_TIMES = ("wait_minutes", "until_field")
_WAITS = (*_TIMES, "event")


def check_step(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    """Everything about one step but the way to it."""
    # A kind or use that could not be read is blank; that has been said where it stands.
    if "" in (step.kind, flow.use):
        return
    if step.kind not in KEYS[flow.use]:
        kinds = listed(KEYS[flow.use])
        what = f"a flow of use {flow.use} has no step of kind {step.kind}"
        findings.fault(f"{place}.kind", what, f"Use one of: {kinds}; or change use: of the flow.")
        return
    _check_keys(findings, flow, step, place)
    _check_needed(findings, flow, step, place)
    _check_names(findings, flow, step, place)
    _check_buttons(findings, flow, step, place)
    if flow.use != "report" and step.key in flow.fields and outcomes_of(findings.definition, step):
        what = f"there is a field {step.key} as well, and how this step turns out is kept under the same key"
        findings.fault(place, what, "Give one of the two another key.")
    if step.deletes and not step.requires:
        what = "deletes something, and nothing has to be answered before"
        remedy = (
            "Add requires: with the step that decides it (may it be evidence, have the police been asked)."
        )
        findings.fault(f"{place}.deletes", what, remedy)
    if step.due_in_hours and not step.due_minutes:
        what = "counts in school hours, but there is no time to count"
        findings.fault(f"{place}.due_in_hours", what, "Add due_minutes:, or delete due_in_hours:.")
    if step.kind == "approval":
        _check_approval(findings, step, place)
    if step.kind == "wait":
        _check_wait(findings, flow, step, place)
    if step.kind == "end" and step.next:
        remedy = "Delete next:, or give the step another kind."
        findings.fault(f"{place}.next", "an end leads nowhere", remedy)
    if step.kind != "end" and not step.next:
        findings.fault(place, "has no way out", "Add next: and the step that follows.")


def _check_keys(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    allowed = KEYS[flow.use][step.kind] | _ALWAYS
    for name in _given(step):
        if name not in allowed:
            use = " of a report" if flow.use == "report" else ""
            what = f"a step of kind {step.kind}{use} has no {name}"
            if flow.use == "question" and name in _PROCEDURE_KEYS[step.kind]:
                what = f"a question is answered at once and leaves nothing behind, so it has no {name}"
            findings.fault(f"{place}.{name}", what, f"Delete {name}: here, or change the kind of the step.")


def _check_needed(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    needed = {} if (flow.use, step.kind) == ("report", "notify") else NEEDED.get(step.kind, {})
    given = _given(step)
    for name, words in needed.items():
        if name not in given:
            findings.fault(place, f"a step of kind {step.kind} needs {name}", f"Add {name}: and {words}.")
    if step.kind == "form" and not (step.fields or step.buttons or step.review):
        findings.fault(place, "a form that asks nothing", "Add fields:, or make it a guidance step.")
    does = DOES[flow.use].get(step.kind, ())
    if does and step.does not in does:
        remedy = nearest(step.does, does, f"Write does: and one of: {listed(does)}.")
        what = f"{step.does!r} is nothing that a step of kind {step.kind} does"
        findings.fault(f"{place}.does", what, remedy)


def _check_names(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    for at, key in enumerate(step.fields):
        findings.known(f"{place}.fields.{at}", key, flow.fields, "field")
    for at, key in enumerate(step.notices):
        findings.known(f"{place}.notices.{at}", key, findings.definition.guidance, "guidance")
    for at, key in enumerate(step.needs_one):
        findings.known(f"{place}.needs_one.{at}", key, step.fields, "field of this step")
    if step.needs_one and not step.needs_one_error.by_language:
        what = "has no sentence for when all are empty"
        findings.fault(f"{place}.needs_one", what, "Add needs_one_error:.")
    count = len(step.fields) + len(findings.scope(flow).asked.get(step.key, ()))
    if count > MOST_FIELDS:
        what = f"asks {count} things, and a card asks at most {MOST_FIELDS}"
        findings.fault(f"{place}.fields", what, "Move some to a further step.")
    _check_roles(findings, flow, step, place)
    _check_ways(findings, flow, step, place)
    _check_tables(findings, flow, step, place)


def _check_tables(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    for option in step.options:
        if option.flags:
            remedy = f"Delete them, and ask for {{field: {step.key}.to, is: {option.key}}} instead."
            findings.fault(f"{place}.options.{option.key}.flags", "these flags are never raised", remedy)
    if step.looks_up and findings.known(f"{place}.looks_up", step.looks_up, flow.fields, "field"):
        asked = flow.fields[step.looks_up]
        if asked.kind != "row" or asked.table not in findings.definition.grids:
            remedy = "Name a field of kind row whose table: is a grid."
            findings.fault(f"{place}.looks_up", f"{step.looks_up} chooses no row of a grid", remedy)
    if step.table:
        known = [*findings.definition.decisions, *([ROUTING] if flow.use == "report" else [])]
        findings.known(f"{place}.table", step.table, known, "table to decide by")


def _check_roles(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    asker = (REQUESTER,) if flow.use == "request" else ()
    findings.roles(f"{place}.who", step.who, besides=asker)
    findings.roles(f"{place}.tell", step.tell, besides=asker)
    findings.roles(f"{place}.approvers", step.approvers)
    recording = [a.key for a in findings.definition.actions.values() if a.does == "record"]
    findings.known(f"{place}.records", step.records, recording, "action that records something")
    for at, needed in enumerate(step.requires):
        findings.known(f"{place}.requires.{at}", needed, flow.steps, "step")
    for at, start in enumerate(step.starts):
        findings.known(f"{place}.starts.{at}.flow", start.flow, findings.definition.flows, "flow")


def _check_ways(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    scope = findings.scope(flow)
    findings.condition(f"{place}.unchecked_when", step.unchecked_when, scope)
    for at, start in enumerate(step.starts):
        findings.condition(f"{place}.starts.{at}.when", start.when, scope)
    for at, branch in enumerate(step.next):
        findings.condition(f"{place}.next.{at}.when", branch.when, scope)
        findings.known(f"{place}.next.{at}.go", branch.go, flow.steps, "step")


def _check_buttons(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    if not findings.known(f"{place}.buttons", step.buttons, flow.fields, "field") or not step.buttons:
        return
    asked = flow.fields[step.buttons]
    if asked.kind not in ("choice", ""):
        remedy = "Only a field of kind choice can be a row of buttons."
        findings.fault(f"{place}.buttons", f"{asked.key} is of kind {asked.kind}", remedy)
    if len(asked.options) > MOST_BUTTONS:
        what = f"draws {len(asked.options)} buttons, and a card has at most {MOST_BUTTONS} actions"
        findings.fault(f"{place}.buttons", what, "Ask it as a field instead, or offer fewer options.")
    if step.buttons in step.fields:
        findings.fault(f"{place}.buttons", f"{asked.key} is asked twice", "Take it out of fields.")


def _check_approval(findings: Findings, step: Step, place: str) -> None:
    if step.needs > len(step.approvers):
        what = f"needs {step.needs} signatures, and only {len(step.approvers)} roles may sign, once each"
        findings.fault(f"{place}.needs", what, "Lower needs:, or name more roles in approvers:.")


def _check_wait(findings: Findings, flow: Flow, step: Step, place: str) -> None:
    """An event, a time, or both: then whichever comes first."""
    given = _given(step)
    if not given.intersection(_WAITS):
        what = "waits for nothing"
        remedy = "Add wait_minutes:, until_field: with a date that was asked, or event: in words."
        findings.fault(place, what, remedy)
    if given.issuperset(_TIMES):
        what = f"waits for {' and '.join(_TIMES)} at once"
        remedy = "Keep one of them, and put the other into a step behind it."
        findings.fault(f"{place}.{_TIMES[1]}", what, remedy)
    if step.until_field and findings.known(f"{place}.until_field", step.until_field, flow.fields, "field"):
        asked = flow.fields[step.until_field]
        if asked.kind != "date":
            remedy = "Name a field of kind date."
            findings.fault(f"{place}.until_field", f"{asked.key} is no date but of kind {asked.kind}", remedy)


def _given(step: Step) -> frozenset[str]:
    """The keys that say something: those whose value is not what stands there when nothing is written."""
    return frozenset(
        name
        for name, blank in _blanks()
        if getattr(step, name) != blank and not _says_nothing(getattr(step, name))
    )


def _says_nothing(value: Any) -> bool:
    return isinstance(value, Text) and not value.by_language


@cache
def _blanks() -> tuple[tuple[str, Any], ...]:
    return tuple((f.name, NO_TEXT if f.default is MISSING else f.default) for f in fields(Step))
