"""The difference between two documents, applied to the first, is the second: for any JSON."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.changes import apply, difference

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text("ab", max_size=2)
JSON = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text("ab", max_size=1), inside),
    max_leaves=12,
)
DOCUMENTS = st.none() | st.dictionaries(st.text("abc", max_size=1), JSON)


def encoded(document: Any) -> bytes | None:
    return None if document is None else msgspec.json.encode(document, order="deterministic")


@given(DOCUMENTS, DOCUMENTS)
def test_applying_the_difference_gives_the_new_document(old: Any, new: Any) -> None:
    steps = msgspec.json.decode(msgspec.json.encode(difference(encoded(old), encoded(new))))
    assert encoded(apply(old, steps)) == encoded(new)


def test_a_note_added_to_a_long_list_is_one_small_step() -> None:
    old = {"notes": ["a" * 900, "b" * 900], "owner": "dsl"}
    new = {"notes": ["a" * 900, "b" * 900, "c"], "owner": "dsl"}
    assert difference(encoded(old), encoded(new)) == [(("notes", 2), "c")]


def test_nothing_changed_is_no_step() -> None:
    assert difference(encoded({"a": 1}), encoded({"a": 1})) == []


@pytest.mark.parametrize(("old", "new"), [(1, True), (1, 1.0), (0, False), (None, 0)])
def test_values_that_python_calls_equal_differ(old: Any, new: Any) -> None:
    assert difference(encoded({"a": [old]}), encoded({"a": [new]})) == [(("a", 0), new)]
