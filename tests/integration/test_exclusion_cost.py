"""Leaving somebody out costs no more for all the messages that they have had."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.casework import refreshing
from bot.casework.messages import REPLY
from bot.casework.ports import Store, Ticket
from bot.casework.tables import OUTBOX, POSTED
from bot.model.outbox import Posted
from bot.model.record import Commit, Kept, Table
from tests.integration.case_work import DAY, OLLY, now, rules, school_day, who
from tests.integration.conftest import Handrail

T = TypeVar("T")


class Counting:
    """A store that counts the documents it is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read = 0

    def get(self, table: Table[T], key: str) -> T | None:
        """See Store."""
        self.read += 1
        return self._store.get(table, key)

    def find(self, table: Table[Any], index: str, value: str) -> tuple[str, ...]:
        """See Store."""
        return self._store.find(table, index, value)

    def earliest(self, table: Table[Any], until: datetime, limit: int) -> tuple[str, ...]:
        """See Store."""
        return self._store.earliest(table, until, limit)

    def history(self, case_id: str) -> tuple[Kept, ...]:
        """See Store."""
        return self._store.history(case_id)

    def stage(self, commit: Commit) -> Ticket:
        """See Store."""
        return self._store.stage(commit)

    async def durable(self, ticket: Ticket) -> None:
        """See Store."""
        await self._store.durable(ticket)

    async def settled(self) -> None:
        """See Store."""
        await self._store.settled()


def past_lists(bot: Handrail, count: int) -> None:
    """As many of the day's lists of days long past, in that person's chat."""
    office = bot.service.office
    unit = office.unit()
    person = who(bot, OLLY)
    for days in range(10, 10 + count):
        sent = office.now() - timedelta(days=days)
        slot = f"reply/old/{days}"
        posted = Posted(
            slot=slot, tenant="t", service_url="https://example.org", conversation="c", activity_id=slot,
            person=person, kind=REPLY, case=None, run=None, sent_at=sent,
            shown={"what": "day_list", "day": sent.date().isoformat()},
        )  # fmt: skip
        unit.put(POSTED, slot, posted)
    unit.stage()


async def test_only_the_lists_of_the_cases_own_days_are_read_and_made_anew(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot)
        await bot.wind(DAY)
        cost: list[int] = []
        for more in (0, 300):
            past_lists(bot, more)
            store = Counting(bot.service.store)
            office = replace(bot.service.office, store=store)
            unit = office.unit()
            refreshing.refresh_lists(office, unit, now(bot, case), who(bot, OLLY))
            cost.append(store.read)
            edits = [put.value for put in unit.commit().puts if put.table is OUTBOX]
            assert {(e.kind, e.do, e.params["what"]) for e in edits} == {(REPLY, "edit", "day_list")}
            assert len(edits) <= 2, "that of the day, and that of the next"
        assert cost[0] == cost[1]
