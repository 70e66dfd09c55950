"""Who gets an alert, a short line or a question about a channel: the holders whom it may and can reach now.

Must not know what the message says, nor how it is carried.
"""

from __future__ import annotations

from datetime import datetime

from bot.casework import climbs
from bot.casework.linking import confirming
from bot.casework.office import Office
from bot.casework.tables import REFERENCES, RUNS
from bot.engine.access import askable, may_see
from bot.engine.holders import holders
from bot.model.cases import Case
from bot.model.outbox import Channel, Item, Reference
from bot.model.people import Holder, PersonId, RoleRef


class Recipients:
    """Finds who is to get an item. Read-only."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def reference(self, person: PersonId | None) -> Reference | None:
        """Where the person's own chat is; None where no message reaches it."""
        found = self._office.store.get(REFERENCES, person) if person else None
        return found if found is not None and found.live else None

    def reachable(self, case: Case, role: RoleRef, now: datetime) -> tuple[Holder, ...]:
        """The holders of the moment, less whoever must not have it, whose chat is known."""
        found = askable(case, role, self._office.directory(), now)
        return tuple(h for h in found if self.reference(h.person) is not None)

    def next_holder(self, item: Item, case: Case, now: datetime) -> Holder | None:
        """Who gets it: for a reminder those asked last, else the next one untried whom a message reaches."""
        if item.to_role is None:
            return None
        skipped = item.params.get("skip", "").split()
        found = tuple(h for h in self.reachable(case, item.to_role, now) if h.person not in skipped)
        duty = item.params.get("duty")
        if duty not in ("owner", "oversight"):
            return next((h for h in found if may_see(case, h.person, self._office.directory(), now)), None)
        tried = climbs.duty_of(case, "owner" if duty == "owner" else "oversight").tried
        if item.reason == "reminder" and tried:
            return next((h for h in found if h.person == tried[-1]), None) or _untried(found, tried)
        if item.reason == "worried":
            return found[0] if found else None
        return _untried(found, tried)

    def for_notice(self, item: Item, case: Case | None, role: RoleRef, now: datetime) -> tuple[Holder, ...]:
        """Who can be told: holders of the moment whose chat is known, less those in the case or report."""
        if case is not None:
            directory = self._office.directory()
            return tuple(
                h for h in self.reachable(case, role, now) if may_see(case, h.person, directory, now)
            )
        run = self._office.store.get(RUNS, item.run) if item.run else None
        named = run.answers if run else {}
        out = {p for key in ("adults", "withheld") for p in named.get(key, "").split(",") if p}
        out.update(item.params.get("out", "").split())
        found = holders(role, self._office.directory(), excluded=frozenset(out), at=now)
        return tuple(h for h in found if self.reference(h.person) is not None)

    def confirmers(self, channel: Channel, now: datetime) -> tuple[PersonId, ...]:
        """Who can be asked whether alerts may go there: never whoever asked for it."""
        found = confirming(self._office, channel, now)
        return tuple(p for p in found if self.reference(p) is not None)


def _untried(found: tuple[Holder, ...], tried: tuple[PersonId, ...]) -> Holder | None:
    return next((h for h in found if h.person not in tried), None)
