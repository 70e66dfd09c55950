"""Who a step waits for, who may do it, who may begin or stop a procedure: asked at every press and send.

Nobody excluded, and nobody who is in the case, is ever among them (design 4, rule 1; casework 4, 6). In a
case about an adult of the school it is its own authority, until the owner lets others do their steps.
"""

from __future__ import annotations

import re
from datetime import datetime

from bot.casework.office import Office
from bot.casework.procedures.knowing import is_request, known_of, step_of
from bot.casework.rerouting import told_of
from bot.casework.unit import Unit
from bot.casework.words import as_command
from bot.engine.access import askable, barred_from_deciding, role_for, standing
from bot.engine.conditions import holds
from bot.engine.holders import STAFF
from bot.engine.procedure import open_roles
from bot.engine.routing import HEADS, SAFEGUARDING
from bot.model.cases import Case, owner_now
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.people import Directory, Holder, PersonId
from bot.model.procedures import Procedure, asker_of, signed_now

REQUESTER = "requester"
"""Among the roles of a step: whoever asked for it."""

WORD = r"[\w'-]+"
GAP = "..."
"""In a phrase: a few words of their own, as in *is ... allowed*."""
MOST_BETWEEN = 8

OWN = ("holder", "another", "deputy")


def authority(case: Case) -> frozenset[str]:
    """The roles that a case about an adult of the school is open to (casework 4)."""
    duties = (case.owner.role, case.oversight.role, case.routed.owner)
    roles = {role.role for role in duties if role is not None} | set(case.routed.roles) | set(HEADS)
    return frozenset((roles | {case.owner.accepted_role}) - set(SAFEGUARDING) - {""})


def asked_roles(step: Step, procedure: Procedure) -> tuple[str, ...]:
    """The roles that the step itself names: of an approval those that have not signed."""
    return open_roles(step, procedure) if step.kind == "approval" else step.who


def held_back(case: Case, procedure: Procedure, step: Step) -> bool:
    """Whether the step is for others, and the owner has to let them do it first."""
    roles = set(asked_roles(step, procedure)) - {REQUESTER}
    closed_to = roles - authority(case)
    return case.routed.restricted and not procedure.released and bool(closed_to) and closed_to == roles


def waits_for(case: Case, procedure: Procedure, step: Step) -> tuple[str, ...]:
    """The roles that can do the step now, in order; empty: whoever handles the case."""
    roles = asked_roles(step, procedure)
    if not case.routed.restricted or procedure.released:
        return roles
    return tuple(r for r in roles if r == REQUESTER or r in authority(case))


def may_be_told(case: Case, role: str) -> bool:
    """Whether a notify step may reach the role: in a restricted case authority and whom its route told."""
    told = {t.role.role for t in case.routed.also}
    return not case.routed.restricted or role in authority(case) | told


def for_role(
    office: Office, case: Case, role: str, at: datetime, *, out: frozenset[PersonId] = frozenset()
) -> tuple[Holder, ...]:
    """Who can do a step in that role, in order; `out` have signed, or may not sign what they asked."""
    directory = office.directory()
    if role == REQUESTER:
        asked = Holder(person=case.reporter, role=REQUESTER, how="holder")
        free = is_staff(directory, case.reporter) and case.reporter not in barred_from_deciding(
            case, directory
        )
        return (asked,) if free else ()
    found = askable(case, told_of(office, case, role), directory, at)
    return tuple(h for h in found if h.person not in out)


def cannot_sign(step: Step, procedure: Procedure) -> frozenset[PersonId]:
    """Who has signed since the step began, and who asked where that bars them."""
    signed = {s.by for s in signed_now(procedure)}
    own = {asker_of(procedure)} if step.others_only and step.kind == "approval" else set()
    return frozenset(p for p in signed | own if p)


def may_do(office: Office, unit: Unit, case: Case, procedure: Procedure, person: PersonId) -> str | None:
    """The role in which the person may do the step it stands at, now; None: it is not theirs."""
    step, directory = step_of(office, procedure), office.directory()
    if procedure.state != "open" or not is_staff(directory, person):
        return None
    if person in barred_from_deciding(case, directory):
        return None
    roles = waits_for(case, procedure, step)
    out = cannot_sign(step, procedure)
    for role in roles:
        for holder in for_role(office, case, role, unit.now, out=out):
            if holder.person == person and (holder.how in OWN or person in procedure.tried):
                return role
    lost = step.kind != "approval" and not any(for_role(office, case, r, unit.now) for r in roles)
    return handles(office, unit, case, person) if not roles or lost else None


def handles(office: Office, unit: Unit, case: Case, person: PersonId, verb: str = "work") -> str | None:
    """The role in which the person may do the case's own steps (or `verb`), or None."""
    return role_for(
        case, person, verb,
        definitions=office.definitions_of(case), directory=office.directory(), at=unit.now,
    )  # fmt: skip


def may_let_others(
    office: Office, unit: Unit, case: Case, procedure: Procedure, person: PersonId
) -> str | None:
    """The role in which the owner of a restricted case may let others do the step."""
    held = procedure.state == "open" and held_back(case, procedure, step_of(office, procedure))
    return handles(office, unit, case, person) if held and person == owner_now(case) else None


def may_begin(office: Office, unit: Unit, case: Case, person: PersonId) -> tuple[Flow, ...]:
    """The procedures that the person may begin by hand in this case now.

    One that says neither when nor by whom begins by itself or from a step, and is offered to nobody.
    """
    role = handles(office, unit, case, person, "begin")
    if role is None or not case.complete or is_request(case):
        return ()
    directory, known = office.directory(), known_of(office, case)
    mine = {*standing(case, person, directory, unit.now).roles, *directory.people[person].roles}
    return tuple(
        flow
        for flow in office.definition_of(case).flows.values()
        if flow.use == "case"
        and (flow.begun_by or flow.offered_when)
        and (not flow.begun_by or STAFF in flow.begun_by or mine & set(flow.begun_by))
        and holds(flow.offered_when, case.answers, flags=known.flags, facts=known.facts)
    )


def may_ask(definition: Definition, directory: Directory, person: PersonId) -> tuple[Flow, ...]:
    """What the person may ask for, or ask about, outside any case."""
    if not is_staff(directory, person):
        return ()
    mine = {STAFF, *directory.people[person].roles}
    allowed = any(p.verb == "begin" and p.role in mine for p in definition.permissions)
    flows = (f for f in definition.flows.values() if f.use in ("request", "question"))
    return tuple(f for f in flows if allowed and mine & set(f.begun_by))


def meant(flows: tuple[Flow, ...], text: str) -> Flow | None:
    """Which of these a sentence seems to ask for: whose phrase of two words or more is in it, the longest."""
    said = f" {_said(text)} "
    phrases = [(phrase, flow) for flow in flows for phrase in flow.words if " " in phrase]
    found = [(len(phrase), flow) for phrase, flow in phrases if re.search(f" {_pattern(phrase)} ", said)]
    return max(found, key=lambda each: each[0])[1] if found else None


def names(phrase: str, text: str) -> bool:
    """Whether the text is this phrase and nothing else."""
    return as_command(text) == phrase or (GAP in phrase and bool(re.fullmatch(_pattern(phrase), _said(text))))


def _said(text: str) -> str:
    return " ".join(re.findall(WORD, as_command(text)))


def _pattern(phrase: str) -> str:
    between = f"(?: {WORD}){{1,{MOST_BETWEEN}}} "
    return between.join(re.escape(part.strip()) for part in phrase.split(GAP))


def is_staff(directory: Directory, person: PersonId) -> bool:
    """Whether the person is of the school's staff today."""
    member = directory.people.get(person)
    return member is not None and not member.former
