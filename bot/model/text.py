"""A sentence for people in the languages that a school wrote it in.

Must not know which person reads it: the caller says the language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence, by language tag (`en`, `cy`, `cy-GB`). Empty when nothing was written."""

    by_language: Mapping[str, str]

    def say(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The sentence for a reader: `cy-GB`, then `cy`, then `en`, then whatever there is."""
        for tag in (language, language.split("-", maxsplit=1)[0], DEFAULT_LANGUAGE):
            if tag in self.by_language:
                return self.by_language[tag]
        return next(iter(self.by_language.values()), "")


def plain(sentence: str) -> Text:
    """A text written in the default language alone."""
    return Text({DEFAULT_LANGUAGE: sentence})
