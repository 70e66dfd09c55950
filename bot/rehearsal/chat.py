"""The driver's handles: one person's chat with the bot, and a channel, as short calls for tests and load.

Must not know HTTP. A handle holds no state of its own: two handles of one chat are the same chat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rehearsal import cards
from bot.rehearsal.client import Clients
from bot.rehearsal.conversations import Message, plain
from bot.rehearsal.line import Answered, Sent
from bot.rehearsal.people import Person
from bot.rehearsal.phones import Notification

Card = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A card as one person saw it at one moment. It can be pressed later, stale or not."""

    clients: Clients
    person: str
    message: Message
    content: Card

    @property
    def text(self) -> str:
        """All its words, a line each."""
        return cards.words(self.content)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [button.label for button in cards.buttons(self.content)]

    @property
    def verbs(self) -> list[str]:
        """The verbs of its buttons, in order."""
        return [button.verb for button in cards.buttons(self.content) if button.verb]

    @property
    def inputs(self) -> list[str]:
        """The ids of its inputs, in order."""
        return list(cards.inputs(self.content))

    def choices(self, wanted: str) -> dict[str, str]:
        """An input's choices, title to value; by id, label, or key. Raises NotOnCard."""
        return cards.choices(self.content, wanted)

    async def search(self, wanted: str, text: str) -> list[tuple[str, str]]:
        """(title, value) of what a picker offers for the typed text. Raises NotOnCard."""
        dataset = cards.dataset(self.content, wanted)
        if not dataset:
            raise cards.NotOnCard(f"{wanted!r} is no picker that searches")
        return await self.clients.search(self.person, self.message, dataset=dataset, text=text)

    async def press(self, wanted: str, answers: Mapping[str, str] | None = None, /, **typed: str) -> Answered:
        """Press a button by label or verb with inputs by id, label or key.

        Raises NotOnCard, PressBlocked; ValueError for a button that is no Action.Execute.
        """
        button = cards.button(self.content, wanted)
        if button.raw.get("type") != "Action.Execute":
            raise ValueError(f"{wanted!r} is an {button.raw.get('type')}: use submit")
        data = self._data(button.raw, {**(answers or {}), **typed})
        return await self.clients.press(self.person, self.message, button.raw, data)

    async def submit(self, wanted: str, answers: Mapping[str, str] | None = None, /, **typed: str) -> Sent:
        """Press a button's Action.Submit: its own type, or the fallback that old clients use.

        Raises NotOnCard, PressBlocked; ValueError for a button without one.
        """
        button = cards.button(self.content, wanted)
        action = button.raw if button.raw.get("type") == "Action.Submit" else button.fallback
        if action is None:
            raise ValueError(f"{wanted!r} has no Action.Submit")
        data = self._data(action, {**(answers or {}), **typed})
        return await self.clients.submit(self.person, self.message, data)

    def _data(self, action: Card, answers: Mapping[str, str]) -> dict[str, Any]:
        typed = dict(self.clients.typed(self.person, self.message.id))
        typed = {one: text for one, text in typed.items() if one in cards.inputs(self.content)}
        typed |= {cards.input_id(self.content, one): text for one, text in answers.items()}
        return cards.press_data(self.content, action, typed)


class Chat:
    """What one person sees and does in one conversation: their 1:1 chat with the bot, or a channel."""

    def __init__(self, clients: Clients, person: Person, conversation: str) -> None:
        self.person = person
        self.conversation = conversation
        self._clients = clients

    @property
    def messages(self) -> list[Message]:
        """All stored messages that are not deleted, oldest first."""
        found = self._clients.tenant.messages(self.conversation)
        return [message for message in found if not message.deleted]

    @property
    def texts(self) -> list[str]:
        """The texts of the bot's messages that hold no card, oldest first."""
        return [plain(one.text) for one in self.messages if one.sender is None and one.text]

    @property
    def cards(self) -> list[Seen]:
        """The cards as this person sees them now, oldest first."""
        return [seen for message in self.messages if (seen := self._seen(message))]

    @property
    def last_card(self) -> Seen:
        """The newest card. Raises NotOnCard when there is none."""
        if not self.cards:
            raise cards.NotOnCard(f"{self.person.name} sees no card")
        return self.cards[-1]

    @property
    def notice(self) -> str:
        """The sentence that the last press was answered with; empty when a card came."""
        return self._clients.notices.get((self.person.id, self.conversation), "")

    @property
    def notifications(self) -> list[Notification]:
        """What rang this person's phone about this conversation, oldest first."""
        return [
            one
            for one in self._clients.phones.notifications(self.person.id)
            if one.conversation == self.conversation
        ]

    def card_with(self, wanted: str) -> Seen:
        """The newest card that has this button, by label or verb. Raises NotOnCard."""
        for seen in reversed(self.cards):
            if wanted in seen.buttons or wanted in seen.verbs:
                return seen
        shown = [seen.buttons for seen in self.cards]
        raise cards.NotOnCard(f"{self.person.name} sees no button {wanted!r}, only {shown}")

    async def say(
        self,
        text: str,
        *,
        rich_html: str | None = None,
        files: Sequence[str] = (),
        thread: str | None = None,
    ) -> Sent:
        """Write to the bot; in a channel the bot is mentioned. Raises AppMissing."""
        return await self._clients.say(
            self.person.id, self.conversation, text, rich_html=rich_html, files=files, thread=thread
        )

    async def press(self, wanted: str, answers: Mapping[str, str] | None = None, /, **typed: str) -> Answered:
        """Press a button, by label or verb, on the newest card that has it. Raises as Seen.press."""
        return await self.card_with(wanted).press(wanted, answers, **typed)

    async def submit(self, wanted: str, answers: Mapping[str, str] | None = None, /, **typed: str) -> Sent:
        """Press as an old client does. Raises as Seen.submit."""
        return await self.card_with(wanted).submit(wanted, answers, **typed)

    def fill(self, answers: Mapping[str, str] | None = None, /, **typed: str) -> None:
        """Type into the newest card without sending; reopening loses it. Raises NotOnCard."""
        seen = self.last_card
        drafts = self._clients.typed(self.person.id, seen.message.id)
        drafts |= {
            cards.input_id(seen.content, one): text for one, text in {**(answers or {}), **typed}.items()
        }

    async def repeat(self, sent: Sent | Answered, *, same_id: bool) -> Sent | Answered:
        """Send a press or a message once more, as Teams does when it doubts."""
        return await self._clients.repeat(sent.sent if isinstance(sent, Answered) else sent, same_id=same_id)

    async def reopen(self) -> None:
        """Leave and come back: stored messages again, typed text lost, due cards refreshed."""
        await self._clients.reopen(self.person.id, self.conversation)

    def leave(self) -> None:
        """Go to another chat: own views and typed text are gone, nothing refreshes."""
        self._clients.leave(self.person.id, self.conversation)

    def _seen(self, message: Message) -> Seen | None:
        content = self._clients.shown(self.person.id, message)
        if content is None:
            return None
        return Seen(clients=self._clients, person=self.person.id, message=message, content=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post of a channel and the replies in its thread, oldest first."""

    root: Message
    replies: tuple[Message, ...]

    @property
    def messages(self) -> tuple[Message, ...]:
        """The root and its replies."""
        return (self.root, *self.replies)


class ChannelView:
    """A channel as it is stored, and through anybody's eyes."""

    def __init__(self, clients: Clients, channel: str) -> None:
        self.id = channel
        self._clients = clients

    @property
    def posts(self) -> list[Post]:
        """The posts that are not deleted, oldest first."""
        messages = [one for one in self._clients.tenant.messages(self.id) if not one.deleted]
        return [
            Post(root=root, replies=tuple(one for one in messages if one.thread == root.id))
            for root in messages
            if root.thread is None
        ]

    def seen_by(self, person: Person) -> Chat:
        """The channel through one member's client, to say, press and reopen."""
        return Chat(self._clients, person, self.id)
