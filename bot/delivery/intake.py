"""From the record into the lanes: what has come due, what has lost its purpose, and whose turn it is.

Must not know limits or how anything is sent. Never waits.
"""

from __future__ import annotations

import math
from datetime import datetime

from bot.casework.ports import Address, Clock
from bot.delivery.courier import Courier
from bot.delivery.lanes import Lane, Lanes
from bot.delivery.ledger import Ledger
from bot.delivery.outcomes import urgent
from bot.delivery.slots import TOO_LATE, sends_under_way, whose_turn
from bot.errors import StoreFailed
from bot.model.outbox import Item

AT_ONCE = 16
REPEATED = "sent already"


class Intake:
    """Raises StoreFailed, and nothing else for an item that is faulty: that becomes a dead letter."""

    def __init__(self, ledger: Ledger, lanes: Lanes, *, courier: Courier, clock: Clock) -> None:
        self._ledger = ledger
        self._lanes = lanes
        self._courier = courier
        self._clock = clock
        self._urgent_since: dict[str, datetime] = {}

    def take_in(self) -> float:
        """Put what has come due in its lane, not too much at once; the seconds until more comes due."""
        now = self._clock.now()
        taken = 0
        for item_id in self._ledger.pending(len(self._lanes) + AT_ONCE):
            item = None if item_id in self._lanes else self._ledger.item(item_id)
            if item is None:
                continue
            try:
                early_seconds = (item.not_before - now).total_seconds()
                if early_seconds > 0:
                    return 0.0 if taken else early_seconds
                self._take(item, now)
            except StoreFailed:
                raise
            except Exception as error:  # noqa: BLE001  # one bad item must not hold up the others
                self._courier.poison(item, error)
            taken += 1
        return 0.0 if taken else math.inf

    def next(self, lane: Lane) -> Item | None:
        """The item of this lane to send now; None when nothing in it was worth sending any more."""
        while lane.waiting:
            head = self._ledger.item(lane.head)
            if head is None:
                self._let_go(lane.head)
                continue
            try:
                item = self._wanted(head, self._clock.now())
            except StoreFailed:
                raise
            except Exception as error:  # noqa: BLE001  # one bad item must not hold up the others
                self._courier.poison(head, error)
                continue
            if item is None:
                continue
            if self._lanes.together(item.id, head.id):
                return item
            if self._lanes.address_of(head.id) is not None:
                return head
        return None

    def forget(self, item_id: str) -> None:
        """An attempt is over: if the item is done with, so is its waiting."""
        if self._ledger.item(item_id) is None:
            self._urgent_since.pop(item_id, None)

    def oldest_urgent(self) -> datetime | None:
        """Since when the oldest urgent item has been due; None when none is."""
        return min(self._urgent_since.values(), default=None)

    def _take(self, item: Item, now: datetime) -> None:
        if item.state == "sending":
            self._courier.orphaned(item)
            return
        self._wanted(item, now)
        left = self._ledger.item(item.id)
        address = self._address(left) if left else None
        if left is None or address is None:
            self.forget(item.id)
            return
        self._lanes.add(left, address)
        if urgent(left):
            self._urgent_since.setdefault(item.id, max(item.created_at, item.not_before))

    def _address(self, item: Item) -> Address | None:
        """The conversation it is for; of a change to a message on its way, where that is going."""
        if item.do != "send":
            for send in sends_under_way(item, self._ledger.of_slots(item.slot)):
                address = self._lanes.address_of(send.id)
                if address is not None:
                    return address
        return self._courier.place(item)

    def _wanted(self, item: Item, now: datetime) -> Item | None:
        """Which item is to go when this one is at the front; what has lost its purpose lapses."""
        if item.valid_until is not None and now >= item.valid_until:
            self._lapse(item, TOO_LATE)
            return None
        if self._ledger.repeated(item):
            self._lapse(item, REPEATED)
            return None
        turn = whose_turn(item, self._ledger.of_slots(item.slot, item.thread), now)
        for other, why in turn.lapsed:
            self._lapse(other, why)
        if turn.item is not None and turn.raised:
            # It is taken in anew, into the place that its urgency now gives it.
            self._ledger.save(turn.item)
            self._lanes.drop(turn.item.id)
            return None
        return turn.item

    def _lapse(self, item: Item, why: str) -> None:
        self._ledger.lapse(item, why)
        self._let_go(item.id)

    def _let_go(self, item_id: str) -> None:
        self._lanes.drop(item_id)
        self.forget(item_id)
