"""Who must find nothing of a case, from this moment: their roles in it end, and what they had is blanked.

Source: casework 6; design rule 1. Must not know how a message is blanked.
"""

from __future__ import annotations

from typing import Literal

from bot.casework import climbs, posts, refreshing
from bot.casework.acting import Doing, Done
from bot.casework.rerouting import reroute
from bot.casework.tables import ACCESS
from bot.model.cases import Case, Exclusion, Note, excluded_now, worry_unanswered
from bot.model.changed import replace
from bot.model.people import PersonId


def exclude(d: Doing) -> Done:
    """From this moment they find nothing: roles end, cards are blanked, the post is checked (casework 6).

    So it is in a closed case too, which stays closed: nobody is asked to take it.
    """
    known = excluded_now(d.case)
    named = tuple(p for p in d.values["who"].split(",") if p and p not in known)
    return left_out(d, d.case, named, ground="named"), {"who": list(named), "why": d.why()}


def left_out(
    d: Doing, case: Case, people: tuple[PersonId, ...], *, ground: Literal["subject", "named"]
) -> Case:
    """The case without these people, routed anew; a closed one stays closed: nobody is asked to take it."""
    fresh = (Exclusion(person=p, ground=ground, by=d.person, at=d.unit.now, why=d.why()) for p in people)
    case = replace(case, excluded=(*case.excluded, *fresh))
    for person in people:
        case = _what_they_had_seen(d, case, person)
        case = _relieve(d, case, person)
    if case.closing is None:
        case = reroute(d.office, d.unit, case, by=d.person, keep_owner=True)
    posts.refresh_daily(d.office, d.unit, case)
    for person in people:
        refreshing.refresh_lists(d.office, d.unit, case, person)
        refreshing.refresh_linked(d.office, d.unit, case, person)
    return case


def _what_they_had_seen(d: Doing, case: Case, person: PersonId) -> Case:
    """The owner learns when the person had opened the case."""
    opened = [
        a.at
        for key in d.office.store.find(ACCESS, "case", case.id)
        if (a := d.office.store.get(ACCESS, key)) is not None and a.person == person
    ]
    if not opened:
        return case
    times = ", ".join(d.words.moment(at) for at in opened)
    known = d.office.directory().people.get(person)
    who = known.name if known else d.words.say("someone_picked")
    text = d.words.say("note_had_seen", who=who, times=times)
    return replace(case, notes=(*case.notes, Note(by=d.person, role=d.role, text=text, at=d.unit.now)))


def _relieve(d: Doing, case: Case, person: PersonId) -> Case:
    """Their duties in the case end; whoever is next is asked."""
    for duty in climbs.DUTIES:
        climb = climbs.duty_of(case, duty)
        waiting = climb.accepted_by is None and person in climb.tried and climb.role is not None
        keeper = climb.keeper if climb.keeper and climb.keeper.person != person else None
        kept = keeper != climb.keeper
        if climb.accepted_by == person or waiting or kept or climb.named == person:
            clean = replace(
                climb, accepted_by=None, accepted_at=None, accepted_role="", keeper=keeper, named=None
            )
            case = climbs.with_duty(case, duty, clean)
            if case.closing is None or (duty == "oversight" and (waiting or worry_unanswered(case))):
                case = climbs.begin(d.office, d.unit, case, duty)
    return case
