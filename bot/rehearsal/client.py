"""Everybody's Teams client: what each person sees, types and presses, and what the bot is sent for it.

Must not know how people come and go (life.py). A view is one person's own: an invoke's card replaces
the message for the presser only, until the chat is reopened or the bot edits the message.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from bot.rehearsal import activities, cards
from bot.rehearsal.activities import Frame, Place
from bot.rehearsal.conversations import Change, Message, Refused
from bot.rehearsal.line import Answered, Line, Sent, read_answer, read_choices
from bot.rehearsal.phones import Phones
from bot.rehearsal.rules import Rules
from bot.rehearsal.tenant import Tenant

Card = Mapping[str, Any]


class AppMissing(LookupError):
    """The person cannot write to the bot: the app is not installed for them, or they blocked it."""


class Clients:
    """The clients of everybody in the tenant. `service_url` and `line` are asked at each activity."""

    def __init__(
        self, tenant: Tenant, *, line: Callable[[], Line], service_url: Callable[[], str], rules: Rules
    ) -> None:
        self.tenant = tenant
        self.rules = rules
        self.looking: set[tuple[str, str]] = set()
        self.notices: dict[tuple[str, str], str] = {}
        self._line = line
        self._service_url = service_url
        self._views: dict[tuple[str, str], Card] = {}
        self._typed: dict[tuple[str, str], dict[str, str]] = {}
        self._asked: dict[tuple[str, str], float] = {}
        self.phones = Phones(tenant)
        self._running: set[asyncio.Task[None]] = set()
        tenant.watchers.append(self._on_change)

    def line(self) -> Line:
        """The line to the bot."""
        return self._line()

    def frame(self, person: str, conversation: str, *, thread: str | None = None) -> Frame:
        """What an activity of this person in this conversation carries."""
        known = self.tenant.people[person]
        return Frame(
            service_url=self._service_url(),
            tenant=self.tenant.school.tenant,
            bot_id=self.tenant.bot_id,
            bot_name=self.tenant.bot_name,
            member_id=self.tenant.member_id(person),
            account=known.id,
            name=known.name,
            place=self.place(conversation, thread=thread),
            at=self.tenant.clock.now(),
        )

    def place(self, conversation: str, *, thread: str | None = None) -> Place:
        """The conversation as activities name it. Raises KeyError for an unknown one."""
        if conversation in self.tenant.chats:
            return Place(conversation=conversation, scope="personal")
        team, channel = self.tenant.team, self.tenant.channel(conversation)
        return Place(
            conversation=conversation,
            scope="channel",
            team=team.id,
            team_name=team.name,
            group=team.group,
            channel=channel.id,
            channel_name=channel.name,
            thread=thread,
        )

    def team_frame(self, by: str, *, channel: str = "") -> Frame:
        """What concerns the team as a whole, or one of its channels: it happens in the team's General."""
        frame = self.frame(by, self.tenant.team.id)
        selected = self.tenant.channel(channel) if channel else None
        place = replace(
            frame.place,
            channel=selected.id if selected else None,
            channel_name=selected.name if selected else "",
        )
        return replace(frame, place=place)

    def shown(self, person: str, message: Message) -> Card | None:
        """The card as this person sees it now."""
        return None if message.deleted else self._views.get((person, message.id), message.card)

    def typed(self, person: str, message_id: str) -> dict[str, str]:
        """What the person typed into a card and has not sent."""
        return self._typed.setdefault((person, message_id), {})

    async def say(
        self,
        person: str,
        conversation: str,
        text: str,
        *,
        rich_html: str | None = None,
        files: Sequence[str] = (),
        thread: str | None = None,
    ) -> Sent:
        """Write a message that the bot gets; in a channel it is mentioned. Raises AppMissing."""
        self._check_app(person, conversation)
        in_channel = conversation not in self.tenant.chats
        self.looking.add((person, conversation))
        message = self._keep(person, conversation, text, thread)
        activity = activities.message(
            self.frame(person, conversation, thread=(thread or message.id) if in_channel else None),
            message.id,
            text=text,
            rich_html=rich_html,
            files=files,
            mention=in_channel,
        )
        return await self._send(activity, self.rules.message_seconds)

    def write_unseen(
        self, person: str, conversation: str, text: str, *, thread: str | None = None
    ) -> Message:
        """Write in a channel without naming the bot: it gets nothing of it."""
        return self._keep(person, conversation, text, thread)

    async def press(
        self,
        person: str,
        message: Message,
        action: Mapping[str, Any],
        data: Mapping[str, Any],
        *,
        trigger: activities.Trigger = "manual",
    ) -> Answered:
        """Send an Action.Execute as an invoke and show the answer to this person alone."""
        self.looking.add((person, message.conversation))
        self._asked[person, message.id] = self.tenant.clock.lived()
        activity = activities.execute(
            self._frame_at(person, message),
            f"f:{uuid.uuid4()}",
            message_id=message.id,
            verb=str(action.get("verb", "")),
            data=data,
            trigger=trigger,
            title=str(action.get("title", "")) if trigger == "manual" else "",
        )
        return await self._invoke(person, message, activity, trigger)

    async def submit(self, person: str, message: Message, data: Mapping[str, Any]) -> Sent:
        """Send an Action.Submit: a message with a value, which answers no card."""
        self.looking.add((person, message.conversation))
        activity = activities.submit(
            self._frame_at(person, message), self.tenant.new_id(), message_id=message.id, data=data
        )
        return await self._send(activity, self.rules.message_seconds)

    async def repeat(self, sent: Sent, *, same_id: bool) -> Sent | Answered:
        """Send an activity once more, as Teams does when it doubts: with its id, or with a new one."""
        activity = dict(sent.activity)
        invoke = activity["type"] == "invoke"
        if not same_id:
            activity["id"] = f"f:{uuid.uuid4()}" if invoke else self.tenant.new_id()
        person = str(activity["from"]["aadObjectId"])
        if not invoke:
            return await self._send(activity, self.rules.message_seconds)
        bare = str(activity["conversation"]["id"]).partition(";messageid=")[0]
        message = self.tenant.message(bare, str(activity["replyToId"]))
        return await self._invoke(person, message, activity, activity["value"]["trigger"])

    async def search(
        self, person: str, message: Message, *, dataset: str, text: str
    ) -> list[tuple[str, str]]:
        """(title, value) of what a picker offers for the typed text."""
        activity = activities.search(
            self._frame_at(person, message),
            f"f:{uuid.uuid4()}",
            message_id=message.id,
            dataset=dataset,
            text=text,
        )
        return read_choices(await self._send(activity, self.rules.invoke_seconds))

    async def reopen(self, person: str, conversation: str) -> None:
        """Leave and come back: stored messages again, typed text lost, due cards refreshed."""
        self.leave(person, conversation)
        self.looking.add((person, conversation))
        due = [message for message in self.tenant.messages(conversation) if self._due(person, message)]
        await asyncio.gather(*(self._refresh(person, message) for message in due))

    def leave(self, person: str, conversation: str) -> None:
        """Go to another chat: own views and typed text are gone."""
        self.looking.discard((person, conversation))
        self.notices.pop((person, conversation), None)
        for message in self.tenant.messages(conversation):
            self._views.pop((person, message.id), None)
            self._typed.pop((person, message.id), None)

    async def settle(self) -> None:
        """Return once every refresh that runs by itself has been answered."""
        while self._running:
            await asyncio.gather(*self._running)

    async def _invoke(
        self,
        person: str,
        message: Message,
        activity: Mapping[str, Any],
        trigger: Literal["manual", "automatic"],
    ) -> Answered:
        sent = await self._send(activity, self.rules.invoke_seconds)
        answered = read_answer(sent, card_bytes=self.rules.card_bytes)
        if answered.card is not None:
            self._views[person, message.id] = answered.card
            self._typed.pop((person, message.id), None)
        if trigger == "manual":
            self.notices[person, message.conversation] = answered.text
        self.tenant.tell(Change(kind="other", message=message))
        return answered

    async def _send(self, activity: Mapping[str, Any], within_seconds: float) -> Sent:
        return await self._line().send(activity, within_seconds=within_seconds)

    def _frame_at(self, person: str, message: Message) -> Frame:
        in_channel = message.conversation not in self.tenant.chats
        thread = (message.thread or message.id) if in_channel else None
        return self.frame(person, message.conversation, thread=thread)

    def _keep(self, person: str, conversation: str, text: str, thread: str | None) -> Message:
        return self.tenant.store(
            Message(
                id=self.tenant.new_id(),
                conversation=conversation,
                sender=person,
                sent_at=self.tenant.clock.now(),
                text=text,
                thread=thread,
            )
        )

    def _check_app(self, person: str, conversation: str) -> None:
        if conversation in self.tenant.chats:
            present = person in self.tenant.installed and person not in self.tenant.blocked
        else:
            present = self.tenant.team.installed and person in self.tenant.team.members
        if not present:
            raise AppMissing(f"{self.tenant.people[person].name} cannot write to the bot here")

    def _on_change(self, change: Change) -> None:
        message = change.message
        if message is None or change.kind == "other":
            return
        if change.kind != "posted":
            for key in [key for key in (*self._views, *self._typed) if key[1] == message.id]:
                self._views.pop(key, None)
                self._typed.pop(key, None)
        for person, conversation in sorted(self.looking):
            here = conversation == message.conversation
            forced = change.kind == "edited" and self._wanted_by(person, message)
            if here and (forced or self._due(person, message)):
                self._start(person, message)

    def _start(self, person: str, message: Message) -> None:
        task = asyncio.get_running_loop().create_task(self._refresh(person, message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _refresh(self, person: str, message: Message) -> None:
        action = cards.refresh_action(message.card)
        if action is not None and not message.deleted:
            await self.press(person, message, action, dict(action.get("data") or {}), trigger="automatic")

    def _wanted_by(self, person: str, message: Message) -> bool:
        if message.deleted or cards.refresh_action(message.card) is None:
            return False
        if "userIds" in (message.card or {}).get("refresh", {}):
            return self.tenant.member_id(person) in message.refresh_for[: self.rules.refresh_people]
        try:
            return len(self.tenant.roster(message.conversation)) <= self.rules.refresh_people
        except Refused:
            return False

    def _due(self, person: str, message: Message) -> bool:
        last = self._asked.get((person, message.id))
        rested = last is None or self.tenant.clock.lived() - last >= self.rules.refresh_seconds
        return rested and self._wanted_by(person, message)
