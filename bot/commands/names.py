"""Names that a person types on the command line, and what to say of one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from bot.errors import HandrailError
from bot.model.definition import Definition


class NameUnknown(HandrailError):
    """There is nothing of that name. Look at the spelling, or ask for --help."""

    action = "name_unknown"


def one_of(name: str, known: Iterable[str]) -> str:
    """What to do about a name that is not known."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(names)}."


def find_role(definition: Definition, name: str) -> str:
    """A role's key by its key, label or alias, in any case. Raises NameUnknown."""
    wanted = name.strip().casefold()
    for role in definition.roles.values():
        if wanted in {role.key.casefold(), role.label.casefold(), *(a.casefold() for a in role.aliases)}:
            return role.key
    raise NameUnknown(f"{definition.pack} has no role {name!r}. {one_of(wanted, definition.roles)}")
