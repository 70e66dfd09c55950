"""One action of one person on a case, as each use case of a handler is given it, and what it gives back.

Permission, staleness and the form's faults have been settled before. Must not know what any action does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.casework.office import Office
from bot.casework.unit import Unit
from bot.casework.words import Words
from bot.errors import HandrailError
from bot.model.cases import Case
from bot.model.definition import CaseAction, Definition
from bot.model.people import PersonId


class NotNow(HandrailError):
    """This cannot be done yet. The card says what comes first."""

    action = "not_now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One action by one person in one role, with the answers of its form."""

    office: Office
    unit: Unit
    definition: Definition
    words: Words
    case: Case
    action: CaseAction
    person: PersonId
    role: str
    values: Mapping[str, str]

    def why(self) -> str:
        """The reason given, or nothing."""
        return self.values.get("why", "")


Content = Mapping[str, Any]
Done = tuple[Case, Content]
"""The case as it is afterwards, and what history says of it."""
