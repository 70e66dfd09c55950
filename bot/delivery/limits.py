"""How many calls Teams allows, and when the next one may start. Numbers and monotonic seconds only.

Must not know items, conversations' meaning, HTTP or the school's clock: winding that changes nothing here.

A call is counted from its start until a whole window after its answer. Whenever between start and answer
Teams counts it, no window of Teams' own then holds more than is allowed, however slow the line is.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

Windows = tuple[tuple[int, float], ...]
"""Pairs of how many calls in how many seconds; all of them hold at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Teams' published estimates, and a margin for two clocks that do not run quite alike.

    Source: learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit (August 2026). `sends` and
    `reads` (of members) are per conversation, `tenant` is all calls of the app in a tenant. Of the tenant's
    calls, `kept_for_urgent` are never used up by routine ones.
    """

    sends: Windows = ((7, 1), (8, 2), (60, 30), (1800, 3600))
    reads: Windows = ((14, 1), (16, 2), (120, 30), (3600, 3600))
    tenant: Windows = ((50, 1),)
    kept_for_urgent: int = 10
    margin_seconds: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: what is counted together with it."""

    kind: str
    conversation: str
    tenant: str


@dataclass(slots=True)
class _Tally:
    """Calls under one key: when the latest were answered, and how many are on their way."""

    windows: Windows
    answered: deque[float] = field(init=False)
    flying: int = 0

    def __post_init__(self) -> None:
        self.answered = deque(maxlen=max(calls for calls, _ in self.windows))

    def wait_seconds(self, now: float, margin_seconds: float, kept: int = 0) -> float:
        waits = (
            self._wait(max(calls - kept, 1) - self.flying, seconds + margin_seconds, now)
            for calls, seconds in self.windows
        )
        return max(0.0, *waits)

    def _wait(self, place: int, seconds: float, now: float) -> float:
        if place < 1:
            return math.inf
        if len(self.answered) < place:
            return 0.0
        return self.answered[-place] + seconds - now

    def idle_at(self, now: float) -> bool:
        longest = max(seconds for _, seconds in self.windows)
        return not self.flying and (not self.answered or self.answered[-1] + longest < now)


class Meter:
    """Counts calls against the limits. `now` is monotonic seconds throughout, and never goes back."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._tallies: dict[tuple[str, str], _Tally] = {}

    def wait_seconds(self, call: Call, *, now: float, urgent: bool = True) -> float:
        """Until the call may start: 0 for now, infinite while that hangs on an answer still to come."""
        margin = self._limits.margin_seconds
        conversation, tenant = self._counted(call)
        kept = 0 if urgent else self._limits.kept_for_urgent
        return max(conversation.wait_seconds(now, margin), tenant.wait_seconds(now, margin, kept))

    def begin(self, call: Call) -> None:
        """The call is about to start."""
        for tally in self._counted(call):
            tally.flying += 1

    def end(self, call: Call, *, now: float, made: bool = True) -> None:
        """The call was answered or given up; not `made`: it never started, and does not count."""
        for tally in self._counted(call):
            tally.flying -= 1
            if made:
                tally.answered.append(now)

    def forget(self, *, now: float) -> None:
        """Let go of what no window reaches back to any more."""
        idle = [key for key, tally in self._tallies.items() if tally.idle_at(now)]
        for key in idle:
            del self._tallies[key]

    def _counted(self, call: Call) -> tuple[_Tally, _Tally]:
        windows = self._limits.reads if call.kind == "read" else self._limits.sends
        return (
            self._tally((call.kind, call.conversation), windows),
            self._tally(("tenant", call.tenant), self._limits.tenant),
        )

    def _tally(self, key: tuple[str, str], windows: Windows) -> _Tally:
        found = self._tallies.get(key)
        if found is None:
            found = self._tallies[key] = _Tally(windows)
        return found
