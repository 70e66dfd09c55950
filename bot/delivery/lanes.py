"""What waits in memory, a lane per conversation: who is next, and one at a time.

Must not know the store, messages or limits. A lane lives while something waits in it.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.casework.ports import Address
from bot.model.outbox import Item

RANKS = {"immediate": 0, "serious": 1, "routine": 2}

Place = tuple[int, int, str]
"""Urgency, order of staging, item id: the lowest goes first."""


def place_of(item: Item) -> Place:
    """Where an item stands in its lane."""
    return (RANKS[item.urgency], item.order, item.id)


@dataclass(slots=True)
class Lane:
    """One conversation: what waits for it, in order, and what is on its way."""

    address: Address
    waiting: list[Place] = field(default_factory=list)
    flying: str | None = None

    @property
    def head(self) -> str:
        """The item that is next. Only while something waits."""
        return self.waiting[0][2]

    @property
    def is_urgent(self) -> bool:
        """Whether what is next is immediate or serious."""
        return self.waiting[0][0] < RANKS["routine"]


class Lanes:
    """All lanes, and which item is in which."""

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = {}
        self._lane_of: dict[str, Lane] = {}
        self._parked: dict[str, float] = {}

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._lane_of

    def __len__(self) -> int:
        """How many items there are."""
        return len(self._lane_of)

    def add(self, item: Item, address: Address) -> None:
        """Put an item in its place."""
        lane = self._lanes.get(address.conversation)
        if lane is None:
            lane = self._lanes[address.conversation] = Lane(address)
        insort(lane.waiting, place_of(item))
        self._lane_of[item.id] = lane

    def ready(self) -> Iterator[Lane]:
        """Lanes with nothing on its way, the most urgent head first."""
        free = [lane for lane in self._lanes.values() if lane.waiting and lane.flying is None]
        return iter(sorted(free, key=lambda lane: lane.waiting[0]))

    def address_of(self, item_id: str) -> Address | None:
        """The conversation that an item waits for or is on its way to; None when it is in no lane."""
        lane = self._lane_of.get(item_id)
        return lane.address if lane else None

    def together(self, one: str, other: str) -> bool:
        """Whether both wait in the same lane."""
        lane = self._lane_of.get(one)
        return lane is not None and lane is self._lane_of.get(other)

    def begin(self, lane: Lane, item: Item) -> None:
        """The item is on its way."""
        lane.waiting.remove(place_of(item))
        lane.flying = item.id

    def end(self, lane: Lane) -> None:
        """It has come to whatever end: the lane is free for the next."""
        if lane.flying is not None:
            del self._lane_of[lane.flying]
        lane.flying = None
        self._sweep(lane)

    def drop(self, item_id: str) -> None:
        """Take out an item that waits. One on its way, or in no lane, stays as it is."""
        lane = self._lane_of.get(item_id)
        if lane is None or lane.flying == item_id:
            return
        lane.waiting = [place for place in lane.waiting if place[2] != item_id]
        del self._lane_of[item_id]
        self._sweep(lane)

    def park(self, conversation: str, *, until: float) -> None:
        """Leave a conversation alone until then, in monotonic seconds."""
        self._parked[conversation] = max(until, self._parked.get(conversation, until))

    def parked_until(self, conversation: str, *, now: float) -> float:
        """Until when it is left alone; `now` when it is not."""
        until = self._parked.get(conversation, now)
        if until <= now:
            self._parked.pop(conversation, None)
        return max(until, now)

    def _sweep(self, lane: Lane) -> None:
        if not lane.waiting and lane.flying is None:
            del self._lanes[lane.address.conversation]
