"""The bodies and addresses of calls to Teams' connector: pure functions.

Must not know how they are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from bot.casework.ports import Address, Member, Mention, Outgoing

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
PAGE_SIZE = 500

_CHANNEL_MARKS = ("@thread.tacv2", "@thread.skype")


class RosterEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One member as Teams lists them. Which of the two names of the Entra id is used has varied."""

    id: str
    name: str | None = None
    object_id: str | None = None
    aad_object_id: str | None = None
    user_role: str | None = None


class RosterPage(msgspec.Struct, frozen=True, rename="camel"):
    """One page of a roster."""

    members: list[RosterEntry] = []
    continuation_token: str | None = None


class ListedChannel(msgspec.Struct, frozen=True):
    """One channel of a team."""

    id: str
    type: str | None = None


class ChannelList(msgspec.Struct, frozen=True):
    """The channels of a team."""

    conversations: list[ListedChannel] = []


class Posted(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to a post. A new thread's own id stands in `activity_id`, the post's in `id`."""

    id: str | None = None
    activity_id: str | None = None


def message_activity(message: Outgoing) -> dict[str, Any]:
    """The activity. Raises ValueError unless it holds either text or a card."""
    if bool(message.text) == (message.card is not None):
        raise ValueError("A message is either text or a card: Teams splits the two and gives no id")
    activity: dict[str, Any] = {"type": "message"}
    if message.summary:
        activity["summary"] = message.summary
    if message.card is not None:
        card = _with_mentions(message.card, message.mentions)
        return activity | {"attachments": [{"contentType": CARD_TYPE, "content": card}]}
    activity["text"] = message.text
    if message.mentions:
        activity["entities"] = [_mention(mention) for mention in message.mentions]
    return activity


def starts_thread(address: Address) -> bool:
    """Whether a message to here is a channel's new post, which is a conversation of its own to create."""
    return address.thread is None and address.conversation.endswith(_CHANNEL_MARKS)


def new_thread(address: Address, activity: dict[str, Any]) -> dict[str, Any]:
    """The body that creates a channel post."""
    return {
        "isGroup": True,
        "activity": activity,
        "channelData": {"channel": {"id": address.conversation}, "tenant": {"id": address.tenant}},
        "tenantId": address.tenant,
    }


def conversation_url(address: Address, *rest: str, whole: bool = False) -> str:
    """`…/v3/conversations/{conversation}/…`; of the thread, unless the `whole` conversation is meant."""
    thread = f";messageid={address.thread}" if address.thread and not whole else ""
    return service_url(address, "conversations", address.conversation + thread, *rest)


def service_url(address: Address, *parts: str) -> str:
    """`{service}/v3/…` with every part quoted."""
    return "/".join((address.service_url.rstrip("/"), "v3", *(quote(part, safe="") for part in parts)))


def member_of(entry: RosterEntry, tenant: str) -> Member:
    """The member, whose account is the PersonId in this tenant."""
    account = entry.aad_object_id or entry.object_id
    return Member(
        member=entry.id,
        account=f"{tenant}/{account}".lower() if account else None,
        name=entry.name or "",
        guest=(entry.user_role or "user").lower() != "user",
    )


def _with_mentions(card: Mapping[str, Any], mentions: tuple[Mention, ...]) -> Mapping[str, Any]:
    """A card rings whom it mentions by an entity of its own, not by one of the activity."""
    if not mentions:
        return card
    teams = {**card.get("msteams", {}), "entities": [_mention(mention) for mention in mentions]}
    return {**card, "msteams": teams}


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "type": "mention",
        "mentioned": {"id": mention.member, "name": mention.name},
        "text": f"<at>{mention.name}</at>",
    }
