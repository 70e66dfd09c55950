"""The reading level finds what is hard, and leaves what is short or plain alone."""

from __future__ import annotations

import pytest

from tests.reading import flesch_kincaid_grade, reading_faults

PLAIN = (
    "If you think that a child may be hurt, or that they may be at risk from this person, "
    "then please tell us now so that we can help."
)
HARD = (
    "Notwithstanding the aforementioned considerations regarding safeguarding responsibilities, "
    "practitioners must immediately communicate comprehensive documentation to appropriate designated "
    "authorities without unnecessary delay or hesitation."
)


def test_a_long_hard_sentence_is_named_with_its_grade() -> None:
    (fault,) = reading_faults([f"Thank you. {HARD}"])
    assert fault.startswith("grade ")
    assert fault.endswith(HARD)


def test_a_long_plain_sentence_and_a_short_hard_one_are_left_alone() -> None:
    assert reading_faults([PLAIN, "Safeguarding documentation necessitates confidentiality."]) == []


@pytest.mark.parametrize(
    ("sentence", "words", "syllables"),
    [("The cat sat.", 3, 3), ("Anyone may open this already.", 5, 10), ("Ring 999.", 2, 2)],
)
def test_the_grade_is_the_published_formula(sentence: str, words: int, syllables: int) -> None:
    expected = 0.39 * words + 11.8 * syllables / words - 15.59
    assert flesch_kincaid_grade(sentence) == pytest.approx(expected)
