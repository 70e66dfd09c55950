"""Opens one case of a report, with its own route: whose it is, who else is told, what counted before.

Must not know how a report was filled in, nor how anybody is told.
"""

from __future__ import annotations

from datetime import datetime

from bot.casework import climbs, messages, posts
from bot.casework.office import Office, new_id, new_number
from bot.casework.reading import Report, adult_in, flags_for, kept_from_it, out_of_it, participants_for
from bot.casework.tables import CASES
from bot.casework.unit import Unit
from bot.engine.holders import barred as why_barred
from bot.engine.holders import towards
from bot.engine.hours import year_began
from bot.engine.report import row_chosen
from bot.engine.routing import SAFEGUARDING, Given, route
from bot.model.cases import (
    Case,
    Climb,
    Closing,
    Participant,
    Recorded,
    Routed,
    Told,
)
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.people import RoleRef

FOUND = "found"


def open_one(office: Office, unit: Unit, report: Report, subject: Participant | None, stage: str) -> Case:
    """A new case about that person, or about nobody named. `stage`: danger, sent or dealt."""
    routed, earlier = routed_for(office, unit, report, subject)
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
        oversight=Climb(role=oversight_for(routed, report), began_at=opened),
        what=report.answers.get("what", ""),
        danger=report.answers.get("danger", "no") or "no",
        urgency=routed.urgency,
        answers=report.answers,
        flags=tuple(sorted(flags_for(report, subject))),
        participants=participants_for(report, subject, stage),
        excluded=report.excluded,
        complete=complete,
        earlier=earlier,
    )
    if stage == "dealt":
        return _dealt(unit, report, case)
    case = _begin(office, unit, case, told=routed.also)
    return write_case(unit, case, report, kind="reported")


def _begin(office: Office, unit: Unit, case: Case, *, told: tuple[Told, ...]) -> Case:
    """Alert everyone who is to know, and arm both clocks."""
    case = climbs.begin(office, unit, case, "owner")
    posted = case.routed.channel == "urgent" and posts.linked_channel(office) is not None
    if case.urgency != "routine":
        case = climbs.begin(office, unit, case, "oversight", quietly=posted)
    for one in told:
        messages.alert(office, unit, case, duty="told", role=one.role, reason="told")
    if posted:
        posts.post(office, unit, case)
    elif case.routed.channel == "daily":
        posts.daily(office, unit, office.definition_of(case))
    return case


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
    return write_case(unit, closed, report, kind="dealt_with")


def write_case(unit: Unit, case: Case, report: Report, *, kind: str) -> Case:
    """Write the case as the reporter's doing, with whose it is and why."""
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


def oversight_for(routed: Routed, report: Report) -> RoleRef | None:
    """Whose acknowledgement is the second one; None where the owner's role is the same (casework 8)."""
    named = next((t.role for t in routed.also if t.oversight), None)
    if named is not None:
        return named
    owner = routed.owner.role if routed.owner else ""
    known = SAFEGUARDING[0] in report.definition.roles
    return None if routed.restricted or owner in SAFEGUARDING or not known else RoleRef(role=SAFEGUARDING[0])


def routed_for(
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
            # What is told of an adult stands in every case of the incident: the same authority has them all.
            "adult_subject": "yes" if adult_in(report) else "no",
            "pupil_subject": "yes" if about_pupil else "no",
            "adult_known": "yes" if not about_adult or subject.confirmed else "no",
        }
    given = Given(
        answers=report.answers,
        flags=flags_for(report, subject),
        facts=facts,
        rows=rows,
        towards=towards(
            pupil=subject.ref if about_pupil and subject else None,
            reporter=report.run.person,
            adult=subject.ref if about_adult and subject else None,
        ),
    )
    deciding, knowing = out_of_it(report, office.directory()), kept_from_it(report)
    restricted = facts["adult_subject"] == "yes"

    def barred(role: RoleRef) -> str:
        # About an adult safeguarding only hears which children may need help, also of whoever manages them.
        out = knowing if restricted and role.role in SAFEGUARDING else deciding
        return why_barred(role, office.directory(), excluded=out, at=unit.now)

    routed = route(report.definition, given, barred=barred)
    if adult_in(report) and routed.channel != "none":
        routed = replace(routed, channel="none")
    ref = subject.ref if subject else None
    earlier = earlier_cases(office, report.definition, routed.table, routed.row, ref, opened_at=unit.now)
    return routed, earlier


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
    keys = office.store.find(CASES, "earlier", f"{table}/{row}/{ref}")
    if not keys:
        return ()
    began = year_began(definition.school, opened_at)
    found = (office.store.get(CASES, key) for key in keys)
    return tuple(
        c.id
        for c in found
        if c is not None
        and began <= c.opened_at < opened_at
        and c.closing is not None
        and c.closing.outcome == FOUND
    )
