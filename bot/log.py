"""How a line of the log reads: when, how grave, where from, what happened, and then its ids by name.

    2026-03-02 09:15:00,123 INFO bot.teams.route Refused a request action=not_verified reference=K7Q4FX

Whoever looks for the reference that stands on somebody's card finds it here. Standard library only. Must not
know what is logged; that no name and no text of a person is in it is for whoever logs.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
LONGEST_VALUE = 120
"""Characters of one value. An id that came from outside can be as long as its sender liked."""

_PLAIN = re.compile(r"[!#-&(-<>-\[\]-~]+")
"""What may stand as it is: visible ASCII, but no quote, backslash, equals sign or space."""

_OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "asctime", "message"}
_NOT_IN_A_LINE = ("logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks")


class LineFormatter(logging.Formatter):
    """LINE, and behind it what came as `extra`, in the order of the alphabet."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- the library's own name
        line = super().formatMessage(record)
        given = vars(record)
        for name in sorted(given.keys() - _OF_EVERY_RECORD):
            if given[name] is not None:
                line += f" {name}={_shown(given[name])}"
        return line


def begin_log(level: str, *, file: Path | None = None) -> None:
    """Log to standard error, or to this file.

    What a line does not show (the thread, the process, the place in the code) is not looked up: a fifth
    of what a line costs. The switches are those of the logging HOWTO, under 'Optimization'.
    """
    for switch in _NOT_IN_A_LINE:
        setattr(logging, switch, False)
    logging._srcfile = None  # noqa: SLF001 -- the HOWTO's own way to leave out the place in the code
    handler = logging.StreamHandler() if file is None else logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(LineFormatter(LINE))
    logging.basicConfig(level=level, handlers=[handler])


def _shown(value: object) -> str:
    """One word: what is none is quoted, so that nobody from outside writes a line of the log."""
    text = str(value)[:LONGEST_VALUE]
    return text if _PLAIN.fullmatch(text) else ascii(text)
