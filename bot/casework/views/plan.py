"""The sentence that says who is told next, and when, if nobody acts.

Pure.
"""

from __future__ import annotations

from datetime import timedelta

from bot.casework.words import Words
from bot.engine.hours import due_after
from bot.model.cases import Case


def next_steps(words: Words, case: Case, *, whole: bool = False) -> str:
    """Who has it, or what happens when nobody takes it. `whole`: for whoever sees all of the case."""
    if case.closing is not None:
        return words.say("plan_closed")
    waiting = case.waiting
    if whole and waiting is not None:
        return words.say(
            "plan_paused", who=words.say(f"waiting_on_{waiting.on}"), when=words.moment(waiting.until)
        )
    if case.owner.accepted_by is not None:
        return words.say("plan_taken")
    if case.owner.keeper is not None:
        return words.say("plan_handed")
    if case.owner.outside:
        return words.say("plan_outside")
    clock = words.definition.school.clocks.climb[case.urgency]
    minutes = clock.climb_minutes * (case.owner.stage + 1)
    at = due_after(
        words.definition.school, case.owner.began_at, minutes, in_school_hours=clock.in_school_hours
    )
    if case.owner.reminded and case.owner.due_at is not None:
        # After a standstill whoever was reminded late still has their time: the armed clock says when.
        at = case.owner.due_at
    far = at - case.owner.began_at > timedelta(hours=12)
    return words.say("plan_waiting", when=words.moment(at) if far else words.clock(at))
