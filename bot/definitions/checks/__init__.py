"""What must hold between the parts of a definition: names, ways, holders' roles, sentences.

One module for each part of a pack; each adds to the same findings, so that a person sees all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.definitions.checks.actions import check_actions
from bot.definitions.checks.begins import check_begins
from bot.definitions.checks.channel import check_channel
from bot.definitions.checks.decisions import check_decisions
from bot.definitions.checks.findings import Findings
from bot.definitions.checks.flows import check_flows
from bot.definitions.checks.forms import check_forms
from bot.definitions.checks.languages import check_languages
from bot.definitions.checks.proofs import check_paths
from bot.definitions.checks.renamed import gathered
from bot.definitions.checks.reports import check_reports
from bot.definitions.checks.roles import check_roles
from bot.definitions.checks.rules import check_rules
from bot.definitions.checks.school import check_school
from bot.definitions.checks.sentences import check_sentences, every_sentence
from bot.definitions.checks.sources import check_sources
from bot.definitions.checks.tables import check_routing, check_tables
from bot.definitions.checks.used import check_used
from bot.definitions.draft import Lines
from bot.model.definition import Definition
from bot.model.problems import Problem
from bot.model.text import Text


def check(
    definition: Definition, lines: Lines, common_texts: Mapping[str, Text], read: Iterable[Problem] = ()
) -> list[Problem]:
    """Every fault and hint in how the parts fit together. `common_texts`: what belongs to no school.
    `read`: the faults found in reading, of which nothing that follows is told as well."""
    findings = Findings(definition, lines, read=tuple(read))
    check_school(findings)
    check_roles(findings)
    check_tables(findings)
    check_routing(findings)
    check_rules(findings)
    check_flows(findings)
    check_reports(findings)
    check_begins(findings)
    check_forms(findings)
    check_decisions(findings)
    check_paths(findings)
    check_actions(findings)
    said = every_sentence(definition)
    check_sentences(findings, said, common_texts)
    check_channel(findings)
    check_languages(findings, said)
    check_sources(findings)
    check_used(findings, common_texts)
    return gathered(findings.problems)
