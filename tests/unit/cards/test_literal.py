"""Plain prose passes unchanged. That marks come out as typed is proved in a browser, with drawn cards."""

from __future__ import annotations

import pytest

from bot.model.text import literal


@pytest.mark.parametrize(
    "typed",
    [
        "It's fine (really). £5 & up; 100% - done!",
        "He is in 8B; she said: no.",
        "https://video.example/watch?v=a_b&t=3",
        "2 * 3 is 6, and a < b",
        "snake_case_name",
        "",
    ],
)
def test_plain_prose_is_left_as_it_is(typed: str) -> None:
    assert literal(typed) == typed


def test_every_line_stays_a_line_of_its_own() -> None:
    assert literal("one\r\ntwo\n\n\nthree") == "one\n\ntwo\n\nthree"
