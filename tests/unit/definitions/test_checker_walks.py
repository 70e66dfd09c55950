"""The engine never goes where the checker proved that nobody goes: both mean the same by the same flow."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import pytest

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.paths import Paths
from bot.definitions.loader import load
from bot.engine.choosing import at_random, made_up
from bot.engine.report import Facts
from bot.engine.simulation import walk_procedure, walk_report
from bot.engine.step_form import Known
from bot.model.conditions import FACTS
from bot.model.definition import Definition
from bot.model.flows import Flow

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
WALKS = 8


def steps_walked(definition: Definition, flow: Flow, chance: Random) -> list[str]:
    """The steps of one random walk in order, on facts and flags that any case could have."""
    directory = made_up(definition)
    report = Facts(directory=directory, reporter=f"{directory.tenant}/staff")
    choose = at_random(definition, chance)
    if flow.use == "report":
        told = walk_report(definition, flow.key, choose, report, NOW)
        return [seen.step for seen in told.seen]
    flags = sorted(Findings(definition, {}).everywhere.flags)
    known = Known(
        facts={name: chance.choice(values) for name, values in FACTS.items()},
        flags=frozenset(flag for flag in flags if chance.random() < 0.2),
        report=report,
    )
    told = walk_procedure(definition, flow.key, choose, known, NOW)
    return [seen.step for seen in told.seen if seen.kind in ("passed", "end")]


@pytest.mark.parametrize("pack", ["kingsmead", "ashford"])
def test_the_engine_goes_only_where_the_checker_says_that_one_can_go(pack: str) -> None:
    definition = load(pack)
    findings = Findings(definition, {})
    for flow in definition.flows.values():
        # Begun by another flow, or on facts of any kind: the proof starts from everything that can be.
        walked = Paths(definition, flow, findings.scope(flow), alone=False).walk()
        proved = {state.step for state in walked.came}
        lines = {(a.step, b.step) for a, ahead in walked.leads.items() for b in ahead}
        for number in range(WALKS):
            steps = steps_walked(definition, flow, Random(f"{flow.key}/{number}"))
            assert proved.issuperset(steps), flow.key
            if flow.use != "report":
                assert lines.issuperset(pairwise(steps)), flow.key


@pytest.mark.parametrize("pack", ["kingsmead", "ashford"])
def test_a_flow_of_a_school_is_far_from_the_most_that_can_be_proved(pack: str) -> None:
    definition = load(pack)
    findings = Findings(definition, {})

    states = {
        flow.key: len(Paths(definition, flow, findings.scope(flow)).walk().came)
        for flow in definition.flows.values()
    }

    assert max(states.values()) < 5_000, states
