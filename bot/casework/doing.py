"""What each case action does to a case: one function each, listed by `does`.

Permission, staleness and the form's faults have been settled before. Must not know cards or conversations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.casework import climbs, messages
from bot.casework.acting import Doing, Done, NotNow
from bot.casework.deciding import decide, note
from bot.casework.facts import still_to_record
from bot.casework.handing import hand_over
from bot.casework.identifying import identify
from bot.casework.leaving_out import exclude
from bot.casework.moving import move_version
from bot.casework.opening import FOUND
from bot.casework.pausing import resume, wait
from bot.casework.procedures.knowing import flow_of, kept_in, open_ones
from bot.casework.rerouting import counted, reroute, subject_of
from bot.casework.tasks import send_task
from bot.engine.access import oversees
from bot.engine.routing import HEADS, SAFEGUARDING, URGENCIES
from bot.model.cases import Closing, Recorded, owner_now
from bot.model.changed import replace
from bot.model.text import literal


def accept(d: Doing) -> Done:
    """Own the case. Whoever had it, or kept it while it was handed over, is told.

    The owner's clock alone stops; only where the safeguarding lead (or whoever else has the oversight) takes
    the case, nobody waits any longer for the same person to have seen it.
    """
    before = owner_now(d.case)
    case = climbs.stop(d.unit, d.case, "owner")
    case = climbs.kept(case) if before == d.person else case
    owner = replace(
        case.owner, accepted_by=d.person, accepted_role=d.role, accepted_at=d.unit.now, outside=False,
        keeper=None, named=None,
    )  # fmt: skip
    case = replace(case, owner=owner, seen_at=case.seen_at or d.unit.now)
    if before and before != d.person:
        messages.taken_from(d.office, d.unit, case, before)
    overseen = case.oversight.accepted_by is None and _oversees(d)
    if overseen:
        case, _ = acknowledge(replace(d, case=case))
    return case, {"before": before or "", "why": d.why(), "acknowledged": overseen}


def _oversees(d: Doing) -> bool:
    return oversees(d.case, d.person, d.office.directory(), d.unit.now)


def acknowledge(d: Doing) -> Done:
    """The oversight's acknowledgement: stops that clock and no other."""
    if not _oversees(d):
        raise NotNow(d.words.say("not_yours"))
    case = climbs.stop(d.unit, d.case, "oversight")
    seen = replace(case.oversight, accepted_by=d.person, accepted_role=d.role, accepted_at=d.unit.now)
    return replace(case, oversight=seen, seen_at=case.seen_at or d.unit.now), {}


def record(d: Doing) -> Done:
    """A step of the procedure put on record."""
    line = Recorded(action=d.action.key, by=d.person, role=d.role, at=d.unit.now, answers=dict(d.values))
    return replace(d.case, recorded=(*d.case.recorded, line)), {
        "step": d.action.key,
        "answers": dict(d.values),
    }


def confirm_earlier(d: Doing) -> Done:
    """The first handler says whether it is the same person; only then anything steps up (casework 3)."""
    same = d.values.get("same") == "yes"
    case = replace(d.case, earlier_confirmed=same)
    if same:
        case = reroute(d.office, d.unit, case, by=d.person)
    return case, {"same": same, "earlier": len(case.earlier)}


def confirm_person(d: Doing) -> Done:
    """A typed name is replaced by the pupil it stands for; the count is taken anew."""
    pupil = d.office.directory().pupils[d.values["pupil"].split(",")[0]]
    subject = subject_of(d.case)
    people = tuple(
        replace(p, ref=pupil.id, name=pupil.name, detail=pupil.form, confirmed=True) if p is subject else p
        for p in d.case.participants
    )
    case = counted(d.office, replace(d.case, participants=people))
    case = reroute(d.office, d.unit, case, by=d.person, keep_owner=True)
    return case, {"pupil": pupil.id}


def correct_row(d: Doing) -> Done:
    """Another row fits better: the count is taken anew and the case may go to somebody else."""
    routed = replace(d.case.routed, row=d.values["row"])
    case = counted(d.office, replace(d.case, routed=routed, earlier_confirmed=None))
    case = reroute(d.office, d.unit, case, by=d.person)
    return case, {"before": d.case.routed.row, "row": d.values["row"], "why": d.why()}


def crime(d: Doing) -> Done:
    """No stays in its row; not sure is serious; yes starts the illegal path: both are told at once."""
    word = d.values.get("crime")
    answer = word if word in ("yes", "no", "not_sure") else "open"
    case = replace(
        d.case,
        crime="yes" if answer == "yes" else "no" if answer == "no" else "not_sure",
    )
    case = reroute(d.office, d.unit, case, by=d.person, keep_owner=True)
    return case, {"crime": answer, "why": d.why()}


def lift(d: Doing) -> Done:
    """Somebody named may see it again; never lifted by that person, never for the one it is about."""
    who = set(d.values["who"].split(","))
    lead = HEADS if d.case.routed.restricted else SAFEGUARDING
    if d.person in who or (d.person != d.case.owner.accepted_by and d.role not in lead):
        raise NotNow(d.words.say("lift_not_yourself"))
    excluded = tuple(
        replace(e, lifted_at=d.unit.now, lifted_by=d.person, lifted_why=d.why())
        if e.person in who and e.ground == "named" and e.lifted_at is None
        else e
        for e in d.case.excluded
    )
    return replace(d.case, excluded=excluded), {"who": sorted(who), "why": d.why()}


def release(d: Doing) -> Done:
    """The DSL lets the table's role know what a pupil did; the DSL keeps the case (casework 5).

    About an adult who may have harmed a child: its authority chooses the row of the staff table, once advice
    is on record, so that the table's actions can be decided (casework 4).
    """
    waits = still_to_record(d.definition, d.case, before="decide")
    if waits:
        first = ", ".join(d.words.text(a.label) for a in waits)
        raise NotNow(d.words.say("case_decide_waits", first=first))
    row = d.action.fields["row"]
    routed = replace(d.case.routed, table=row.table, row=d.values["row"])
    case = counted(d.office, replace(d.case, routed=routed, released=True, earlier_confirmed=None))
    case = reroute(d.office, d.unit, case, by=d.person, keep_owner=True)
    return case, {"row": d.values["row"], "why": d.why()}


def lower_urgency(d: Doing) -> Done:
    """Only here does urgency fall, with a reason."""
    urgency = next(u for u in URGENCIES if u == d.values["urgency"])
    if URGENCIES.index(urgency) >= URGENCIES.index(d.case.urgency):
        raise NotNow(d.words.say("not_lower"))
    before = d.case.urgency
    return replace(d.case, urgency=urgency), {"before": before, "urgency": urgency, "why": d.why()}


def close(d: Doing) -> Done:
    """End the case with an outcome of the closed list, once everything that closing needs is on record."""
    waits = still_to_record(d.definition, d.case, before="close")
    if waits:
        names = ", ".join(d.words.text(a.label) for a in waits)
        raise NotNow(d.words.say("close_waits", first=names))
    _nothing_waits(d)
    # The oversight's clock goes on: what nobody in safeguarding has seen is seen after closing too.
    case = climbs.stop(d.unit, climbs.kept(d.case), "owner")
    if case.waiting is not None:
        d.unit.disarm(case.waiting.clock_id)
        case = replace(case, waiting=None)
    closing = Closing(
        outcome=d.values.get("outcome", FOUND),
        by=d.person,
        role=d.role,
        why=d.why(),
        at=d.unit.now,
        answers=dict(d.values),
    )
    return replace(case, closing=closing), {"outcome": closing.outcome, "why": closing.why}


def _nothing_waits(d: Doing) -> None:
    """Raises NotNow while a procedure that holds the case open is open, or a device is still kept."""
    flows = [flow_of(d.office, p) for p in open_ones(d.unit, d.case)]
    names = ", ".join(d.words.text(f.title) for f in flows if f.blocks_close)
    if names:
        raise NotNow(d.words.say("close_waits_steps", first=names))
    kept = ", ".join(literal(h.what) for _, h in kept_in(d.unit, d.case))
    if kept:
        raise NotNow(d.words.say("close_waits_kept", first=kept))


def reopen(d: Doing) -> Done:
    """Open it again: it waits for an owner as on its first day, and for whoever has still to see it."""
    case = replace(d.case, closing=None)
    case = climbs.with_duty(case, "owner", replace(case.owner, accepted_by=None, accepted_at=None))
    case = climbs.begin(d.office, d.unit, case, "owner")
    if case.urgency != "routine" and case.oversight.accepted_by is None:
        case = climbs.begin(d.office, d.unit, case, "oversight")
    return case, {"why": d.why()}


DOING: Mapping[str, Callable[[Doing], Done]] = {
    "accept": accept,
    "acknowledge": acknowledge,
    "hand_over": hand_over,
    "wait": wait,
    "resume": resume,
    "note": note,
    "decide": decide,
    "record": record,
    "confirm_earlier": confirm_earlier,
    "confirm_person": confirm_person,
    "identify": identify,
    "task": send_task,
    "correct_row": correct_row,
    "crime": crime,
    "exclude": exclude,
    "lift": lift,
    "release": release,
    "lower_urgency": lower_urgency,
    "close": close,
    "reopen": reopen,
    "move_version": move_version,
}
"""The handler's actions by `does`."""
