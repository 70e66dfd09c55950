"""How the app, its team and its people come and go: each function changes the tenant and tells the bot.

Must not know cards or chats' content. Order is Teams': the tenant has changed before the bot hears of it.
"""

from __future__ import annotations

import uuid

from bot.rehearsal import activities
from bot.rehearsal.activities import Activity, Frame
from bot.rehearsal.client import Clients
from bot.rehearsal.conversations import Change, Message
from bot.rehearsal.line import Sent


class Life:
    """`by` is always the Entra id of who did it."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._tenant = clients.tenant

    async def install(self, person: str) -> Sent:
        """The app comes into somebody's personal scope."""
        self._tenant.installed.add(person)
        frame = self._frame(person)
        await self._send(
            activities.membership(frame, _event_id(), added=[(frame.member_id, person), self._bot()])
        )
        return await self._send(activities.installation(frame, _event_id(), action="add"))

    async def upgrade(self, person: str) -> Sent:
        """A newer version of the app in somebody's personal scope."""
        return await self._send(
            activities.installation(self._frame(person), _event_id(), action="add-upgrade")
        )

    async def uninstall(self, person: str) -> Sent:
        """The app leaves somebody's personal scope."""
        self._tenant.installed.discard(person)
        return await self._send(activities.installation(self._frame(person), _event_id(), action="remove"))

    def block(self, person: str) -> None:
        """Somebody blocks the bot: it hears nothing, and gets 403 when it writes."""
        self._tenant.blocked.add(person)

    def unblock(self, person: str) -> None:
        """Somebody lets the bot write again."""
        self._tenant.blocked.discard(person)

    async def install_team(self, by: str, channel: str = "") -> Sent:
        """The app comes into the team; `channel` is the one selected in the dialog, else General.

        Both events happen in that channel.
        """
        self._tenant.team.installed = True
        selected = self._clients.frame(by, self._tenant.channel(channel or self._tenant.team.id).id)
        await self._send(activities.membership(selected, _event_id(), added=[self._bot()]))
        return await self._send(activities.installation(selected, _event_id(), action="add"))

    async def upgrade_team(self, by: str) -> Sent:
        """A newer version of the app in the team."""
        return await self._send(
            activities.installation(self._team_frame(by), _event_id(), action="add-upgrade")
        )

    async def uninstall_team(self, by: str) -> Sent:
        """The app leaves the team."""
        self._tenant.team.installed = False
        await self._send(activities.membership(self._team_frame(by), _event_id(), removed=[self._bot()]))
        return await self._send(activities.installation(self._team_frame(by), _event_id(), action="remove"))

    async def add_member(self, person: str, by: str) -> Sent:
        """Somebody joins the team."""
        if person not in self._tenant.team.members:
            self._tenant.team.members.append(person)
        joined = [(self._tenant.member_id(person), person)]
        return await self._send(activities.membership(self._team_frame(by), _event_id(), added=joined))

    async def remove_member(self, person: str, by: str) -> Sent:
        """Somebody leaves the team."""
        self._tenant.team.members = [each for each in self._tenant.team.members if each != person]
        left = [(self._tenant.member_id(person), person)]
        return await self._send(activities.membership(self._team_frame(by), _event_id(), removed=left))

    async def rename_channel(self, channel: str, name: str, by: str) -> Sent:
        """A channel gets another name."""
        found = self._tenant.channel(channel)
        found.name = name
        return await self._channel_event(by, found.id, "channelRenamed")

    async def delete_channel(self, channel: str, by: str) -> Sent:
        """A channel is deleted: the bot gets 404 there."""
        found = self._tenant.channel(channel)
        found.deleted = True
        return await self._channel_event(by, found.id, "channelDeleted")

    async def restore_channel(self, channel: str, by: str) -> Sent:
        """A deleted channel comes back."""
        found = self._tenant.channel(channel)
        found.deleted = False
        return await self._channel_event(by, found.id, "channelRestored")

    async def rename_team(self, name: str, by: str) -> Sent:
        """The team gets another name."""
        self._tenant.team.name = name
        return await self._team_event(by, "teamRenamed")

    async def archive_team(self, by: str) -> Sent:
        """The team becomes read-only."""
        self._tenant.team.archived = True
        return await self._team_event(by, "teamArchived")

    async def unarchive_team(self, by: str) -> Sent:
        """The team can be written in again."""
        self._tenant.team.archived = False
        return await self._team_event(by, "teamUnarchived")

    async def delete_team(self, by: str) -> Sent:
        """The team is deleted: the bot gets 404 there."""
        self._tenant.team.deleted = True
        return await self._team_event(by, "teamDeleted")

    async def edit_message(self, message: Message, text: str) -> Sent:
        """Somebody edits a message of their own."""
        message.text = text
        message.version += 1
        message.edited = True
        self._tenant.tell(Change(kind="edited", message=message))
        return await self._send(activities.edited(self._frame_of(message), message_id=message.id, text=text))

    async def delete_message(self, message: Message) -> Sent:
        """Somebody deletes a message of their own."""
        message.deleted = True
        message.version += 1
        self._tenant.tell(Change(kind="deleted", message=message))
        return await self._send(activities.deleted(self._frame_of(message), message_id=message.id))

    async def _send(self, activity: Activity) -> Sent:
        self._tenant.tell(Change(kind="other"))
        return await self._clients.line().send(activity, within_seconds=self._clients.rules.message_seconds)

    async def _team_event(self, by: str, event: str) -> Sent:
        return await self._send(activities.team_event(self._team_frame(by), _event_id(), event=event))

    async def _channel_event(self, by: str, channel: str, event: str) -> Sent:
        frame = self._channel_frame(by, channel)
        return await self._send(activities.team_event(frame, _event_id(), event=event))

    def _bot(self) -> tuple[str, str]:
        return (self._tenant.bot_id, "")

    def _frame(self, person: str) -> Frame:
        return self._clients.frame(person, self._tenant.chat_of(person))

    def _frame_of(self, message: Message) -> Frame:
        if message.sender is None:
            raise ValueError("only a person's own message can be edited or deleted by a person")
        in_channel = message.conversation not in self._tenant.chats
        thread = (message.thread or message.id) if in_channel else None
        return self._clients.frame(message.sender, message.conversation, thread=thread)

    def _team_frame(self, by: str) -> Frame:
        return self._clients.team_frame(by)

    def _channel_frame(self, by: str, channel: str) -> Frame:
        return self._clients.team_frame(by, channel=channel)


def _event_id() -> str:
    return f"f:{uuid.uuid4()}"
