"""Ids in Teams' shape, made from the people file alone, so that they are the same after a restart.

Must not know conversations. Conversation and member ids are opaque to the bot, here as there.
"""

from __future__ import annotations

import base64
import hashlib
import uuid

BOT_ID = "28:00000000-0000-4000-8000-0000000000b0"
BOT_NAME = "Handrail"
_SPACE = uuid.UUID("00000000-0000-4000-8000-00000000ed00")


def member_id(tenant: str, person: str) -> str:
    """The person's id in this bot's own terms: 111 characters, as Teams' are."""
    return "29:1" + _opaque("member", tenant, person)


def personal_conversation(tenant: str, person: str) -> str:
    """The 1:1 chat of the bot and that person."""
    return "a:1" + _opaque("personal", tenant, person)


def channel_id(tenant: str, team: str, channel: str) -> str:
    """A channel; an empty channel name is the team's General, which is also the team's id."""
    digest = hashlib.sha256(f"{tenant}/{team}/{channel}".encode()).hexdigest()
    return f"19:{digest[:32]}@thread.tacv2"


def group_id(tenant: str, team: str) -> str:
    """The Microsoft 365 group behind a team."""
    return str(uuid.uuid5(_SPACE, f"{tenant}/{team}"))


def _opaque(*parts: str) -> str:
    text = "/".join(parts).encode()
    digest = hashlib.sha512(text).digest() + hashlib.sha512(b"more/" + text).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
