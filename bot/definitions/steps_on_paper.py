"""Which steps of a procedure a person does with a pen, in order, and how long there is for each.

Pure. Must not know words.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.model.flows import Flow, Step

HOUR_MINUTES = 60
DAY_MINUTES = 24 * HOUR_MINUTES


def asks(flow: Flow) -> Iterator[Step]:
    """Every step that somebody does or is told, as the file has them: in the order of the procedure."""
    return (step for step in flow.steps.values() if step.kind not in ("decision", "wait", "end"))


def span_of(step: Step) -> tuple[str, int]:
    """The time for it, as the unit to say it in and the count; ("", 0) where there is none."""
    minutes = step.due_minutes or step.expires_minutes
    if not minutes:
        return "", 0
    if step.due_in_hours:
        return "school_hours", max(1, minutes // HOUR_MINUTES)
    if minutes < 2 * HOUR_MINUTES:
        return "minutes", minutes
    if minutes < 2 * DAY_MINUTES:
        return "hours", minutes // HOUR_MINUTES
    return "days", minutes // DAY_MINUTES
