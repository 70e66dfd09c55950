"""Begins a procedure, moves it on and carries out what follows: what a step begins, its clock, its end.

The engine decides where it goes. Must not know cards or presses, what a line of record holds (`recording`),
or whom a step is brought to (`telling`).
"""

from __future__ import annotations

from bot.casework import climbs, messages, refreshing
from bot.casework.facts import facts_of_case
from bot.casework.office import HANDRAIL, Office, new_id
from bot.casework.procedures.knowing import flow_of, is_request, kept_in, known_of, open_ones
from bot.casework.procedures.recording import RECORDED, record
from bot.casework.procedures.telling import ask, ask_further, remind, tell
from bot.casework.rerouting import reroute
from bot.casework.tables import PROCEDURES
from bot.casework.unit import Unit
from bot.casework.words import Words
from bot.engine import procedure as engine
from bot.engine.acts import Act, Follows
from bot.engine.conditions import holds
from bot.engine.step_form import Known
from bot.model.cases import Case, Closing
from bot.model.changed import replace
from bot.model.flows import Flow
from bot.model.outbox import Alarm
from bot.model.people import PersonId
from bot.model.procedures import Procedure, next_reminder

CLOCK = "procedure"
"""The one alarm of a procedure: the next time at which something is due, expires or is over."""


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
    for each in follows:
        if each.kind in RECORDED:
            passed = next(done, None) if each.kind == "passed" else None
            case = record(office, unit, case, procedure, each, what, done=passed)
        elif each.kind == "begin":
            case = _begin_from(office, unit, case, procedure, each.flow)
        elif each.kind == "tell":
            case = tell(office, unit, case, procedure, each)
        elif each.kind == "remind":
            case = remind(office, unit, case, procedure)
    if procedure.state == "open" and came_on:
        ask(office, unit, case, procedure, by=what.by)
    elif procedure.state == "open" and any(f.kind == "signed" for f in follows):
        ask_further(office, unit, case, procedure)
    elif procedure.state != "open" and any(f.kind == "end" for f in follows):
        case = _over(office, unit, case, procedure, what)
    return case


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


def _over(office: Office, unit: Unit, case: Case, procedure: Procedure, what: Act) -> Case:
    """What staff asked for is closed with its last procedure, by whoever did that; they hear of it.

    Where it may be a crime its owner closes it, as any case.
    """
    by_itself = is_request(case) and case.crime == "no" and case.closing is None
    if not by_itself or open_ones(unit, case) or kept_in(unit, case):
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
