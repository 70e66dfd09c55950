"""A composer that does what it is told: the Composer port without casework.

Its people live in chats named after them; a channel's conversation is the channel's own id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.casework.ports import Address, Composer, Envelope, Lapsed, Member, NoWay, Store
from bot.casework.tables import CLOCKS, OUTBOX, POSTED
from bot.model.outbox import Alarm, Item
from bot.model.record import Commit, Put
from bot.model.views import Paragraph, View

Answer = Callable[[Item], Envelope | Lapsed | NoWay]
REPEAT = "This may be a repeat."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question that was put to the composer."""

    item: Item
    now: datetime
    roster: tuple[Member, ...] | None


class FakeComposer:
    """`answers` by item id replaces the ordinary envelope; `other_way` makes the item staged instead.

    `words` gives the ordinary card's text: the item's id unless told otherwise.
    """

    def __init__(self, store: Store, *, tenant: str = "t", service_url: str = "http://127.0.0.1/") -> None:
        self.store = store
        self.tenant = tenant
        self.service_url = service_url
        self.conversations: dict[str, str] = {}
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self.delivered_ids: list[str] = []
        self.given_up: list[tuple[str, str]] = []
        self.alarms: list[str] = []
        self.other_way: Callable[[Item], Item] | None = None
        self.extra: Callable[[Item], Commit] | None = None
        self.on_alarm: Callable[[Alarm], None] | None = None
        self.words: Callable[[Item], str] = lambda item: item.id

    def roster_of(self, item: Item) -> Address | None:
        return self._address(item) if item.to_channel else None

    def compose(
        self, item: Item, now: datetime, *, roster: tuple[Member, ...] | None
    ) -> Envelope | Lapsed | NoWay:
        self.asked.append(Asked(item=item, now=now, roster=roster))
        answer = self.answers.get(item.id)
        return answer(item) if answer else self.envelope(item)

    def envelope(self, item: Item) -> Envelope:
        """The ordinary envelope: a card that says when it may be a repeat."""
        words = f"{self.words(item)} {REPEAT}" if item.again else self.words(item)
        posted = self.store.get(POSTED, item.slot)
        there = posted is not None and not posted.withdrawn
        return Envelope(
            address=self._address(item),
            slot=item.slot,
            view=View(summary="Handrail", blocks=(Paragraph(text=words),)),
            edit=posted.activity_id if posted is not None and there else None,
            person=item.to_person,
            shown={"revision": str(item.revision)},
        )

    def delivered(self, item: Item, envelope: Envelope, *, activity_id: str, now: datetime) -> Commit:
        self.delivered_ids.append(item.id)
        return self.extra(item) if self.extra else Commit(at=now)

    def undeliverable(self, item: Item, why: str, now: datetime) -> Commit:
        self.given_up.append((item.id, why))
        if self.other_way is None:
            return Commit(at=now)
        other = self.other_way(item)
        return Commit(at=now, puts=(Put(table=OUTBOX, id=other.id, value=other),))

    async def alarm(self, alarm: Alarm) -> None:
        self.alarms.append(alarm.id)
        if self.on_alarm:
            self.on_alarm(alarm)
        ticket = self.store.stage(Commit(at=alarm.due, deletes=((CLOCKS, alarm.id),)))
        await self.store.durable(ticket)

    def _address(self, item: Item) -> Address:
        who = item.to_channel or item.to_person or (item.to_role.role if item.to_role else "")
        return Address(
            tenant=self.tenant,
            service_url=self.service_url,
            conversation=self.conversations.get(who, who),
        )


def as_composer(fake: FakeComposer) -> Composer:
    """The fake, held to the port by the type checker."""
    return fake


def elsewhere(item: Item, *, person: str) -> Item:
    """The same message for somebody else."""
    return replace(
        item,
        id=f"{item.id}-other",
        key=f"{item.key}-other",
        slot=f"{item.slot}-other",
        to_person=person,
        to_channel=None,
        to_role=None,
        state="waiting",
        attempts=0,
        failure="",
        ended_at=None,
    )
