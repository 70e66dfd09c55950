"""Activities with anything in any place: read or refused, never a fault."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ActivityRefused, PressUnreadable
from bot.model.events import Lived, Pressed, Said, Searched
from bot.teams.activities import read_event
from bot.teams.wire import read_activity
from tests.unit.teams.recorded import NAMES, recorded

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [found for key, child in inner for found in paths(child, (*path, key))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = new


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    activity = recorded(data.draw(st.sampled_from(NAMES)))
    put(activity, data.draw(st.sampled_from(paths(activity))), data.draw(ANYTHING))
    try:
        found = read_event(read_activity(json.dumps(activity).encode()))
    except (ActivityRefused, PressUnreadable):
        return
    assert found is None or isinstance(found, Said | Pressed | Searched | Lived)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused_as_a_bad_request(content: bytes) -> None:
    try:
        read_activity(content)
    except ActivityRefused as refused:
        status = refused.status
    assert status == 400
