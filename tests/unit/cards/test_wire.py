"""What a button sends comes back whole, and nothing else is believed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PressUnreadable
from bot.model.views import Action
from cards.wire import MAX_KEYS, MAX_NAME, MAX_VALUE, WirePress, action_data, input_id, read_press

NEXT = Action(verb="next", label="Next", target="run-7", action_id="next-1", values=(("danger", "no"),))

names = st.from_regex(r"[A-Za-z0-9_.:/-]{1,40}", fullmatch=True)
answers = st.text(max_size=60)
revisions = st.integers(min_value=0, max_value=999_999_999)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
hostile = st.dictionaries(
    st.sampled_from(
        ["verb", "target", "action_id", "revision", "values", "a@1", "a@2", "@", "a@", "a@01", "b"]
    )
    | st.text(max_size=10),
    json_values | st.sampled_from(["next", "3", "1"]),
    max_size=8,
)


@given(
    verb=names,
    target=names | st.just(""),
    action_id=names | st.just(""),
    fixed=st.dictionaries(names, answers, max_size=3),
    typed=st.dictionaries(names, answers, max_size=5),
    revision=revisions,
)
def test_a_press_comes_back_as_it_was_offered_and_filled_in(
    verb: str, target: str, action_id: str, fixed: dict[str, str], typed: dict[str, str], revision: int
) -> None:
    action = Action(verb=verb, label="x", target=target, action_id=action_id, values=tuple(fixed.items()))
    data = action_data(action, revision) | {input_id(key, revision): value for key, value in typed.items()}
    assert read_press(verb, data) == read_press(None, data)
    assert read_press(verb, data) == WirePress(
        verb=verb,
        target=target,
        action_id=action_id,
        values=typed | fixed,
        input_revision=revision if typed else None,
    )


@given(data=hostile, verb=st.none() | st.text(max_size=5))
def test_whatever_is_sent_is_read_strictly_or_refused(data: dict[str, Any], verb: str | None) -> None:
    try:
        press = read_press(verb, data)
    except PressUnreadable:
        return
    assert press.verb == data["verb"] == (verb or data["verb"])
    assert all(isinstance(value, str) for value in press.values.values())
    assert press.input_revision is None or str(press.input_revision) == data["revision"]


@given(change=st.dictionaries(st.sampled_from(list(action_data(NEXT, 3))), json_values, min_size=1))
def test_a_changed_button_is_refused_or_still_a_button(change: dict[str, Any]) -> None:
    try:
        press = read_press(None, action_data(NEXT, 3) | change)
    except PressUnreadable:
        return
    assert (press.verb, press.target) == (
        change.get("verb", "next"),
        change.get("target", "run-7"),
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"verb": None},
        {"verb": ""},
        {"verb": "open the door"},
        {"verb": "x" * (MAX_NAME + 1)},
        {"target": 7},
        {"action_id": ["next-1"]},
        {"values": None},
        {"values": [["danger", "no"]]},
        {"values": {"danger": 1}},
        {"values": {"danger\n": "no"}},
        {"values": {f"k{number}": "" for number in range(MAX_KEYS + 1)}},
        {"revision": "three"},
        {"revision": "-1", "story@-1": "x"},
        {"story": "no revision in the id"},
        {"story@": "x"},
        {"@3": "x"},
        {"story@03": "x"},
        {"story@3": {"not": "text"}},
        {"story@3": "x" * (MAX_VALUE + 1)},
        {"story@3": "x", "where@4": "y"},
        {"story@4": "from another card than the button's"},
        {f"k{number}@3": "" for number in range(MAX_KEYS + 1)},
        {f"k{number}@3": "" for number in range(500)},
        {"story@3@3": "x"},
    ],
)
def test_what_no_card_of_ours_sends_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(PressUnreadable):
        read_press(None, action_data(NEXT, 3) | changed)


def test_a_verb_beside_the_data_must_be_the_one_inside() -> None:
    with pytest.raises(PressUnreadable):
        read_press("close", action_data(NEXT, 3))


def test_the_refusal_repeats_nothing_that_was_sent() -> None:
    with pytest.raises(PressUnreadable) as caught:
        read_press(None, action_data(NEXT, 3) | {"story": "her name"})
    assert "her name" not in str(caught.value)


def test_an_answer_of_null_is_an_empty_one() -> None:
    assert read_press(None, action_data(NEXT, 3) | {"day@3": None}).values["day"] == ""


def test_half_an_emoji_is_replaced_so_that_the_rest_is_kept() -> None:
    press = read_press(None, action_data(NEXT, 3) | {"story@3": "help \ud83d"})
    assert press.values["story"] == "help \N{REPLACEMENT CHARACTER}"


def test_the_button_answers_its_own_question_whatever_is_typed() -> None:
    assert read_press(None, action_data(NEXT, 3) | {"danger@3": "yes"}).values == {"danger": "no"}


@pytest.mark.parametrize("name", ["", "two words", "a@b", "é", "x" * (MAX_NAME + 1)])
def test_an_id_that_could_not_be_read_back_is_never_drawn(name: str) -> None:
    with pytest.raises(ValueError, match="input id"):
        input_id(name, 1)
    with pytest.raises(ValueError, match="cannot carry"):
        action_data(Action(verb=name, label="x", target="t", action_id="a"), 1)
