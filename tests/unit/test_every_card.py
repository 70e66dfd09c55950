"""Every card that the product can show: right by the schema, within the limits, silent on a lock screen.

The cards come from the stories of tests/every_card.py; how they look, tests/browser/test_every_card.py.
"""

from __future__ import annotations

import re

from bot.definitions.loader import find_pack, load
from bot.people.file import PeopleFile
from bot.rehearsal.cards import buttons, inputs, parts
from cards.limits import faults
from tests.cards_soundness import schema_faults
from tests.every_card import HOSTILE, LONG, STORY, every_card
from tests.stage import PEOPLE

KINGSMEAD = load(find_pack("kingsmead"))
MANY_OF_A_KIND = re.compile(r"day_\d|month_\d+|outcome_\w+|person_\w+|paper_\w+")
"""Families of words of which the stories need no more than one, and those that stand on paper alone."""

NOT_AT_KINGSMEAD = {
    "answer_unmarked": "every row of its grids marks something",
    "ask_nothing": "all its staff may ask whether something is allowed",
    "button_happened": "its waits end on a day",
    "button_let_others": "what begins by itself in a case about an adult asks its authority alone",
    "button_look_at": "what begins by itself in a case about an adult asks its authority alone",
    "confirm_yes": "its forms ask in choices",
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
"""Sentences for other packs or other people, and why no story of Kingsmead's says them."""


def test_every_card_follows_the_schema_and_keeps_the_limits() -> None:
    drawn_alike = every_card().drawn_alike()
    assert {shown.name: wrong for shown in drawn_alike if (wrong := tuple(schema_faults(shown.card)))} == {}
    assert {shown.name: wrong for shown in every_card().cards if (wrong := tuple(faults(shown.card)))} == {}


def test_every_card_speaks_its_language_and_says_something_safe_on_a_lock_screen() -> None:
    for shown in every_card().cards:
        assert shown.card["lang"] == "en", shown.name
        assert shown.summary, shown.name


def test_no_lock_screen_reads_a_name_or_a_word_that_somebody_typed() -> None:
    directory = PeopleFile(PEOPLE, KINGSMEAD).directory()
    people = [person.name for person in directory.people.values()]
    pupils = [pupil.name for pupil in directory.pupils.values()]
    names = {word for name in (*people, *pupils) for word in name.split()}
    collected = every_card()
    for summary in {card.summary for card in collected.cards} | {line.summary for line in collected.lines}:
        assert not names & set(re.findall(r"[\w-]+", summary)), summary
        assert not [typed for typed in (STORY, HOSTILE, LONG) if typed[:8] in summary], summary


def test_a_card_asks_at_most_five_things_and_offers_at_most_six() -> None:
    for shown in every_card().cards:
        assert len(inputs(shown.card)) <= 5, shown.name
        assert len(buttons(shown.card)) <= 6, shown.name


def test_the_rule_of_pictures_stands_above_every_field_for_words() -> None:
    rule = KINGSMEAD.guidance["pictures"].say("en")
    for shown in every_card().cards:
        order = [str(one.get("text") or one.get("type")) for one in parts(shown.card)]
        if "Input.Text" in order:
            assert rule in order[: order.index("Input.Text")], shown.name


def test_no_place_in_a_sentence_is_left_unfilled() -> None:
    for shown in every_card().cards:
        for one in parts(shown.card):
            left = re.findall(r"\{(?!number\})\w+\}", str(one.get("text", "")))
            assert not left, (shown.name, one)


def test_the_stories_show_every_step_of_the_report_and_every_action() -> None:
    collected = every_card()
    steps = KINGSMEAD.flows["report"].steps.values()
    wanted = {step.title.say("en") for step in steps if step.kind in ("form", "guidance")}
    wanted |= {action.title.say("en") for action in KINGSMEAD.actions.values() if action.fields}
    wanted |= {action.label.say("en") for action in KINGSMEAD.actions.values()}
    assert [sentence for sentence in sorted(wanted) if not collected.showed(sentence)] == []


def test_the_stories_say_every_sentence() -> None:
    unsaid = {key for key in set(KINGSMEAD.texts) - every_card().said if not MANY_OF_A_KIND.fullmatch(key)}
    assert unsaid == set(NOT_AT_KINGSMEAD)
