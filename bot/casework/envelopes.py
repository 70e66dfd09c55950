"""What composing an item can come to, and how a text or a View gets into its envelope.

Must not know any kind of message, nor who is to get it.
"""

from __future__ import annotations

from bot.casework.office import Office
from bot.casework.ports import Address, Envelope, Lapsed, NoWay
from bot.casework.tables import CASES, POSTED
from bot.casework.words import Words
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.outbox import Item, Reference
from bot.model.views import Notice, View

Composed = Envelope | Lapsed | NoWay
NOBODY = "nobody"
EXCLUDED_READS = "excluded_in_channel"
STRANGER_READS = "stranger_in_channel"
NO_CHANNEL = "no_channel"


def case_of(office: Office, item: Item) -> Case | None:
    """The case that the item is about; None where it is about none, or the case is gone."""
    return office.store.get(CASES, item.case) if item.case else None


def with_view(envelope: Envelope, view: View | None, words: Words, *, again: bool) -> Envelope:
    """The envelope with its card; a repeat after an unknown outcome says that it may be one."""
    if view is None:
        return replace(envelope, summary=envelope.summary or envelope.text)
    if again:
        repeat = Notice(text=words.say("may_be_repeat_card"), tone="plain")
        view = replace(view, blocks=(repeat, *view.blocks))
    return replace(envelope, view=view, summary=view.summary)


class OwnChats:
    """Puts messages into envelopes for people's own chats. Read-only."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def carry(
        self,
        item: Item,
        reference: Reference,
        *,
        slot: str,
        words: Words,
        text: str = "",
        view: View | None = None,
    ) -> Envelope:
        """An envelope for the person's own chat: an edit where the message exists and is to change."""
        posted = self._office.store.get(POSTED, slot)
        edit = posted.activity_id if posted is not None and item.do != "send" else None
        if item.again and text:
            text = words.say("may_be_repeat", text=text)
        envelope = Envelope(
            address=Address(
                tenant=reference.tenant,
                service_url=reference.service_url,
                conversation=reference.conversation,
            ),
            slot=slot,
            text=text,
            edit=edit,
            person=reference.person,
            shown={**(posted.shown if posted is not None and edit else {}), **item.params},
        )
        if view is not None and view.refresh is not None:
            view = replace(view, refresh_for=reference.member)
        return with_view(envelope, view, words, again=item.again)

    def blanked(self, item: Item, reference: Reference, words: Words) -> Envelope:
        """In place of a line of text that its reader may see no longer."""
        text = words.say("blank_title")
        return replace(self.carry(item, reference, slot=item.slot, words=words, text=text), summary=text)
