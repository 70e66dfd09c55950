"""Who may see a case and who may do what with it: asked at every read, press and send.

Pure; on the facts of this moment. Must not know why somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.engine.holders import barred as why_barred
from bot.engine.holders import chain_of, holders, managed_by, own_holders
from bot.engine.routing import SAFEGUARDING
from bot.model.cases import REQUEST, Case, Climb, excluded_now, owner_now
from bot.model.definition import Definition
from bot.model.people import Directory, Holder, PersonId, RoleRef

Sight = Literal["all", "children", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a person is in a case today: role keys, and how much of it those let them see."""

    roles: tuple[str, ...]
    sight: Sight


READING = frozenset({"open", "note", "list"})
OVERSEEING = READING | {
    "acknowledge", "accept", "propose", "read_log", "release", "lower_urgency", "exclude", "lift",
}  # fmt: skip
BEING_TOLD = READING | {"propose", "decide"}
"""What the told may do; that each action names who may decide it is asked besides."""

NOBODY = Standing(roles=(), sight="none")


def barred_from_deciding(case: Case, directory: Directory) -> frozenset[PersonId]:
    """The excluded, affected or witness staff, and whom a restricted case's subject line-manages."""
    barred = set(excluded_now(case))
    barred.update(p.ref for p in case.participants if p.kind == "adult" and p.ref)
    for exclusion in case.excluded:
        if exclusion.ground == "subject" and exclusion.lifted_at is None:
            barred |= managed_by(exclusion.person, directory)
    return frozenset(barred)


def direct_holders(
    role: RoleRef, directory: Directory, excluded: frozenset[PersonId], at: datetime
) -> frozenset[PersonId]:
    """Those who hold the role itself, or deputise for an absent holder: no substitutes, no last resort.

    Nobody where the only holders are excluded: their deputies do not step in for them (casework 4).
    """
    if why_barred(role, directory, excluded=excluded, at=at):
        return frozenset()
    return frozenset(
        h.person
        for h in holders(role, directory, excluded=excluded, at=at)
        if h.how in ("holder", "another", "deputy")
    )


def barred_from_role(case: Case, role: RoleRef, directory: Directory) -> frozenset[PersonId]:
    """Who must not fill this role of the case.

    About an adult of the school safeguarding decides nothing, it is told which children may need help. Being
    line-managed by the person bars from deciding alone: a case about the head still reaches the DSL.
    """
    if case.routed.restricted and role.role in SAFEGUARDING:
        return excluded_now(case) | {p.ref for p in case.participants if p.kind == "adult" and p.ref}
    return barred_from_deciding(case, directory)


def askable(case: Case, role: RoleRef, directory: Directory, at: datetime) -> tuple[Holder, ...]:
    """Who may be asked to fill a role of this case, in order; whom it was handed to by name comes first.

    A case that is handed over while somebody keeps it is for the role's own holders: behind them stands the
    keeper. About an adult of the school never safeguarding, but for what it is told to keep children safe.

    Where the rule is for its own roles alone (a case about an adult who may have hurt a child), nobody
    else: no substitute and no last resort; behind them stands the outside route (casework 4).
    """
    found = _askable(case, role, directory, at)
    if role != case.owner.role:
        return found
    if case.owner.keeper is not None:
        own = direct_holders(role, directory, barred_from_role(case, role, directory), at)
        found = tuple(h for h in found if h.person in own and h.person != case.owner.keeper.person)
    return tuple(sorted(found, key=lambda h: h.person != case.owner.named))


def _askable(case: Case, role: RoleRef, directory: Directory, at: datetime) -> tuple[Holder, ...]:
    out = barred_from_role(case, role, directory)
    if not case.routed.only or role.role not in case.routed.roles:
        found_all = holders(role, directory, excluded=out, at=at)
        if not case.routed.restricted:
            return found_all
        for_children = role.role in SAFEGUARDING
        return tuple(h for h in found_all if (h.role in SAFEGUARDING) == for_children)
    start = case.routed.roles.index(role.role)
    found: dict[PersonId, Holder] = {}
    for key in case.routed.roles[start:]:
        own = RoleRef(role=key, of=role.of)
        if why_barred(own, directory, excluded=out, at=at):
            continue
        for holder in holders(own, directory, excluded=out, at=at):
            if holder.role == key and holder.how in ("holder", "another", "deputy"):
                found.setdefault(holder.person, holder)
    return tuple(found.values())


def oversees(case: Case, person: PersonId, directory: Directory, at: datetime) -> bool:
    """Whether this person's acknowledgement is the case's second one: for safeguarding a DSL's or a deputy's,
    else that of whoever holds the role or was asked for it (casework 8)."""
    duty = case.oversight
    out = barred_from_deciding(case, directory)
    member = directory.people.get(person)
    if duty.role is None or member is None or member.former or person in out:
        return False
    if duty.role.role in SAFEGUARDING and set(member.roles) & set(SAFEGUARDING):
        return True
    return person in duty.tried or person in direct_holders(duty.role, directory, out, at)


def standing(case: Case, person: PersonId, directory: Directory, at: datetime) -> Standing:
    """What `person` is in the case. NOBODY for the excluded, for pupils, guests and former staff.

    The reporter is nothing by reporting: their receipt is a matter of its own.
    """
    member = directory.people.get(person)
    if member is None or member.former or person in excluded_now(case):
        return NOBODY
    barred = barred_from_deciding(case, directory)
    full: list[str] = []
    if person not in barred:
        for duty in (case.owner, case.oversight):
            full.extend(_roles_by_duty(duty, person, directory, barred, at))
    full.extend(_standing_rights(case, person, directory))
    told = [
        t
        for t in case.routed.also
        if person in direct_holders(t.role, directory, barred_from_role(case, t.role, directory), at)
    ]
    full.extend(t.role.role for t in told if t.sees == "all")
    if full:
        return Standing(roles=tuple(dict.fromkeys(full)), sight="all")
    some = tuple(dict.fromkeys(t.role.role for t in told))
    return Standing(roles=some, sight="children") if some else NOBODY


def _roles_by_duty(
    duty: Climb, person: PersonId, directory: Directory, barred: frozenset[PersonId], at: datetime
) -> list[str]:
    roles = []
    if duty.accepted_by == person and _still_holds(duty.accepted_role, duty.role, person, directory):
        roles.append(duty.accepted_role)
    keeper = duty.keeper
    if keeper and keeper.person == person and _still_holds(keeper.role, keeper.towards, person, directory):
        roles.append(keeper.role)
    if duty.role is None:
        return roles
    asked = person in duty.tried and _still_holds(duty.role.role, duty.role, person, directory)
    if asked or person in direct_holders(duty.role, directory, barred, at):
        roles.append(duty.role.role)
    return roles


def is_left(case: Case, directory: Directory) -> bool:
    """Whether the case is nobody's: whoever has or keeps it has left, lost the role or is out of it."""
    owner, keeper = owner_now(case), case.owner.keeper
    if owner is None:
        return False
    member = directory.people.get(owner)
    if member is None or member.former or owner in barred_from_deciding(case, directory):
        return True
    if case.owner.accepted_by is None and keeper is not None:
        return not _still_holds(keeper.role, keeper.towards, owner, directory)
    return not _still_holds(case.owner.accepted_role, case.owner.role, owner, directory)


def _still_holds(role: str, towards: RoleRef | None, person: PersonId, directory: Directory) -> bool:
    """Whether the person, away or not, holds today the role or one that stands in for it, or deputises."""
    of = towards.of if towards else None
    return any(
        holder.id == person or person in holder.deputies
        for key in chain_of(role, directory)
        for holder in own_holders(RoleRef(role=key, of=of), directory)
    )


def _standing_rights(case: Case, person: PersonId, directory: Directory) -> list[str]:
    if case.routed.restricted:
        return []
    held = directory.people[person].roles
    return [
        key
        for key in held
        if key in directory.roles
        and (
            directory.roles[key].sees == "safeguarding"
            or (directory.roles[key].sees == "unrestricted" and not safeguarding_has(case))
        )
    ]


def safeguarding_has(case: Case) -> bool:
    """Whether the case is the DSL's: a child at risk, or owned (or to be owned) by a DSL or a deputy."""
    if case.routed.child_protection:
        return True
    if case.owner.accepted_by is not None:
        return case.owner.accepted_role in SAFEGUARDING
    if case.owner.keeper is not None and case.owner.keeper.role in SAFEGUARDING:
        return True
    return case.owner.role is not None and case.owner.role.role in SAFEGUARDING


def may_see(case: Case, person: PersonId, directory: Directory, at: datetime) -> bool:
    """Rule 1 and rule 10 in one predicate: not excluded, and a role in it or a standing right."""
    return standing(case, person, directory, at).sight != "none"


def sees_all(case: Case, person: PersonId, directory: Directory, at: datetime) -> bool:
    """Whether they see more of the case than which children may need help."""
    return standing(case, person, directory, at).sight == "all"


def role_for(
    case: Case,
    person: PersonId,
    verb: str,
    *,
    definitions: Iterable[Definition],
    directory: Directory,
    at: datetime,
) -> str | None:
    """The role in which `person` may do `verb` with the case now, or None.

    `definitions`: the one the case began with and the one in force; the stricter counts (casework 9).
    """
    held = standing(case, person, directory, at)
    if held.sight != "all" or person in barred_from_deciding(case, directory):
        return None
    assigned = _assigned(case, person, verb, directory=directory, at=at)
    for role in held.roles:
        scopes = ("assigned", "all") if role in assigned else ("all",)
        if case.routed.restricted and role in assigned:
            scopes = (*scopes, "restricted")
        if case.routed.rule == REQUEST and role in assigned:
            scopes = (*scopes, "requests")
        if all(_allows(d, verb, role, scopes) for d in definitions):
            return role
    return None


def _assigned(
    case: Case, person: PersonId, verb: str, *, directory: Directory, at: datetime
) -> frozenset[str]:
    """The roles in the case that carry this verb for the person.

    Once somebody has the case it is theirs: whoever else was asked, or holds the role, reads and writes
    notes. The oversight and the told have their own few verbs; naming who must not see it, and closing, are
    the owner's (casework 6; whom a standing right lets act on all cases stands in `roles.yaml`).
    """
    barred = barred_from_deciding(case, directory)
    owner = owner_now(case)
    offered = case.owner.accepted_by is None and verb == "accept"
    roles: list[str] = []
    if owner is None or owner == person or offered or verb in READING:
        roles.extend(_roles_by_duty(case.owner, person, directory, barred, at))
    if verb in OVERSEEING:
        roles.extend(_roles_by_duty(case.oversight, person, directory, barred, at))
    if verb in BEING_TOLD:
        told = (t for t in case.routed.also if person in direct_holders(t.role, directory, barred, at))
        roles.extend(t.role.role for t in told)
    return frozenset(roles)


def _allows(definition: Definition, verb: str, role: str, scopes: tuple[str, ...]) -> bool:
    return any(p.verb == verb and p.role == role and p.scope in scopes for p in definition.permissions)
