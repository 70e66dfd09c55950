"""What looks like somebody's e-mail address or telephone number in a pack's files, comments included.

Many people read a pack, and each version of it is kept for good. Must not know what a file means, and never
says what it has found: its hints may be copied anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.model.problems import Problem

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.\w")
_NUMBER = re.compile(r"(?<![\w.+])(?:\+\d|0[127])[\d ()-]{7,16}\d(?!\w)")
"""As long as a person's own. 999, 101, 116 000 and the 03 and 08 numbers of helplines are nobody's."""

_DIGITS = range(10, 15)
_MOBILE = re.compile(r"(?:\+44|0)7")
_OF_SERVICES = "school.yaml"
"""Where a school enters the lines of social care and the like: of numbers only a mobile is told there."""

_REMEDY = "Name the role, and put the person in the people file: a pack is read by many and kept for good."


def contacts_in(folder: Path) -> Iterator[Problem]:
    """A hint for each such line of a pack's folder, its files called as `read_pack` calls them."""
    folder = folder.resolve()
    for path in sorted(path for path in folder.rglob("*.yaml") if path.is_file()):
        shown = path.relative_to(folder.parent).as_posix()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            for what in _found(line, services=path == folder / _OF_SERVICES):
                yield Problem(
                    file=shown, line=number, place="this line", what=what, remedy=_REMEDY, grave=False
                )


def _found(line: str, *, services: bool) -> Iterator[str]:
    if _MAIL.search(line):
        yield "looks like it holds an e-mail address"
    numbers = (re.sub(r"[^\d+]", "", found.replace("(0)", "")) for found in _NUMBER.findall(line))
    if any(len(n) in _DIGITS and (not services or _MOBILE.match(n)) for n in numbers):
        yield "looks like it holds a telephone number"
