"""Which version of a school's pack is in force, which were before it, and what waits to follow it.

Must not know what a version says, nor how it is read or kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.people import PersonId

DraftState = Literal["saved", "asked", "accepted", "published", "declined", "stale"]
WAITING: tuple[DraftState, ...] = ("saved", "asked", "accepted")
"""States of a draft that may still come into force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One switch of the version in force: who, when, why, from which to which. Never changed afterwards.

    `before` is empty for the first one, `by` is Handrail's own name where nobody pressed, `draft` the draft
    that was accepted.
    """

    hash: str
    before: str
    by: PersonId
    role: str
    why: str
    at: datetime
    draft: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A checked save that waits for two people: one who asks for it, another who accepts it.

    `base` is the version that `changes` (sentences of the difference) are told against. `who_is_told`: it
    changes routing, exclusion or clocks. saved: nobody has asked for it; stale: overtaken by a newer save, or
    no longer fit.
    """

    id: str
    hash: str
    base: str
    made_at: datetime
    changes: tuple[str, ...]
    who_is_told: bool
    state: DraftState = "saved"
    revision: int = 0
    asked_by: PersonId | None = None
    asked_at: datetime | None = None
    answered_by: PersonId | None = None
    answered_role: str = ""
    answered_at: datetime | None = None
    why: str = ""
