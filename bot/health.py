"""`/healthz`: the process is alive. `/readyz`: it can be relied on, and if not, why not.

Says nothing of any case or person: counts, codes and the version in force.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from aiohttp import web

from bot.casework.ports import People
from bot.delivery.clocks import Clocks
from bot.delivery.outbox import Delivery
from bot.model.problems import Problem
from bot.store import JournalStore

CHECKED_EVERY_SECONDS = 30.0


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
        version: str,
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._clocks = clocks
        self._check = check
        self._people = people
        self._version = version
        self._checked_at = float("-inf")
        self._checked_for = ""
        self._problems: tuple[Problem, ...] = ()

    async def alive(self, _request: web.Request) -> web.Response:
        """The process answers."""
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """200 when pack, people, record, clocks and outbox are sound; 503 with the reasons when not."""
        reasons = [*self._moving(), *(f"people: {problem}" for problem in self._found())]
        if (why := self._store.ready()) is not None:
            reasons.append(f"record: {why}")
        body = {"ready": not reasons, "version": self._version, "reasons": reasons}
        return web.json_response(body, status=200 if not reasons else 503)

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
