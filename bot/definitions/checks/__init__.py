"""What must hold between the parts of a definition: names, ways, holders' roles, sentences.

One module for each part of a pack; each adds to the same findings, so that a person sees all at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.definitions.checks.actions import check_actions
from bot.definitions.checks.findings import Findings
from bot.definitions.checks.flows import check_flows
from bot.definitions.checks.proofs import check_paths
from bot.definitions.checks.roles import check_roles
from bot.definitions.checks.school import check_school
from bot.definitions.checks.sentences import check_sentences
from bot.definitions.checks.tables import check_routing, check_tables
from bot.definitions.draft import Lines
from bot.model.definition import Definition
from bot.model.problems import Problem
from bot.model.text import Text


def check(definition: Definition, lines: Lines, common_texts: Mapping[str, Text]) -> list[Problem]:
    """Every fault in how the parts fit together. `common_texts`: the sentences that belong to no school."""
    findings = Findings(definition, lines)
    check_school(findings)
    check_roles(findings)
    check_tables(findings)
    check_routing(findings)
    check_flows(findings)
    check_paths(findings)
    check_actions(findings)
    check_sentences(findings, common_texts)
    return findings.problems
