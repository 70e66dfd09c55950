"""Teams' published numbers in one place, and the windows that count calls against them.

Must not know conversations or HTTP. Time is monotonic seconds, given by the caller.
Sources: learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit and .../format-your-bot-messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Windows = tuple[tuple[int, float], ...]

SENDS: Windows = ((7, 1), (8, 2), (60, 30), (1800, 3600))
READS: Windows = ((14, 1), (16, 2), (120, 30), (3600, 3600))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the stand-in enforces. The defaults are Teams'; a test may make a number smaller.

    `sends` and `reads` are per conversation: (calls, seconds). `app` is for all calls of the tenant.
    `card_bytes` counts UTF-8, `message_bytes` UTF-16. `refresh_seconds` is how long a client waits
    before it asks for the same card by itself again.
    """

    sends: Windows = SENDS
    reads: Windows = READS
    app: Windows = ((50, 1),)
    card_bytes: int = 28 * 1024
    message_bytes: int = 100 * 1024
    page_size_least: int = 50
    page_size_most: int = 500
    invoke_seconds: float = 10
    message_seconds: float = 15
    refresh_seconds: float = 60
    refresh_people: int = 60


@dataclass(slots=True)
class Meter:
    """Counts calls per key. A refused call is not counted."""

    times: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def wait_seconds(
        self, operation: str, key: str, *, windows: Windows, now: float, cost: int = 1
    ) -> float | None:
        """How long until `cost` more calls are allowed; None when they are allowed now."""
        seen = self.times.get((operation, key), [])
        waits = [_window_wait(seen, calls - cost + 1, seconds, now=now) for calls, seconds in windows]
        longest = max(waits, default=0.0)
        return longest if longest > 0 else None

    def count(self, operation: str, key: str, *, windows: Windows, now: float, cost: int = 1) -> None:
        """Note `cost` calls as made now."""
        seen = self.times.setdefault((operation, key), [])
        seen.extend([now] * cost)
        keep = max(calls for calls, _ in windows)
        if len(seen) > 2 * keep:
            del seen[:-keep]


def _window_wait(seen: Sequence[float], place: int, seconds: float, *, now: float) -> float:
    if place < 1 or len(seen) < place:
        return 0.0
    return seen[-place] + seconds - now
