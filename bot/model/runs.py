"""One walk through one flow. Must not know where it is kept or how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.model.changed import equal
from bot.model.people import PersonId

RunState = Literal["open", "saved", "sent", "cancelled", "deleted"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """`revision` +1 per unit of work. `visit` +1 per step shown: a press is stale when its visit is past.

    `answers` by field key, multiple ones comma-joined. `trail` are the steps walked, for Back.
    `cases` are those it opened. `activity_id` is the message that began it.
    """

    __eq__ = equal

    id: str
    flow: str
    definition: str
    person: PersonId
    step: str
    state: RunState
    revision: int
    visit: int
    begun_at: datetime
    touched_at: datetime
    answers: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    language: str = "en"
