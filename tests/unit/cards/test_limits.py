"""Each fault that must stop a card is found, and a good card has none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from bot.model.views import Paragraph, View
from cards.limits import MAX_BYTES, faults
from cards.render import render
from tests.cards_samples import CASE, FACTS, SAMPLES, START, button
from tests.cards_soundness import assert_card_is_sound, schema_faults

Card = dict[str, Any]


def changed(change: Callable[[Card], object]) -> Card:
    """The card of a case with one thing wrong in it."""
    card = copy.deepcopy(render(CASE))
    change(card)
    return card


@pytest.mark.parametrize("name", SAMPLES)
def test_a_good_card_has_no_fault(name: str) -> None:
    assert_card_is_sound(render(SAMPLES[name]))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda card: card.update(version="1.6"), "not an AdaptiveCard of version 1.5"),
        (lambda card: card.pop("version"), "not an AdaptiveCard of version 1.5"),
        (lambda card: card["body"].append({"type": "Image", "url": "https://x"}), "Image is no element"),
        (lambda card: card.update(backgroundImage="https://x"), "backgroundImage may hold a picture"),
        (lambda card: card["body"][-1]["actions"][0].update(iconUrl="data:"), "iconUrl may hold a picture"),
        (lambda card: card["body"][1].update(text="![x](http://a)"), "the text draws a picture"),
        (lambda card: card["body"][1].update(isRequired=True), "isRequired is no property"),
        (lambda card: card["body"][-1]["actions"][0]["fallback"].update(verb="x"), "verb is no property"),
        (lambda card: card["refresh"]["action"].update(type="Action.Http"), "Action.Http is no element"),
        (
            lambda card: card["body"].append({"type": "Input.Text", "id": "a@1"}),
            "Input.Text: it has no label",
        ),
    ],
)
def test_a_fault_is_found_wherever_it_stands(change: Callable[[Card], object], fault: str) -> None:
    found = faults(changed(change))
    assert any(fault in sentence for sentence in found), found


def test_a_picture_in_a_fact_is_found() -> None:
    card = render(CASE)
    card["body"].insert(0, {"type": "FactSet", "facts": [{"title": "a", "value": "![x](http://a)"}]})
    assert "FactSet: the text draws a picture." in faults(card)


def test_a_seventh_button_is_one_too_many() -> None:
    view = View(summary="x", blocks=(), actions=tuple(button(f"v{number}", "x") for number in range(7)))
    assert faults(render(view)) == ("It has 7 buttons; 6 are allowed.",)


def test_a_sixth_input_is_one_too_many() -> None:
    inputs = [block for view in (START, FACTS) for block in view.blocks if hasattr(block, "kind")]
    assert "It has 7 inputs; 5 are allowed." in faults(render(View(summary="x", blocks=tuple(inputs))))


def test_size_is_counted_in_bytes_not_letters() -> None:
    room = MAX_BYTES - len(str(render(View(summary="x", blocks=(Paragraph(text=""),)))))
    letters = render(View(summary="x", blocks=(Paragraph(text="a" * (room - 50)),)))
    assert faults(letters) == ()
    assert (
        "bytes; under 28000"
        in faults(render(View(summary="x", blocks=(Paragraph(text="é" * (room - 50)),))))[0]
    )


def test_a_comma_in_a_value_of_several_is_found() -> None:
    card = render(FACTS)
    card["body"][3]["items"][0]["choices"][0]["value"] = "a,b"
    assert faults(card) == (
        "Input.ChoiceSet: a choice's value holds a comma, which separates several answers.",
    )


def test_a_schema_fault_names_the_place_and_the_property() -> None:
    card = render(START)
    card["body"][0]["weight"] = "heavy"
    card["body"][2]["items"][0]["isMultiSelct"] = True
    del card["body"][3]["items"][0]["id"]
    card["body"][-1]["actions"][0]["titel"] = "x"
    card["body"].append({"type": "Rating"})
    assert schema_faults(card) == [
        "body/0/weight: 'heavy' is not one of ['default', 'lighter', 'bolder']",
        "body/2/items/0: Additional properties are not allowed ('isMultiSelct' was unexpected)",
        "body/3/items/0: 'id' is a required property",
        "body/7/actions/0: Additional properties are not allowed ('titel' was unexpected)",
        "body/8: no element of the schema has the type 'Rating'",
    ]
