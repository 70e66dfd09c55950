"""What casework needs from outside, as Protocols. One contract test runs over each real part and its fake.

Must not know who implements them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.model.events import Answer, Lived, Pressed, Said, Searched
from bot.model.outbox import Alarm, Item
from bot.model.people import Directory
from bot.model.problems import Problem
from bot.model.record import Commit, Kept, Table
from bot.model.views import Choice, View

T = TypeVar("T")


class Clock(Protocol):
    """The time, aware and in UTC. Local mode can wind it forward, never back."""

    def now(self) -> datetime:
        """This moment."""
        ...


class Ticket(Protocol):
    """A staged unit of work's place in the queue; later tickets are greater."""

    @property
    def position(self) -> int:
        """Counts up by one with each staged unit of work."""
        ...


class Store(Protocol):
    """The record. Reads see what is staged; nothing leaves the process before `settled`.

    Every method but `durable` and `settled` is synchronous, never blocks and is called from the one
    event loop thread. Values handed out are frozen and shared. Any failure of writing is final: from
    then on every method raises StoreFailed until the process starts again.
    """

    def get(self, table: Table[T], key: str) -> T | None:
        """The document, or None. What is staged counts."""
        ...

    def find(self, table: Table[Any], index: str, value: str) -> tuple[str, ...]:
        """Ids of the documents whose `keys` hold `value` under `index`, oldest first."""
        ...

    def earliest(self, table: Table[Any], until: datetime, limit: int) -> tuple[str, ...]:
        """Ids in ascending `order`, those at or before `until` only."""
        ...

    def history(self, case_id: str) -> tuple[Kept, ...]:
        """The case's history, oldest first; empty for an unknown id."""
        ...

    def stage(self, commit: Commit) -> Ticket:
        """Take a unit of work: visible to reads at once, durable later, in staging order.

        Raises RevisionMoved, with nothing taken, when a put's `expect` is not what is there.
        """
        ...

    async def durable(self, ticket: Ticket) -> None:
        """Return once that unit of work is fsynced. Raises StoreFailed when it never will be."""
        ...

    async def settled(self) -> None:
        """Return once everything staged so far is fsynced: what an answer waits for."""
        ...


class People(Protocol):
    """Who holds what today."""

    def directory(self) -> Directory:
        """The newest snapshot; the same object until something changes."""
        ...

    def problems(self) -> tuple[Problem, ...]:
        """Why the newest source could not be used, if so; the last good snapshot stays in force."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a conversation as Teams lists them. `account` is None for a bot or an app."""

    member: str
    account: str | None
    name: str
    guest: bool = False


class SendFailed(Exception):
    """A call to Teams did not succeed. `known`: surely not carried out. `again`: may be repeated.

    `status` 0 means no answer. `retry_after_seconds` is what Teams asked for, if it did.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str,
        known: bool,
        again: bool,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.known = known
        self.again = again
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A conversation that messages can go to. `thread` is the activity id of a post to reply to."""

    tenant: str
    service_url: str
    conversation: str
    thread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody to be named and rung in a channel post: `<at>name</at>` stands in the text."""

    member: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One activity: either text or a card, never both (Teams would split them and give no id)."""

    text: str = ""
    card: Mapping[str, Any] | None = None
    summary: str = ""
    mentions: tuple[Mention, ...] = ()


class Messenger(Protocol):
    """Calls to Teams. Each is one attempt: waiting and repeating is delivery's business.

    All raise SendFailed.
    """

    async def send(self, address: Address, message: Outgoing) -> str:
        """Post and return the activity id."""
        ...

    async def update(self, address: Address, activity_id: str, message: Outgoing) -> None:
        """Replace a message that was sent."""
        ...

    async def delete(self, address: Address, activity_id: str) -> None:
        """Withdraw a message that was sent."""
        ...

    async def members(self, address: Address) -> tuple[Member, ...]:
        """Everyone in the conversation, all pages."""
        ...

    async def team_channel_kind(self, address: Address, *, team: str, channel: str) -> str:
        """`standard`, `private`, `shared` or `unknown`."""
        ...


class Desk(Protocol):
    """What the Teams edge calls: one method per kind of event. All answer after the write is durable.

    Raises StoreFailed when the record cannot be written; any other fault of a person's making is
    an Answer that says what to do.
    """

    async def said(self, said: Said) -> None:
        """A typed message. Replies go through the outbox."""
        ...

    async def pressed(self, pressed: Pressed) -> Answer:
        """A press or a refresh. The answer reaches only the one who pressed."""
        ...

    async def searched(self, searched: Searched) -> tuple[Choice, ...]:
        """Choices for a picker; empty for whoever may not search."""
        ...

    async def lived(self, lived: Lived) -> None:
        """An installation, a team or a message changed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An outbox item made ready on the facts of this moment: where it goes and what it shows.

    `edit` is the activity to replace or delete; None posts a new one. Either `text` or `view`.
    `person`: whose chat it is; None for a channel. `shown` is kept with the message: ids and states only.
    """

    address: Address
    slot: str
    text: str = ""
    view: View | None = None
    summary: str = ""
    mentions: tuple[Mention, ...] = ()
    edit: str | None = None
    person: str | None = None
    shown: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """The purpose has gone (accepted or excluded meanwhile, too late): the item is dropped, on record."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoWay:
    """Nobody can be reached this way: casework's `undeliverable` finds another."""

    why: str


class Composer(Protocol):
    """What delivery asks casework: synchronous, on the loop thread, never blocking.

    Called immediately before every send, so that exclusion, roster and permission are of this moment.
    """

    def roster_of(self, item: Item) -> Address | None:
        """The conversation whose members must be read at most five seconds before; None for a chat."""
        ...

    def compose(
        self, item: Item, now: datetime, *, roster: tuple[Member, ...] | None
    ) -> Envelope | Lapsed | NoWay:
        """The message as it must be now."""
        ...

    def delivered(self, item: Item, envelope: Envelope, *, activity_id: str, now: datetime) -> Commit:
        """Further documents to write in the unit of work that marks the item sent (may be empty)."""
        ...

    def undeliverable(self, item: Item, why: str, now: datetime) -> Commit:
        """Find another way: what to write in the unit of work that marks the item dead.

        `why` is a code (`403 BotNotInConversationRoster`, `nobody`), never a person's words.
        """
        ...

    async def alarm(self, alarm: Alarm) -> None:
        """A clock has come due. Fires once; checks by itself whether it is still the armed one."""
        ...
