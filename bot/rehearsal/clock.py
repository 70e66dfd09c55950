"""The stand-in's time: real, and as far ahead as the bot's clock was wound. Must not know anything else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Wound:
    """`wound_seconds` is how far people's clocks run ahead; rate limits never see it."""

    wound_seconds: float = 0.0

    def now(self) -> datetime:
        """The time that people and messages see, aware, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.wound_seconds)

    def steady(self) -> float:
        """Monotonic real seconds, for rate limits."""
        return time.monotonic()

    def lived(self) -> float:
        """Monotonic seconds as people live them: real ones and those wound forward."""
        return time.monotonic() + self.wound_seconds
