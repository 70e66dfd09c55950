"""A View drawn as an Adaptive Card: a pure function that adds no sentence.

Every button is an `Action.Execute` with an `Action.Submit` fallback that sends the same. Nothing is
required by the client. Colour only ever repeats what the text says.
Must not know a flow, a case or Teams' activities.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from bot.model.views import Action, Buttons, Facts, Input, Notice, Paragraph, Tone, View
from bot.model.views import Block as Shown
from cards.elements import (
    SCHEMA_VERSION,
    ActionExecute,
    ActionSet,
    ActionSubmit,
    AdaptiveCard,
    Block,
    Container,
    Fact,
    FactSet,
    Refresh,
    TeamsOptions,
    TextBlock,
)
from cards.fields import draw_input
from cards.strict import to_dict, to_json
from cards.wire import action_data

FRAMES: dict[Tone, str] = {
    "plain": "emphasis",
    "good": "good",
    "attention": "attention",
    "warning": "warning",
    "accent": "accent",
}

LONG_WORD = 24
"""Characters that fit beside a label on a phone 320 pixels wide."""


_WIDE = TeamsOptions(width="Full")
"""The same on every card: a form gets the room that the window has."""


def render(view: View) -> dict[str, Any]:
    """The card of a view, as plain JSON values.

    `refresh_for` must already be Teams' own id of the person (`29:…`): clients ignore any other.
    Raises ValueError for a key or id that could not be read back from a press (see `cards.wire`).
    """
    return to_dict(_card(view))


def render_json(view: View) -> bytes:
    """The same card as JSON, for those who only send it on."""
    return to_json(_card(view))


def _card(view: View) -> AdaptiveCard:
    body: list[Block] = []
    for position, item in enumerate(view.blocks):
        body.extend(_draw(item, position, view.revision))
    body.extend(_action_sets(view))
    return AdaptiveCard(
        version=SCHEMA_VERSION,
        lang=view.language.split("-", maxsplit=1)[0],
        fallback_text=view.summary,
        refresh=_refresh(view),
        msteams=_WIDE,
        body=body,
    )


def _draw(item: Shown, position: int, revision: int) -> list[Block]:
    match item:
        case Paragraph():
            return [_paragraph(item, first=position == 0)]
        case Notice():
            text = TextBlock(text=item.text, wrap=True, weight="bolder")
            return [Container(style=FRAMES[item.tone], items=[text], spacing="medium")]
        case Facts():
            return list(_facts(item))
        case Input():
            return [draw_input(item, revision)]
        case Buttons():
            return [_action_set(item.actions, revision)]


def _paragraph(paragraph: Paragraph, *, first: bool) -> Block:
    """A toned paragraph is framed, because the text colours of Teams are too pale to read by."""
    heading, subtle = paragraph.heading, paragraph.subtle
    shown: dict[str, Any] = {"text": paragraph.text, "wrap": True, "is_subtle": subtle or None}
    if heading:
        shown |= {"style": "heading", "weight": "bolder", "size": "large" if first else "medium"}
    if paragraph.tone == "plain":
        return TextBlock(**shown, spacing="small" if subtle else "large" if heading else "default")
    bleed = True if heading and first else None
    return Container(style=FRAMES[paragraph.tone], items=[TextBlock(**shown)], bleed=bleed, spacing="medium")


def _facts(facts: Facts) -> Iterable[Block]:
    """In two columns; one below the other where a web address would push a column off a phone."""
    if any(len(word) > LONG_WORD for row in facts.rows for text in row for word in text.split()):
        for title, value in facts.rows:
            label = TextBlock(text=title, wrap=True, weight="bolder")
            yield Container(items=[label, TextBlock(text=value, wrap=True, spacing="none")], spacing="small")
    elif facts.rows:
        pairs = [Fact(title=title, value=value) for title, value in facts.rows]
        yield FactSet(facts=pairs, spacing="medium")


def _action_sets(view: View) -> Iterable[Block]:
    """Buttons that answer a question stand in a row apart from those that move on."""
    for _, row in groupby(view.actions, key=lambda action: bool(action.values)):
        yield _action_set(row, view.revision)


def _action_set(actions: Iterable[Action], revision: int) -> ActionSet:
    return ActionSet(actions=[_execute(action, revision) for action in actions], spacing="large")


def _execute(action: Action, revision: int) -> ActionExecute:
    data = action_data(action, revision)
    shown: dict[str, str] = {"title": action.label}
    if action.tone != "default":
        shown["style"] = action.tone
    if not action.sends_inputs:
        shown["associated_inputs"] = "none"
    return ActionExecute(**shown, verb=action.verb, data=data, fallback=ActionSubmit(**shown, data=data))


def _refresh(view: View) -> Refresh | None:
    """Only for one person: without ids every member's client would ask."""
    if view.refresh is None or view.refresh_for is None:
        return None
    data = action_data(view.refresh, view.revision)
    action = ActionExecute(
        title=view.refresh.label or None, verb=view.refresh.verb, data=data, associated_inputs="none"
    )
    return Refresh(action=action, user_ids=[view.refresh_for])
