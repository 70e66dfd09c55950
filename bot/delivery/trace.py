"""What delivery may say in the log: ids and codes, never a name, a text or what a case is about."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from bot.errors import HandrailError, new_reference
from bot.model.outbox import Alarm, Item


def ids(action: str, about: Item | Alarm, **more: str | int | None) -> dict[str, Any]:
    """The `extra` of a log record."""
    return {"action": action, "item": about.id, "case": about.case, **more}


def report(log: logging.Logger, sentence: str, error: Exception, extra: dict[str, Any]) -> None:
    """Log a fault of our own with a reference and where it came from, but neither message nor values."""
    reference = error.reference if isinstance(error, HandrailError) else new_reference()
    log.error(sentence, extra={**extra, "reference": reference, "at": where(error)})


def where(error: BaseException) -> str:
    """The kind of a fault and the line it came from. Its message is left out: it may hold what was typed."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return type(error).__name__
    return f"{type(error).__name__} {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
