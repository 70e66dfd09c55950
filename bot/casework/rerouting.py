"""Routes a case anew when something about it changes: its row, who it is about, who is out of it.

Must not know why it was changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.casework import climbs, messages, posts
from bot.casework.facts import facts_of_case
from bot.casework.office import Office
from bot.casework.opening import earlier_cases
from bot.casework.tables import POSTED
from bot.casework.unit import Unit
from bot.casework.words import Words
from bot.engine.access import barred_from_role, may_see
from bot.engine.holders import Towards, towards
from bot.engine.holders import barred as why_barred
from bot.engine.ladder import refer
from bot.engine.report import row_chosen
from bot.engine.routing import HEADS, SAFEGUARDING, URGENCIES, Given, by_rule, route
from bot.model.cases import REQUEST, Case, Participant, Routed, Told, excluded_now, owner_now
from bot.model.changed import replace
from bot.model.flows import NO_TEXT
from bot.model.people import PersonId, RoleRef
from bot.model.tables import Rule, Urgency


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


def rows_of(office: Office, case: Case) -> Mapping[str, str]:
    """The row of each table that is for whom the case is about: as corrected or released, else as reported.

    A rule that has no table does not make the case forget what was chosen.
    """
    definition, subject = office.definition_of(case), subject_of(case)
    flow = definition.flows.get("report")
    rows = {
        key: row.key
        for key, table in definition.tables.items()
        if flow is not None and subject is not None and table.subjects == subject.kind
        if (row := row_chosen(definition, flow, case.answers, key)) is not None
    }
    return {**rows, **({case.routed.table: case.routed.row} if case.routed.table else {})}


def given_of(office: Office, case: Case) -> Given:
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
        rows=rows_of(office, case),
        earlier=len(case.earlier) if case.earlier_confirmed else 0,
        towards=towards_of(case),
    )


def routed_now(office: Office, case: Case, at: datetime) -> Routed:
    """The route of the case on today's facts, in its own definition. What was released stays released."""
    if case.routed.rule == REQUEST and case.crime == "no":
        free = (r for key in case.routed.roles if not bar(office, case, r := RoleRef(role=key), at))
        return replace(case.routed, owner=next(free, None))
    routed = route(
        office.definition_of(case), given_of(office, case), barred=lambda role: bar(office, case, role, at)
    )
    if case.routed.rule and case.routed.rule not in {r.key for r in office.definition_of(case).routing.rules}:
        # Opened by no rule of the pack (a pupil wrote): it goes on being that case, whatever is added.
        routed = replace(routed, rule=case.routed.rule, sanctions=case.routed.sanctions and routed.sanctions)
    if case.released:
        routed = with_release(office, case, routed, at)
    else:
        routed = replace(routed, also=_all_told(case, routed))
    return replace(routed, channel="none") if case.routed.channel == "none" and case.complete else routed


def counted(office: Office, case: Case) -> Case:
    """The case with the earlier cases that count for its row and person as they are now."""
    subject = subject_of(case)
    earlier = earlier_cases(
        office,
        office.definition_of(case),
        case.routed.table,
        case.routed.row,
        subject.ref if subject else None,
        opened_at=case.opened_at,
    )
    return replace(case, earlier=earlier)


def bar(office: Office, case: Case, role: RoleRef, at: datetime) -> str:
    """Why a role cannot have anything of this case today; empty when it can."""
    directory = office.directory()
    return why_barred(role, directory, excluded=barred_from_role(case, role, directory), at=at)


def with_release(office: Office, case: Case, routed: Routed, at: datetime) -> Routed:
    """The route of the owner, with what the sanction table says of the row beside it (casework 5).

    About an adult of the school nobody is told of that: it is there to be decided by (casework 4).
    """
    definition = office.definition_of(case)
    given = given_of(office, case)
    plain = replace(
        given,
        rows={case.routed.table: case.routed.row},
        facts={**given.facts, "child_protection": "no", "advised": "yes"},
        flags=tuple(f for f in given.flags if f != "child_protection"),
    )
    rule = Rule(key=case.routed.rule, when=None, why=NO_TEXT, by_table=case.routed.table)
    table = by_rule(definition, rule, plain, barred=lambda role: bar(office, case, role, at))
    why = Words(definition=definition, language=definition.school.language).say("why_released")
    told = tuple(t for t in _all_told(case, routed) if t.why != why)
    if table.owner is not None and table.owner != routed.owner and not routed.restricted:
        told = (*(t for t in told if t.role != table.owner), Told(role=table.owner, why=why))
    return replace(
        routed,
        also=told,
        table=table.table,
        row=table.row,
        source=table.source,
        column=table.column,
        rung=table.rung,
        offence=table.offence,
        proposed=table.proposed,
        sanctions=table.sanctions,
        aggravated=table.aggravated,
    )


def _all_told(case: Case, routed: Routed) -> tuple[Told, ...]:
    """Those told now, and those told before: nobody unlearns a case because its route has changed."""
    now = {t.role for t in routed.also} | {routed.owner}
    before = (t for t in case.routed.also if t.role not in now)
    # An authority that had the oversight of a case about an adult has it no longer once it is about none.
    kept = (replace(t, oversight=t.oversight and not case.cleared) for t in before)
    return (*routed.also, *kept)


def oversight_of(office: Office, routed: Routed) -> RoleRef | None:
    """Whose acknowledgement is the second one; None where the owner's role is the same (casework 8).

    About an adult of the school it is the case's own authority, in the DSL's place.
    """
    named = next((t.role for t in routed.also if t.oversight), None)
    if named is not None:
        return named
    ours = HEADS if routed.restricted else SAFEGUARDING
    owner = routed.owner.role if routed.owner else ""
    known = ours[0] in office.shelf.current().roles
    return None if owner in ours or not known else RoleRef(role=ours[0])


def overseen_by(office: Office, case: Case, at: datetime) -> tuple[PersonId | None, RoleRef | None]:
    """Who hears, beside its owner, of what goes wrong in a case: whoever has the oversight, or its role.

    Where the owner has it too, the other of the two roles that can.
    """
    duty, owner = case.oversight, owner_now(case)
    person = duty.accepted_by
    if person is not None and person != owner and may_see(case, person, office.directory(), at):
        return person, None
    mine = case.owner.accepted_role or (case.owner.role.role if case.owner.role else "")
    if duty.role is not None and duty.role.role != mine:
        return None, duty.role
    lead = HEADS if case.routed.restricted else SAFEGUARDING
    known = office.shelf.current().roles
    return None, next((RoleRef(role=key) for key in lead if key != mine and key in known), None)


def told_of(office: Office, case: Case, role: str) -> RoleRef:
    """The role, towards whom it is held in this case."""
    return refer(role, office.definition_of(case).roles, towards_of(case))


def reroute(office: Office, unit: Unit, case: Case, *, by: PersonId, keep_owner: bool = False) -> Case:
    """The case on its new route: whoever is newly told is told, a new owner's role is alerted.

    Urgency only rises here. `keep_owner`: whoever has taken it keeps it; a closed one is given to nobody.
    `by` changed something, and is not told of it.
    """
    routed = routed_now(office, case, unit.now)
    owner = owner_now(case)
    has_it = owner is not None and owner not in excluded_now(case)
    # What was handed over stays where it is until the route itself says something new.
    before = case.routed.owner if case.owner.handed else case.owner.role
    if keep_owner and has_it and routed.owner != before:
        routed = _led_beside(office, case, routed)
    told_before = {t.role for t in case.routed.also}
    daily = case.routed.channel == "daily"
    moved = replace(case, routed=routed, urgency=_raised(case, routed))
    released = {t.role for t in routed.also if case.released and t.role not in told_before}
    for told in routed.also:
        if told.role not in told_before:
            reason = "released" if told.role in released else "told"
            messages.alert(
                office, unit, moved, duty="told", role=told.role, reason=reason, mark=f"{case.revision}"
            )
    to_another = (routed.owner != before and not (keep_owner and has_it)) or (owner and not has_it)
    if to_another and case.closing is None:
        moved = _to_new_owner(office, unit, moved, routed.owner, by=by)
    moved = _overseen(office, unit, moved)
    if moved.urgency != "routine" and case.urgency == "routine":
        moved = _now_urgent(office, unit, moved)
    if daily and routed.channel != "daily":
        posts.refresh_daily(office, unit, moved)
    return moved


def _led_beside(office: Office, case: Case, routed: Routed) -> Routed:
    """Where somebody keeps what is now its lead's by the route: the lead is told, and has the oversight."""
    leads, keeper = HEADS if routed.restricted else SAFEGUARDING, case.owner.keeper
    has_it = case.owner.accepted_role or (keeper.role if keeper else "")
    role = routed.owner
    if role is None or role.role not in leads or has_it in leads or role in {t.role for t in routed.also}:
        return routed
    rules = office.definition_of(case).routing.rules
    why = next((r.why.say() for r in rules if r.key == routed.rule), "")
    told = Told(role=role, why=why or next((t.why for t in routed.also), ""), oversight=True)
    return replace(routed, also=(*routed.also, told))


def _raised(case: Case, routed: Routed) -> Urgency:
    """The highest wins; but what a safeguarding lead has lowered, only something new raises again."""
    if URGENCIES.index(routed.urgency) <= URGENCIES.index(case.routed.urgency):
        return case.urgency
    return max(case.urgency, routed.urgency, key=URGENCIES.index)


def _to_new_owner(office: Office, unit: Unit, case: Case, role: RoleRef | None, *, by: PersonId) -> Case:
    before = owner_now(case)
    if before and before != by:
        messages.taken_from(office, unit, case, before)
    case = replace(case, owner=replace(climbs.as_routed(case), role=role))
    return climbs.begin(office, unit, case, "owner")


def _overseen(office: Office, unit: Unit, case: Case) -> Case:
    """The oversight goes with the route: begun anew, or at an end where the owner is the same."""
    role, duty = oversight_of(office, case.routed), case.oversight
    if duty.role == role or duty.accepted_by is not None:
        return case
    case = climbs.stop(unit, case, "oversight")
    case = replace(case, oversight=replace(case.oversight, role=role))
    return climbs.begin(office, unit, case, "oversight") if role and duty.clock_id else case


def _now_urgent(office: Office, unit: Unit, case: Case) -> Case:
    """A routine case has become urgent: its oversight is asked for, and the channel hears of it."""
    posted = case.routed.channel == "urgent" and posts.linked_channel(office) is not None
    fresh = posted and office.store.get(POSTED, messages.post_slot(case.id)) is None
    if case.oversight.accepted_by is None:
        case = climbs.begin(office, unit, case, "oversight", quietly=fresh)
    if fresh:
        posts.post(office, unit, case)
    return case
