"""Carries out what follows from a procedure's walk: the record, whom it asks and tells, its clock, its end.

The engine decides where it goes. Must not know cards, presses or how anybody is reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.casework import climbs, messages, refreshing
from bot.casework.facts import facts_of_case
from bot.casework.office import HANDRAIL, Office, new_id
from bot.casework.procedures.asking import (
    REQUESTER,
    cannot_sign,
    for_role,
    held_back,
    may_be_told,
    waits_for,
)  # fmt: skip
from bot.casework.procedures.knowing import (
    flow_of,
    is_request,
    kept_in,
    known_of,
    open_ones,
    stay_of,
    step_of,
)  # fmt: skip
from bot.casework.rerouting import overseen_by, reroute, told_of
from bot.casework.tables import PROCEDURES
from bot.casework.unit import Unit
from bot.casework.words import Words
from bot.engine import procedure as engine
from bot.engine.access import may_see
from bot.engine.conditions import holds
from bot.engine.procedure import Act, Follows
from bot.engine.step_form import Known, form_of
from bot.model.cases import Case, Closing, Recorded, owner_now
from bot.model.changed import replace
from bot.model.flows import Field, Flow
from bot.model.outbox import Alarm
from bot.model.people import PersonId, RoleRef
from bot.model.procedures import Procedure, StepDone, next_reminder

CLOCK = "procedure"
"""The one alarm of a procedure: the next time at which something is due, expires or is over."""

TOLD_AT, TOLD_EACH = 2, 5
"""From which reminder of an overdue step on its case's oversight hears of it, and at each how many from then
on: there is a reminder each school day (engine), so five are a week."""


def begin_by_itself(office: Office, unit: Unit, case: Case) -> Case:
    """Begin every procedure that the case's facts call for, once per case and flow.

    In a closed case only what closing itself calls for; in what staff asked for only what may be a crime.
    """
    if not case.complete or (is_request(case) and facts_of_case(case)["illegal"] != "yes"):
        return case
    known = known_of(office, case)
    for flow in office.definition_of(case).beginning:
        if flow.key not in case.begun and _called_for(case, known, flow):
            before, case = case, begin(office, unit, case, flow.key, known=known)
            # Most begin without a change of anything that a condition asks for.
            if replace(case, begun=before.begun, revision=before.revision) != before:
                known = known_of(office, case)
    return case


def _called_for(case: Case, known: Known, flow: Flow) -> bool:
    met = holds(flow.begins_when, case.answers, flags=known.flags, facts=known.facts)
    if case.closing is None or not met:
        return met
    as_open = {**known.facts, "closed": "no"}
    return not holds(flow.begins_when, case.answers, flags=known.flags, facts=as_open)


def begin(
    office: Office,
    unit: Unit,
    case: Case,
    flow: str,
    *,
    by: PersonId | None = None,
    role: str = "",
    started_by: str = "",
    known: Known | None = None,
) -> Case:
    """Begin a procedure in the case: `by` hand in that role, by the step of another, or by itself.

    `known`: what is known of the case as it is, where the caller has it at hand.
    """
    before, case = case, _with_crime(office, unit, case, flow) if started_by else case
    begun, follows = engine.begin(
        office.definition_of(case),
        flow,
        known or known_of(office, case),
        procedure_id=new_id(),
        case=case.id,
        now=unit.now,
        asked_by=by,
        started_by=started_by,
    )
    if by is not None:
        # By hand in a case about an adult of the school: they have chosen whom it asks (casework 4).
        begun = replace(begun, released=True)
    case = replace(case, begun=tuple(dict.fromkeys((*case.begun, flow))))
    content = {"procedure": begun.id, "flow": flow, "started_by": started_by}
    if case.crime != before.crime:
        content["crime"] = case.crime
    case = unit.case(case, actor=by or HANDRAIL, role=role, kind="procedure_begun", content=content)
    return follow(office, unit, case, None, begun, follows, Act(kind="wake", by=by, role=role))


def _with_crime(office: Office, unit: Unit, case: Case, flow: str) -> Case:
    """What a step begins says of the case whether it could be a crime: it goes by that at once, and is as
    urgent, also where it is closed (casework 1, 8). An answer only ever becomes graver here."""
    says = office.definition_of(case).flows[flow].sets_crime
    if not says or case.crime in (says, "yes"):
        return case
    return reroute(office, unit, replace(case, crime=says), by=HANDRAIL, keep_owner=True)


def _begin_from(office: Office, unit: Unit, case: Case, procedure: Procedure, flow: str) -> Case:
    """What a step begins; where it runs already, what it says of the case counts all the same."""
    if flow not in {p.flow for p in open_ones(unit, case)}:
        return begin(office, unit, case, flow, started_by=procedure.id)
    said = _with_crime(office, unit, case, flow)
    if said.crime == case.crime:
        return case
    content = {"procedure": procedure.id, "flow": flow, "crime": said.crime}
    return unit.case(said, actor=HANDRAIL, role="", kind="crime_found", content=content)


def act(office: Office, unit: Unit, case: Case, procedure: Procedure, what: Act) -> tuple[Procedure, Case]:
    """Do something with a procedure. With faults, or where it does not fit, nothing is written."""
    # Also where the case has been moved to newer definitions since.
    own = office.shelf.by_hash(procedure.definition)
    moved, follows = engine.advance(own, procedure, what, known_of(office, case), unit.now)
    if moved.errors or moved == procedure:
        return moved, case
    case = follow(office, unit, case, procedure, moved, follows, what)
    refreshing.refresh_case(office, unit, case)
    return moved, case


def follow(
    office: Office,
    unit: Unit,
    case: Case,
    before: Procedure | None,
    procedure: Procedure,
    follows: tuple[Follows, ...],
    what: Act,
) -> Case:
    """Write the procedure as it is now, and do what follows."""
    came_on = before is None or len(before.done) != len(procedure.done)
    if came_on and procedure.tried:
        procedure = replace(procedure, tried=())
    procedure = write(unit, _with_clock(unit, procedure))
    done = iter(procedure.done[len(before.done) if before else 0 :])
    actor, role = what.by or HANDRAIL, what.role
    for each in follows:
        if each.kind in ("passed", "signed", "handed", "end"):
            content = _content(procedure, each, next(done, None) if each.kind == "passed" else None)
            case = _also_recorded(office, case, procedure, each, what, at=unit.now)
            case = unit.case(case, actor=actor, role=role, kind=RECORDED[each.kind], content=content)
        elif each.kind == "begin":
            case = _begin_from(office, unit, case, procedure, each.flow)
        elif each.kind == "tell":
            case = _tell(office, unit, case, procedure, each)
        elif each.kind == "remind":
            case = _remind(office, unit, case, procedure)
    if procedure.state == "open" and came_on:
        ask(office, unit, case, procedure, by=what.by)
    elif procedure.state == "open" and any(f.kind == "signed" for f in follows):
        _ask_further(office, unit, case, procedure)
    elif procedure.state != "open" and any(f.kind == "end" for f in follows):
        case = _over(office, unit, case, procedure, what)
    return case


def _also_recorded(
    office: Office, case: Case, procedure: Procedure, each: Follows, what: Act, *, at: datetime
) -> Case:
    """What somebody did in the step counts as the action that it `records`: closing asks for it no more."""
    flow = office.definition_of(case).flows[procedure.flow]
    step = flow.steps[each.step]
    if each.kind != "passed" or not step.records or what.by is None:
        return case
    passed = next(done for done in reversed(procedure.done) if done.step == step.key)
    form = form_of(office.definition_of(case), flow, step)
    said = {key: _said(form, key, value) for key, value in passed.answers.items()}
    line = Recorded(action=step.records, by=what.by, role=what.role, at=at, answers=said)
    return replace(case, recorded=(*case.recorded, line))


def _said(form: Mapping[str, Field], key: str, value: str) -> str:
    """An answer in the words it was chosen by."""
    labels = {option.key: option.label.say() for option in form[key].options} if key in form else {}
    return ", ".join(labels.get(part, part) for part in value.split(",")) if labels else value


RECORDED: Mapping[str, str] = {
    "passed": "step_passed",
    "signed": "step_signed",
    "handed": "device_handed",
    "end": "procedure_ended",
}
"""What a line of history is called."""


def _content(procedure: Procedure, each: Follows, done: StepDone | None) -> Mapping[str, object]:
    content: dict[str, object] = {
        "procedure": procedure.id, "flow": procedure.flow, "step": each.step,
        "outcome": each.outcome or each.does,
    }  # fmt: skip
    if each.kind == "signed":
        content["why"] = procedure.signatures[-1].why
    elif each.kind == "handed":
        last = procedure.hand_overs[-1]
        content |= {"what": last.what, "gave": last.gave, "took": last.took, "where": last.where}
    elif done is not None:
        content["answers"] = dict(done.answers)
    return content


def write(unit: Unit, procedure: Procedure) -> Procedure:
    """Write it; its revision goes up once per unit of work."""
    return unit.revise(PROCEDURES, procedure)


def _with_clock(unit: Unit, procedure: Procedure) -> Procedure:
    """With its one alarm armed for whatever comes first, and the one before taken away."""
    unit.disarm(procedure.clock_id)
    times = [
        at for at in (next_reminder(procedure), procedure.expires_at, procedure.wakes_at) if at is not None
    ]
    if procedure.state != "open" or not times:
        return replace(procedure, clock_id=None)
    alarm = unit.arm(
        Alarm(id=new_id(), kind=CLOCK, due=min(times), case=procedure.case or None, run=procedure.id)
    )
    return replace(procedure, clock_id=alarm.id)


# --- whom it asks and tells ---


def ask(office: Office, unit: Unit, case: Case, procedure: Procedure, *, by: PersonId | None) -> None:
    """Bring the step to whom it waits for; `by` has just pressed, and sees their own step in the case."""
    step = step_of(office, procedure)
    if step.kind == "wait" and not step.event.by_language:
        return
    roles = waits_for(case, procedure, step)
    if not roles:
        _ask_owner(office, unit, case, procedure, by=by)
        return
    out = cannot_sign(step, procedure)
    found = {role: for_role(office, case, role, unit.now, out=out) for role in roles}
    first = next((role for role in roles if found[role]), roles[0])
    for role in roles if step.kind == "approval" else (first,):
        if role == REQUESTER and case.opened_at == unit.now:
            continue  # The receipt that goes out now leads to it.
        mine = by is not None and role != REQUESTER and may_see(case, by, office.directory(), unit.now)
        if not (mine and found[role] and found[role][0].person == by):
            queue(office, unit, case, procedure, role)


def _ask_owner(office: Office, unit: Unit, case: Case, procedure: Procedure, *, by: PersonId | None) -> None:
    """It stands on the card of the case; whoever has it and did not just press is told so."""
    owner = owner_now(case)
    if owner and owner != by and procedure.done:
        what = "step_held" if held_back(case, procedure, step_of(office, procedure)) else "step_yours"
        key = f"{what}/{procedure.id}/{stay_of(procedure)}"
        messages.notice(office, unit, what, key=key, person=owner, case=case)


def _ask_further(office: Office, unit: Unit, case: Case, procedure: Procedure) -> None:
    """After a signature: a role still open is asked anew where nobody it was brought to can sign any more."""
    step = step_of(office, procedure)
    out = cannot_sign(step, procedure)
    for role in waits_for(case, procedure, step):
        free = {h.person for h in for_role(office, case, role, unit.now, out=out)}
        if not free & set(procedure.tried):
            queue(office, unit, case, procedure, role, mark=f"signed/{len(procedure.signatures)}")


def queue(
    office: Office,
    unit: Unit,
    case: Case,
    procedure: Procedure,
    role: str,
    *,
    mark: str = "new",
    reason: str = "new",
    skip: tuple[PersonId, ...] = (),
) -> None:
    """Queue the message: whom it reaches is found at sending."""
    stay = stay_of(procedure)
    ref = RoleRef(role=REQUESTER) if role == REQUESTER else told_of(office, case, role)
    key = f"step/{procedure.id}/{stay}/{role}/{mark}"
    unit.send(
        office.item(
            messages.STEP,
            key=key,
            slot=key,
            urgency=case.urgency,
            now=unit.now,
            to_role=ref,
            case=case.id,
            reason=reason,
            params={"procedure": procedure.id, "stay": stay, "role": role, "skip": " ".join(skip)},
        )
    )


def _tell(office: Office, unit: Unit, case: Case, procedure: Procedure, each: Follows) -> Case:
    """A line to each role; who of a restricted case may not know is not told, on record."""
    told = [role for role in each.roles if may_be_told(case, role)]
    for role in told:
        key = f"told/{procedure.id}/{len(procedure.done)}/{each.step}/{role}"
        unit.send(
            office.item(
                messages.STEP_TOLD,
                key=key,
                slot=key,
                urgency=case.urgency,
                now=unit.now,
                to_role=told_of(office, case, role),
                case=case.id,
                params={"procedure": procedure.id, "step": each.step, "role": role},
            )
        )
    content = {"procedure": procedure.id, "step": each.step, "roles": told}
    return unit.case(case, actor=HANDRAIL, role="", kind="step_told", content=content)


def _remind(office: Office, unit: Unit, case: Case, procedure: Procedure) -> Case:
    """It is overdue: those it waits for are reminded, and the owner hears of it; the second time, and once a
    week from then on, whoever oversees the case as well."""
    step, times = step_of(office, procedure), procedure.reminders
    roles = waits_for(case, procedure, step)
    for role in roles if step.kind == "approval" else roles[:1]:
        queue(office, unit, case, procedure, role, mark=f"late/{times}", reason="reminder")
    if owner_now(case):
        tell_owner(office, unit, case, procedure, "step_late" if roles else "step_due", mark=str(times))
    person, ref = overseen_by(office, case, unit.now)
    if (person or ref) and times >= TOLD_AT and (times - TOLD_AT) % TOLD_EACH == 0:
        key = f"step_long_late/{procedure.id}/{stay_of(procedure)}/{times}"
        messages.notice(office, unit, "step_long_late", key=key, person=person, role=ref, case=case)
    content = {"procedure": procedure.id, "step": step.key, "reminders": times}
    return unit.case(case, actor=HANDRAIL, role="", kind="step_late", content=content)


def tell_owner(
    office: Office, unit: Unit, case: Case, procedure: Procedure, what: str, *, mark: str = ""
) -> None:
    """A line to whoever has the case, or whose it is to be; once for each `mark`."""
    owner = owner_now(case)
    role = None if owner else case.owner.role
    if owner or role:
        key = f"{what}/{procedure.id}/{stay_of(procedure)}/{procedure.visit}/{mark}"
        messages.notice(office, unit, what, key=key, person=owner, role=role, case=case)


# --- its end ---


def _over(office: Office, unit: Unit, case: Case, procedure: Procedure, what: Act) -> Case:
    """What staff asked for is closed with its last procedure, by whoever did that; they hear of it."""
    if not is_request(case) or case.closing is not None or open_ones(unit, case) or kept_in(unit, case):
        return case
    done = procedure.state == "done"
    outcome = "request_done" if done else "request_stopped"
    closing = Closing(
        outcome=outcome, by=what.by or HANDRAIL, role=what.role, why=procedure_name(office, case, procedure),
        at=unit.now,
    )  # fmt: skip
    case = climbs.stop(unit, climbs.kept(case), "owner")
    case = replace(case, closing=closing)
    case = unit.case(
        case, actor=what.by or HANDRAIL, role=what.role, kind="close", content={"outcome": outcome}
    )
    words = Words(definition=office.definition_of(case))
    said = words.say("asked_done" if done else "asked_stopped", number=case.number)
    messages.said_back(office, unit, case.reporter, said, key=f"asked/{procedure.id}/over")
    return case


def procedure_name(office: Office, case: Case, procedure: Procedure) -> str:
    """What the procedure is called, in the school's own language."""
    definition = office.definition_of(case)
    return flow_of(office, procedure).title.say(definition.school.language)
