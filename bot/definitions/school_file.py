"""What `school.yaml` may hold: name, calendar, clocks, channel. Must not know files or other kinds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import get_args

from bot.definitions.reader import Node
from bot.definitions.shape import (
    Kind,
    Notes,
    Record,
    Schema,
    key,
    list_of,
    mapping_of,
    one_of,
    whole,
    word,
    yes_no,
)
from bot.model.definition import ClimbClock, Clocks, OpenHours, Policy, School
from bot.model.tables import Urgency

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NIGHT = time(0, 0)
_MONTH_DAY = re.compile(r"\d\d-\d\d\Z")
_TIME = re.compile(r"\d\d:\d\d\Z")


def _read_time(node: Node, place: str, notes: Notes) -> time:
    written = node.content if isinstance(node.content, str) else ""
    hour, minute = written[:2], written[3:]
    if _TIME.match(written) and hour < "24" and minute < "60":
        return time(int(hour), int(minute))
    notes.fault(node.line, place, f"{written!r} is no time of day", 'Write it as "09:00".')
    return _NIGHT


def _written() -> Schema:
    return {"type": "string"}


clock_time: Kind[time] = Kind(_read_time, _NIGHT, _written)


def _read_span(node: Node, place: str, notes: Notes) -> tuple[time, time]:
    opens, dash, closes = node.content.partition("-") if isinstance(node.content, str) else ("", "", "")
    if not dash:
        notes.fault(node.line, place, "is no span of time", 'Write it as "08:00-16:30".')
        return _NIGHT, _NIGHT
    found = (
        _read_time(Node(node.line, opens.strip()), place, notes),
        _read_time(Node(node.line, closes.strip()), place, notes),
    )
    if _NIGHT < found[1] <= found[0]:
        notes.fault(node.line, place, "closes before it opens", "Write the earlier time first.")
    return found


_spans = mapping_of(list_of(Kind(_read_span, (_NIGHT, _NIGHT), _written)), keys=one_of(*_DAYS))


def _read_hours(node: Node, place: str, notes: Notes) -> tuple[OpenHours, ...]:
    return tuple(
        OpenHours(weekday=_DAYS.index(day), opens=opens, closes=closes)
        for day, spans in sorted(_spans.read(node, place, notes).items())
        if day in _DAYS
        for opens, closes in spans
    )


def _read_month_day(node: Node, place: str, notes: Notes) -> tuple[int, int]:
    written = node.content if isinstance(node.content, str) else ""
    if _MONTH_DAY.match(written):
        month, day = int(written[:2]), int(written[3:])
        if 1 <= month <= len(_MONTH_DAYS) and 1 <= day <= _MONTH_DAYS[month - 1]:
            return month, day
    notes.fault(node.line, place, f"{written!r} is no day of the year", 'Write it as "09-01".')
    return 9, 1


_minutes = whole(0, 100_000)
_climb = Record(
    make=ClimbClock,
    keys={
        "remind_minutes": _minutes,
        "climb_minutes": _minutes,
        "outside_minutes": _minutes,
        "in_school_hours": yes_no,
    },
    needed=("remind_minutes", "climb_minutes", "outside_minutes", "in_school_hours"),
).kind()


def _urgencies(**clocks: ClimbClock) -> Mapping[str, ClimbClock]:
    return clocks


_clocks = Record(
    make=Clocks,
    keys={
        "climb": Record(
            make=_urgencies, keys=dict.fromkeys(get_args(Urgency), _climb), needed=get_args(Urgency)
        ).kind(),
        "unfinished_remind_minutes": _minutes,
        "unfinished_tell_minutes": _minutes,
        "unfinished_delete_days": whole(1, 365),
        "daily_post": clock_time,
        "waiting_most_days": whole(1, 365),
    },
    needed=(
        "climb",
        "unfinished_remind_minutes",
        "unfinished_tell_minutes",
        "unfinished_delete_days",
        "daily_post",
    ),
).kind()


def _read_date(node: Node, place: str, notes: Notes) -> date:
    written = node.content if isinstance(node.content, str) else ""
    try:
        return date.fromisoformat(written)
    except ValueError:
        notes.fault(node.line, place, f"{written!r} is no date", 'Write it as "2026-09-01".')
        return date.max


_policy = Record(
    make=Policy,
    keys={"name": word, "review": Kind(_read_date, date.max, _written)},
    needed=("name", "review"),
).kind()

school = Record(
    make=School,
    keys={
        "name": word,
        "prefix": word,
        "zone": word,
        "language": word,
        "hours": Kind(_read_hours, (), _spans.schema),
        "clocks": _clocks,
        "channel_roles": list_of(key),
        "year_starts": Kind(_read_month_day, (9, 1), _written),
        "danger_words": list_of(word),
        "publish": one_of("files", "two-people"),
        "languages": list_of(word),
        "policies": list_of(_policy),
    },
    needed=(
        "name",
        "prefix",
        "zone",
        "language",
        "hours",
        "clocks",
        "channel_roles",
        "year_starts",
        "danger_words",
        "publish",
    ),
).kind()
