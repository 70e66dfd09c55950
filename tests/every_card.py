"""Every card that the product can show, made by real casework in short stories over a record in memory.

The fixture `every_card` (tests/conftest.py) plays the stories of all packs once. What no story tells, no test
has seen: tests/unit/test_every_card.py holds that every text, step, question and action comes up.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import pickle
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.definitions.loader import load
from bot.rehearsal.cards import words
from tests import cards_ashford, cards_kingsmead
from tests.stage import Line, Shown, stage

SCENES = {"kingsmead": cards_kingsmead.SCENES, "ashford": cards_ashford.SCENES}
PACKS = tuple(SCENES)
UNDRAWN = ("data", "id", "fallback", "refresh", "msteams")
STYLES = {
    "TextBlock", "Container", "FactSet", "ActionSet", "ColumnSet", "Action.Execute", "Input.Text",
    "Input.ChoiceSet", "heading", "bolder", "attention", "warning", "good", "accent", "emphasis", "default",
    "positive", "destructive", "compact", "expanded", "filtered",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What the stories showed: cards of every shape, the plain lines, the keys of the texts that came up."""

    cards: tuple[Shown, ...]
    lines: tuple[Line, ...]
    said: frozenset[str]
    words: str

    def showed(self, sentence: str) -> bool:
        """Whether some card said this."""
        return sentence in self.words

    def to_be_drawn(self) -> tuple[Shown, ...]:
        """The fewest cards, the longest first, with every make of part beside every part that it is met by.

        Two parts are of one make when they are drawn alike, whatever their words.
        """
        found: list[Shown] = []
        met: set[tuple[str, str]] = set()
        for shown in sorted(self.cards, key=lambda one: len(json.dumps(one.card)), reverse=True):
            if here := _neighbours(shown.card) - met:
                met |= here
                found.append(shown)
        return tuple(found)


def every_card(folder: Path) -> Mapping[str, Collection]:
    """The cards of each pack. Of several test processes with that folder one plays, and the others read."""
    kept = folder / "every_card.pickle"
    with (folder / "every_card.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            played = {pack: asyncio.run(_play(pack)) for pack in PACKS}
            kept.write_bytes(pickle.dumps(played))
        found: Mapping[str, Collection] = pickle.loads(kept.read_bytes())  # written just now, by these tests
    return found


def together(parts: Iterable[Collection]) -> Collection:
    """The cards of several packs."""
    each = tuple(parts)
    return Collection(
        cards=tuple(card for part in each for card in part.cards),
        lines=tuple(line for part in each for line in part.lines),
        said=frozenset().union(*(part.said for part in each)),
        words="\n".join(part.words for part in each),
    )


async def _play(pack: str) -> Collection:
    definition = load(pack)
    cards: dict[str, Shown] = {}
    lines: dict[str, Line] = {}
    said: set[str] = set()
    for scene in SCENES[pack]:
        async with stage(f"{pack}: {scene.__name__}", definition) as on:
            await on.install()
            await on.link()
            await scene(on)
        for shown in on.shown:
            cards.setdefault(_shape(shown.card), shown)
        lines |= {line.text: line for line in on.lines}
        said |= on.texts.said
    everything = "\n".join(words(shown.card) for shown in cards.values())
    return Collection(
        cards=tuple(cards.values()), lines=tuple(lines.values()), said=frozenset(said), words=everything
    )


def _shape(card: Mapping[str, object]) -> str:
    """The card's words without numbers, times and ids: two cards of one shape need looking at once."""
    return re.sub(r"[A-Z]{2}-\w{4}-\w|[0-9a-f]{20}|\d+", "0", json.dumps(card, sort_keys=True))


def _neighbours(card: Mapping[str, Any]) -> set[tuple[str, str]]:
    parts = [_make(part) for part in (*card["body"], card.get("actions", []))]
    return set(pairwise(("top", *parts, "end")))


def _make(part: object) -> str:
    """The elements of a part and how they are drawn, without the words and how often the same comes again."""
    if isinstance(part, Mapping):
        drawn = (f"{key}:{_make(value)}" for key, value in sorted(part.items()) if key not in UNDRAWN)
        return "{" + ",".join(drawn) + "}"
    if isinstance(part, list):
        return "[" + ",".join(dict.fromkeys(_make(one) for one in part)) + "]"
    return str(part) if isinstance(part, bool) or part in STYLES else "."
