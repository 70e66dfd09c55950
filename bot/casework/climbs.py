"""The two clocks of a case: the owner's and the oversight's. Arms, stops, moves them on.

Source: casework 8, 9; design rule 5. Must not know how a message goes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from bot.casework import messages, posts
from bot.casework.office import Office, new_id
from bot.casework.unit import Unit
from bot.engine.access import askable, is_left
from bot.engine.hours import due_after
from bot.model.cases import Case, Climb, given_up, worry_unanswered
from bot.model.changed import replace
from bot.model.definition import ClimbClock
from bot.model.outbox import Alarm
from bot.model.people import PersonId

DutyName = Literal["owner", "oversight"]
DUTIES: tuple[DutyName, DutyName] = ("owner", "oversight")


def with_duty(case: Case, duty: DutyName, climb: Climb) -> Case:
    """The case with that climb in place."""
    return replace(case, owner=climb) if duty == "owner" else replace(case, oversight=climb)


def duty_of(case: Case, duty: DutyName) -> Climb:
    """The owner's climb or the oversight's."""
    return case.owner if duty == "owner" else case.oversight


def clock_of(office: Office, case: Case) -> ClimbClock:
    """The delays of the case's urgency, in the definition it began with."""
    return office.definition_of(case).school.clocks.climb[case.urgency]


def begin(
    office: Office, unit: Unit, case: Case, duty: DutyName, *, quietly: bool = False, reason: str = "new"
) -> Case:
    """Start the climb over from its role: alert now, arm the reminder. `quietly` sends no alert.

    With no role inside, the outside route is shown to the reporter at once.
    """
    climb = duty_of(case, duty)
    unit.disarm(climb.clock_id)
    if climb.role is None:
        return give_up(office, unit, case, duty) if duty == "owner" else stop(unit, case, duty)
    fresh = Climb(
        role=climb.role, began_at=unit.now, handed=climb.handed, named=climb.named, keeper=climb.keeper
    )
    if not quietly:
        mark = f"{case.revision}"
        messages.alert(office, unit, case, duty=duty, role=climb.role, reason=reason, mark=mark)
    return with_duty(case, duty, _armed(office, unit, case, duty, fresh, reason="remind"))


def arm(office: Office, unit: Unit, case: Case, duty: DutyName, *, reason: str) -> Case:
    """Arm the clock for the next thing that happens if nobody acts."""
    climb = duty_of(case, duty)
    unit.disarm(climb.clock_id)
    return with_duty(case, duty, _armed(office, unit, case, duty, climb, reason=reason))


def _armed(office: Office, unit: Unit, case: Case, duty: DutyName, climb: Climb, *, reason: str) -> Climb:
    school = office.definition_of(case).school
    clock = school.clocks.climb[case.urgency]
    # After a standstill nobody is passed over within seconds: each still has the time to a reminder.
    due = due_after(school, unit.now, clock.remind_minutes, in_school_hours=clock.in_school_hours)
    if reason == "climb":
        minutes = clock.climb_minutes * (climb.stage + 1)
        climbs = due_after(school, climb.began_at, minutes, in_school_hours=clock.in_school_hours)
        due = max(due, climbs)
    alarm = Alarm(id=new_id(), kind="climb", due=due, case=case.id, duty=duty)
    unit.arm(alarm)
    return replace(climb, clock_id=alarm.id, due_at=due)


def stop(unit: Unit, case: Case, duty: DutyName) -> Case:
    """Nobody waits any longer for this duty."""
    climb = duty_of(case, duty)
    if climb.clock_id is None:
        return case
    unit.disarm(climb.clock_id)
    return with_duty(case, duty, replace(climb, clock_id=None))


def candidates(office: Office, case: Case, duty: DutyName, at: datetime) -> tuple[PersonId, ...]:
    """Who could still be alerted for this duty, in order: untried, entitled, on duty."""
    climb = duty_of(case, duty)
    if climb.role is None:
        return ()
    found = askable(case, climb.role, office.directory(), at)
    return tuple(h.person for h in found if h.person not in climb.tried)


def move_on(office: Office, unit: Unit, case: Case, duty: DutyName) -> Case:
    """What happens when nobody has acted by now: a reminder, the next person, at last the outside route."""
    climb = duty_of(case, duty)
    if climb.role is None:
        return case
    if not climb.reminded:
        case = with_duty(case, duty, replace(climb, reminded=True))
        messages.alert(
            office, unit, case, duty=duty, role=climb.role, stage=climb.stage, reason="reminder",
            mark=_mark(climb),
        )  # fmt: skip
        posts.post_reply(office, unit, case, "waiting", duty=duty, mark=f"{_mark(climb)}/reminder")
        return arm(office, unit, case, duty, reason="climb")
    if not candidates(office, case, duty, unit.now):
        return give_up(office, unit, case, duty)
    stage = climb.stage + 1
    case = with_duty(case, duty, replace(climb, stage=stage))
    messages.alert(
        office, unit, case, duty=duty, role=climb.role, stage=stage, reason="climb", mark=_mark(climb)
    )
    late = unit.now - climb.began_at >= timedelta(minutes=clock_of(office, case).outside_minutes)
    outside = late and duty == "owner" and not climb.outside and climb.keeper is None
    said = "outside" if outside else "climbing"
    posts.post_reply(office, unit, case, said, duty=duty, mark=f"{_mark(climb)}/{stage}")
    if outside:
        case = with_duty(case, duty, replace(duty_of(case, duty), outside=True))
        messages.outside(office, unit, case, mark=_mark(climb))
    return arm(office, unit, case, duty, reason="climb")


def _mark(climb: Climb) -> str:
    return f"{climb.began_at.timestamp():.0f}"


def asked_lately(office: Office, unit: Unit, case: Case, duty: DutyName) -> bool:
    """Whether somebody was asked so shortly ago that they still have time; the clock waits for them."""
    climb = duty_of(case, duty)
    if climb.clock_id is None or not climb.tried:
        return False
    told = (known.entry for known in reversed(office.store.history(case.id)) if known.entry.kind == "alerted")
    last = next((entry for entry in told if entry.content.get("duty") == duty), None)
    least = timedelta(minutes=clock_of(office, case).remind_minutes)
    return last is not None and unit.now - last.at < least


def revive(office: Office, unit: Unit, case: Case) -> Case:
    """Begin again what was given up for want of anybody to ask, now that somebody can be asked, and what is
    nobody's because its owner has left or lost the role (rule 5)."""
    if case.closing is None and is_left(case, office.directory()):
        case = begin(office, unit, replace(case, owner=as_routed(case)), "owner")
    for duty in DUTIES:
        if given_up(duty_of(case, duty)) and (duty == "oversight" or case.closing is None):
            # The reporter was shown the way outside, and goes on seeing it until somebody has the case.
            case = begin(office, unit, case, duty)
            case = with_duty(case, duty, replace(duty_of(case, duty), outside=True))
    return case


def give_up(office: Office, unit: Unit, case: Case, duty: DutyName) -> Case:
    """Every way inside has been tried: the reporter is shown the way outside (rule 5).

    Where somebody has the case and only the oversight finds nobody, its owner is told instead; the reporter
    too, if it is their worry that nobody answers.
    """
    case = stop(unit, case, duty)
    if duty == "owner" and case.owner.keeper is not None:
        return _back_to_keeper(office, unit, case)
    climb = duty_of(case, duty)
    if climb.outside:
        return case
    case = with_duty(case, duty, replace(climb, outside=True))
    owner = case.owner.accepted_by
    if duty == "oversight" and worry_unanswered(case):
        messages.outside(office, unit, case, mark=_mark(climb))
    if duty == "oversight" and owner is not None:
        key = f"nobody/{case.id}/{_mark(climb)}"
        messages.notice(office, unit, "told_nobody", key=key, person=owner, case=case)
    elif duty == "owner" or not case.owner.outside:
        messages.outside(office, unit, case, mark=_mark(climb))
    posts.post_reply(office, unit, case, "outside", duty=duty, mark=_mark(climb))
    return case


def _back_to_keeper(office: Office, unit: Unit, case: Case) -> Case:
    """Nobody took what was handed over: whoever kept it has it, and is told; or the route's role is asked."""
    keeper = case.owner.keeper
    if keeper is None or is_left(case, office.directory()):
        return begin(office, unit, replace(case, owner=as_routed(case)), "owner")
    key = f"back/{case.id}/{_mark(case.owner)}"
    messages.notice(office, unit, "handed_back", key=key, person=keeper.person, case=case)
    return kept(case)


def as_routed(case: Case) -> Climb:
    """The owner's climb as the route has it: nobody's yet, and no hand-over."""
    return Climb(role=case.routed.owner, began_at=case.owner.began_at, clock_id=case.owner.clock_id)


def kept(case: Case) -> Case:
    """The case as it was before it was handed over to somebody who has not taken it."""
    keeper = case.owner.keeper
    if keeper is None:
        return case
    owner = replace(
        case.owner, role=keeper.towards, accepted_by=keeper.person, accepted_role=keeper.role,
        accepted_at=keeper.at, keeper=None, named=None, handed=keeper.towards != case.routed.owner,
    )  # fmt: skip
    return replace(case, owner=owner)
