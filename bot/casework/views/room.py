"""Keeps a card within what Teams carries: how long a text may stand on it, what goes to the pages behind.

Pure. Must not know whose words they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.model.views import Block, Buttons, Facts, Input, Notice, Paragraph

LENGTHS = (4000, 1200, 500, 150)
"""Letters that each text of a card may have: the first of these with which it fits."""

MOST_BYTES = 17_000
"""Of a card's words as they travel; what they are drawn in, and six buttons, take the rest of 28 KB."""


def clipped(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= most else f"{text[:most].rstrip()} …"


def fits(blocks: Iterable[Block]) -> bool:
    """Whether these blocks leave room for the buttons below them."""
    return sum(_bytes(text) + 90 for block in blocks for text in _texts(block)) <= MOST_BYTES


def pieces(text: str, most: int) -> Iterable[str]:
    """A long text in parts that fit on a page."""
    return (text[at : at + most] for at in range(0, max(len(text), 1), most))


def _texts(block: Block) -> tuple[str, ...]:
    match block:
        case Paragraph(text=text) | Notice(text=text):
            return (text,)
        case Facts(rows=rows):
            return tuple(word for row in rows for word in row)
        case Input(label=label, hint=hint, value=value):
            return (label, hint, value)
        case Buttons():
            return ()


def _bytes(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode())
