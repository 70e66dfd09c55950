"""Whom a typed adult may be: names and roles as people really write them."""

from __future__ import annotations

from functools import cache

import pytest

from bot.casework.reading import who_it_may_be
from bot.casework.words import as_command
from bot.definitions.loader import load
from bot.model.cases import Participant
from bot.model.people import Directory
from bot.people.file import PeopleFile
from bot.settings import ROOT


@cache
def directory() -> Directory:
    """The demo school's people of today."""
    return PeopleFile(ROOT / "bot" / "rehearsal" / "people.yaml", load("kingsmead")).directory()


def names_of(name: str, detail: str = "") -> set[str]:
    """Whom a typed name and detail may mean."""
    typed = Participant(kind="adult", part="subject", name=name, detail=detail)
    return {directory().people[one].name for one in who_it_may_be(typed, directory())}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Hetty", "Hetty Head-Demo"),
        ("hetty HEAD", "Hetty Head-Demo"),
        ("Mr. Network", "Ian Network-Demo"),
        ("head-demo", "Hetty Head-Demo"),
        ("the headteacher", "Hetty Head-Demo"),
        ("the chair of governors", "Gwen Governor-Demo"),
    ],
)
def test_a_typed_adult_is_found_by_any_word_of_the_name_or_by_a_role(typed: str, meant: str) -> None:
    assert meant in names_of(typed)


@pytest.mark.parametrize("typed", ["", "Zeb Quartz", "Demo", "Mr", "A. B."])
def test_a_name_that_says_nothing_excludes_nobody(typed: str) -> None:
    assert names_of(typed) == set()


@pytest.mark.parametrize(
    ("detail", "meant", "not_meant"),
    [
        ("Head of Year 7", "Yara Year-Demo", "Hetty Head-Demo"),
        ("head of department, science", "Dora Department-Demo", "Hetty Head-Demo"),
        ("Deputy DSL", "Dan Deputy-Demo", "Dee Lead-Demo"),
        ("Head", "Hetty Head-Demo", "Yara Year-Demo"),
    ],
)
def test_the_longest_role_that_was_named_counts(detail: str, meant: str, not_meant: str) -> None:
    found = names_of("Zeb Quartz", detail)

    assert meant in found
    assert not_meant not in found


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("  Thanks! \U0001f44d ", "thanks"),
        ("MY\u00a0 REPORTS?", "my reports"),
        ("That\u2019s great.", "that's great"),
        ("...", ""),
        ("I said no", "i said no"),
    ],
)
def test_a_command_is_read_without_marks_smileys_and_capitals(typed: str, command: str) -> None:
    assert as_command(typed) == command
