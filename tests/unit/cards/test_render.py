"""Each block, field and button as it is drawn."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.model.views import Action, Block, Buttons, Choice, Facts, FieldKind, Input, Notice, Paragraph, View
from cards.fields import LONG_LIST
from cards.render import render, render_json
from tests.cards_samples import CASE, SAMPLES, button, choices
from tests.cards_soundness import assert_card_is_sound

FIELD = Input(key="where", kind="choice", label="Where?", choices=choices("Home", "School"))


def body(*blocks: Block, **more: Any) -> list[dict[str, Any]]:
    """The body of a sound card of these blocks."""
    card = render(View(summary="Handrail", blocks=blocks, **more))
    assert_card_is_sound(card)
    drawn: list[dict[str, Any]] = card["body"]
    return drawn


def field(drawn: Input, **more: Any) -> dict[str, Any]:
    """The input of one field, without what stands beneath it."""
    found: dict[str, Any] = body(replace(drawn, **more))[0]["items"][0]
    return found


def test_a_card_is_of_version_1_5_in_its_language_and_shows_its_summary_where_it_cannot_be_drawn() -> None:
    card = render(View(summary="A new message", blocks=(), language="cy-GB"))
    assert (card["version"], card["lang"], card["fallbackText"]) == ("1.5", "cy", "A new message")


def test_a_card_is_plain_json() -> None:
    for view in SAMPLES.values():
        card = render(view)
        assert json.loads(json.dumps(card)) == card


def test_the_bytes_of_a_card_are_the_same_card() -> None:
    for view in SAMPLES.values():
        text = json.dumps(render(view), separators=(",", ":"), ensure_ascii=False)
        assert render_json(view) == text.encode()


def test_the_same_view_is_always_the_same_card() -> None:
    assert render(CASE) == render(CASE)


def test_a_heading_is_one_for_a_screen_reader_too() -> None:
    first, second = body(Paragraph(text="A", heading=True), Paragraph(text="B", heading=True))
    assert (first["style"], first["weight"], first["size"]) == ("heading", "bolder", "large")
    assert (second["style"], second["size"]) == ("heading", "medium")


def test_a_paragraph_wraps() -> None:
    assert body(Paragraph(text="A", subtle=True))[0].items() >= {"wrap": True, "isSubtle": True}.items()


def test_a_toned_paragraph_and_a_notice_are_framed_and_their_text_keeps_its_own_colour() -> None:
    paragraph, notice = body(Paragraph(text="A", tone="good"), Notice(text="B", tone="plain"))
    assert (paragraph["type"], paragraph["style"]) == ("Container", "good")
    assert (notice["style"], notice["items"][0]["weight"]) == ("emphasis", "bolder")
    assert "color" not in json.dumps([paragraph, notice])


def test_facts_stand_in_two_columns() -> None:
    (facts,) = body(Facts(rows=(("Where", "Home"),)))
    assert facts["facts"] == [{"title": "Where", "value": "Home"}]


def test_facts_with_a_word_too_long_for_a_phone_stand_one_below_the_other() -> None:
    (row,) = body(Facts(rows=(("Site", "x" * 60),)))
    assert [item["text"] for item in row["items"]] == ["Site", "x" * 60]
    assert all(item["wrap"] for item in row["items"])


def test_no_facts_draw_nothing() -> None:
    assert body(Facts(rows=())) == []


@pytest.mark.parametrize(
    ("kind", "drawn"),
    [
        ("text", {"type": "Input.Text"}),
        ("paragraph", {"type": "Input.Text", "isMultiline": True}),
        ("date", {"type": "Input.Date"}),
        ("time", {"type": "Input.Time"}),
        ("choice", {"type": "Input.ChoiceSet", "wrap": True}),
        ("choices", {"type": "Input.ChoiceSet", "wrap": True, "isMultiSelect": True}),
        ("pupils", {"type": "Input.ChoiceSet", "style": "filtered", "isMultiSelect": True}),
        ("adults", {"type": "Input.ChoiceSet", "isMultiSelect": True}),
    ],
)
def test_each_kind_of_field_is_the_input_it_should_be(kind: FieldKind, drawn: dict[str, Any]) -> None:
    shown = field(FIELD, kind=kind)
    assert shown.items() >= drawn.items()
    assert (shown["id"], shown["label"]) == ("where@0", "Where?")
    assert "isRequired" not in shown


def test_an_input_id_carries_the_revision_of_the_view() -> None:
    assert body(FIELD, revision=12)[0]["items"][0]["id"] == "where@12"


def test_what_was_answered_before_is_given_back() -> None:
    assert field(FIELD, kind="choices", value="c0,c1")["value"] == "c0,c1"
    assert "value" not in field(FIELD)


def test_a_limit_of_length_reaches_the_client_only_where_there_is_one() -> None:
    assert field(FIELD, kind="text", choices=(), max_length=40)["maxLength"] == 40
    assert "maxLength" not in field(FIELD, kind="text", choices=())


def test_an_error_stands_framed_beneath_its_field_and_the_hint_after_it() -> None:
    drawn, error, hint = body(replace(FIELD, error="Please choose one.", hint="Roughly."))[0]["items"]
    assert drawn["errorMessage"] == "Please choose one."
    assert (error["style"], error["items"][0]["text"]) == ("attention", "Please choose one.")
    assert (hint["text"], hint["isSubtle"]) == ("Roughly.", True)


@pytest.mark.parametrize(
    ("number", "compact", "style"),
    [
        (3, False, "expanded"),
        (3, True, "compact"),
        (LONG_LIST, True, "filtered"),
        (LONG_LIST, False, "expanded"),
    ],
)
def test_a_list_is_open_folded_or_searched_by_its_length(number: int, compact: bool, style: str) -> None:
    some = tuple(Choice(value=str(at), label=f"Choice {at}") for at in range(number))
    assert field(FIELD, choices=some, compact=compact)["style"] == style


@pytest.mark.parametrize(
    ("kind", "search", "dataset"),
    [
        ("pupils", "pupils", "pupils"),
        ("adults", "people", "graph.microsoft.com/users"),
        ("adults", "staff", "staff"),
        ("choice", "rows", "rows"),
    ],
)
def test_a_searched_field_asks_its_data_set_as_the_person_types(
    kind: FieldKind, search: str, dataset: str
) -> None:
    shown = field(FIELD, kind=kind, search=search, value="c0")
    assert shown["choices.data"] == {"type": "Data.Query", "dataset": dataset}
    assert (shown["style"], len(shown["choices"]), shown["value"]) == ("filtered", 2, "c0")


def test_every_button_falls_back_to_a_message_that_says_the_same() -> None:
    for view in SAMPLES.values():
        sets = [block for block in render(view)["body"] if block["type"] == "ActionSet"]
        for drawn in (action for actions in sets for action in actions["actions"]):
            fallback = drawn["fallback"]
            assert (drawn["type"], fallback["type"]) == ("Action.Execute", "Action.Submit")
            assert (fallback["data"], fallback["title"]) == (drawn["data"], drawn["title"])
            assert drawn["data"]["verb"] == drawn["verb"]
            assert fallback.get("associatedInputs") == drawn.get("associatedInputs")


def test_a_button_carries_its_stamps_and_fixed_answers_and_nothing_else() -> None:
    (row,) = body(actions=(button("answer", "Yes", values=(("danger", "yes"),)),), revision=3)
    assert row["actions"][0]["data"] == {
        "verb": "answer",
        "target": "run-7",
        "action_id": "answer-1",
        "revision": "3",
        "values": {"danger": "yes"},
    }


def test_cancel_takes_no_typed_text_along() -> None:
    (row,) = body(actions=(button("cancel", "Cancel", sends_inputs=False), button("next", "Next")))
    assert [action.get("associatedInputs") for action in row["actions"]] == ["none", None]


def test_buttons_that_answer_stand_apart_from_those_that_move_on() -> None:
    answer = button("answer", "Yes", values=(("danger", "yes"),))
    rows = body(actions=(answer, answer, button("save", "Save")))
    assert [len(row["actions"]) for row in rows] == [2, 1]


REFRESH = Action(verb="refresh", label="", target="case-1", action_id="refresh-1")


def test_a_row_of_buttons_among_the_blocks_stands_where_it_was_put_and_sends_what_is_below_it_too() -> None:
    asked = Buttons(actions=(button("answer", "Yes", values=(("danger", "yes"),)),))
    row, field_shown, below = body(asked, FIELD, actions=(button("save", "Save for later"),))
    assert [action["title"] for action in row["actions"]] == ["Yes"]
    assert "associatedInputs" not in row["actions"][0]
    assert field_shown["items"][0]["id"] == "where@0"
    assert [action["title"] for action in below["actions"]] == ["Save for later"]


def test_a_refresh_is_for_one_person_and_takes_no_typed_text() -> None:
    card = render(View(summary="x", blocks=(), refresh=REFRESH, refresh_for="29:1-a"))
    assert card["refresh"]["userIds"] == ["29:1-a"]
    assert card["refresh"]["action"]["associatedInputs"] == "none"
    assert_card_is_sound(card)


@pytest.mark.parametrize("more", [{"refresh": REFRESH}, {"refresh_for": "29:1-a"}])
def test_without_a_person_or_an_action_nobody_refreshes(more: dict[str, Any]) -> None:
    assert "refresh" not in render(View(summary="x", blocks=(), **more))


def test_a_key_that_could_not_be_read_back_is_never_drawn() -> None:
    with pytest.raises(ValueError, match="input id"):
        render(View(summary="x", blocks=(replace(FIELD, key="a@b"),)))
