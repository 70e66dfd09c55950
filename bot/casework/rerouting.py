"""Routes a case anew when something about it changes: its row, who it is about, who is out of it.

Must not know who changed it or why.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.casework import climbs, messages
from bot.casework.facts import facts_of_case
from bot.casework.office import Office
from bot.casework.unit import Unit
from bot.engine.access import barred_from_deciding
from bot.engine.holders import Towards, towards
from bot.engine.holders import barred as why_barred
from bot.engine.routing import URGENCIES, Given, by_rule, route
from bot.model.cases import Case, Participant, Routed, excluded_now
from bot.model.definition import NO_TEXT, Rule
from bot.model.people import RoleRef


def subject_of(case: Case) -> Participant | None:
    """Whom the case is about, if anybody."""
    return next((p for p in case.participants if p.part == "subject"), None)


def towards_of(case: Case) -> Towards:
    """To whom the roles by relation are held in this case."""
    subject = subject_of(case)
    return towards(
        pupil=subject.ref if subject and subject.kind == "pupil" else None,
        reporter=case.reporter,
        adult=subject.ref if subject and subject.kind == "adult" else None,
    )


def given_of(case: Case) -> Given:
    """What the case is routed by, as it stands."""
    subject = subject_of(case)
    known = subject is None or subject.kind != "adult" or subject.confirmed
    return Given(
        answers=case.answers,
        flags=case.flags,
        facts={
            **facts_of_case(case),
            "someone_named": "yes" if case.participants else "no",
            "adult_known": "yes" if known else "no",
        },
        rows={case.routed.table: case.routed.row} if case.routed.table else {},
        earlier=len(case.earlier) if case.earlier_confirmed else 0,
        towards=towards_of(case),
    )


def routed_now(office: Office, case: Case, at: datetime) -> Routed:
    """The route of the case on today's facts, in its own definition."""
    directory = office.directory()
    out = barred_from_deciding(case, directory)
    routed = route(
        office.definition_of(case),
        given_of(case),
        barred=lambda role: why_barred(role, directory, excluded=out, at=at),
    )
    return replace(routed, channel="none") if case.routed.channel == "none" and case.complete else routed


def table_route(office: Office, case: Case, table: str, row: str, at: datetime) -> Routed:
    """What the sanction table alone says for that row: used when the DSL releases what a pupil did."""
    directory = office.directory()
    out = barred_from_deciding(case, directory)
    given = given_of(case)
    plain = replace(
        given,
        rows={table: row},
        facts={**given.facts, "child_protection": "no"},
        flags=tuple(f for f in given.flags if f != "child_protection"),
    )
    rule = Rule(key=case.routed.rule, when=None, why=NO_TEXT, by_table=table)
    return by_rule(
        office.definition_of(case),
        rule,
        plain,
        barred=lambda role: why_barred(role, directory, excluded=out, at=at),
    )


def reroute(office: Office, unit: Unit, case: Case, *, keep_owner: bool = False) -> Case:
    """The case on its new route: whoever is newly told is told, a new owner's role is alerted.

    Urgency only rises here. `keep_owner`: whoever has taken it keeps it.
    """
    routed = routed_now(office, case, unit.now)
    out = excluded_now(case)
    told_before = {t.role for t in case.routed.also}
    raised = max(case.urgency, routed.urgency, key=URGENCIES.index)
    was_routine = case.urgency == "routine"
    has_it = case.owner.accepted_by is not None and case.owner.accepted_by not in out
    moves = routed.owner != case.owner.role and not (keep_owner and has_it)
    moved = replace(case, routed=routed, urgency=raised)
    for told in routed.also:
        if told.role not in told_before:
            messages.alert(office, unit, moved, duty="told", role=told.role, reason="told")
    if moves or (case.owner.accepted_by in out and case.owner.accepted_by is not None):
        moved = _to_new_owner(office, unit, moved, routed.owner)
    if raised != "routine" and was_routine:
        moved = _now_urgent(office, unit, moved)
    return moved


def _to_new_owner(office: Office, unit: Unit, case: Case, role: RoleRef | None) -> Case:
    before = case.owner
    case = replace(case, owner=replace(before, role=role, accepted_by=None, accepted_at=None))
    case = climbs.begin(office, unit, case, "owner")
    return replace(case, owner=replace(case.owner, outside=case.owner.outside))


def _now_urgent(office: Office, unit: Unit, case: Case) -> Case:
    """A routine case has become urgent: its oversight is asked for, and the channel hears of it."""
    posted = case.routed.channel == "urgent" and messages.linked_channel(office) is not None
    if case.oversight.accepted_by is None:
        case = climbs.begin(office, unit, case, "oversight", quietly=posted)
    if posted:
        messages.post(office, unit, case)
    return case
