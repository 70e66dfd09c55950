"""A case that waits for police, social care or the LADO: its owner is left alone until the day of the review.

Source: casework 8. Must not know how anybody is reminded.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.casework import messages
from bot.casework.acting import Doing, Done, NotNow
from bot.casework.office import HANDRAIL, Office, new_id
from bot.casework.unit import Unit
from bot.engine.hours import next_open
from bot.model.cases import Case, Waiting, owner_now
from bot.model.changed import replace
from bot.model.outbox import Alarm

REVIEW = "review"
"""The alarm at the end of the waiting."""


def wait(d: Doing) -> Done:
    """Wait for somebody outside until a day within the pack's limit; then the owner is reminded."""
    day = _review_day(d)
    school = d.definition.school
    morning = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(school.zone))
    alarm = Alarm(id=new_id(), kind=REVIEW, due=next_open(school, morning), case=d.case.id, duty="owner")
    if d.case.waiting is not None:
        d.unit.disarm(d.case.waiting.clock_id)
    d.unit.arm(alarm)
    waiting = Waiting(
        on=d.values["on"], until=alarm.due, by=d.person, role=d.role, why=d.why(), at=d.unit.now,
        clock_id=alarm.id,
    )  # fmt: skip
    content = {"on": waiting.on, "until": waiting.until.isoformat(), "why": waiting.why}
    return replace(d.case, waiting=waiting), content


def _review_day(d: Doing) -> date:
    """The day of the form. Raises NotNow for none, a past one, or one beyond the pack's limit."""
    school = d.definition.school
    today = d.unit.now.astimezone(ZoneInfo(school.zone)).date()
    last = today + timedelta(days=school.clocks.waiting_most_days)
    try:
        day = date.fromisoformat(d.values.get("until", ""))
    except ValueError:
        day = today
    if not today < day <= last:
        most = school.clocks.waiting_most_days
        raise NotNow(d.words.say("wait_limit", most=most, last=f"{last:%d.%m.%Y}"))
    return day


def resume(d: Doing) -> Done:
    """They have answered: the waiting is over before its day."""
    waiting = d.case.waiting
    if waiting is None:
        raise NotNow(d.words.say("stale_case"))
    d.unit.disarm(waiting.clock_id)
    return replace(d.case, waiting=None), {"on": waiting.on, "why": d.why()}


def review(office: Office, unit: Unit, case: Case, alarm: Alarm) -> Case | None:
    """The day has come: the owner is reminded, on record. None where the waiting has ended already."""
    waiting = case.waiting
    if waiting is None or waiting.clock_id != alarm.id or case.closing is not None:
        return None
    owner = owner_now(case)
    role = None if owner else case.owner.role
    if owner or role:
        key = f"review/{case.id}/{alarm.id}"
        messages.notice(office, unit, "waiting_over", key=key, person=owner, role=role, case=case)
    over = replace(case, waiting=None)
    return unit.case(over, actor=HANDRAIL, role="", kind="waiting_over", content={"on": waiting.on})
