"""What each case action does to a case: one function each, listed by `does`.

Permission, staleness and the form's faults have been settled before. Must not know cards or conversations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.casework import climbs, messages, posts, refreshing
from bot.casework.facts import still_to_record
from bot.casework.office import Office
from bot.casework.opening import FOUND, earlier_cases
from bot.casework.rerouting import bar, reroute, subject_of, told_of
from bot.casework.tables import ACCESS
from bot.casework.unit import Unit
from bot.casework.words import Words
from bot.engine.access import oversees, standing
from bot.engine.routing import HEADS, SAFEGUARDING, URGENCIES
from bot.errors import HandrailError
from bot.model.cases import (
    Case,
    Closing,
    Decision,
    Exclusion,
    Note,
    Recorded,
    Told,
    excluded_now,
)
from bot.model.definition import CaseAction, Definition
from bot.model.people import PersonId
from bot.model.tables import Column


class NotNow(HandrailError):
    """This cannot be done yet. The card says what comes first."""

    action = "not_now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One action by one person in one role, with the answers of its form."""

    office: Office
    unit: Unit
    definition: Definition
    words: Words
    case: Case
    action: CaseAction
    person: PersonId
    role: str
    values: Mapping[str, str]

    def why(self) -> str:
        """The reason given, or nothing."""
        return self.values.get("why", "")


Content = Mapping[str, Any]
Done = tuple[Case, Content]
"""The case as it is afterwards, and what history says of it."""


def accept(d: Doing) -> Done:
    """Own the case. Whoever had it is told.

    The owner's clock alone stops; only where the safeguarding lead (or whoever else has the oversight) takes
    the case, nobody waits any longer for the same person to have seen it.
    """
    before = d.case.owner.accepted_by
    case = climbs.stop(d.unit, d.case, "owner")
    owner = replace(
        case.owner, accepted_by=d.person, accepted_role=d.role, accepted_at=d.unit.now, outside=False
    )
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


def note(d: Doing) -> Done:
    """Words added, never changed later."""
    added = Note(by=d.person, role=d.role, text=d.values.get("text", ""), at=d.unit.now)
    return replace(d.case, notes=(*d.case.notes, added)), {"text": added.text}


def record(d: Doing) -> Done:
    """A step of the procedure put on record."""
    line = Recorded(action=d.action.key, by=d.person, role=d.role, at=d.unit.now, answers=dict(d.values))
    return replace(d.case, recorded=(*d.case.recorded, line)), {
        "step": d.action.key,
        "answers": dict(d.values),
    }


def decide(d: Doing) -> Done:
    """Decide one action of the table, for or against; or propose it to whoever may (design rule 7)."""
    column = column_of(d.definition, d.case, d.values.get("action", ""))
    if d.values.get("answer") == "propose":
        return _propose(d, column)
    waits = still_to_record(d.definition, d.case, before="decide")
    if column.sanction and waits:
        first = ", ".join(d.words.text(a.label) for a in waits)
        raise NotNow(d.words.say("case_decide_waits", first=first))
    if column.sanction and not d.case.routed.sanctions:
        raise NotNow(d.words.say("case_no_sanctions"))
    _check_parents(d, column)
    roles = deciding_roles(d, column)
    if not roles:
        names = ", ".join(d.words.role(r) for r in column.may_decide)
        raise NotNow(d.words.say("decide_not_yours", roles=names))
    made = Decision(
        action=column.key,
        yes=d.values.get("answer") == "yes",
        by=d.person,
        role=roles[0],
        why=d.why(),
        at=d.unit.now,
    )
    case = replace(d.case, decisions=(*d.case.decisions, made))
    return case, {"action": made.action, "yes": made.yes, "why": made.why, **_parents(d, column)}


def _propose(d: Doing, column: Column) -> Done:
    """Say what should be done, and let somebody who may decide it hear of it."""
    text = d.words.say("note_proposed", action=d.words.text(column.label), why=d.why())
    case, content = note(replace_values(d, text=text))
    allowed = column.held_by if column.held_by and _grave(d) else column.may_decide
    if case.routed.restricted:
        allowed = tuple(r for r in allowed if r in HEADS)
    here = {t.role.role for t in case.routed.also} | {case.owner.role.role if case.owner.role else ""}
    roles = (told_of(d.office, case, r) for r in allowed)
    decider = next((r for r in roles if not bar(d.office, case, r, d.unit.now)), None)
    if decider is not None and not here & set(allowed):
        told = Told(role=decider, why=d.words.say("why_proposed"))
        case = replace(case, routed=replace(case.routed, also=(*case.routed.also, told)))
        messages.alert(
            d.office, d.unit, case, duty="told", role=decider, reason="told", mark=f"{case.revision}"
        )
    return case, {**content, "proposed": column.key, "why": d.why()}


def replace_values(d: Doing, **values: str) -> Doing:
    """The same doing with other answers."""
    return replace(d, values={**d.values, **values})


def column_of(definition: Definition, case: Case, key: str) -> Column:
    """The action column of the case's table. Raises NotNow for a column that it does not have."""
    table = definition.tables.get(case.routed.table)
    found = next((c for c in table.columns if c.key == key and c.kind == "action"), None) if table else None
    if found is None:
        raise NotNow
    return found


def deciding_roles(d: Doing, column: Column) -> tuple[str, ...]:
    """The person's roles, in the case or standing, that may decide this action."""
    held = standing(d.case, d.person, d.office.directory(), d.unit.now).roles
    own = d.office.directory().people[d.person].roles
    deciders = column.held_by if column.held_by and _grave(d) else column.may_decide
    return tuple(r for r in (*held, *own) if r in deciders)


def _check_parents(d: Doing, column: Column) -> None:
    """Telling parents asks first whose, and whether it could put a child at risk (casework 3)."""
    if not column.held_by or d.values.get("answer") != "yes":
        return
    if not d.values.get("which_child") or not d.values.get("parents_safe"):
        raise NotNow(d.words.say("parents_ask"))
    if _grave(d) and not deciding_roles(d, column):
        raise NotNow(d.words.say("parents_held"))


def _grave(d: Doing) -> bool:
    """Where telling parents is for the safeguarding lead alone: grave by its kind, or by the answer given."""
    case = d.case
    return (
        d.values.get("parents_safe") in ("yes", "not_sure")
        or case.routed.child_protection
        or case.routed.illegal
        or "image" in case.flags
        or case.crime in ("yes", "not_sure")
    )


def _parents(d: Doing, column: Column) -> Content:
    if not column.held_by:
        return {}
    return {"child": d.values.get("which_child", ""), "risk": d.values.get("parents_safe", "")}


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
    case = _counted(d, replace(d.case, participants=people))
    case = reroute(d.office, d.unit, case, by=d.person, keep_owner=True)
    return case, {"pupil": pupil.id}


def correct_row(d: Doing) -> Done:
    """Another row fits better: the count is taken anew and the case may go to somebody else."""
    routed = replace(d.case.routed, row=d.values["row"])
    case = _counted(d, replace(d.case, routed=routed, earlier_confirmed=None))
    case = reroute(d.office, d.unit, case, by=d.person)
    return case, {"before": d.case.routed.row, "row": d.values["row"], "why": d.why()}


def _counted(d: Doing, case: Case) -> Case:
    subject = subject_of(case)
    earlier = earlier_cases(
        d.office,
        d.definition,
        case.routed.table,
        case.routed.row,
        subject.ref if subject else None,
        opened_at=case.opened_at,
    )
    return replace(case, earlier=earlier)


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


def exclude(d: Doing) -> Done:
    """From this moment they find nothing: roles end, cards are blanked, the post is checked (casework 6)."""
    known = excluded_now(d.case)
    named = tuple(p for p in d.values["who"].split(",") if p and p not in known)
    case = replace(
        d.case,
        excluded=(
            *d.case.excluded,
            *(Exclusion(person=p, ground="named", by=d.person, at=d.unit.now, why=d.why()) for p in named),
        ),
    )
    for person in named:
        case = _what_they_had_seen(d, case, person)
        case = _relieve(d, case, person)
    case = reroute(d.office, d.unit, case, by=d.person, keep_owner=True)
    posts.refresh_daily(d.office, d.unit, case)
    for person in named:
        refreshing.refresh_lists(d.office, d.unit, case, person)
    return case, {"who": list(named), "why": d.why()}


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
        if climb.accepted_by == person or waiting:
            clean = replace(climb, accepted_by=None, accepted_at=None, accepted_role="")
            case = climbs.with_duty(case, duty, clean)
            if case.closing is None:
                case = climbs.begin(d.office, d.unit, case, duty)
    return case


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
    """The DSL lets the table's role know what a pupil did; the DSL keeps the case (casework 5)."""
    row = d.action.fields["row"]
    routed = replace(d.case.routed, table=row.table, row=d.values["row"])
    case = _counted(d, replace(d.case, routed=routed, released=True, earlier_confirmed=None))
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
    # The oversight's clock goes on: what nobody in safeguarding has seen is seen after closing too.
    case = climbs.stop(d.unit, d.case, "owner")
    closing = Closing(
        outcome=d.values.get("outcome", FOUND),
        by=d.person,
        role=d.role,
        why=d.why(),
        at=d.unit.now,
        answers=dict(d.values),
    )
    return replace(case, closing=closing), {"outcome": closing.outcome, "why": closing.why}


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
    "note": note,
    "decide": decide,
    "record": record,
    "confirm_earlier": confirm_earlier,
    "confirm_person": confirm_person,
    "correct_row": correct_row,
    "crime": crime,
    "exclude": exclude,
    "lift": lift,
    "release": release,
    "lower_urgency": lower_urgency,
    "close": close,
    "reopen": reopen,
}
"""The handler's actions by `does`."""
