"""Who an adult is whose name was typed, or whom nobody knew: said by the authority of the case, on record.

Until then the case stays restricted, and whoever it may be stays left out (casework 2). Must not know how
anybody is told.
"""

from __future__ import annotations

from bot.casework import refreshing
from bot.casework.acting import Doing, Done, NotNow
from bot.casework.leaving_out import left_out
from bot.casework.procedures.keeping import keep_up
from bot.casework.rerouting import counted, reroute
from bot.casework.tables import CASES
from bot.engine.routing import HEADS, UNSURE
from bot.model.cases import Case, Participant
from bot.model.changed import replace
from bot.model.people import PersonId


def identify(d: Doing) -> Done:
    """It is this colleague, left out for good; or no adult of the school, and the case goes by its kind."""
    typed = next(p for p in d.case.participants if _unknown(p))
    picked = [p for p in d.values.get("who", "").split(",") if p]
    if d.role not in HEADS:
        raise NotNow(d.words.say("not_yours"))
    is_adult = d.values["answer"] == "is"
    if is_adult != (len(picked) == 1):
        raise NotNow(d.words.say("identify_whom"))
    found = (
        _known_as(d, typed, picked[0]) if is_adult else replace(typed, kind="someone_else", confirmed=True)
    )
    others = _linked(d)
    adults = tuple(
        p
        for case in (_with(d.case, typed, found), *(_with(o, typed, found) for o in others))
        for p in case.participants
        if p.kind == "adult" and p.part == "subject"
    )
    for other in others:
        _settle_other(d, other, typed, found, adults)
    case = _settled(d, d.case, typed, found, adults)
    return case, {"is": found.ref or "", "adult": is_adult, "why": d.why()}


def _unknown(person: Participant) -> bool:
    return person.kind == "adult" and person.part == "subject" and not person.confirmed


def _known_as(d: Doing, typed: Participant, person: PersonId) -> Participant:
    member = d.office.directory().people.get(person)
    return replace(typed, ref=person, name=member.name if member else typed.name, confirmed=True)


def _linked(d: Doing) -> list[Case]:
    """The other cases of the incident: whoever is left out of one of them is left out of all."""
    keys = d.office.store.find(CASES, "incident", d.case.incident)
    return [c for key in keys if key != d.case.id and (c := d.unit.get(CASES, key)) is not None]


def _with(case: Case, typed: Participant, found: Participant) -> Case:
    return replace(case, participants=tuple(found if p == typed else p for p in case.participants))


def _settle_other(
    d: Doing, case: Case, typed: Participant, found: Participant, adults: tuple[Participant, ...]
) -> None:
    moved = _settled(d, case, typed, found, adults)
    if moved != case:
        moved = d.unit.case(moved, actor=d.person, role=d.role, kind="identified", content={"why": d.why()})
        moved = keep_up(d.office, d.unit, moved)
        refreshing.refresh_case(d.office, d.unit, moved)


def _settled(
    d: Doing, case: Case, typed: Participant, found: Participant, adults: tuple[Participant, ...]
) -> Case:
    """One case of the incident, now that it is known: guesses are lifted, who it is is left out.

    `adults`: those still believed to have done it anywhere in the incident. With none it is restricted no
    longer.
    """
    case = _guesses_lifted(d, _with(case, typed, found), adults)
    if found.ref is not None:
        known = {e.person for e in case.excluded if e.ground == "subject" and e.lifted_at is None}
        case = left_out(d, case, () if found.ref in known else (found.ref,), ground="subject")
        return counted(d.office, case) if case.routed.table and not case.earlier else case
    if adults:
        return case
    case = replace(case, cleared=True, flags=_flags_of_a_stranger(case))
    return reroute(d.office, d.unit, case, by=d.person) if case.closing is None else case


def _guesses_lifted(d: Doing, case: Case, adults: tuple[Participant, ...]) -> Case:
    """Left out because they might have been the one: they are not, unless they are in it themselves."""
    if any(not p.confirmed for p in adults):
        return case
    sure = {p.ref for p in adults}
    excluded = tuple(
        replace(e, lifted_at=d.unit.now, lifted_by=d.person, lifted_why=d.why())
        if e.ground == "subject" and e.lifted_at is None and e.person not in sure and e.person != d.person
        else e
        for e in case.excluded
    )
    return replace(case, excluded=excluded)


def _flags_of_a_stranger(case: Case) -> tuple[str, ...]:
    """Whoever may have harmed a child is no adult of the school: the child is still at risk."""
    flags = set(case.flags) - {"harm"}
    if "harm" in case.flags or case.answers.get("harm") in UNSURE:
        flags.add("child_protection")
    return tuple(sorted(flags))
