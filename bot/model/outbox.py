"""What is to be sent, when it is due, and what was sent: intent, never a card.

Must not know how messages are drawn or carried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.model.events import Scope
from bot.model.people import PersonId, RoleRef
from bot.model.tables import Urgency

ItemState = Literal["waiting", "sending", "sent", "owed", "lapsed", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One intended message.

    `kind` names the message (closed list in bot/casework). Exactly one of `to_role`, `to_person` and
    `to_channel` is set. `slot` names the message in the recipient's conversation that this creates, or
    edits when it exists (`do` edit or withdraw); pending edits of one slot collapse to the latest. `key` is
    the idempotency key: a second item with the same key is not staged. `order` is a number that grows with
    staging. `again`: a repeat after an unknown outcome, and must say so. `ended_at`: when it lapsed or died.
    Once sent it leaves the outbox: `Sent` keeps its key. `owed`: it went, as the message in the slot `went`,
    but what follows from that could not be written yet. Times are aware UTC.
    """

    id: str
    key: str
    kind: str
    do: Literal["send", "edit", "withdraw"]
    slot: str
    urgency: Urgency
    created_at: datetime
    not_before: datetime
    order: int
    revision: int = 0
    state: ItemState = "waiting"
    to_role: RoleRef | None = None
    to_person: PersonId | None = None
    to_channel: str | None = None
    case: str | None = None
    run: str | None = None
    reason: str = ""
    thread: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    valid_until: datetime | None = None
    attempts: int = 0
    again: bool = False
    sent_at: datetime | None = None
    failure: str = ""
    went: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What is remembered of an item that went, for seven days and by its `key`: it never goes again."""

    key: str
    item: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A clock. `id` is the clock_id that the run or case holds as armed; any other does nothing."""

    id: str
    kind: str
    due: datetime
    case: str | None = None
    run: str | None = None
    duty: Literal["owner", "oversight", "run", "school"] = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a person's own 1:1 chat with the bot is. Taken from nothing but that chat."""

    person: PersonId
    tenant: str
    service_url: str
    conversation: str
    member: str
    language: str
    seen_at: datetime
    live: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel that alerts go to. Linked only once a second person confirmed and a test post went."""

    id: str
    tenant: str
    service_url: str
    team: str
    linked_by: PersonId
    asked_at: datetime
    state: Literal["asked", "linked", "lost", "unlinked"]
    confirmed_by: PersonId | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message that exists in Teams: its slot, place, and whose view it is (None: a channel's)."""

    slot: str
    tenant: str
    service_url: str
    conversation: str
    activity_id: str
    person: PersonId | None
    kind: str
    case: str | None
    run: str | None
    sent_at: datetime
    scope: Scope = "personal"
    withdrawn: bool = False
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """The record of one press: kept seven days, so that a repeat finds its answer again."""

    id: str
    target: str
    action_id: str
    person: PersonId
    verb: str
    at: datetime
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Somebody opened a case: kept apart from the case's history."""

    id: str
    case: str
    person: PersonId
    role: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPack:
    """A definition's own files, kept once per content hash, so that a case can end on what it began with."""

    hash: str
    pack: str
    files: Mapping[str, str]
    kept_at: datetime
