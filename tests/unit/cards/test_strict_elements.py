"""Every class of card part refuses what the library would drop or let through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cards import elements
from cards.elements import (
    ActionExecute,
    ActionSet,
    ActionSubmit,
    Choice,
    ChoiceSetInput,
    Container,
    Fact,
    FactSet,
    TextBlock,
)
from cards.strict import Part, to_dict, to_json

PARTS = [
    part
    for part in vars(elements).values()
    if isinstance(part, type) and issubclass(part, Part) and part is not Part
]

RULES = [(part, name) for part in PARTS for name in part.properties]
WORD_LISTS = [(part, name) for part, name in RULES if part.properties[name].one_of]
NEEDED = [(part, name) for part, name in RULES if part.properties[name].needed]

SAMPLE: dict[type, Any] = {str: "x", bool: True, int: 3, list: [], dict: {}}


def given(part: type[Part]) -> dict[str, Any]:
    """A right value for each property of the part."""
    values: dict[str, Any] = {}
    for name, rule in part.properties.items():
        kind = rule.type
        values[name] = kind(**given(kind)) if issubclass(kind, Part) else (rule.one_of or [SAMPLE[kind]])[0]
    return values


@pytest.mark.parametrize("part", PARTS)
def test_every_property_comes_out_under_its_json_key(part: type[Part]) -> None:
    data = to_dict(part(**given(part)))
    assert {rule.key_name for rule in part.properties.values()} | ({"type"} if part.kind else set()) == set(
        data
    )


@pytest.mark.parametrize("part", PARTS)
def test_a_misspelt_property_is_an_error_that_lists_the_right_ones(part: type[Part]) -> None:
    with pytest.raises(TypeError, match=rf"{part.__name__} has no property 'wrapp'\. It has: ") as caught:
        part(**given(part), wrapp=True)
    assert all(name in str(caught.value) for name in part.properties)


@pytest.mark.parametrize("part", PARTS)
def test_a_property_misspelt_later_is_an_error_too(part: type[Part]) -> None:
    made = part(**given(part))
    with pytest.raises(TypeError, match="has no property 'wrapp'"):
        made.wrapp = True


@pytest.mark.parametrize(("part", "name"), RULES)
def test_a_value_of_the_wrong_type_is_an_error(part: type[Part], name: str) -> None:
    with pytest.raises(TypeError, match=rf"{part.__name__}\.{part.properties[name].key_name} must be "):
        part(**given(part) | {name: object()})


@pytest.mark.parametrize(("part", "name"), WORD_LISTS)
def test_a_word_that_is_not_on_the_list_is_an_error(part: type[Part], name: str) -> None:
    with pytest.raises(TypeError, match=r"must be one of .*, not 'heavy'"):
        part(**given(part) | {name: "heavy"})


@pytest.mark.parametrize(("part", "name"), NEEDED)
def test_a_needed_property_that_is_absent_is_an_error(part: type[Part], name: str) -> None:
    with pytest.raises(TypeError, match=f"{part.__name__} needs .*{name}"):
        part(**given(part) | {name: None})


@pytest.mark.parametrize(
    ("part", "name", "wrong"),
    [
        (Container, "items", Fact(title="a", value="b")),
        (FactSet, "facts", TextBlock(text="a")),
        (ActionSet, "actions", {"type": "Action.Submit"}),
        (ChoiceSetInput, "choices", "a"),
    ],
)
def test_a_list_holds_only_what_belongs_there(part: type[Part], name: str, wrong: object) -> None:
    with pytest.raises(TypeError, match=r"a list of \w+ only"):
        part(**given(part) | {name: [wrong]})


def test_a_truth_value_is_no_number() -> None:
    with pytest.raises(TypeError, match="maxLength must be int"):
        elements.TextInput(id="a@1", max_length=True)


def test_an_absent_property_is_left_out() -> None:
    assert to_dict(TextBlock(text="a", weight=None)) == {"type": "TextBlock", "text": "a"}


def test_no_library_object_is_left_inside() -> None:
    button = ActionExecute(verb="go", data={"a": {"b": ["c"]}}, fallback=ActionSubmit(data={}))
    data = to_dict(Container(items=[ActionSet(actions=[button])]))
    assert data["items"][0]["actions"][0] == {
        "type": "Action.Execute",
        "verb": "go",
        "data": {"a": {"b": ["c"]}},
        "fallback": {"type": "Action.Submit", "data": {}},
    }


@pytest.mark.parametrize("part", PARTS)
def test_its_json_is_what_its_dict_would_be(part: type[Part]) -> None:
    made = part(**given(part))
    assert json.loads(to_json(made)) == to_dict(made)


def test_the_dict_shares_nothing_with_the_parts() -> None:
    choices = [Choice(title="A", value="a")]
    data = to_dict(ChoiceSetInput(id="a@1", choices=choices))
    data["choices"].clear()
    assert len(choices) == 1
