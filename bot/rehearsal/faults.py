"""Faults on demand: what the next calls of the bot meet. Must not know what the calls do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STATUS_CODES = {
    "429": "Throttled",
    "412": "PreconditionFailed",
    "403": "BotNotInConversationRoster",
    "404": "ConversationNotFound",
    "500": "ServiceError",
    "502": "BadGateway",
    "503": "ServiceUnavailable",
}
KINDS = (*STATUS_CODES, "slow", "cut", "drop")


@dataclass(slots=True, kw_only=True)
class Fault:
    """Meets the next `count` matching calls.

    `kind`: a status in figures (nothing is carried out), `slow` (carried out after `seconds`), `cut`
    (carried out, then the connection is dropped), `drop` (not carried out, connection dropped).
    An empty `conversation` or `method` matches all. `seconds` is also the Retry-After of a 429.
    """

    kind: str
    count: int = 1
    conversation: str = ""
    method: str = ""
    seconds: float = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for a kind, count or time that does not exist."""
        if self.kind not in KINDS or self.count < 1 or self.seconds < 0:
            raise ValueError(f"kind is one of {', '.join(KINDS)}; count from 1; seconds from 0")

    @property
    def status(self) -> int | None:
        """The HTTP status it answers with, or None."""
        return int(self.kind) if self.kind in STATUS_CODES else None

    def meets(self, method: str, conversation: str) -> bool:
        """Whether this call is one it was made for."""
        return self.method in ("", method) and self.conversation in ("", conversation)


@dataclass(slots=True)
class Faults:
    """The faults that wait for their calls, in the order in which they were asked for."""

    waiting: list[Fault] = field(default_factory=list)

    def next(
        self, count: int, kind: str, *, conversation: str = "", method: str = "", seconds: float = 1.0
    ) -> None:
        """Let the next `count` matching calls meet `kind`. Raises ValueError for an unknown kind."""
        self.waiting.append(
            Fault(kind=kind, count=count, conversation=conversation, method=method, seconds=seconds)
        )

    def take(self, method: str, conversation: str) -> Fault | None:
        """The fault this call meets, used up by one; None when it meets none."""
        for fault in self.waiting:
            if fault.meets(method, conversation):
                fault.count -= 1
                if fault.count < 1:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget all that wait."""
        self.waiting.clear()

    def listed(self) -> list[Mapping[str, Any]]:
        """What waits, as plain values."""
        return [
            {
                "kind": fault.kind,
                "count": fault.count,
                "conversation": fault.conversation,
                "method": fault.method,
                "seconds": fault.seconds,
            }
            for fault in self.waiting
        ]
