"""Finds the sentence for a reader: from the definition, in their language, with names and numbers put in.

Must not hold a sentence of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.model.definition import Definition
from bot.model.text import Text

PLACE = re.compile(r"\{(\w+)\}")

_AROUND = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of one definition in one language."""

    definition: Definition
    language: str = "en"

    def say(self, key: str, /, **values: object) -> str:
        """The sentence under `texts: key`, each `{name}` replaced. Raises KeyError for an unknown key."""
        text = self.definition.texts[key]
        return self.text(text, **values) if values else text.say(self.language)

    def maybe(self, key: str, /, **values: object) -> str:
        """The sentence under `texts: key`, or nothing where the school wrote none."""
        return self.say(key, **values) if key in self.definition.texts else ""

    def text(self, text: Text, /, **values: object) -> str:
        """A text of the definition, each `{name}` replaced; what is put in is not read again."""
        if not values:
            return text.say(self.language)
        return PLACE.sub(lambda found: str(values.get(found[1], found[0])), text.say(self.language))

    def role(self, key: str) -> str:
        """What the role is called."""
        role = self.definition.roles.get(key)
        return role.label if role else key

    def moment(self, at: datetime) -> str:
        """A time in the school's zone, with the day: `Mon 23 Nov, 14:05`."""
        local = at.astimezone(ZoneInfo(self.definition.school.zone))
        day = f"{self.say(f'day_{local.weekday()}')} {local.day} {self.say(f'month_{local.month}')}"
        return f"{day}, {local.time().isoformat('minutes')}"

    def clock(self, at: datetime) -> str:
        """The time alone in the school's zone: `14:05`."""
        return at.astimezone(ZoneInfo(self.definition.school.zone)).time().isoformat("minutes")


def as_command(text: str) -> str:
    """What was typed as a command is compared: lower case, single spaces, no marks or smileys around it."""
    return " ".join(_AROUND.sub("", text.lower().replace("\u2019", "'")).split())


def spelt(words: Words, name: str) -> tuple[str, ...]:
    """The ways in which a command may be typed, as the texts list them."""
    return tuple(" ".join(way.split()) for way in words.say(f"command_{name}").split("|"))
