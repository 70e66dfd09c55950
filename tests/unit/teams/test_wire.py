"""Which bytes are an activity."""

from __future__ import annotations

import pytest

from bot.errors import ActivityRefused
from bot.teams.wire import MOST_NESTING, read_activity
from tests.unit.teams.recorded import NAMES, body, recorded

WHOLE = body(recorded("message-personal"))


def refusal(content: bytes) -> str:
    with pytest.raises(ActivityRefused) as refused:
        read_activity(content)
    assert refused.value.status == 400
    return str(refused.value)


def beside(name: bytes, value: bytes) -> bytes:
    """The whole activity with one more key."""
    return WHOLE[:-1] + b', "' + name + b'": ' + value + b"}"


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_activity_can_be_read(name: str) -> None:
    assert read_activity(body(recorded(name))).channel_id == "msteams"


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b'"text"', b"{", b"{}", b"NaN", b"\xef\xbb\xbf{}", WHOLE + b"x", WHOLE[:-1]],
)
def test_what_is_no_whole_json_object_is_refused(content: bytes) -> None:
    refusal(content)


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b'"\\ud800"', b"01"])
def test_numbers_and_words_that_json_does_not_know_are_refused(value: bytes) -> None:
    refusal(beside(b"text", value))


def test_bytes_that_are_not_utf8_are_refused_wherever_they_stand() -> None:
    assert refusal(beside(b"unknown", b'"\xff\xfe"')) == "The body is not UTF-8."


@pytest.mark.parametrize("levels", [MOST_NESTING, 900, 10_000, 100_000])
@pytest.mark.parametrize("name", [b"value", b"unknown", b"entities"])
def test_deep_nesting_is_refused_before_anything_walks_down_it(name: bytes, levels: int) -> None:
    assert "nested" in refusal(beside(name, b'{"a":' * levels + b"1" + b"}" * levels)) or name == b"entities"
    refusal(beside(name, b"[" * levels + b"]" * levels))


def test_brackets_in_a_person_s_words_are_not_nesting() -> None:
    words = "[" * 500 + '\\"' + "{" * 500
    assert read_activity(body(recorded("message-personal", text=words))).text == words


def test_many_flat_lists_are_not_nesting() -> None:
    assert read_activity(beside(b"unknown", b"[" + b"[]," * 5000 + b"[]]")).id == "1763628067321"


@pytest.mark.parametrize("field", ["type", "channelId", "serviceUrl", "conversation", "from", "channelData"])
def test_an_activity_without_what_every_activity_has_is_refused(field: str) -> None:
    assert field in refusal(body(recorded("message-personal", **{field: None})))


@pytest.mark.parametrize("field", ["type", "channelId", "serviceUrl", "text", "id", "name", "replyToId"])
@pytest.mark.parametrize("value", [5, True, [], {}, 1.5])
def test_a_field_of_words_holding_anything_else_is_refused(field: str, value: object) -> None:
    refusal(body(recorded("message-personal", **{field: value})))


def test_empty_required_words_are_refused() -> None:
    for field in ("type", "channelId", "serviceUrl"):
        refusal(body(recorded("message-personal", **{field: ""})))
    refusal(body(recorded("message-personal", conversation={"id": ""})))
    refusal(body(recorded("message-personal", sender={"id": ""})))


def test_a_refusal_quotes_nothing_of_what_came() -> None:
    said = refusal(body(recorded("message-personal", entities=[{"type": {"Secret": "words"}}])))
    assert "Secret" not in said
    assert "words" not in said


def test_of_a_key_given_twice_the_last_one_counts() -> None:
    assert read_activity(beside(b"text", b'"second"')).text == "second"
