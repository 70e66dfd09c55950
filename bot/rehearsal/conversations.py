"""What exists in the pretend tenant: messages, channels, teams. tenant.py says what may happen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
THREAD_MARK = ";messageid="
ChannelKind = Literal["standard", "private", "shared"]


class Refused(Exception):
    """Teams' error answer: HTTP status, error code, and the message that goes with it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message


@dataclass(slots=True, kw_only=True)
class Message:
    """A stored message. `sender` is an Entra id, None for the bot; `thread` the id of a channel post's root.

    `mentions` are Entra ids of people whose `<at>` stands in what was sent. `version` grows with each edit.
    """

    id: str
    conversation: str
    sender: str | None
    sent_at: datetime
    text: str = ""
    card: Mapping[str, Any] | None = None
    summary: str = ""
    thread: str | None = None
    mentions: tuple[str, ...] = ()
    version: int = 1
    edited: bool = False
    deleted: bool = False

    @property
    def preview(self) -> str:
        """What a locked screen shows of it."""
        return self.summary or plain(self.text) or "sent you a card"

    @property
    def refresh_for(self) -> tuple[str, ...]:
        """The member ids whose clients ask for a newer card by themselves."""
        refresh = (self.card or {}).get("refresh")
        found = refresh.get("userIds") if isinstance(refresh, Mapping) else None
        return tuple(str(member) for member in found or ())


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel of a team. A private one has a roster of its own; a shared one too."""

    id: str
    name: str
    kind: ChannelKind = "standard"
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Team:
    """A team; `members` are Entra ids. `id` is also the id of its General channel."""

    id: str
    name: str
    group: str
    members: list[str]
    channels: list[Channel]
    installed: bool = False
    archived: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that people's clients would see at once."""

    kind: Literal["posted", "edited", "deleted", "other"]
    message: Message | None = None


@dataclass(slots=True)
class Content:
    """What an activity of the bot says, read once."""

    text: str
    card: Mapping[str, Any] | None
    summary: str
    mentioned: tuple[tuple[str, str], ...] = field(default=())

    @property
    def split(self) -> bool:
        """Text and card in one activity become two messages."""
        return bool(self.text) and self.card is not None


def read_content(activity: Mapping[str, Any]) -> Content:
    """Text, card, summary and (member id, mention text) of an activity. Raises Refused (400)."""
    card = _first_card(activity.get("attachments") or [])
    text = str(activity.get("text") or "")
    if not text and card is None and activity.get("type") == "message" and not activity.get("attachments"):
        raise Refused(400, "BadSyntax", "Activity must include text or an attachment.")
    entities = [
        *(activity.get("entities") or []),
        *(((card or {}).get("msteams") or {}).get("entities") or []),
    ]
    return Content(
        text=text,
        card=card,
        summary=str(activity.get("summary") or ""),
        mentioned=tuple(
            (str(entity.get("mentioned", {}).get("id", "")), str(entity.get("text", "")))
            for entity in entities
            if entity.get("type") == "mention"
        ),
    )


def _first_card(attachments: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    for attachment in attachments:
        if attachment.get("contentType") == CARD_TYPE:
            content = attachment.get("content")
            if not isinstance(content, Mapping) or content.get("type") != "AdaptiveCard":
                raise Refused(400, "BadArgument", "The attachment is not an Adaptive Card.")
            return content
    return None


def card_bytes(card: Mapping[str, Any] | None) -> int:
    """The card's size as it travels, in UTF-8."""
    return len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode()) if card else 0


def message_bytes(activity: Mapping[str, Any]) -> int:
    """The message's size as Teams counts it, in UTF-16."""
    return 2 * len(json.dumps(activity, ensure_ascii=False, separators=(",", ":")))


def plain(text: str) -> str:
    """A message's text without markup, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)).strip()
