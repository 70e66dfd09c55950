"""Makes the alerts of a case ready, and the case where it was opened, on the facts of the moment they go.

In place of what somebody may see no longer stands a blank card. Must not know how a message is carried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.casework import climbs, messages
from bot.casework.case_views import view_of, with_done, words_for
from bot.casework.envelopes import NOBODY, Composed, OwnChats, case_of
from bot.casework.office import Office
from bot.casework.ports import Envelope, Lapsed, NoWay
from bot.casework.recipients import Recipients
from bot.casework.tables import POSTED
from bot.casework.views.alerts import alert_line, alert_view, blank_view
from bot.casework.words import Words
from bot.engine.access import may_see
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.outbox import Item, Reference
from bot.model.people import PersonId


class AlertPosts:
    """Composes alerts and opened cases. Synchronous and read-only."""

    def __init__(self, office: Office, recipients: Recipients, chats: OwnChats) -> None:
        self._office = office
        self._recipients = recipients
        self._chats = chats

    def kinds(self) -> Mapping[str, Callable[[Item, datetime], Composed]]:
        """Each kind of message with what makes it."""
        return {
            messages.ALERT: self._alert,
            messages.ALERT_CARD: self._alert_card,
            messages.CASE: self._case,
        }

    def _alert(self, item: Item, now: datetime) -> Composed:
        case = case_of(self._office, item)
        if case is None:
            return Lapsed(why="gone")
        if item.do == "edit":
            return self._alert_card(item, now)
        if lapsed := self._lapsed(item, case):
            return lapsed
        holder = self._recipients.next_holder(item, case, now)
        reference = self._recipients.reference(holder.person) if holder else None
        if holder is None or reference is None:
            return NoWay(why=NOBODY)
        words = words_for(self._office, case, reference.language)
        if messages.in_two(case, item):
            line = alert_line(words, case, reason=messages.line_reason(item))
            slot = messages.line_slot(item.id)
            envelope = self._chats.carry(item, reference, slot=slot, words=words, text=line)
            return replace(envelope, summary=line)
        slot = messages.alert_slot(case.id, reference.person, item.id)
        return self._card(item, case, reference, words, slot=slot)

    def _lapsed(self, item: Item, case: Case) -> Lapsed | None:
        """The purpose has gone: accepted, closed, or asked of another role since."""
        duty = item.params.get("duty")
        if case.closing is not None and duty == "owner":
            return Lapsed(why="closed")
        if duty in ("owner", "oversight"):
            climb = climbs.duty_of(case, "owner" if duty == "owner" else "oversight")
            if climb.accepted_by is not None:
                return Lapsed(why="accepted")
            if climb.role != item.to_role:
                return Lapsed(why="role_changed")
        return None

    def _alert_card(self, item: Item, now: datetime) -> Composed:
        case = case_of(self._office, item)
        reference = self._recipients.reference(item.to_person)
        if case is None or reference is None:
            return Lapsed(why="gone")
        words = words_for(self._office, case, reference.language)
        line = item.slot.startswith(messages.LINE)
        if not may_see(case, reference.person, self._office.directory(), now):
            if item.do == "send":
                return Lapsed(why="excluded")
            if line:
                return self._chats.blanked(item, reference, words)
            return self._chats.carry(item, reference, slot=item.slot, words=words, view=blank_view(words))
        if line:
            return Lapsed(why="stands")
        if item.do == "send" and self._taken(item, case, reference.person):
            return Lapsed(why="accepted")
        posted = self._office.store.get(POSTED, item.slot)
        if item.do == "edit" and messages.is_opened(posted):
            return self._opened(item, case, reference, words)
        return self._card(item, case, reference, words, slot=item.slot)

    def _taken(self, item: Item, case: Case, person: PersonId) -> bool:
        """Somebody else has accepted meanwhile: no send of a climb starts any more (casework 9)."""
        duty = item.params.get("duty")
        if duty not in ("owner", "oversight"):
            return False
        return climbs.duty_of(case, "owner" if duty == "owner" else "oversight").accepted_by not in (
            None,
            person,
        )

    def _card(self, item: Item, case: Case, reference: Reference, words: Words, *, slot: str) -> Envelope:
        reason = item.params.get("duty") or "owner"
        view = alert_view(words, case, reason=reason, person=reference.person)
        return self._chats.carry(item, reference, slot=slot, words=words, view=view)

    def _opened(self, item: Item, case: Case, reference: Reference, words: Words) -> Envelope:
        """The case as its reader may see it, in the message where they opened it."""
        view = view_of(self._office, self._office.unit(), case, reference.person, words)
        view = with_done(words, view, item.params.get(messages.DONE, ""))
        return self._chats.carry(item, reference, slot=item.slot, words=words, view=view)

    def _case(self, item: Item, now: datetime) -> Composed:
        case = case_of(self._office, item)
        reference = self._recipients.reference(item.to_person)
        if case is None or reference is None:
            return Lapsed(why="gone")
        words = words_for(self._office, case, reference.language)
        if not may_see(case, reference.person, self._office.directory(), now):
            if item.do == "send":
                return Lapsed(why="excluded")
            return self._chats.carry(item, reference, slot=item.slot, words=words, view=blank_view(words))
        return self._opened(item, case, reference, words)
