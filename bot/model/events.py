"""What reaches casework from Teams, in our own words.

Must not know the SDK: bot/teams/ makes these from activities. No field holds a picture's bytes or address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.model.people import PersonId
from bot.model.views import View

Scope = Literal["personal", "channel", "group"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an activity came from, and all that is needed to answer there later.

    `conversation` is Teams' conversation id without `;messageid=…`. `member` is the sender's id in
    this bot's own terms (`29:…`), needed to address and mention. `language` is the client's, a tag.
    """

    tenant: str
    service_url: str
    conversation: str
    scope: Scope
    member: str
    team: str | None = None
    channel: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who acts: the key is the tenant and Entra id; the name is for display only."""

    id: PersonId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A typed message, mention of the bot already cut out. `picture`: it carried a file or picture."""

    speaker: Speaker
    place: Place
    activity_id: str
    text: str
    picture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A press of a button, by `Action.Execute` or by its `Action.Submit` fallback.

    `values` are the inputs by field key, revision already cut from their ids; `input_revision` is
    that revision (None when there was no input). `message_id` is the message that holds the card.
    `automatic`: the client asked by itself (refresh); it must change nothing.
    """

    speaker: Speaker
    place: Place
    activity_id: str
    verb: str
    target: str
    action_id: str
    values: Mapping[str, str]
    input_revision: int | None = None
    message_id: str | None = None
    automatic: bool = False
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A client asks for choices while somebody types into a picker."""

    speaker: Speaker
    place: Place
    dataset: str
    text: str
    limit: int = 15


LifeKind = Literal[
    "installed",
    "upgraded",
    "removed",
    "members_added",
    "members_removed",
    "channel_renamed",
    "channel_deleted",
    "channel_restored",
    "team_renamed",
    "team_archived",
    "team_deleted",
    "message_edited",
    "message_deleted",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """Something happened to an installation, a team or a message. `members` are Entra ids' PersonIds."""

    kind: LifeKind
    speaker: Speaker | None
    place: Place
    activity_id: str
    members: tuple[PersonId, ...] = ()
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the press is answered with: a card in place of the pressed one, or a sentence.

    `refused` marks an answer that changed nothing and tells why, with a short reference if it
    also stands in the log.
    """

    view: View | None = None
    text: str = ""
    refused: bool = False
