"""A role that was renamed where it stands and not where it is named: told once, in the place where it began.

Else one slip of the pen is a page of faults, each of which asks for the wrong name. Must not know any check.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.definitions.shape import near
from bot.model.changed import replace
from bot.model.problems import Problem

_UNUSED = "is never used"
_MISSING = "there is no role "
_ROLES = "roles."
_MANY = 3
"""Named that often, a role is more likely renamed than misspelt in each place."""


def gathered(problems: Iterable[Problem]) -> list[Problem]:
    """The faults, where all that one rename has caused are one of them."""
    found = list(problems)
    idle = [p for p in found if p.what == _UNUSED and p.place.startswith(_ROLES)]
    for unused in idle:
        missing = [p for p in found if p.what.startswith(_MISSING)]
        names = {p.what.removeprefix(_MISSING).strip("'") for p in missing}
        only = next(iter(names)) if len(names) == len(idle) == 1 else ""
        before = near(unused.place.removeprefix(_ROLES), names) or only
        caused = [p for p in missing if p.what == f"{_MISSING}{before!r}"]
        if len(caused) >= _MANY:
            found = [p for p in found if p is not unused and p not in caused]
            found.append(_told(unused, before, caused))
    return found


def _told(unused: Problem, before: str, caused: list[Problem]) -> Problem:
    lines = sorted({(p.file, p.line) for p in caused})
    return replace(
        unused,
        what=f"nothing names this role, and {len(lines)} lines name {before}, which is not there",
        remedy=f"Was it renamed? Write {before}: here, as before, and change its label instead. Or write the "
        f"new name in all those lines; the first is {lines[0][0]}, line {lines[0][1]}.",
    )
