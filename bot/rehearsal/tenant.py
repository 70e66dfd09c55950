"""The pretend tenant: who has the app, which conversations exist, and what the bot may do there.

Must not know HTTP: the connector turns Refused into Teams' error bodies. State lives in memory only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.rehearsal import identity
from bot.rehearsal.clock import Wound
from bot.rehearsal.conversations import (
    THREAD_MARK,
    Change,
    Channel,
    Content,
    Message,
    Refused,
    Team,
    read_content,
)
from bot.rehearsal.people import Person, School


class Tenant:
    """One school's tenant. Conversations are named by their bare id, without `;messageid=…`."""

    def __init__(self, school: School, *, clock: Wound, bot_id: str = identity.BOT_ID) -> None:
        self.school = school
        self.clock = clock
        self.bot_id = bot_id
        self.bot_name = identity.BOT_NAME
        self.people: dict[str, Person] = {person.id: person for person in school.people}
        self.members = {self.member_id(person.id): person for person in school.people}
        self.chats = {identity.personal_conversation(school.tenant, person): person for person in self.people}
        self.team = _team(school)
        self.installed: set[str] = set()
        self.blocked: set[str] = set()
        self.disabled = False
        self.watchers: list[Callable[[Change], None]] = []
        self._messages: dict[str, dict[str, Message]] = {}
        self._last_id = 0

    def member_id(self, person: str) -> str:
        """The person's `29:` id."""
        return identity.member_id(self.school.tenant, person)

    def chat_of(self, person: str) -> str:
        """The person's 1:1 conversation with the bot."""
        return identity.personal_conversation(self.school.tenant, person)

    def channel(self, wanted: str) -> Channel:
        """A channel by id or name. Raises KeyError."""
        for channel in self.team.channels:
            if wanted in (channel.id, channel.name):
                return channel
        raise KeyError(wanted)

    def messages(self, conversation: str) -> list[Message]:
        """All messages of a conversation, oldest first."""
        return list(self._messages.get(conversation, {}).values())

    def message(self, conversation: str, message_id: str) -> Message:
        """One message. Raises Refused (404) when there is none or it was deleted."""
        found = self._messages.get(conversation, {}).get(message_id)
        if found is None or found.deleted:
            raise Refused(404, "ActivityNotFoundInConversation", "The activity is not in the conversation.")
        return found

    def new_id(self) -> str:
        """An activity id as Teams makes them: milliseconds, never twice."""
        self._last_id = max(self._last_id + 1, int(self.clock.now().timestamp() * 1000))
        return str(self._last_id)

    def tell(self, change: Change) -> None:
        """Let everybody who watches know."""
        for watcher in list(self.watchers):
            watcher(change)

    def store(self, message: Message) -> Message:
        """Keep a message and tell the watchers."""
        self._messages.setdefault(message.conversation, {})[message.id] = message
        self.tell(Change(kind="posted", message=message))
        return message

    def post(self, conversation: str, activity: Mapping[str, Any], *, reply_to: str = "") -> str | None:
        """Carry out a send of the bot. Returns the message's id; None when text and card were split.

        A thread is named by the conversation id or by `reply_to`; an unknown `reply_to` is ignored, as
        Teams does. Raises Refused.
        """
        bare, _, thread = conversation.partition(THREAD_MARK)
        self.check_may_post(bare)
        if activity.get("type") != "message":
            return self.new_id()
        content = read_content(activity)
        if bare not in self.chats:
            thread = self._thread(bare, thread, reply_to)
        if not content.split:
            return self._keep(bare, content, thread).id
        self._keep(bare, Content(content.text, None, content.summary, content.mentioned), thread)
        self._keep(bare, Content("", content.card, content.summary, content.mentioned), thread)
        return None

    def edit(self, conversation: str, message_id: str, activity: Mapping[str, Any]) -> None:
        """Replace a message of the bot's. Raises Refused."""
        message = self._own_message(conversation, message_id)
        content = read_content(activity)
        message.text, message.card, message.summary = content.text, content.card, content.summary
        message.mentions = self._mentioned(content)
        message.version += 1
        message.edited = True
        self.tell(Change(kind="edited", message=message))

    def delete(self, conversation: str, message_id: str) -> None:
        """Withdraw a message of the bot's. Raises Refused."""
        message = self._own_message(conversation, message_id)
        message.deleted = True
        message.version += 1
        self.tell(Change(kind="deleted", message=message))

    def open_chat(self, member: str) -> str:
        """The 1:1 chat with somebody, by `29:` or Entra id. Raises Refused without the app."""
        person = self.members.get(member) or self.people.get(member)
        if person is None:
            raise Refused(400, "BadArgument", "Unknown member id.")
        if self.disabled:
            raise Refused(403, "BotDisabledByAdmin", "The tenant admin disabled this bot.")
        if person.id in self.blocked:
            raise Refused(403, "ConversationBlockedByUser", "The user blocked the conversation with the bot.")
        if person.id not in self.installed:
            raise Refused(403, "ForbiddenOperationException", "The bot is not installed in the user's scope.")
        return self.chat_of(person.id)

    def roster(self, conversation: str) -> list[Person]:
        """Everybody in a conversation but the bot. Raises Refused."""
        bare = conversation.partition(THREAD_MARK)[0]
        self._check_reachable(bare)
        if bare in self.chats:
            return [self.people[self.chats[bare]]]
        return [self.people[person] for person in self.team.members]

    def member(self, conversation: str, wanted: str) -> Person:
        """One member by `29:` or Entra id. Raises Refused."""
        for person in self.roster(conversation):
            if wanted in (person.id, self.member_id(person.id)):
                return person
        raise Refused(404, "MemberNotFoundInConversation", "The member is not in the conversation.")

    def team_by_id(self, team: str) -> Team:
        """The team, by its id or its General channel's, which is the same. Raises Refused."""
        if team != self.team.id or self.team.deleted:
            raise Refused(404, "TeamNotFound", "The team does not exist.")
        self._check_app_in_team()
        return self.team

    def check_may_post(self, conversation: str) -> None:
        """Raise Refused unless the bot may write in this conversation."""
        self._check_reachable(conversation)
        if conversation in self.chats:
            return
        channel = self.channel(conversation)
        if channel.kind == "private":
            raise Refused(403, "NotEnoughPermissions", "Bots cannot post in private channels.")
        if self.team.archived:
            raise Refused(403, "ForbiddenOperationException", "The team is archived and read-only.")

    def _check_reachable(self, conversation: str) -> None:
        if self.disabled:
            raise Refused(403, "BotDisabledByAdmin", "The tenant admin disabled this bot.")
        if conversation in self.chats:
            self._check_chat(self.chats[conversation])
            return
        known = {channel.id for channel in self.team.channels if not channel.deleted}
        if conversation not in known or self.team.deleted:
            raise Refused(404, "ConversationNotFound", "Conversation not found.")
        self._check_app_in_team()

    def _check_chat(self, person: str) -> None:
        if person in self.blocked:
            raise Refused(403, "ConversationBlockedByUser", "The user blocked the conversation with the bot.")
        if person not in self.installed:
            raise Refused(
                403, "BotNotInConversationRoster", "The bot is not part of the conversation roster."
            )

    def _check_app_in_team(self) -> None:
        if not self.team.installed:
            raise Refused(
                403, "BotNotInConversationRoster", "The bot is not part of the conversation roster."
            )

    def _thread(self, conversation: str, named: str, reply_to: str) -> str:
        known = self._messages.get(conversation, {})
        if named:
            if named not in known:
                raise Refused(404, "ConversationNotFound", "The thread does not exist.")
            return named
        root = known.get(reply_to)
        return (root.thread or root.id) if root else ""

    def _keep(self, conversation: str, content: Content, thread: str) -> Message:
        return self.store(
            Message(
                id=self.new_id(),
                conversation=conversation,
                sender=None,
                sent_at=self.clock.now(),
                text=content.text,
                card=content.card,
                summary=content.summary,
                thread=thread or None,
                mentions=self._mentioned(content),
            )
        )

    def _own_message(self, conversation: str, message_id: str) -> Message:
        bare = conversation.partition(THREAD_MARK)[0]
        self.check_may_post(bare)
        message = self.message(bare, message_id)
        if message.sender is not None:
            raise Refused(403, "NotEnoughPermissions", "Only the bot's own messages can be changed.")
        return message

    def _mentioned(self, content: Content) -> tuple[str, ...]:
        where = content.text + (str(content.card) if content.card else "")
        named = (self.members.get(member) for member, text in content.mentioned if text and text in where)
        return tuple(person.id for person in named if person)


def _team(school: School) -> Team:
    named: Sequence[tuple[str, str]] = ((school.channel, "standard"), (school.private_channel, "private"))
    general = identity.channel_id(school.tenant, school.team, "")
    return Team(
        id=general,
        name=school.team,
        group=identity.group_id(school.tenant, school.team),
        members=list(school.members),
        channels=[
            Channel(id=general, name="General"),
            *(
                Channel(
                    id=identity.channel_id(school.tenant, school.team, name),
                    name=name,
                    kind="private" if kind == "private" else "standard",
                )
                for name, kind in named
            ),
        ],
    )
