"""Makes what goes into a channel ready: number, urgency, time and state, for those alone who may know.

The roster is of this moment: whoever is excluded, or holds no named role, keeps the post out (rule 1).
"""

from __future__ import annotations

from datetime import datetime

from bot.casework import climbs, messages
from bot.casework.envelopes import (
    EXCLUDED_READS,
    NO_CHANNEL,
    STRANGER_READS,
    Composed,
    case_of,
    with_view,
)
from bot.casework.linking import strangers_in
from bot.casework.office import Office
from bot.casework.ports import Address, Envelope, Lapsed, Member, Mention, NoWay
from bot.casework.tables import CASES, CHANNELS, POSTED
from bot.casework.views.alerts import daily_view, post_view
from bot.casework.words import Words
from bot.engine.access import barred_from_deciding
from bot.engine.holders import holders
from bot.engine.routing import SAFEGUARDING
from bot.model.cases import Case, excluded_now
from bot.model.changed import replace
from bot.model.outbox import Item, Posted
from bot.model.people import PersonId, RoleRef


class ChannelPosts:
    """Composes items for channels. Synchronous and read-only."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def _words(self, case: Case | None) -> Words:
        """The texts in the pack's own language: many read a channel."""
        own = self._office.definition_of(case) if case is not None else self._office.shelf.current()
        return Words(definition=own, language=own.school.language)

    def address(self, channel: str, thread: str | None = None) -> Address | None:
        known = self._office.store.get(CHANNELS, channel)
        if known is None:
            return None
        return Address(
            tenant=known.tenant, service_url=known.service_url, conversation=known.id, thread=thread
        )

    def compose(self, item: Item, roster: tuple[Member, ...], now: datetime) -> Composed:
        words = self._words(case_of(self._office, item))
        if item.kind == messages.CHANNEL_REPLY:
            return _channel_reply(item, words)
        address = self.address(item.to_channel or "")
        if address is None:
            return NoWay(why=NO_CHANNEL)
        if item.do == "withdraw":
            return self._withdrawal(item, address)
        if strangers_in(roster, self._office.shelf.current(), self._office.directory()):
            return NoWay(why=STRANGER_READS)
        if item.kind == messages.LINK_TEST:
            text = words.say("channel_test")
            return Envelope(address=address, slot=item.slot, text=text, summary=text)
        if item.kind == messages.DAILY:
            return self._daily(item, address, words, roster)
        return self._post(item, address, words, roster, now)

    def _withdrawal(self, item: Item, address: Address) -> Composed:
        posted = self._office.store.get(POSTED, item.slot)
        if posted is None or posted.withdrawn:
            return Lapsed(why="gone")
        return Envelope(address=address, slot=item.slot, edit=posted.activity_id, text=" ")

    def _post(
        self, item: Item, address: Address, words: Words, roster: tuple[Member, ...], now: datetime
    ) -> Composed:
        case = case_of(self._office, item)
        if case is None:
            return Lapsed(why="gone")
        if case.routed.restricted or case.routed.channel == "none":
            return Lapsed(why="not_for_channels")
        if excluded_now(case) & self._present(roster):
            return NoWay(why=EXCLUDED_READS)
        posted = self._office.store.get(POSTED, messages.post_slot(case.id))
        mention = self._mention(case, roster, now)
        if item.kind == messages.POST_REPLY:
            return self._post_reply(item, case, address, words, posted, mention)
        if item.do == "send" and posted is not None and not posted.withdrawn:
            return Lapsed(why="posted")
        name = f"<at>{mention.name}</at>" if mention else ""
        view = post_view(words, case, mention=name)
        edit = posted.activity_id if posted is not None and item.do == "edit" else None
        envelope = Envelope(
            address=address,
            slot=messages.post_slot(case.id),
            edit=edit,
            mentions=(mention,) if mention else (),
            # Kept with the post as evidence of who could read it.
            shown={"roster": " ".join(sorted(self._present(roster)))},
        )
        return with_view(envelope, view, words, again=item.again)

    def _post_reply(
        self,
        item: Item,
        case: Case,
        address: Address,
        words: Words,
        posted: Posted | None,
        mention: Mention | None,
    ) -> Composed:
        if posted is None or posted.withdrawn:
            return Lapsed(why="gone")
        duty = climbs.duty_of(case, "oversight" if item.params.get("duty") == "oversight" else "owner")
        if duty.accepted_by is not None or case.closing is not None:
            return Lapsed(why="accepted")
        who = f"<at>{mention.name}</at>" if mention else ""
        text = words.say(f"thread_{item.reason}", number=case.number, who=who)
        if item.again:
            text = words.say("may_be_repeat", text=text)
        return Envelope(
            address=replace(address, thread=posted.activity_id),
            slot=item.slot,
            text=text,
            summary=words.say(f"thread_{item.reason}", number=case.number, who="").strip(),
            mentions=(mention,) if mention else (),
        )

    def _present(self, roster: tuple[Member, ...]) -> frozenset[PersonId]:
        return frozenset(m.account for m in roster if m.account)

    def _mention(self, case: Case, roster: tuple[Member, ...], now: datetime) -> Mention | None:
        """The DSL of today: the first holder on duty who is in the channel."""
        directory = self._office.directory()
        out = barred_from_deciding(case, directory)
        by_person = {m.account: m for m in roster if m.account}
        for holder in holders(RoleRef(role=SAFEGUARDING[0]), directory, excluded=out, at=now):
            member = by_person.get(holder.person)
            if member is not None:
                return Mention(member=member.member, name=member.name)
        return None

    def _daily(self, item: Item, address: Address, words: Words, roster: tuple[Member, ...]) -> Composed:
        day = item.params["day"]
        present = self._present(roster)
        cases = [
            c
            for key in self._office.store.find(CASES, "day", day)
            if (c := self._office.store.get(CASES, key)) is not None
            and c.routed.channel == "daily"
            and not excluded_now(c) & present
        ]
        posted = self._office.store.get(POSTED, item.slot)
        edit = posted.activity_id if posted is not None and item.do == "edit" else None
        envelope = Envelope(address=address, slot=item.slot, edit=edit)
        return with_view(envelope, daily_view(words, day, cases), words, again=item.again)


def _channel_reply(item: Item, words: Words) -> Envelope:
    """An answer in whatever channel or group chat spoke to the bot: a fixed line, without an echo."""
    text = words.say(item.params["what"])
    address = Address(
        tenant=item.params["tenant"],
        service_url=item.params["service_url"],
        conversation=item.to_channel or "",
        thread=item.thread or None,
    )
    return Envelope(address=address, slot=item.slot, text=text, summary=text)
