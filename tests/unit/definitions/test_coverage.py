"""Which duties a pack carries out is read from the sources that its parts name."""

from __future__ import annotations

import pytest

from bot.definitions.coverage import covered, numbers_in
from bot.definitions.loader import load


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("Kingsmead: Scope (duty 15)", {15}),
        ("Kingsmead: Sexting (duties 5, 22, 60)", {5, 22, 60}),
        ("Kingsmead: Students (duties 34 to 36, 40)", {34, 35, 36, 40}),
        ("Ashford 9.3 (duties 68 and 70); Kingsmead (duty 1)", {1, 68, 70}),
        ("Ashford 9.3, row 12", set()),
        ("", set()),
    ],
)
def test_a_source_names_its_duties_in_words(source: str, numbers: set[int]) -> None:
    assert numbers_in(source) == numbers


def test_a_duty_is_carried_out_where_a_part_names_it() -> None:
    for each in covered([load("kingsmead")]):
        for carrier in each.by:
            assert carrier.pack == "kingsmead"
            assert carrier.mark.line > 0
