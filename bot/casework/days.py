"""What is done once a day: old presses forgotten, the day's list sent, unreachable role holders named.

Must not know what time it is but by the unit of work.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.casework import messages, posts
from bot.casework.admin import out_of_reach
from bot.casework.gaps import tell_gaps
from bot.casework.life import revive_all
from bot.casework.linking import ADMIN
from bot.casework.office import Office
from bot.casework.overdue import tell_overdue
from bot.casework.tables import CASES, PRESSES
from bot.casework.unit import Unit
from bot.casework.verbs import PRESS_KEPT
from bot.model.outbox import Alarm

DAY_ALARM = "day"
PURGED_AT_ONCE = 2000


def arm_day(office: Office, unit: Unit) -> None:
    """Set the daily clock if it is not set: at the hour of the quiet post, school's time."""
    school = office.shelf.current().school
    local = unit.now.astimezone(ZoneInfo(school.zone))
    due = datetime.combine(local.date(), school.clocks.daily_post, tzinfo=local.tzinfo)
    while due <= local:
        due += timedelta(days=1)
    unit.arm(Alarm(id=DAY_ALARM, kind="day", due=due.astimezone(unit.now.tzinfo), duty="school"))


def every_day(office: Office, unit: Unit) -> None:
    """The day's work, and the clock set for tomorrow. A day that was missed is done once, not twice."""
    old = unit.now - PRESS_KEPT
    for key in office.store.earliest(PRESSES, old, PURGED_AT_ONCE):
        unit.delete(PRESSES, key)
    day = unit.now.date().isoformat()
    directory = office.directory()
    for person in directory.people.values():
        if person.former:
            continue
        roles = [directory.roles[r] for r in person.roles if r in directory.roles]
        if any(r.sees == "unrestricted" for r in roles):
            # A list that came late, after a standstill, is not yet this day's own.
            key = f"list/{unit.now:%Y-%m-%dT%H:%M}/{person.id}"
            since = (unit.now - timedelta(days=1)).isoformat()
            messages.reply(office, unit, person.id, "day_list", key=key, day=day, since=since)
        if ADMIN in person.roles and out_of_reach(office):
            messages.reply(office, unit, person.id, "unreachable", key=f"reach/{day}/{person.id}")
    _compare_rosters(office, unit)
    revive_all(office, unit)
    tell_gaps(office, unit)
    tell_overdue(office, unit)
    arm_day(office, unit)


def _compare_rosters(office: Office, unit: Unit) -> None:
    """Every live post is made anew: composing reads the roster, and what an excluded person reads goes."""
    for key in office.store.find(CASES, "state", "open"):
        case = unit.get(CASES, key)
        if case is not None and case.routed.channel == "urgent":
            posts.check_post(office, unit, case, mark=unit.now.date().isoformat())
