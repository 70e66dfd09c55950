"""What a failed call means and when to try again: rules over values, no waiting.

Must not know the store, cards or conversations. Sources: casework.md 9; the status table in Teams' own
documentation of conversation messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from typing import Literal

from bot.casework.ports import SendFailed
from bot.model.outbox import Item

Verdict = Literal["not_carried_out", "unknown", "gone", "refused"]
"""not_carried_out: repeat, nobody saw it. unknown: a repeat may be a double. gone: the message to be edited
is no longer there. refused: never repeat."""

_random = SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How patient delivery is. The attempts are counted over restarts too.

    An urgent send gives up soon, so that another way is found while it still helps; an edit or withdrawal
    is worth an hour, since nothing else puts a message right. `give_way_seconds`: for how long in one go
    nothing is started while people wait for an answer.
    """

    urgent_attempts: int = 10
    routine_attempts: int = 60
    edit_attempts: int = 200
    least_seconds: float = 2.0
    most_seconds: float = 20.0
    asked_most_seconds: float = 600.0
    routine_repeat_seconds: float = 120.0
    roster_seconds: float = 5.0
    call_seconds: float = 20.0
    stop_seconds: float = 5.0
    give_way_seconds: float = 0.25
    in_flight: int = 24
    in_flight_urgent: int = 40
    beat_seconds: float = 5.0
    owed_seconds: float = 30.0
    keep: timedelta = timedelta(days=7)

    def attempts(self, item: Item) -> int:
        """How often the item may be tried in all."""
        if item.do != "send":
            return self.edit_attempts
        return self.urgent_attempts if urgent(item) else self.routine_attempts


def urgent(item: Item) -> bool:
    """Immediate and serious."""
    return item.urgency != "routine"


def verdict(failed: SendFailed, *, creates: bool) -> Verdict:
    """`creates`: the call would have made a new message, not changed one."""
    if failed.status in (412, 429):
        return "not_carried_out"
    if failed.status == 404 and not creates:
        return "gone"
    if not failed.known or failed.status == 408 or failed.status >= 500:
        return "unknown"
    return "not_carried_out" if failed.again else "refused"


def answered(failed: SendFailed) -> bool:
    """Whether Teams itself said no, so that it can be reached; not where it asked us to wait."""
    return 0 < failed.status < 500 and failed.status not in (408, 412, 429)


def backoff_seconds(policy: Policy, attempt: int) -> float:
    """Doubling from the least to the most, a fifth either way. `attempt` counts from 1."""
    plain = policy.least_seconds * 2.0 ** min(attempt - 1, 16)
    spread = plain * _random.uniform(0.8, 1.2)
    return min(max(spread, policy.least_seconds), policy.most_seconds)


def pause_seconds(policy: Policy, failed: SendFailed, attempt: int) -> float:
    """How long to leave the conversation alone: as Teams asked, else backing off."""
    if failed.retry_after_seconds is not None:
        return min(max(failed.retry_after_seconds, 0.0), policy.asked_most_seconds)
    return backoff_seconds(policy, attempt)


def repeat_seconds(policy: Policy, item: Item, *, creates: bool) -> float | None:
    """When to repeat an item of unknown outcome, after `item.attempts` tries; None: not again.

    Urgent ones at once, then backing off; routine ones once, after two minutes; what changes a message
    (not `creates`) backing off, since a repeat of that is never seen.
    """
    if item.attempts >= policy.attempts(item):
        return None
    if not creates:
        return backoff_seconds(policy, item.attempts)
    if urgent(item):
        return backoff_seconds(policy, item.attempts - 1) if item.again else 0.0
    return None if item.again else policy.routine_repeat_seconds
