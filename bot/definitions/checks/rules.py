"""What is proved of the routing: every rule and every overlay is met by some report.

Over all answers that the conditions of the rules read, whatever way they came about. Must not know steps.
"""

from __future__ import annotations

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.scope import Scope
from bot.definitions.checks.space import Box, Space, split
from bot.model.flows import NO_TEXT, Branch, DerivedFlag, Field, Flow, Step
from bot.model.tables import Rule


def check_rules(findings: Findings) -> None:
    """The rules in order, then each overlay by itself."""
    routing = findings.definition.routing
    space = _space(findings, (*routing.rules, *routing.overlays))
    left = [tuple(variable.full for variable in space.variables)]
    everything = list(left)
    for at, rule in enumerate(routing.rules):
        hit, left = _split_all(space, left, rule)
        # The otherwise is compulsory even where nothing is left for it.
        if not hit and rule.when is not None:
            what = "no report ever comes to this rule"
            if not _split_all(space, everything, rule)[0]:
                what = "no report ever meets this rule"
            remedy = "Change its when:, move it up, or delete it: the rules above it take all that it is for."
            findings.fault(f"routing.rules.{at}", what, remedy)
    for at, rule in enumerate(routing.overlays):
        if not _split_all(space, everything, rule)[0]:
            what = "no report ever meets this rule"
            findings.fault(f"routing.overlays.{at}", what, "Change its when:, or delete it.")


def _space(findings: Findings, rules: tuple[Rule, ...]) -> Space:
    """The answers of all reports at once, as if one step asked for each rule."""
    fields: dict[str, Field] = {}
    flags: list[DerivedFlag] = []
    for flow in findings.definition.flows.values():
        if flow.use == "report":
            fields |= flow.fields
            flags += flow.flags
    step = Step(
        key="", kind="decision", next=tuple(Branch(when=rule.when, go="") for rule in rules if rule.when)
    )
    report = Flow(
        key="", title=NO_TEXT, start="", fields=fields, steps={"": step}, flags=tuple(flags), use="report"
    )
    rows = (row for table in findings.definition.tables.values() for row in table.rows)
    of_rows = frozenset(flag for row in rows for flag in row.flags)
    known = Scope(fields=fields, flags=findings.everywhere.flags, of_the_case=of_rows)
    space = Space(findings.definition, report, known)
    for _, condition in space.conditions:
        space.compiled(condition)
    return space


def _split_all(space: Space, boxes: list[Box], rule: Rule) -> tuple[list[Box], list[Box]]:
    hit: list[Box] = []
    missed: list[Box] = []
    for box in boxes:
        yes, no = split(box, space.compiled(rule.when))
        hit += yes
        missed += no
    return hit, missed
