"""What a card must not exceed or hold, as one check: tests ask it of every card, delivery before each send.

Must not know how a card was made: it reads plain JSON values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cards.elements import ELEMENTS, SCHEMA_VERSION

MAX_BYTES = 28_000
"""Of the card as JSON in UTF-8; the tightest of Teams' own limits."""

MAX_ACTIONS = 6
MAX_INPUTS = 5

_KNOWN: dict[str, frozenset[str]] = {
    part.kind: frozenset({"type", *(rule.key_name for rule in part.properties.values())}) for part in ELEMENTS
}
_PICTURE_KEYS = frozenset({"url", "iconUrl", "backgroundImage", "poster", "images"})
_PICTURE_MARKDOWN = re.compile(r"!\[[^\]]*\][(\[]")


def faults(card: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences on what is wrong with the card; empty when it may be sent."""
    return tuple(_whole(card)) + tuple(fault for part in _parts(card) for fault in _part(part))


def _whole(card: Mapping[str, Any]) -> Iterator[str]:
    if card.get("type") != "AdaptiveCard" or card.get("version") != SCHEMA_VERSION:
        yield f"It is not an AdaptiveCard of version {SCHEMA_VERSION}."
    size = len(json.dumps(card, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size >= MAX_BYTES:
        yield f"It has {size} bytes; under {MAX_BYTES} are allowed."
    kinds = [str(part["type"]) for part in _parts(card.get("body", []), but=("fallback",))]
    buttons = sum(kind.startswith("Action.") for kind in kinds)
    if buttons > MAX_ACTIONS:
        yield f"It has {buttons} buttons; {MAX_ACTIONS} are allowed."
    inputs = sum(kind.startswith("Input.") for kind in kinds)
    if inputs > MAX_INPUTS:
        yield f"It has {inputs} inputs; {MAX_INPUTS} are allowed."


def _parts(value: object, *, but: tuple[str, ...] = ()) -> Iterator[Mapping[str, Any]]:
    """Every part with a type, outermost first, leaving out what stands under the keys in `but`."""
    if isinstance(value, list):
        for item in value:
            yield from _parts(item, but=but)
    elif isinstance(value, dict):
        if "type" in value:
            yield value
        for key, item in value.items():
            if key not in ("data", "msteams", *but):
                yield from _parts(item, but=but)


def _part(part: Mapping[str, Any]) -> Iterator[str]:
    kind = str(part["type"])
    known = _KNOWN.get(kind)
    if known is None:
        yield f"{kind} is no element that Handrail draws."
        return
    for key in part.keys() - known:
        what = "may hold a picture's address" if key in _PICTURE_KEYS else "is no property of it"
        yield f"{kind}: {key} {what}."
    if any(_PICTURE_MARKDOWN.search(text) for text in _texts(part)):
        yield f"{kind}: the text draws a picture."
    if kind.startswith("Input.") and not part.get("label"):
        yield f"{kind}: it has no label."
    if part.get("isMultiSelect") and any("," in choice["value"] for choice in part.get("choices", ())):
        yield f"{kind}: a choice's value holds a comma, which separates several answers."


def _texts(part: Mapping[str, Any]) -> Iterator[str]:
    if "text" in part:
        yield str(part["text"])
    for fact in part.get("facts", ()):
        yield str(fact.get("title", ""))
        yield str(fact.get("value", ""))
