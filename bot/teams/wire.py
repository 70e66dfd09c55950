"""The parts of a Teams activity that Handrail reads, and the strict reading of bytes into them.

What is not named here is not kept. Must not know what an activity means: bot/teams/activities.py does.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from bot.errors import ActivityRefused

MOST_NESTING = 32
"""Far above any activity that Teams sends (about 10); what is deeper is hostile."""

_NULL = Raw(b"null")
_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{\]}]', re.DOTALL)

Required = Annotated[str, Meta(min_length=1)]


class Account(Struct, frozen=True, rename="camel"):
    """A person or the bot, in the bot's own terms (`29:…`, `28:…`) and, for people, by Entra id."""

    id: str = ""
    name: str | None = None
    aad_object_id: str | None = None


class Sender(Struct, frozen=True, rename="camel"):
    """Who the activity is from; its id is always there."""

    id: Required
    name: str | None = None
    aad_object_id: str | None = None


class Conversation(Struct, frozen=True, rename="camel"):
    """Where it happened."""

    id: Required
    conversation_type: str | None = None
    tenant_id: str | None = None


class Known(Struct, frozen=True, rename="camel"):
    """A tenant, team or channel by its id."""

    id: str | None = None


class ChannelData(Struct, frozen=True, rename="camel"):
    """What Teams adds to the protocol."""

    tenant: Known | None = None
    team: Known | None = None
    channel: Known | None = None
    event_type: str | None = None


class Attachment(Struct, frozen=True, rename="camel"):
    """A file, a picture, or the rich-text copy of the message. The content is looked at, never kept."""

    content_type: str | None = None
    content: Raw = _NULL


class Entity(Struct, frozen=True, rename="camel"):
    """Of all entities only mentions matter."""

    type: str | None = None
    mentioned: Account | None = None
    text: str | None = None


class Activity(Struct, frozen=True, rename="camel"):
    """One activity. `value` stays unread until the activity's name says what it should be."""

    type: Required
    channel_id: Required
    service_url: Required
    conversation: Conversation
    sender: Sender = msgspec.field(name="from")
    channel_data: ChannelData
    id: str | None = None
    name: str | None = None
    action: str | None = None
    text: str | None = None
    locale: str | None = None
    reply_to_id: str | None = None
    recipient: Account | None = None
    entities: list[Entity] | None = None
    attachments: list[Attachment] | None = None
    members_added: list[Account] | None = None
    members_removed: list[Account] | None = None
    value: Raw = _NULL


class CardAction(Struct, frozen=True, rename="camel"):
    """The pressed button: its verb, and its data together with the inputs."""

    verb: str
    data: dict[str, Any] = {}


class CardPress(Struct, frozen=True, rename="camel"):
    """The value of an `adaptiveCard/action` invoke."""

    action: CardAction
    trigger: str | None = None


class SearchOptions(Struct, frozen=True, rename="camel"):
    """How many results the client can show."""

    top: int | None = None


class Search(Struct, frozen=True, rename="camel"):
    """The value of an `application/search` invoke."""

    query_text: str | None = None
    dataset: str | None = None
    query_options: SearchOptions | None = None


_activity = msgspec.json.Decoder(Activity)
_press = msgspec.json.Decoder(CardPress)
_search = msgspec.json.Decoder(Search)
_object = msgspec.json.Decoder(dict[str, Any])
_string = msgspec.json.Decoder(str)


def read_activity(body: bytes) -> Activity:
    """The activity in a request's body. Raises ActivityRefused (400) for whatever is not one.

    Of a key given twice the last one counts, everywhere alike.
    """
    try:
        body.decode()
        activity = _activity.decode(body)
    except UnicodeDecodeError:
        raise ActivityRefused(400, "The body is not UTF-8.") from None
    except RecursionError:
        raise ActivityRefused(400, "The activity is nested too deeply.") from None
    except msgspec.ValidationError as wrong:
        # It names a field and two types, never a value.
        raise ActivityRefused(400, f"The activity is not complete: {wrong}.") from None
    except msgspec.DecodeError:
        raise ActivityRefused(400, "The body is not JSON.") from None
    if body.count(b"{") + body.count(b"[") > MOST_NESTING and _depth(body) > MOST_NESTING:
        raise ActivityRefused(400, "The activity is nested too deeply.")
    return activity


def read_press(activity: Activity) -> CardPress | None:
    """The press in an invoke's value, None where there is none."""
    try:
        return _press.decode(activity.value)
    except msgspec.DecodeError:
        return None


def read_search(activity: Activity) -> Search | None:
    """The search in an invoke's value, None where there is none."""
    try:
        return _search.decode(activity.value)
    except msgspec.DecodeError:
        return None


def read_object(activity: Activity) -> dict[str, Any] | None:
    """The value of a message that a button sent, None where it is no object."""
    try:
        return _object.decode(activity.value)
    except msgspec.DecodeError:
        return None


def read_html(attachment: Attachment) -> str | None:
    """The rich text of a message, None where the content is anything but a string."""
    try:
        return _string.decode(attachment.content)
    except msgspec.DecodeError:
        return None


def _depth(body: bytes) -> int:
    """How deeply JSON that has already been found well-formed is nested; stops counting past the bound."""
    depth = deepest = 0
    for token in _TOKENS.finditer(body):
        first = token[0][:1]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MOST_NESTING:
                break
        elif first in b"]}":
            depth -= 1
    return deepest
