"""Whatever way is taken through whatever flow, none of what never bends (design 4) bends."""

from __future__ import annotations

import statistics

import pytest

from bot.definitions.loader import load, pack_names
from tests.benchmarks.bench_procedures import steps
from tests.flows.walks import walks

PARTS = 4
WALKS = 10_000
MOST_MICROSECONDS = 300
"""Three times what tests/benchmarks aims at, since a test must hold on a busy machine too."""


@pytest.mark.parametrize("part", range(PARTS))
def test_no_walk_through_a_pack_breaks_what_never_bends(part: int) -> None:
    assert sum(1 for _ in walks(WALKS // PARTS, seed=part)) == WALKS // PARTS


@pytest.mark.parametrize("pack", pack_names())
def test_a_step_costs_the_engine_little(pack: str) -> None:
    assert statistics.median(took for _, took in steps(load(pack), 200)) < MOST_MICROSECONDS
