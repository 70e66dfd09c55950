"""Who is in a conversation, read at most five seconds before use and shared for as long.

Must not know items. Times are monotonic seconds.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic

from bot.casework.ports import Address, Member, Messenger, SendFailed
from bot.delivery.limits import Call, Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everyone in the conversation, as asked for at that moment."""

    members: tuple[Member, ...]
    asked_at: float


class Rosters:
    """The latest reading of each conversation that is posted to. Those are channels: a handful."""

    def __init__(
        self, messenger: Messenger, meter: Meter, *, fresh_seconds: float, call_seconds: float
    ) -> None:
        self._messenger = messenger
        self._meter = meter
        self._fresh_seconds = fresh_seconds
        self._call_seconds = call_seconds
        self._readings: dict[str, Reading] = {}

    async def read(self, address: Address) -> Reading:
        """A fresh reading. Raises SendFailed, and TimeoutError after the time of a call.

        Counted from when it was asked for, so an answer that took too long is of no use.
        """
        known = self._readings.get(address.conversation)
        if known is not None and self.is_fresh(known):
            return known
        reading = await self._ask(address)
        if not self.is_fresh(reading):
            raise SendFailed(status=0, code="RosterLate", known=True, again=True)
        self._readings[address.conversation] = reading
        return reading

    def is_fresh(self, reading: Reading) -> bool:
        """Whether a post may still rest on it."""
        return monotonic() - reading.asked_at <= self._fresh_seconds

    async def _ask(self, address: Address) -> Reading:
        call = Call(kind="read", conversation=address.conversation, tenant=address.tenant)
        while wait := self._meter.wait_seconds(call, now=monotonic()):  # noqa: ASYNC110  # time alone frees it
            await asyncio.sleep(min(wait, 0.05))
        self._meter.begin(call)
        asked_at = monotonic()
        try:
            async with asyncio.timeout(self._call_seconds):
                members = await self._messenger.members(address)
        finally:
            self._meter.end(call, now=monotonic())
        return Reading(members=members, asked_at=asked_at)
