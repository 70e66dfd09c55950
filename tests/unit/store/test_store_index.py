"""The indexes, against what a plain sort would give."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.store.index import BLOCK, Keys, Placed, Sorted

BEGAN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLACED = st.tuples(
    st.integers(0, 5).map(lambda minutes: BEGAN + timedelta(minutes=minutes)), st.text("xyz", max_size=2)
)


@given(st.lists(st.tuples(st.booleans(), PLACED)))
def test_sorted_is_what_a_plain_sort_gives(steps: list[tuple[bool, Placed]]) -> None:
    index = Sorted()
    expected: set[Placed] = set()
    for add, pair in steps:
        if add and pair not in expected:
            index.add(pair)
            expected.add(pair)
        elif not add and pair in expected:
            index.remove(pair)
            expected.remove(pair)
        assert list(index) == sorted(expected)


def test_sorted_holds_over_many_blocks() -> None:
    index = Sorted()
    dice = random.Random(7)
    pairs = [(BEGAN + timedelta(days=dice.random()), str(number)) for number in range(8 * BLOCK)]
    for pair in pairs:
        index.add(pair)
    assert list(index) == sorted(pairs)
    dice.shuffle(pairs)
    for pair in pairs[BLOCK:]:
        index.remove(pair)
    assert list(index) == sorted(pairs[:BLOCK])


def test_keys_forget_what_is_removed() -> None:
    keys = Keys()
    keys.add([("owner", "dsl"), ("owner", "head")], "c2", 2)
    keys.add([("owner", "dsl")], "c1", 1)
    assert keys.find(("owner", "dsl")) == ("c1", "c2")
    keys.remove([("owner", "dsl"), ("owner", "head")], "c2")
    assert keys.find(("owner", "head")) == ()
    assert keys.find(("owner", "dsl")) == ("c1",)
