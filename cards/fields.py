"""One question drawn as an input, with its error and hint beneath it.

Teams shows `errorMessage` only for checks that the client makes itself, and the client checks nothing here:
so the error stands as a framed text as well. Must not know the rest of the card.
"""

from __future__ import annotations

from bot.model.views import Input
from cards.elements import (
    Block,
    Choice,
    ChoiceSetInput,
    Container,
    DataQuery,
    DateInput,
    InputBlock,
    TextBlock,
    TextInput,
    TimeInput,
)
from cards.wire import input_id

LONG_LIST = 9
"""From this many choices on, a drop-down lets the person type to find one."""

PEOPLE_PICKER = "graph.microsoft.com/users"
"""Teams' own data set: everyone in the tenant, pupils too. Answers are Entra ids."""


def draw_input(field: Input, revision: int) -> Block:
    """The field with label, error and hint. Raises ValueError for a key no input id can be made of."""
    items: list[Block] = [_input(field, input_id(field.key, revision))]
    if field.error:
        error = TextBlock(text=field.error, wrap=True, weight="bolder")
        items.append(Container(style="attention", items=[error], spacing="small"))
    if field.hint:
        items.append(TextBlock(text=field.hint, wrap=True, is_subtle=True, spacing="small"))
    return Container(items=items, spacing="medium")


def _input(field: Input, name: str) -> InputBlock:
    common = {
        "id": name,
        "label": field.label,
        "value": field.value or None,
        "error_message": field.error or None,
    }
    match field.kind:
        case "text" | "paragraph":
            return TextInput(
                **common,
                is_multiline=True if field.kind == "paragraph" else None,
                max_length=field.max_length or None,
            )
        case "date":
            return DateInput(**common)
        case "time":
            return TimeInput(**common)
        case "choice" | "choices" | "pupils" | "adults":
            return _choice_set(field, common)


def _choice_set(field: Input, common: dict[str, str | None]) -> ChoiceSetInput:
    return ChoiceSetInput(
        **common,
        choices=[Choice(title=choice.label, value=choice.value) for choice in field.choices],
        choices_data=DataQuery(dataset=_dataset(field)) if field.search else None,
        style=_style(field),
        is_multi_select=None if field.kind == "choice" else True,
        wrap=True,
    )


def _dataset(field: Input) -> str:
    return PEOPLE_PICKER if field.kind == "adults" and field.search == "people" else field.search


def _style(field: Input) -> str:
    """A picker is searched by typing; a short list that is not compact is open; else a drop-down."""
    if field.search or field.kind == "pupils":
        return "filtered"
    if not field.compact:
        return "expanded"
    return "filtered" if len(field.choices) >= LONG_LIST else "compact"
