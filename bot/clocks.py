"""The time: the system's, and in local mode one that can be wound forward. Standard library only.

A wound clock never goes back, also across restarts: what it was wound by is kept beside the record.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path


class SystemClock:
    """The real time, UTC."""

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)


class WoundClock:
    """The real time and what it was wound forward by. Local mode alone uses it."""

    def __init__(self, kept_in: Path) -> None:
        self._file = kept_in
        self._ahead = timedelta(0)
        if kept_in.is_file():
            written = kept_in.read_text(encoding="ascii").strip()
            self._ahead = timedelta(seconds=float(written or 0))

    def now(self) -> datetime:
        """This moment, as wound."""
        return datetime.now(UTC) + self._ahead

    def wind(self, seconds: float) -> datetime:
        """Go forward by `seconds` (0 or more) and return the new time. Raises ValueError to go back."""
        if not 0 <= seconds <= timedelta(days=400).total_seconds():
            raise ValueError("the clock is wound forward only, by at most 400 days")
        if seconds:
            self._ahead += timedelta(seconds=seconds)
            self._file.write_text(str(self._ahead.total_seconds()), encoding="ascii")
        return self.now()
