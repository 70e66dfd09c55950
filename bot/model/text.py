"""A sentence for people in the languages that a school wrote it in.

Must not know which person reads it: the caller says the language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

DEFAULT_LANGUAGE = "en"

# Parts a mark from what would give it a meaning, unseen. Phones ignored backslashes before most marks for
# years (AdaptiveCards #5590), so a backslash is used only where nothing unseen helps.
_UNSEEN = "\N{ZERO WIDTH SPACE}"

_PARTED = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|$)   # a backslash that would swallow a mark
      | <(?=[A-Za-z/!?])          # a tag, a mention, an address in angle brackets
      | \](?=[(:\[])              # a link, a picture, where a link leads
      | \{(?=\{)                  # {{DATE(…)}}, which clients replace
      | &(?=\#|[A-Za-z]\w*;)      # &lt; and the like
    """,
    re.VERBOSE | re.ASCII,
)
_EMPHASIS = re.compile(r"(?<!\w)_+|_+(?!\w)|`|~~+|\*+(?!\s)|(?<=\S)\*+")
_BLOCK_START = re.compile(r"[ \t]*(?:[-+*#>=|~`:]|\d+[.)])|[ ]{4}|[ ]*\t")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence, by language tag (`en`, `cy`, `cy-GB`). Empty when nothing was written."""

    by_language: Mapping[str, str]

    def say(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The sentence for a reader: `cy-GB`, then `cy`, then `en`, then whatever there is."""
        said = self.by_language
        for tag in _tags(language):
            if tag in said:
                return said[tag]
        return next(iter(said.values()), "")


@lru_cache(maxsize=64)
def _tags(language: str) -> tuple[str, ...]:
    return language, language.split("-", maxsplit=1)[0], DEFAULT_LANGUAGE


def plain(sentence: str) -> Text:
    """A text written in the default language alone."""
    return Text({DEFAULT_LANGUAGE: sentence})


def literal(typed: str) -> str:
    """Text that a person typed, so that a card shows it as it stands: no Markdown, HTML, link or picture.

    For the text of a Paragraph, Notice or Facts, each of which clients read as Markdown; not for labels,
    choices or an input's value, which they do not. Each line becomes a paragraph of its own.
    """
    return "\n\n".join(_literal_line(line) for line in typed.splitlines() if line.strip())


def _literal_line(line: str) -> str:
    start = _UNSEEN if _BLOCK_START.match(line) else ""
    parted = _PARTED.sub(rf"\g<0>{_UNSEEN}", line)
    return start + _EMPHASIS.sub(lambda run: "".join(f"\\{mark}" for mark in run[0]), parted)
