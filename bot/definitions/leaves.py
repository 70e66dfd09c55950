"""Every place of a definition with what stands there, so that no edit goes unseen.

Pure. Must not know what a place means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from bot.model.definition import Definition
from bot.model.text import Text

NOT_SEEN = frozenset({"mark", "hash", "pack", "permissions"})
"""What says where something was written, not what; and permissions, which have no place but their words."""

Leaf = tuple[str, Any]
"""A place such as `flows.report.steps.card_1.title`, and the plain value or Text there."""


def leaves(definition: Definition) -> dict[str, Any]:
    """Every value that is not made of others, by place. Items of a list go by key, if they have one."""
    return dict(_leaves(definition, ""))


def _leaves(value: Any, place: str) -> Iterator[Leaf]:
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{place}.{key}")
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in NOT_SEEN:
                yield from _leaves(getattr(value, field.name), f"{place}.{field.name}")
    elif isinstance(value, tuple) and any(is_dataclass(item) for item in value):
        for at, item in enumerate(value):
            yield from _leaves(item, f"{place}.{getattr(item, 'key', None) or at}")
    else:
        yield place, value


def reworded(old: Definition, new: Definition) -> Iterator[str]:
    """Each sentence that reads otherwise, by place, as it was and as it is now."""
    before, after = leaves(old), leaves(new)
    for place, text in after.items():
        was = before.get(place)
        if isinstance(text, Text) and isinstance(was, Text) and was != text:
            yield f"Wording, {_place(place)}: was {_said(was)}, now {_said(text)}."


def touched(old: Definition, new: Definition) -> tuple[str, ...]:
    """The places at which something other than a sentence changed, or the highest that came or went."""
    before, after = leaves(old), leaves(new)
    above = {
        side: {part for place in held for part in _upwards(place)}
        for side, held in enumerate((before, after))
    }
    found = []
    for place in (*before, *(place for place in after if place not in before)):
        was, now = before.get(place), after.get(place)
        if was == now or (isinstance(was, Text) and isinstance(now, Text)):
            continue
        there = above[1] if place in before else above[0]
        found.append(next((part for part in _upwards(place) if part not in there), place))
    return tuple(dict.fromkeys(_place(place) for place in found))


def _upwards(place: str) -> tuple[str, ...]:
    """The place and all that it lies in, the widest first."""
    parts = place.split(".")
    return tuple(".".join(parts[: at + 1]) for at in range(1, len(parts)))


def _place(place: str) -> str:
    return place.strip(".").replace(".", ", ")


def _said(text: Text) -> str:
    said = text.by_language
    if len(said) <= 1:
        return f"“{text.say()}”"
    return " / ".join(f"{language} “{words}”" for language, words in said.items())
