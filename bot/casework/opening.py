"""Opens the cases of a report: one per person believed to have done something, each with its own route.

Must not know how a report was filled in, nor how anybody is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.casework import climbs, messages
from bot.casework.office import Office, new_id, new_number
from bot.casework.tables import CASES
from bot.casework.unit import Unit
from bot.engine.advance import live_answers
from bot.engine.holders import barred as why_barred
from bot.engine.holders import managed_by, towards
from bot.engine.hours import year_began
from bot.engine.report import (
    Facts,
    excluded_by_reporter,
    facts_of,
    flags_of,
    participants_of,
    row_chosen,
)
from bot.engine.routing import SAFEGUARDING, Given, route
from bot.model.cases import (
    Case,
    Climb,
    Closing,
    Exclusion,
    Participant,
    Recorded,
    Routed,
    Told,
    excluded_now,
)
from bot.model.definition import Definition, Flow
from bot.model.people import Directory, PersonId, RoleRef
from bot.model.runs import Run

FOUND = "found"
NAME_LETTERS = 3
URGENCIES = ("routine", "serious", "immediate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report's answers, read: what each of its cases is made from."""

    definition: Definition
    flow: Flow
    run: Run
    answers: Mapping[str, str]
    flags: frozenset[str]
    people: tuple[Participant, ...]
    facts: Facts
    excluded: tuple[Exclusion, ...]

    def known(self) -> Mapping[str, str]:
        """The report's facts by name."""
        return facts_of(self.definition, self.flow, self.answers, self.facts)


def read_report(definition: Definition, run: Run, facts: Facts, now: datetime) -> Report:
    """What the answers on the way walked say."""
    flow = definition.flows[run.flow]
    answers = live_answers(flow, run)
    people = participants_of(flow, answers, facts.directory)
    return Report(
        definition=definition,
        flow=flow,
        run=run,
        answers=answers,
        flags=flags_of(flow, answers),
        people=people,
        facts=facts,
        excluded=_exclusions(flow, answers, people, facts.directory, by=run.person, now=now),
    )


def _exclusions(
    flow: Flow,
    answers: Mapping[str, str],
    people: tuple[Participant, ...],
    directory: Directory,
    *,
    by: PersonId,
    now: datetime,
) -> tuple[Exclusion, ...]:
    adults = [p for p in people if p.kind == "adult" and p.part == "subject"]
    subjects = [p.ref for p in adults if p.ref]
    for typed in (p for p in adults if not p.ref and p.name):
        subjects.extend(who_it_may_be(typed, directory))
    found = {person: Exclusion(person=person, ground="subject", by=by, at=now) for person in subjects}
    for person in excluded_by_reporter(flow, answers):
        found.setdefault(person, Exclusion(person=person, ground="named", by=by, at=now))
    return tuple(found.values())


def who_it_may_be(typed: Participant, directory: Directory) -> tuple[PersonId, ...]:
    """Role holders whom a typed adult may be: by a word of the name, or by the role named beside it.

    A word that many names share says nothing.
    """
    names = {person.id: set(person.name.lower().split()) for person in directory.people.values()}
    words = {w for w in typed.name.lower().replace(".", " ").split() if len(w) >= NAME_LETTERS}
    words = {w for w in words if sum(w in n for n in names.values()) <= max(2, len(names) // 4)}
    detail = typed.detail.lower()
    named_roles = {
        role.key
        for role in directory.roles.values()
        if detail and any(n.lower() in detail for n in (role.label, *role.aliases) if len(n) >= NAME_LETTERS)
    }
    return tuple(
        person.id
        for person in directory.people.values()
        if words & names[person.id] or named_roles & set(person.roles)
    )


def subjects_of(report: Report) -> tuple[Participant | None, ...]:
    """Whom each case is about; a single None where nobody is named as having done it."""
    subjects = tuple(p for p in report.people if p.part == "subject" and p.kind != "unknown")
    return subjects or (None,)


def open_cases(office: Office, unit: Unit, report: Report, stage: str) -> tuple[Case, ...]:
    """Open (or complete) the cases of a report. `stage`: danger, sent or dealt.

    The case that a danger press opened takes the first person; the others get cases of their own.
    """
    before = [c for key in report.run.cases if (c := unit.get(CASES, key)) is not None]
    if stage == "danger":
        return tuple(before) or (_new(office, unit, report, None, stage),)
    cases: list[Case] = []
    for at, subject in enumerate(subjects_of(report)):
        if at < len(before):
            cases.append(_complete(office, unit, report, subject, before[at]))
        else:
            cases.append(_new(office, unit, report, subject, stage))
    return tuple(cases)


def _new(office: Office, unit: Unit, report: Report, subject: Participant | None, stage: str) -> Case:
    routed, earlier = _routed(office, unit, report, subject)
    complete = stage != "danger"
    opened = unit.now
    case = Case(
        id=new_id(),
        number=new_number(
            report.definition.school.prefix,
            taken=lambda number: bool(office.store.find(CASES, "number", number)),
        ),
        revision=0,
        definition=report.definition.hash,
        incident=report.run.id,
        run=report.run.id,
        opened_at=opened,
        reporter=report.run.person,
        routed=routed,
        owner=Climb(role=routed.owner, began_at=opened),
        oversight=Climb(role=_oversight(routed, report), began_at=opened),
        what=report.answers.get("what", ""),
        danger=report.answers.get("danger", "no") or "no",
        urgency=routed.urgency,
        answers=report.answers,
        flags=tuple(sorted(_flags_for(report, subject))),
        participants=_participants(report, subject, stage),
        excluded=report.excluded,
        complete=complete,
        earlier=earlier,
    )
    if stage == "dealt":
        return _dealt(unit, report, case)
    case = _begin(office, unit, case, told=routed.also)
    return _write(unit, case, report, kind="reported")


def _begin(office: Office, unit: Unit, case: Case, *, told: tuple[Told, ...]) -> Case:
    """Alert everyone who is to know, and arm both clocks."""
    case = climbs.begin(office, unit, case, "owner")
    posted = case.routed.channel == "urgent" and messages.linked_channel(office) is not None
    if case.urgency != "routine":
        case = climbs.begin(office, unit, case, "oversight", quietly=posted)
    for one in told:
        messages.alert(office, unit, case, duty="told", role=one.role, reason="told")
    if posted:
        messages.post(office, unit, case)
    elif case.routed.channel == "daily":
        messages.daily(office, unit, office.definition_of(case))
    return case


def _complete(office: Office, unit: Unit, report: Report, subject: Participant | None, case: Case) -> Case:
    """The rest of a report whose danger press opened the case: routed anew, those not yet told are told."""
    routed, earlier = _routed(office, unit, report, subject)
    known = {t.role for t in case.routed.also} | {case.routed.owner}
    urgency = max(case.urgency, routed.urgency, key=URGENCIES.index)
    same_owner = routed.owner == case.routed.owner
    changed = replace(
        case,
        routed=replace(routed, also=_both(case.routed.also, routed.also)),
        what=report.answers.get("what", ""),
        urgency=urgency,
        answers={**report.answers, "danger": case.danger},
        flags=tuple(sorted(_flags_for(report, subject) | set(case.flags))),
        participants=_participants(report, subject, "sent"),
        excluded=_all_excluded(case, report),
        earlier=earlier,
        complete=True,
        owner=case.owner if same_owner else replace(case.owner, role=routed.owner),
        oversight=replace(case.oversight, role=_oversight(routed, report)),
    )
    out = excluded_now(changed)
    if not same_owner and (changed.owner.accepted_by is None or changed.owner.accepted_by in out):
        changed = climbs.begin(office, unit, changed, "owner")
    if changed.oversight.accepted_by is None or changed.oversight.accepted_by in out:
        posted = routed.channel == "urgent" and messages.linked_channel(office) is not None
        changed = climbs.begin(office, unit, changed, "oversight", quietly=posted)
    for one in routed.also:
        if one.role not in known:
            messages.alert(office, unit, changed, duty="told", role=one.role, reason="told")
    if routed.channel == "urgent":
        messages.post(office, unit, changed)
    messages.refresh_case(office, unit, changed)
    return _write(unit, changed, report, kind="completed")


def _dealt(unit: Unit, report: Report, case: Case) -> Case:
    """The subject's own teacher has dealt with it: closed as found, and it counts (casework 1)."""
    person, role = report.run.person, case.routed.owner.role if case.routed.owner else ""
    done = Recorded(action="dealt", by=person, role=role, at=unit.now, answers={})
    closing = Closing(
        outcome=FOUND, by=person, role=role, why=report.answers.get("happened", ""), at=unit.now
    )
    owner = replace(case.owner, accepted_by=person, accepted_role=role, accepted_at=unit.now)
    closed = replace(
        case, owner=owner, oversight=replace(case.oversight, role=None), closing=closing,
        recorded=(done,), seen_at=unit.now, earlier_confirmed=True if case.earlier else None,
    )  # fmt: skip
    return _write(unit, closed, report, kind="dealt_with")


def _write(unit: Unit, case: Case, report: Report, *, kind: str) -> Case:
    owner = case.routed.owner
    return unit.case(
        case,
        actor=report.run.person,
        role="reporter",
        kind=kind,
        content={
            "number": case.number,
            "rule": case.routed.rule,
            "table": case.routed.table,
            "row": case.routed.row,
            "source": case.routed.source,
            "owner": owner.role if owner else "",
            "told": [t.role.role for t in case.routed.also],
            "passed_over": [{"role": p.role, "rule": p.rule} for p in case.routed.passed_over],
            "urgency": case.urgency,
        },
    )


def _participants(report: Report, subject: Participant | None, stage: str) -> tuple[Participant, ...]:
    if stage == "danger":
        return report.people
    others = tuple(p for p in report.people if p.part != "subject")
    return (subject, *others) if subject else (*others, *_unknown(report))


def _unknown(report: Report) -> tuple[Participant, ...]:
    return tuple(p for p in report.people if p.kind == "unknown")


def _flags_for(report: Report, subject: Participant | None) -> set[str]:
    """The report's flags, less what is about another of its people."""
    adult = subject is not None and subject.kind == "adult"
    return set(report.flags) if adult or subject is None else set(report.flags) - {"harm"}


def _all_excluded(case: Case, report: Report) -> tuple[Exclusion, ...]:
    known = {e.person for e in case.excluded}
    return (*case.excluded, *(e for e in report.excluded if e.person not in known))


def _both(first: tuple[Told, ...], second: tuple[Told, ...]) -> tuple[Told, ...]:
    known = {t.role for t in second}
    return (*second, *(t for t in first if t.role not in known))


def _oversight(routed: Routed, report: Report) -> RoleRef | None:
    """Whose acknowledgement is the second one; None where the owner's role is the same (casework 8)."""
    named = next((t.role for t in routed.also if t.oversight), None)
    if named is not None:
        return named
    owner = routed.owner.role if routed.owner else ""
    known = SAFEGUARDING[0] in report.definition.roles
    return None if routed.restricted or owner in SAFEGUARDING or not known else RoleRef(role=SAFEGUARDING[0])


def _routed(
    office: Office, unit: Unit, report: Report, subject: Participant | None
) -> tuple[Routed, tuple[str, ...]]:
    """The route of one case, and the earlier cases that count towards it (none confirmed yet)."""
    about_adult = subject is not None and subject.kind == "adult"
    about_pupil = subject is not None and subject.kind == "pupil"
    rows = {
        key: row.key
        for key, table in report.definition.tables.items()
        if (row := row_chosen(report.definition, report.flow, report.answers, key)) is not None
        and ((about_adult and table.subjects == "adult") or (about_pupil and table.subjects == "pupil"))
    }
    facts = dict(report.known())
    if subject is not None:
        facts |= {
            "adult_subject": "yes" if about_adult else "no",
            "pupil_subject": "yes" if about_pupil else "no",
            "adult_known": "yes" if not about_adult or subject.confirmed else "no",
        }
    given = Given(
        answers=report.answers,
        flags=_flags_for(report, subject),
        facts=facts,
        rows=rows,
        towards=towards(
            pupil=subject.ref if about_pupil and subject else None,
            reporter=report.run.person,
            adult=subject.ref if about_adult and subject else None,
        ),
    )
    barred = out_of_it(report, office.directory())
    routed = route(
        report.definition,
        given,
        barred=lambda role: why_barred(role, office.directory(), excluded=barred, at=unit.now),
    )
    if _adult_in(report) and routed.channel != "none":
        routed = replace(routed, channel="none")
    ref = subject.ref if subject else None
    earlier = earlier_cases(office, report.definition, routed.table, routed.row, ref, opened_at=unit.now)
    return routed, earlier


def _adult_in(report: Report) -> bool:
    """An adult of the school is entered somewhere in the incident: nothing of it goes into a channel."""
    return any(p.kind == "adult" and p.part == "subject" for p in report.people)


def out_of_it(report: Report, directory: Directory) -> frozenset[PersonId]:
    """Who can hold no role in the report's cases: the excluded, adults in it, whom its subject manages."""
    out = {e.person for e in report.excluded}
    for exclusion in report.excluded:
        if exclusion.ground == "subject":
            out |= managed_by(exclusion.person, directory)
    out |= {p.ref for p in report.people if p.kind == "adult" and p.ref}
    return frozenset(out)


def earlier_cases(
    office: Office,
    definition: Definition,
    table: str,
    row: str,
    ref: str | None,
    *,
    opened_at: datetime,
) -> tuple[str, ...]:
    """Ids of the cases that count: same table, row and person, this academic year, closed as found."""
    if not (table and row and ref):
        return ()
    began = year_began(definition.school, opened_at)
    found = (
        office.store.get(CASES, key) for key in office.store.find(CASES, "earlier", f"{table}/{row}/{ref}")
    )
    return tuple(
        c.id
        for c in found
        if c is not None
        and began <= c.opened_at < opened_at
        and c.closing is not None
        and c.closing.outcome == FOUND
    )
