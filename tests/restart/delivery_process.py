"""A process of its own that delivers what a record holds, and dies or hangs where it is told.

    python -m tests.restart.delivery_process FOLDER SERVICE_URL TENANT HANG WOUND_SECONDS

HANG: `before_delivery` (stage and deliver nothing), `before_send` (the first call never starts),
`after_send` (the first call's answer is never noted), or `never`. It stages the items that it reads as
`id urgency conversation` lines from standard input, says `staged` once they are durable, `hanging` when it
hangs, and `idle` when nothing that is due is left; then it waits to be killed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from bot.casework.ports import Address, Member, Messenger, Outgoing, Store
from bot.casework.tables import ALL, CASES, OUTBOX
from bot.delivery.outbox import Delivery
from bot.model.outbox import Item
from bot.model.record import Commit, Put
from bot.model.tables import Urgency
from bot.store import open_store
from bot.teams.credentials import NoCredentials
from bot.teams.hosts import LOOPBACK_HOSTS
from bot.teams.messenger import TeamsMessenger, open_session
from tests.fakes.composer import FakeComposer


@dataclass(frozen=True, slots=True)
class WoundClock:
    """The time of this machine, wound forward."""

    wound: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.wound


@dataclass(frozen=True, slots=True)
class Hanging:
    """A messenger that never comes back, on one side of the call or the other."""

    real: Messenger
    hang: str

    async def send(self, address: Address, message: Outgoing) -> str:
        if self.hang == "before_send":
            await forever()
        activity_id = await self.real.send(address, message)
        if self.hang == "after_send":
            await forever()
        return activity_id

    async def update(self, address: Address, activity_id: str, message: Outgoing) -> None:
        await self.real.update(address, activity_id, message)

    async def delete(self, address: Address, activity_id: str) -> None:
        await self.real.delete(address, activity_id)

    async def members(self, address: Address) -> tuple[Member, ...]:
        return await self.real.members(address)

    async def team_channel_kind(self, address: Address, *, team: str, channel: str) -> str:
        return await self.real.team_channel_kind(address, team=team, channel=channel)


async def forever() -> None:
    """Say so, and wait to be killed."""
    say("hanging")
    await asyncio.Event().wait()


def say(word: str) -> None:
    """A line that the parent hears at once."""
    os.write(1, word.encode() + b"\n")


def staged_from(lines: Sequence[str], now: datetime) -> Commit:
    """One unit of work that stages the items."""
    items = [
        Item(
            id=item_id,
            key=item_id,
            kind="line",
            do="send",
            slot=item_id,
            urgency=cast("Urgency", urgency),
            created_at=now,
            not_before=now,
            order=order,
            to_person=conversation,
        )
        for order, (item_id, urgency, conversation) in enumerate(line.split() for line in lines)
    ]
    return Commit(at=now, puts=tuple(Put(table=OUTBOX, id=item.id, value=item) for item in items))


async def main(folder: str, service_url: str, tenant: str, hang: str, wound_seconds: str) -> None:
    """Stage, deliver, wait."""
    clock = WoundClock(timedelta(seconds=float(wound_seconds)))
    store: Store = open_store(Path(folder), ALL, case_table=CASES)
    lines = sys.stdin.read().splitlines()
    if lines:
        store.stage(staged_from(lines, clock.now()))
    await store.settled()
    say("staged")
    if hang == "before_delivery":
        await forever()
    async with open_session() as session:
        real = TeamsMessenger(session, NoCredentials(), allowed_service_hosts=LOOPBACK_HOSTS)
        composer = FakeComposer(store, tenant=tenant, service_url=service_url)
        delivery = Delivery(store, composer, Hanging(real, hang), clock)
        await delivery.start()
        await delivery.idle()
        say("idle")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
