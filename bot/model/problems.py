"""A fault in something a person wrote: a definition, a people file, a setting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Where (file, line from 1, place inside), what is wrong, and what would mend it.

    Not `grave`: a hint, with which everything works.
    """

    file: str
    line: int
    place: str
    what: str
    remedy: str
    grave: bool = True

    def __str__(self) -> str:
        """One line as compilers print it, so that editors can jump to it."""
        hint = "" if self.grave else "hint: "
        return f"{self.file}:{self.line}: {hint}{self.place}: {self.what}. {self.remedy}"
