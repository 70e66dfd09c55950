"""Reading a card as a client does: its words, buttons and inputs, and what a press of it would send.

Must not know conversations or HTTP. A card is the plain JSON that the bot sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

UNSEEN = ("fallback", "refresh", "authentication", "msteams", "data")


class NotOnCard(LookupError):
    """No such button or input on the card: the message lists those that are."""


class PressBlocked(ValueError):
    """The client holds the press back because a required input is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """An action of a card. `verb` is empty for what is no Action.Execute; `raw` is its JSON."""

    label: str
    verb: str
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def fallback(self) -> Mapping[str, Any] | None:
        """Its Action.Submit for older clients, or None."""
        found = self.raw.get("fallback")
        return found if isinstance(found, Mapping) and found.get("type") == "Action.Submit" else None


def parts(card: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every element and action of a card, in reading order, without fallbacks."""
    yield card
    for key, value in card.items():
        if key in UNSEEN:
            continue
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                yield from parts(inner)


def words(card: Mapping[str, Any]) -> str:
    """All that a person can read on it, a line each."""
    lines: list[str] = []
    for part in parts(card):
        if part.get("isVisible") is False:
            continue
        shown = (part.get(key) for key in ("text", "label", "title", "value", "placeholder", "errorMessage"))
        lines.extend(text for text in shown if isinstance(text, str) and text)
    return "\n".join(lines)


def buttons(card: Mapping[str, Any]) -> list[Button]:
    """Its actions, in order."""
    return [
        Button(label=str(part.get("title", "")), verb=str(part.get("verb", "")), raw=part)
        for part in parts(card)
        if str(part.get("type", "")).startswith("Action.")
    ]


def button(card: Mapping[str, Any], wanted: str) -> Button:
    """The button with that label, or else that verb. Raises NotOnCard."""
    found = buttons(card)
    for one in found:
        if one.label == wanted:
            return one
    for one in found:
        if wanted and one.verb == wanted:
            return one
    raise NotOnCard(f"no button {wanted!r}; there are {[(one.label, one.verb) for one in found]}")


def inputs(card: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Its inputs by id."""
    return {
        str(part["id"]): part
        for part in parts(card)
        if str(part.get("type", "")).startswith("Input.") and part.get("id")
    }


def input_id(card: Mapping[str, Any], wanted: str) -> str:
    """The id of an input by id, by label, or by its key where the id is the key and a number.

    Raises NotOnCard.
    """
    found = inputs(card)
    if wanted in found:
        return wanted
    key = re.escape(wanted)
    numbered = re.compile(rf"{key}[^A-Za-z0-9]+[a-z]?\d+|[a-z]?\d+[^A-Za-z0-9]+{key}")
    for one, element in found.items():
        if element.get("label") == wanted or numbered.fullmatch(one):
            return one
    raise NotOnCard(f"no input {wanted!r}; there are {sorted(found)}")


def press_data(
    card: Mapping[str, Any], action: Mapping[str, Any], typed: Mapping[str, str]
) -> dict[str, Any]:
    """The data of a press: the action's own, and every input that holds something.

    `typed` is by input id. Raises PressBlocked when a required input is empty, NotOnCard for an unknown id.
    """
    own = dict(action["data"]) if isinstance(action.get("data"), Mapping) else {}
    known = inputs(card)
    for one in typed:
        if one not in known:
            raise NotOnCard(f"no input {one!r}; there are {sorted(known)}")
    if str(action.get("associatedInputs", "auto")).lower() == "none":
        return own
    values = {one: typed.get(one, _before(element)) for one, element in known.items()}
    missing = [one for one, value in values.items() if known[one].get("isRequired") and not value]
    if missing:
        raise PressBlocked(f"required and empty: {missing}")
    return own | {one: value for one, value in values.items() if value}


def _before(element: Mapping[str, Any]) -> str:
    value = str(element.get("value") or "")
    if element.get("type") == "Input.Toggle" and not value:
        return str(element.get("valueOff", "false"))
    return value


def choices(card: Mapping[str, Any], wanted: str) -> dict[str, str]:
    """The choices of an input, by id or key: title to value. Raises NotOnCard."""
    element = inputs(card)[input_id(card, wanted)]
    return {str(choice.get("title")): str(choice.get("value")) for choice in element.get("choices") or []}


def dataset(card: Mapping[str, Any], wanted: str) -> str:
    """The data set that a picker asks while somebody types; empty for a plain one. Raises NotOnCard."""
    query = inputs(card)[input_id(card, wanted)].get("choices.data")
    return str(query.get("dataset", "")) if isinstance(query, Mapping) else ""


def refresh_action(card: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The action that a client sends by itself, or None."""
    refresh = (card or {}).get("refresh")
    found = refresh.get("action") if isinstance(refresh, Mapping) else None
    return found if isinstance(found, Mapping) and found.get("type") == "Action.Execute" else None
