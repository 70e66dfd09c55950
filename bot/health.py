"""`/healthz`: the process is alive. `/readyz`: it can be relied on, and if not, why not. And the log's lines
on the record: where it stands each day, and when its disk runs low.

Says nothing of any case or person: counts, codes, hashes and the version in force.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from aiohttp import web

from bot.casework.ports import People
from bot.delivery.clocks import Clocks
from bot.delivery.outbox import Delivery
from bot.errors import StoreFailed
from bot.model.problems import Problem
from bot.store import JournalStore

CHECKED_EVERY_SECONDS = 30.0
ANCHORED_EVERY_SECONDS = 86_400.0

log = logging.getLogger(__name__)


class Health:
    """Answers both questions. The people check is made anew when people change, and every half minute."""

    def __init__(
        self,
        *,
        store: JournalStore,
        delivery: Delivery,
        clocks: Clocks,
        check: Callable[[], tuple[Problem, ...]],
        people: People,
        version: Callable[[], str],
        drafts: Callable[[], tuple[str, ...]],
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._clocks = clocks
        self._check = check
        self._people = people
        self._version = version
        self._drafts = drafts
        self._checked_at = float("-inf")
        self._checked_for = ""
        self._problems: tuple[Problem, ...] = ()

    async def alive(self, _request: web.Request) -> web.Response:
        """The process answers."""
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """200 when pack, people, record, clocks and outbox are sound; 503 with the reasons when not.

        What needs somebody while reports go their way all the same is a warning, with either.
        """
        reasons = [*self._moving(), *(f"people: {problem}" for problem in self._found())]
        if (why := self._store.ready()) is not None:
            reasons.append(f"record: {why}")
        body = {
            "ready": not reasons,
            "version": self._version(),
            "reasons": reasons,
            "warnings": self._warnings(),
        }
        return web.json_response(body, status=200 if not reasons else 503)

    def _warnings(self) -> list[str]:
        # A record that failed is among the reasons, and cannot be asked what waits.
        with suppress(StoreFailed):
            return [f"draft: {why}" for why in self._drafts()]
        return []

    def _found(self) -> tuple[Problem, ...]:
        version = self._people.directory().version
        if version != self._checked_for or monotonic() - self._checked_at > CHECKED_EVERY_SECONDS:
            self._problems = self._check()
            self._checked_for, self._checked_at = version, monotonic()
        return self._problems

    def _moving(self) -> list[str]:
        delivery, clocks = self._delivery.state(), self._clocks.state()
        reasons = []
        if not delivery.moving:
            reasons.append(f"outbox: does not move ({delivery.fault or 'stopped'})")
        if not clocks.moving or clocks.overdue:
            reasons.append(f"clocks: {clocks.fault or 'behind'}")
        return reasons


async def watch_record(
    store: JournalStore,
    *,
    look_seconds: float = CHECKED_EVERY_SECONDS,
    anchor_seconds: float = ANCHORED_EVERY_SECONDS,
) -> None:
    """Log where the record stands, now and each day, and once whenever its disk runs low or has room again.

    Runs until cancelled.
    """
    low, anchored_at = False, float("-inf")
    while True:
        low = _tell_room(store.shortage(), low=low)
        if monotonic() - anchored_at >= anchor_seconds:
            anchored_at = monotonic()
            # A record that failed has said so itself, and has nothing new to stand at.
            with suppress(StoreFailed):
                await _tell_anchor(store)
        await asyncio.sleep(look_seconds)


def _tell_room(why: str | None, *, low: bool) -> bool:
    """Whether the disk is low now; logged if that is news."""
    if why and not low:
        log.warning("%s", why, extra={"action": "disk_low"})
    elif low and not why:
        log.info("The disk of the record has room again", extra={"action": "disk_has_room"})
    return why is not None


async def _tell_anchor(store: JournalStore) -> None:
    anchor = store.anchor()
    await store.settled()
    log.info(
        "The record stands at %s",
        anchor,
        extra={"action": "record_anchored", "position": anchor.position, "hash": anchor.hash.hex()},
    )
