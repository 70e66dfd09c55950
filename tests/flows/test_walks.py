"""Whatever way is taken through whatever flow, none of what never bends (design 4) bends."""

from __future__ import annotations

import pytest

from tests.flows.walks import walks

PARTS = 4
WALKS = 10_000


@pytest.mark.parametrize("part", range(PARTS))
def test_no_walk_through_a_pack_breaks_what_never_bends(part: int) -> None:
    assert sum(1 for _ in walks(WALKS // PARTS, seed=part)) == WALKS // PARTS
