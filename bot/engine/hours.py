"""School hours: when a delay that counts only while the school is open comes due.

Pure. Weekly hours only; terms and holidays are not known here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from bot.model.definition import OpenHours, School

MOST_DAYS_AHEAD = 15


def is_open(school: School, at: datetime) -> bool:
    """Whether the school is open at this moment."""
    local = at.astimezone(ZoneInfo(school.zone))
    weekday, now = local.weekday(), local.time()
    return any(h.weekday == weekday and h.opens <= now < h.closes for h in school.hours)


def next_open(school: School, at: datetime) -> datetime:
    """`at` itself when open, else the next opening, in UTC. `at` when the school has no hours at all."""
    spans = _spans(school, at)
    return next((max(start, at) for start, end in spans if end > at), at)


def next_school_day(school: School, at: datetime) -> datetime:
    """The opening of the next day on which the school is open, never the day of `at` itself; UTC. A day later
    where the school has no hours at all."""
    zone = ZoneInfo(school.zone)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    start = datetime.combine(tomorrow, time(0, 0), tzinfo=zone).astimezone(UTC)
    return next((begins for begins, _ in _spans(school, start)), at + timedelta(days=1))


def due_after(school: School, start: datetime, minutes: int, *, in_school_hours: bool) -> datetime:
    """The moment when `minutes` have passed since `start`, counting only school hours if asked; UTC."""
    left = timedelta(minutes=minutes)
    if not in_school_hours:
        return start + left
    for begins, ends in _spans(school, start):
        begins = max(begins, start)
        if ends <= begins:
            continue
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    return start + left


def _spans(school: School, at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    zone = ZoneInfo(school.zone)
    return _spans_from(at.astimezone(zone).date(), school.hours, zone)


@lru_cache(maxsize=64)
def _spans_from(
    today: date, hours: tuple[OpenHours, ...], zone: ZoneInfo
) -> tuple[tuple[datetime, datetime], ...]:
    """Of so many days, in order; found once a day, as each report asks several times."""
    days = [today + timedelta(days=ahead) for ahead in range(MOST_DAYS_AHEAD)]
    ordered = sorted(hours, key=attrgetter("opens"))
    return tuple(
        (
            datetime.combine(day, span.opens, tzinfo=zone).astimezone(UTC),
            datetime.combine(day, span.closes, tzinfo=zone).astimezone(UTC),
        )
        for day in days
        for span in ordered
        if span.weekday == day.weekday()
    )


def year_began(school: School, at: datetime) -> datetime:
    """The start of the academic year that `at` falls in, in UTC."""
    zone = ZoneInfo(school.zone)
    local = at.astimezone(zone)
    month, day = school.year_starts
    start = datetime(local.year, month, day, tzinfo=zone)
    if start > local:
        start = start.replace(year=local.year - 1)
    return start.astimezone(UTC)
