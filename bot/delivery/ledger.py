"""What delivery writes: one unit of work per change of an item's state, and what is read of the outbox.

Must not know Teams or time limits. Nothing here waits: whoever sends waits for `settled` first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.casework.ports import Address, Clock, Composer, Envelope, Store
from bot.casework.tables import FAR, OUTBOX, POSTED, SENT
from bot.delivery.trace import ids, report
from bot.errors import StoreFailed, new_reference
from bot.model.outbox import Item, Posted, Sent
from bot.model.record import Commit, Put, Table

PURGED_AT_ONCE = 200

log = logging.getLogger(__name__)


class Ledger:
    """The outbox as the record has it."""

    def __init__(self, store: Store, composer: Composer, clock: Clock) -> None:
        self._store = store
        self._composer = composer
        self._clock = clock

    def pending(self, limit: int) -> tuple[str, ...]:
        """Ids of what waits or is on its way, in the order of `not_before`, due or not."""
        return self._store.earliest(OUTBOX, FAR, limit)

    def item(self, item_id: str) -> Item | None:
        """The item as it is now; None when it has gone or ended."""
        item = self._store.get(OUTBOX, item_id)
        return item if item is not None and item.state in ("waiting", "sending") else None

    def of_slots(self, *slots: str) -> list[Item]:
        """What waits for these messages."""
        found = (self._store.find(OUTBOX, "pending", slot) for slot in dict.fromkeys(slots) if slot)
        items = (self._store.get(OUTBOX, item_id) for item_ids in found for item_id in item_ids)
        return [item for item in items if item is not None]

    def count(self, state: str) -> int:
        """How many items are in a state other than sent."""
        return len(self._store.find(OUTBOX, "state", state))

    def repeated(self, item: Item) -> bool:
        """Whether another item with this idempotency key went, or waits and was staged earlier."""
        if self._store.get(SENT, item.key) is not None:
            return True
        twins = (self._store.get(OUTBOX, twin) for twin in self._store.find(OUTBOX, "key", item.key))
        return any(
            (twin.order, twin.id) < (item.order, item.id)
            for twin in twins
            if twin is not None and twin.state in ("waiting", "sending")
        )

    def mark(self, item: Item) -> Item:
        """About to go. From here on a crash leaves an unknown outcome."""
        marked = replace(item, state="sending", attempts=item.attempts + 1)
        self._put(marked)
        return marked

    def save(self, item: Item) -> None:
        """Keep a changed item."""
        self._put(item)

    def sent(self, item: Item, envelope: Envelope, *, activity_id: str) -> None:
        """It went: it leaves the outbox, its key and its message are kept, casework adds what it must."""
        now = self._clock.now()
        puts: tuple[Put[Any], ...] = (
            Put(table=SENT, id=item.key, value=Sent(key=item.key, item=item.id, sent_at=now)),
            *self._posted(item, envelope, activity_id, now),
        )
        owed = replace(item, state="owed", went=envelope.slot, ended_at=now)
        self._stage(
            item,
            Commit(at=now, puts=puts, deletes=((OUTBOX, item.id),)),
            lambda: self._composer.delivered(item, envelope, activity_id=activity_id, now=now),
            alone=Commit(at=now, puts=(*puts, Put(table=OUTBOX, id=item.id, value=owed))),
        )
        log.info("Sent", extra=ids("sent", item))

    def catch_up(self) -> None:
        """What went, but could not have casework's part written with it, gets that part now: an alert's card
        follows its line. What fails again stays owed, and is forgotten with the dead letters."""
        now = self._clock.now()
        for item_id in self._store.find(OUTBOX, "state", "owed"):
            item = self._store.get(OUTBOX, item_id)
            posted = self._store.get(POSTED, item.went) if item else None
            own = Commit(at=now, deletes=((OUTBOX, item_id),))
            if item is None or posted is None:
                self._store.stage(own)
                continue
            self._stage(item, own, partial(self._delivered, item, posted, now), alone=None)

    def _delivered(self, item: Item, posted: Posted, now: datetime) -> Commit:
        place = Address(
            tenant=posted.tenant, service_url=posted.service_url, conversation=posted.conversation
        )
        envelope = Envelope(address=place, slot=posted.slot, person=posted.person, shown=posted.shown)
        return self._composer.delivered(item, envelope, activity_id=posted.activity_id, now=now)

    def lapse(self, item: Item, why: str) -> None:
        """Its purpose has gone: it stays on record for a while."""
        self._put(replace(item, state="lapsed", failure=why, ended_at=self._clock.now()))
        log.info("Dropped: its purpose has gone", extra=ids("lapsed", item))

    def gone(self, item: Item, envelope: Envelope) -> None:
        """The message that was to be changed is no longer there."""
        now = self._clock.now()
        lapsed = replace(item, state="lapsed", failure="the message is gone", ended_at=now)
        puts: list[Put[Item] | Put[Posted]] = [Put(table=OUTBOX, id=item.id, value=lapsed)]
        posted = self._store.get(POSTED, envelope.slot)
        if posted is not None and posted.activity_id == envelope.edit:
            puts.append(Put(table=POSTED, id=posted.slot, value=replace(posted, withdrawn=True)))
        self._store.stage(Commit(at=now, puts=tuple(puts)))
        log.info("Dropped: the message is gone", extra=ids("lapsed", item, status=404))

    def dead(self, item: Item, why: str) -> None:
        """It cannot be delivered this way: a dead letter, and casework finds another way."""
        now = self._clock.now()
        dead = replace(item, state="dead", failure=why, ended_at=now)
        own = Commit(at=now, puts=(Put(table=OUTBOX, id=item.id, value=dead),))
        reference = new_reference()
        log.error("Not delivered; another way is sought", extra=ids("dead", item, reference=reference))
        self._stage(item, own, lambda: self._composer.undeliverable(item, why, now), alone=own)

    def wait(self, item: Item, *, seconds: float, again: bool = False) -> None:
        """To be tried again no sooner than that; `again`: the try may already have been seen."""
        waiting = replace(
            item,
            state="waiting",
            not_before=self._clock.now() + timedelta(seconds=seconds),
            again=item.again or again,
        )
        self._put(waiting)

    def purge(self, keep: timedelta) -> int:
        """Forget old keys, lapsed items and dead letters; how many. Call again while it is not 0."""
        before = self._clock.now() - keep
        keys = self._store.earliest(SENT, before, PURGED_AT_ONCE)
        ended = [item.id for state in ("lapsed", "dead", "owed") for item in self._ended(state, before)]
        deletes: tuple[tuple[Table[Any], str], ...] = (
            *((SENT, key) for key in keys),
            *((OUTBOX, item_id) for item_id in ended),
        )
        if deletes:
            self._store.stage(Commit(at=self._clock.now(), deletes=deletes))
        return len(deletes)

    def _ended(self, state: str, before: datetime) -> list[Item]:
        """The oldest in a final state, of those only the ones that ended before then."""
        oldest = self._store.find(OUTBOX, "state", state)[:PURGED_AT_ONCE]
        items = (self._store.get(OUTBOX, item_id) for item_id in oldest)
        return [item for item in items if item and (item.ended_at is None or item.ended_at <= before)]

    def _posted(
        self, item: Item, envelope: Envelope, activity_id: str, now: datetime
    ) -> tuple[Put[Posted], ...]:
        before = self._store.get(POSTED, envelope.slot)
        if envelope.edit:
            if before is None:
                return ()
            shown = before.shown if envelope.shown is None else envelope.shown
            after = replace(before, shown=shown, withdrawn=before.withdrawn or item.do == "withdraw")
            return (Put(table=POSTED, id=before.slot, value=after),)
        posted = Posted(
            slot=envelope.slot,
            tenant=envelope.address.tenant,
            service_url=envelope.address.service_url,
            conversation=envelope.address.conversation,
            activity_id=activity_id,
            person=envelope.person,
            kind=item.kind,
            case=item.case,
            run=item.run,
            sent_at=now,
            scope="personal" if envelope.person else "channel",
            shown=envelope.shown or {},
        )
        return (Put(table=POSTED, id=posted.slot, value=posted),)

    def _put(self, item: Item) -> None:
        put = Put(table=OUTBOX, id=item.id, value=item)
        self._store.stage(Commit(at=self._clock.now(), puts=(put,)))

    def _stage(self, item: Item, own: Commit, ask: Callable[[], Commit], *, alone: Commit | None) -> None:
        """Our part and casework's as one unit of work; `alone` (None: nothing) when casework's is faulty."""
        try:
            self._store.stage(_joined(own, ask()))
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001  # whatever is wrong there, what went must be marked
            report(log, "Casework's part of this was left out", error, ids("casework_failed", item))
            if alone is not None:
                self._store.stage(alone)


def _joined(own: Commit, more: Commit) -> Commit:
    """Both as one; where casework writes the same document, casework's version stands."""
    theirs = {(put.table.name, put.id) for put in more.puts}
    return Commit(
        at=own.at,
        puts=(*(put for put in own.puts if (put.table.name, put.id) not in theirs), *more.puts),
        deletes=own.deletes + more.deletes,
        entries=own.entries + more.entries,
        destroy=own.destroy + more.destroy,
    )
