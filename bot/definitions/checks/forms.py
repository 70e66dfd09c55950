"""What must hold of `forms.yaml`: what every step of a kind asks, with the outcomes that the engine knows.

Must not know single steps but for whether their kind is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.flows import check_fields
from bot.definitions.checks.scope import Scope
from bot.definitions.shape import listed
from bot.model.flows import OUTCOMES, Field

_ASKED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "task": ("outcome", OUTCOMES["task"]),
    "referral": ("outcome", OUTCOMES["referral"]),
    "custody": ("outcome", OUTCOMES["custody"]),
    "approval": ("answer", ("yes", "no")),
}
"""By kind of step: the question that says how it turned out, and its options."""

_OF_THE_STEP = ("referral", "to")
"""The question whose options stand on each step."""

_REASONS = {"task": "why", "referral": "why", "approval": "why"}
"""By kind of step: the words without which a no would stand on record alone."""


def check_forms(findings: Findings) -> None:
    """Every form, and every form that is missing."""
    forms = findings.definition.forms
    for kind, form in forms.items():
        place = f"forms.{kind}"
        if findings.known(place, kind, (*_ASKED, "wait"), "kind of step with a form"):
            scope = Scope(fields=form, flags=findings.everywhere.flags)
            own = {key: asked for key, asked in form.items() if (kind, key) != _OF_THE_STEP}
            check_fields(findings, own, place, scope)
            _check_outcome(findings, kind, form, place)
    used = {step.kind for flow in findings.definition.flows.values() for step in flow.steps.values()}
    for kind in _ASKED:
        if kind in used and kind not in forms:
            what = f"there are steps of kind {kind}, and nothing says what they ask"
            findings.fault("forms", what, f"Add {kind}: to forms.yaml.")


def _check_outcome(findings: Findings, kind: str, form: Mapping[str, Field], place: str) -> None:
    if kind in _ASKED:
        name, values = _ASKED[kind]
        asked = form.get(name)
        if asked is None or asked.kind != "choice" or {o.key for o in asked.options} != set(values):
            remedy = f"Add {name}: of kind choice with the options {listed(values)}."
            findings.fault(place, f"a {kind} does not ask how it turned out", remedy)
        elif not asked.needed.by_language or asked.needed_when is not None:
            remedy = "Add needed: with the sentence to show, and no needed_when:."
            findings.fault(f"{place}.{name}", "how it turned out could be left open", remedy)
    reason = _REASONS.get(kind)
    if reason and (reason not in form or not form[reason].needed.by_language):
        remedy = f"Add {reason}: of kind paragraph with needed:."
        findings.fault(place, f"a {kind} can be refused without a reason", remedy)
