"""A case handed to another role or person: whoever has it keeps it until they have taken it.

Source: casework 8, 9. Must not know how anybody is told.
"""

from __future__ import annotations

from datetime import datetime

from bot.casework import climbs, messages
from bot.casework.acting import Doing, Done, NotNow
from bot.casework.office import Office
from bot.casework.rerouting import bar, told_of
from bot.engine.access import barred_from_deciding, barred_from_role, direct_holders
from bot.engine.routing import HEADS, SAFEGUARDING
from bot.model.cases import REQUEST, Case, Climb, Keeper, owner_now
from bot.model.changed import replace
from bot.model.people import PersonId, RoleRef


def receiving_roles(office: Office, case: Case, at: datetime) -> tuple[str, ...]:
    """The roles that the case can be handed to today: somebody free holds them, and the case may be theirs.

    A child-protection case is safeguarding's alone; one about an adult of the school is for who may own it
    (casework 4, 5).
    """
    definition = office.definition_of(case)
    scopes = ("assigned", "all", "requests") if case.routed.rule == REQUEST else ("assigned", "all")
    able = {p.role for p in definition.permissions if p.verb == "accept" and p.scope in scopes}
    if case.routed.restricted:
        table = definition.tables.get(case.routed.table)
        ladder = {r for c in table.ladder for r in c.roles} if table else set()
        able &= set(case.routed.roles if case.routed.only else HEADS) | (
            set() if case.routed.only else ladder
        )
    elif case.routed.child_protection:
        able &= set(SAFEGUARDING)
    return tuple(
        key
        for key in definition.roles
        if key in able and not bar(office, case, told_of(office, case, key), at)
    )


def hand_over(d: Doing) -> Done:
    """Ask another role, or somebody by name, to take the case; the climb begins with them.

    Whoever has it keeps it until it is taken, and gets it back where nobody takes it.
    """
    role, named = _receiver(d)
    before, owner = owner_now(d.case), d.case.owner
    keeper = owner.keeper
    if owner.accepted_by is not None and owner.accepted_at is not None:
        keeper = Keeper(
            person=owner.accepted_by, role=owner.accepted_role, towards=owner.role, at=owner.accepted_at
        )
    fresh = Climb(
        role=role, began_at=d.unit.now, clock_id=owner.clock_id, handed=True, named=named, keeper=keeper
    )
    case = climbs.begin(d.office, d.unit, replace(d.case, owner=fresh), "owner", reason="handed")
    case = replace(case, owner=replace(case.owner, outside=owner.outside and keeper is None))
    if before is not None and before != d.person:
        key = f"handed/{case.id}/{case.revision}"
        messages.notice(d.office, d.unit, "handed_on", key=key, person=before, case=case)
    return case, {"role": role.role, "person": named or "", "before": before or "", "why": d.why()}


def _receiver(d: Doing) -> tuple[RoleRef, PersonId | None]:
    """Whom the form names, if the case can be theirs."""
    picked = [p for p in d.values.get("who", "").split(",") if p]
    wanted = d.values.get("role", "")
    if len(picked) > 1 or not (picked or wanted):
        raise NotNow(d.words.say("hand_over_whom"))
    open_to = receiving_roles(d.office, d.case, d.unit.now)
    person = picked[0] if picked else None
    for key in (wanted,) if wanted else open_to:
        role = told_of(d.office, d.case, key)
        free = _holders(d, role) - {owner_now(d.case)}
        if key in open_to and (person in free if person else free):
            return role, person
    raise NotNow(d.words.say("hand_over_nobody"))


def _holders(d: Doing, role: RoleRef) -> frozenset[PersonId]:
    directory = d.office.directory()
    out = barred_from_role(d.case, role, directory) | barred_from_deciding(d.case, directory)
    return direct_holders(role, directory, out, d.unit.now)
