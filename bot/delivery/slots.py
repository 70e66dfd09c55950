"""Whose turn it is among the pending items of one message: rules over values, no reading or writing.

Must not know the store or conversations. Each message (slot) is to end up showing the latest, in as few
calls as can be, and nothing overtakes what it builds on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.delivery.lanes import RANKS
from bot.model.outbox import Item

MERGED = "merged into the message still to go"
OVERTAKEN = "a later change says it"
WITHDRAWN = "withdrawn before it went"
TOO_LATE = "too late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The item to do now (None: nothing is left of it), and those that lapse, each with why.

    `raised`: the item is more urgent than it was, since it now stands for an urgent one.
    """

    item: Item | None
    raised: bool = False
    lapsed: tuple[tuple[Item, str], ...] = ()


def whose_turn(head: Item, pending: Sequence[Item], now: datetime) -> Turn:
    """What to do when `head` comes to the front.

    `pending` holds everything that waits for the message of `head` and for the one it is a reply to,
    `head` too or not.
    """
    others = [
        item for item in pending if item.id != head.id and item.state == "waiting" and _alike(item, head)
    ]
    if head.do == "send":
        return _turn_of_send(head, others, now)
    return _turn_of_change(head, [item for item in others if item.slot == head.slot], now)


def sends_under_way(change: Item, pending: Sequence[Item]) -> list[Item]:
    """The messages on their way that this is to change: whether they exist is known only afterwards."""
    sends = (item for item in pending if item.do == "send" and item.state == "sending")
    return [item for item in sends if item.slot == change.slot and _alike(item, change)]


def _turn_of_send(head: Item, others: Sequence[Item], now: datetime) -> Turn:
    before = [
        item for item in others if item.do == "send" and item.order < head.order and item.not_before <= now
    ]
    first = min(before, key=lambda item: item.order, default=head)
    return Turn(item=first)


def _turn_of_change(head: Item, others: Sequence[Item], now: datetime) -> Turn:
    changes = [head, *(item for item in others if item.do != "send" and item.not_before <= now)]
    withdrawals = [item for item in changes if item.do == "withdraw"]
    last = max(withdrawals or changes, key=lambda item: item.order)
    sends = [item for item in others if item.do == "send" and item.order < last.order]
    if sends and last.do == "edit":
        return Turn(item=None, lapsed=tuple((item, MERGED) for item in changes))
    overtaken = [item for item in (head, *others) if item.do != "send" and item.order < last.order]
    urgency = min((item.urgency for item in (last, *overtaken)), key=RANKS.__getitem__)
    return Turn(
        item=replace(last, urgency=urgency),
        raised=urgency != last.urgency,
        lapsed=(
            *((item, WITHDRAWN) for item in sends),
            *((item, OVERTAKEN) for item in overtaken),
        ),
    )


def _alike(one: Item, other: Item) -> bool:
    return (one.to_role, one.to_person, one.to_channel) == (other.to_role, other.to_person, other.to_channel)
