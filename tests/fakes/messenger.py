"""Teams in memory, as the Messenger port sees it; held to tests/contract/test_messenger.py."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from bot.casework.ports import Address, Member, Messenger, Outgoing, SendFailed

Call = Literal["send", "update", "delete", "members", "team_channel_kind"]


@dataclass(slots=True, kw_only=True)
class Posted:
    """A message as the conversation shows it now. `thread` is the post it replies to, None for its own."""

    id: str
    conversation: str
    message: Outgoing
    thread: str | None = None
    deleted: bool = False
    edits: int = 0


@dataclass(slots=True, kw_only=True)
class Trouble:
    """What the next call meets. `carried_out`: it happens all the same, and only the answer is lost."""

    failure: SendFailed
    call: Call | None = None
    carried_out: bool = False


@dataclass(slots=True)
class FakeMessenger:
    """`rosters` holds the conversations that exist, `kinds` the channels by (team, channel).

    `refused` names conversations that answer with this failure, whatever is asked of them.
    `posted` is everything that was sent, oldest first; `calls` every call, carried out or not.
    """

    rosters: dict[str, tuple[Member, ...]] = field(default_factory=dict)
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    refused: dict[str, SendFailed] = field(default_factory=dict)
    troubles: deque[Trouble] = field(default_factory=deque)
    posted: list[Posted] = field(default_factory=list)
    calls: list[tuple[Call, str]] = field(default_factory=list)
    _numbers: int = 0

    def open(self, conversation: str, *members: Member) -> None:
        """Let a conversation exist."""
        self.rosters[conversation] = members

    def fail_next(
        self, failure: SendFailed, *, call: Call | None = None, carried_out: bool = False, times: int = 1
    ) -> None:
        """Let the next calls (of one kind, or any) fail."""
        self.troubles += [Trouble(failure=failure, call=call, carried_out=carried_out)] * times

    def shown(self, conversation: str) -> list[Posted]:
        """What stands in a conversation now, oldest first."""
        return [one for one in self.posted if one.conversation == conversation and not one.deleted]

    async def send(self, address: Address, message: Outgoing) -> str:
        if bool(message.text) == (message.card is not None):
            raise ValueError("A message is either text or a card")
        trouble = self._begin("send", address.conversation)
        if address.thread is not None:
            self._find(address.conversation, address.thread)
        self._numbers += 1
        new = Posted(
            id=str(1_763_600_000_000 + self._numbers),
            conversation=address.conversation,
            message=message,
            thread=address.thread,
        )
        self.posted.append(new)
        _end(trouble)
        return new.id

    async def update(self, address: Address, activity_id: str, message: Outgoing) -> None:
        if bool(message.text) == (message.card is not None):
            raise ValueError("A message is either text or a card")
        trouble = self._begin("update", address.conversation)
        found = self._find(address.conversation, activity_id)
        found.message = message
        found.edits += 1
        _end(trouble)

    async def delete(self, address: Address, activity_id: str) -> None:
        trouble = self._begin("delete", address.conversation)
        self._find(address.conversation, activity_id).deleted = True
        _end(trouble)

    async def members(self, address: Address) -> tuple[Member, ...]:
        _end(self._begin("members", address.conversation))
        return self.rosters[address.conversation]

    async def team_channel_kind(self, address: Address, *, team: str, channel: str) -> str:
        _end(self._begin("team_channel_kind", None))
        return self.kinds.get((team, channel), "unknown")

    def _begin(self, call: Call, conversation: str | None) -> Trouble | None:
        """Note the call. Raises what it meets before anything is carried out."""
        self.calls.append((call, conversation or ""))
        trouble = next((one for one in self.troubles if one.call in (None, call)), None)
        if trouble is not None:
            self.troubles.remove(trouble)
            if not trouble.carried_out:
                raise trouble.failure
        if conversation in self.refused:
            raise self.refused[conversation]
        if conversation is not None and conversation not in self.rosters:
            raise refusal(404, "ConversationNotFound")
        return trouble

    def _find(self, conversation: str, activity_id: str) -> Posted:
        for one in self.shown(conversation):
            if one.id == activity_id:
                return one
        raise refusal(404, "ActivityNotFoundInConversation")


def refusal(status: int, code: str, *, retry_after_seconds: float | None = None) -> SendFailed:
    """The failure that this status means."""
    unknown = status == 408 or status >= 500
    return SendFailed(
        status=status,
        code=code,
        known=not unknown,
        again=unknown or status in {412, 429},
        retry_after_seconds=retry_after_seconds,
    )


def no_answer() -> SendFailed:
    """The failure of a call whose answer never came."""
    return SendFailed(status=0, code="TimedOut", known=False, again=True)


def not_connected() -> SendFailed:
    """The failure of a call that never left."""
    return SendFailed(status=0, code="NotConnected", known=True, again=True)


def as_messenger(fake: FakeMessenger) -> Messenger:
    """The fake, held to the port by the type checker."""
    return fake


def _end(trouble: Trouble | None) -> None:
    if trouble is not None:
        raise trouble.failure
