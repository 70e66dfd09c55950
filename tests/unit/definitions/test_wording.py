"""Conditions are said in words that a person without programming understands."""

from __future__ import annotations

import pytest

from bot.definitions.loader import load
from bot.definitions.wording import ASKED_FACTS, FACT_WORDS, said_condition, said_fact
from bot.model.conditions import FACTS, AllOf, AnyOf, Ask, Condition


def ask(subject: str, name: str, *values: str) -> Ask:
    return Ask(subject=subject, name=name, values=values)  # type: ignore[arg-type]  # one of three words


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (ask("field", "what", "rules"), "What is it? “Someone broke the rules”"),
        (ask("field", "happened", ""), "What happened? “not answered”"),
        (ask("flag", "danger", "yes"), "danger"),
        (ask("flag", "danger", "no"), "not danger"),
        (ask("fact", "crime", "yes", "not_sure"), "could it be a crime? Yes or Not sure"),
        (
            AllOf(
                conditions=(
                    ask("fact", "adult_subject", "no"),
                    AnyOf(conditions=(ask("flag", "danger", "yes"), ask("fact", "urgent", "yes"))),
                )
            ),
            "it is about no adult of the school and (danger or it is urgent)",
        ),
    ],
)
def test_a_condition_is_said_in_words(condition: Condition, said: str) -> None:
    definition = load("kingsmead")
    assert said_condition(definition, definition.flows["report"], condition, "en") == said


def test_how_a_step_turned_out_is_said_by_what_was_chosen() -> None:
    definition = load("kingsmead")
    made = ask("field", "police", "made")
    said = said_condition(definition, definition.flows["illegal_path"], made, "en")
    assert said == "Report it to the police: “Yes, it was made”"


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_has_words_of_its_own(name: str) -> None:
    assert (name in FACT_WORDS) != (name in ASKED_FACTS)
    said = [said_fact(name, (value,)) for value in FACTS[name]]
    assert len(set(said)) == len(said)
    assert not any("_" in words for words in said)
