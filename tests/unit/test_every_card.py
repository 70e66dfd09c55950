"""Every card that the product can show: right by the schema, within the limits, silent on a lock screen.

The cards come from the stories of tests/every_card.py; how they look, tests/browser/test_every_card.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from bot.definitions.loader import load
from bot.engine.passage import SILENT
from bot.people.file import PeopleFile
from bot.rehearsal.cards import buttons, inputs, parts, words
from cards.limits import faults
from tests.cards_soundness import schema_faults
from tests.cards_ways import HOSTILE, LONG, STORY
from tests.every_card import PACKS, Collection, together
from tests.reading import reading_faults
from tests.stage import PEOPLE_OF

DEFINITIONS = {pack: load(pack) for pack in PACKS}
KINGSMEAD = DEFINITIONS["kingsmead"]
MANY_OF_A_KIND = re.compile(r"day_\d|month_\d+|outcome_\w+|person_\w+|paper_\w+")
"""Families of words of which the stories need no more than one, and those that stand on paper alone."""

NOWHERE = {
    "answer_unmarked": "every row of its grids marks something",
    "ask_nothing": "all its staff may ask whether something is allowed",
    "button_look_at": "what begins by itself in a case about an adult asks its authority alone",
    "error_needed": "each form that needs one of several says so in its own words",
    "error_requires": "its check proves that every way passes what a step requires",
    "error_same_person": "the step itself says who must be another",
    "error_signed": "whoever has signed is not asked again",
    "log_none": "who reads the log has opened the case",
    "part_witness": "its report does not ask for witnesses",
    "proposed_none": "every row of its tables marks something",
    "rule_absent": "its demo people are here",
    "step_held": "what begins by itself in a case about an adult asks its authority alone",
    "step_held_back": "what begins by itself in a case about an adult asks its authority alone",
    "step_nobody": "its last resort reaches somebody",
    "task_nobody": "its last resort reaches somebody",
    "told_nobody": "its last resort reaches somebody",
}
"""Sentences for other packs or other people, and why no story says them."""


NOT_AT: Mapping[str, Mapping[str, str]] = {
    "kingsmead": {},
    "ashford": {
        "Correct the row": "it has no sanction tables",
        "Which row fits?": "it has no sanction tables",
    },
}
"""Actions that no story of the pack shows, and why."""

NO_SENTENCE = re.compile(
    r"\*.+\* waits for |^From the policy: |^This step (does not come from|is Handrail's own)|-Demo, "
)
"""Lines put together of titles, roles, sources and names."""

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def shown(every_card: Mapping[str, Collection]) -> Collection:
    """The cards of all packs."""
    return together(every_card.values())


def test_every_card_follows_the_schema_and_keeps_the_limits(shown: Collection) -> None:
    to_be_drawn = shown.to_be_drawn()
    assert {one.name: wrong for one in to_be_drawn if (wrong := tuple(schema_faults(one.card)))} == {}
    assert {one.name: wrong for one in shown.cards if (wrong := tuple(faults(one.card)))} == {}


def test_every_card_speaks_its_language_and_says_something_safe_on_a_lock_screen(shown: Collection) -> None:
    for one in shown.cards:
        assert one.card["lang"] == "en", one.name
        assert one.summary, one.name


@pytest.mark.parametrize("pack", PACKS)
def test_no_lock_screen_reads_a_name_or_a_word_that_somebody_typed(
    every_card: Mapping[str, Collection], pack: str
) -> None:
    directory = PeopleFile(PEOPLE_OF[pack], DEFINITIONS[pack]).directory()
    people = [person.name for person in directory.people.values()]
    pupils = [pupil.name for pupil in directory.pupils.values()]
    names = {word for name in (*people, *pupils) for word in name.split()}
    collected = every_card[pack]
    for summary in {card.summary for card in collected.cards} | {line.summary for line in collected.lines}:
        assert not names & set(re.findall(r"[\w-]+", summary)), summary
        assert not [typed for typed in (STORY, HOSTILE, LONG) if typed[:8] in summary], summary


def test_a_card_asks_at_most_five_things_and_offers_at_most_six(shown: Collection) -> None:
    for one in shown.cards:
        assert len(inputs(one.card)) <= 5, one.name
        assert len(buttons(one.card)) <= 6, one.name


def test_the_rule_of_pictures_stands_above_every_field_for_words(shown: Collection) -> None:
    rule = KINGSMEAD.guidance["pictures"].say("en")
    for one in shown.cards:
        order = [str(part.get("text") or part.get("type")) for part in parts(one.card)]
        if "Input.Text" in order:
            assert rule in order[: order.index("Input.Text")], one.name


def test_no_place_in_a_sentence_is_left_unfilled(shown: Collection) -> None:
    for one in shown.cards:
        for part in parts(one.card):
            left = re.findall(r"\{(?!number\})\w+\}", str(part.get("text", "")))
            assert not left, (one.name, part)


def test_every_sentence_that_is_read_on_a_card_reads_easily(shown: Collection) -> None:
    texts = {text for one in shown.cards for text in words(one.card).split("\n")}
    theirs = {typed[:8] for typed in (STORY, HOSTILE, LONG)}
    ours = (
        text for text in texts if not any(typed in text for typed in theirs) and not NO_SENTENCE.search(text)
    )
    assert reading_faults(sorted(ours)) == []


@pytest.mark.parametrize("pack", PACKS)
def test_the_stories_show_every_step_question_and_action(
    every_card: Mapping[str, Collection], pack: str
) -> None:
    definition, collected = DEFINITIONS[pack], every_card[pack]
    flows, actions = definition.flows.values(), definition.actions.values()
    steps = [step for flow in flows for step in flow.steps.values() if step.kind not in SILENT]
    wanted = {said for step in steps for said in (step.title.say("en"), step.body.say("en"))}
    wanted |= {field.label.say("en") for flow in flows for field in flow.fields.values()}
    wanted |= {action.title.say("en") for action in actions if action.fields}
    wanted |= {action.label.say("en") for action in actions}
    left_out = NOT_AT[pack]
    assert {said for said in wanted if not collected.showed(said)} == set(left_out)


def test_the_stories_say_every_sentence(shown: Collection) -> None:
    unsaid = {key for key in set(KINGSMEAD.texts) - shown.said if not MANY_OF_A_KIND.fullmatch(key)}
    assert unsaid == set(NOWHERE)
