"""Whose phone lights up, and what a locked screen shows. Must not know cards beyond their summary."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rehearsal.conversations import Change
from bot.rehearsal.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What lights up on a person's phone. `mentioned` tells a channel post that names them."""

    message_id: str
    conversation: str
    preview: str
    mentioned: bool
    at: str


class Phones:
    """Everybody's phone: a message to them rings it, and a channel post that names them. Edits are silent."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._rung: dict[str, list[Notification]] = {}
        tenant.watchers.append(self._on_change)

    def notifications(self, person: str) -> list[Notification]:
        """What rang this person's phone, oldest first."""
        return list(self._rung.get(person, ()))

    def _on_change(self, change: Change) -> None:
        message = change.message
        if change.kind != "posted" or message is None or message.sender is not None:
            return
        owner = self._tenant.chats.get(message.conversation)
        for person in (owner,) if owner else message.mentions:
            self._rung.setdefault(person, []).append(
                Notification(
                    message_id=message.id,
                    conversation=message.conversation,
                    preview=message.preview,
                    mentioned=owner is None,
                    at=message.sent_at.isoformat(),
                )
            )
