"""Indexes in RAM: ids by key value, and ids in order. A write costs the same at any size.

Must not know documents.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.model.record import Pair

BLOCK = 512
Placed = tuple[datetime, str]
"""The time by which an id stands in order, and the id."""


class Keys:
    """Ids under (index, value)."""

    def __init__(self) -> None:
        self._ids: defaultdict[Pair, dict[str, int]] = defaultdict(dict)

    def add(self, pairs: Iterable[Pair], key: str, born: int) -> None:
        """Put an id under each pair, once however often a pair is given. `born` is its age, the smaller the
        older."""
        ids = self._ids
        for pair in pairs:
            ids[pair][key] = born

    def remove(self, pairs: Iterable[Pair], key: str) -> None:
        """Take an id from under each pair; a pair may be given again."""
        for pair in pairs:
            ids = self._ids[pair]
            ids.pop(key, None)
            if not ids:
                del self._ids[pair]

    def find(self, pair: Pair) -> tuple[str, ...]:
        """Ids under the pair, oldest first."""
        ids = self._ids.get(pair)
        return tuple(sorted(ids, key=ids.__getitem__)) if ids else ()


class Sorted:
    """Placed ids in ascending order, in blocks of bounded length."""

    def __init__(self) -> None:
        self._blocks: list[list[Placed]] = []
        self._last: list[Placed] = []

    def add(self, pair: Placed) -> None:
        """Put a pair in its place."""
        if not self._blocks:
            self._blocks.append([])
            self._last.append(pair)
        at = min(bisect_left(self._last, pair), len(self._last) - 1)
        block = self._blocks[at]
        insort(block, pair)
        self._last[at] = block[-1]
        if len(block) > 2 * BLOCK:
            self._blocks[at : at + 1] = [block[:BLOCK], block[BLOCK:]]
            self._last[at : at + 1] = [block[BLOCK - 1], block[-1]]

    def remove(self, pair: Placed) -> None:
        """Take out a pair that is in it."""
        at = bisect_left(self._last, pair)
        block = self._blocks[at]
        del block[bisect_left(block, pair)]
        if block:
            self._last[at] = block[-1]
        else:
            del self._blocks[at], self._last[at]

    def __iter__(self) -> Iterator[Placed]:
        """In ascending order."""
        for block in self._blocks:
            yield from block
