"""Keeps the procedures of a case in step with it: what it calls for begins, what may not go on stops, whose
step it is no longer is asked in another's place, and whoever is left out has signed nothing (casework 5, 6).

Must not know what somebody changed.
"""

from __future__ import annotations

from bot.casework.office import HANDRAIL, Office
from bot.casework.procedures.asking import cannot_sign, for_role, waits_for
from bot.casework.procedures.knowing import flow_of, known_of, open_ones, procedures_of, step_of
from bot.casework.procedures.running import act, begin_by_itself, write
from bot.casework.procedures.telling import queue, tell_owner
from bot.casework.unit import Unit
from bot.engine.access import barred_from_deciding
from bot.engine.acts import Act
from bot.engine.conditions import holds
from bot.engine.passage import SILENT
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.procedures import Procedure, Signature, signed_now

LEFT_OUT = "left_out"
"""Why a signature counts no longer."""

STOPPED = "stops_when"
"""Why a procedure has ended that nobody ended by hand."""


def keep_up(office: Office, unit: Unit, case: Case) -> Case:
    """After somebody changed the case: begin what it calls for now, stop what may not go on, withdraw what
    the left out have signed, and ask anew where nobody who was asked for a step may do it any more."""
    case = stop_by_itself(office, unit, begin_by_itself(office, unit, case))
    case = withdraw_signatures(office, unit, case)
    for procedure in open_ones(unit, case):
        step = step_of(office, procedure)
        roles = waits_for(case, procedure, step)
        out = cannot_sign(step, procedure)
        free = {h.person for r in roles for h in for_role(office, case, r, unit.now, out=out)}
        if roles and procedure.tried and not free & set(procedure.tried):
            mark = f"anew/{case.revision}"
            for role in roles if step.kind == "approval" else roles[:1]:
                queue(office, unit, case, procedure, role, mark=mark)
    return case


def keep_up_with(office: Office, unit: Unit, before: Case, case: Case) -> Case:
    """After a step: where it has said that it could be a crime, the case's other procedures follow that."""
    return case if case.crime == before.crime else keep_up(office, unit, case)


def stop_by_itself(office: Office, unit: Unit, case: Case) -> Case:
    """End every procedure that must not go on as the case is now: nobody looks any further where it may be
    illegal (casework 5). Its cards say that nothing is left to do. The one whose own step has said so has a
    way of its own from there: whom it asks next, and what it tells them; until the case is called more."""
    said = {p.started_by for p in procedures_of(unit, case) if flow_of(office, p).sets_crime == case.crime}
    for procedure in (p for p in open_ones(unit, case) if p.id not in said):
        when = flow_of(office, procedure).stops_when
        if when is None:
            continue
        known = known_of(office, case)
        if holds(when, case.answers, flags=known.flags, facts=known.facts):
            content = {"procedure": procedure.id, "flow": procedure.flow, "why": STOPPED}
            case = unit.case(case, actor=HANDRAIL, role="", kind="procedure_stopped", content=content)
            _, case = act(office, unit, case, procedure, Act(kind="stop"))
    return case


def withdraw_signatures(office: Office, unit: Unit, case: Case) -> Case:
    """What people who are now out of the case have signed counts no longer: with the reason, on record.

    While the approval is open another holder of the role is asked; so it is where it was passed and nothing
    has been done since, for the procedure goes back to it. What was done by then is not undone: the owner
    hears of it, and decides whether it stands.
    """
    barred = barred_from_deciding(case, office.directory())
    for procedure in procedures_of(unit, case):
        lost = tuple(s for s in procedure.signatures if s.by in barred and not s.void)
        if lost:
            case = _withdrawn(office, unit, case, procedure, lost)
    return case


def _withdrawn(
    office: Office, unit: Unit, case: Case, procedure: Procedure, lost: tuple[Signature, ...]
) -> Case:
    here = [s.role for s in lost if procedure.state == "open" and s in signed_now(procedure)]
    signatures = tuple(replace(s, void=LEFT_OUT) if s in lost else s for s in procedure.signatures)
    # Whoever read it beside a signature that counts no more reads it again before they sign.
    visit = procedure.visit + bool(here)
    procedure = write(unit, replace(procedure, signatures=signatures, visit=visit))
    for signature in lost:
        case = unit.case(
            case, actor=HANDRAIL, role=signature.role, kind="signature_void",
            content=_content(procedure, signature),
        )  # fmt: skip
    for role in here:
        queue(office, unit, case, procedure, role, mark=f"anew/{case.revision}")
    again = next((s for s in lost if _nothing_since(office, procedure, s)), None)
    if again is not None:
        procedure, case = act(office, unit, case, procedure, Act(kind="reopen", step=again.step))
    if len(here) < len(lost):
        said = "signature_again" if again is not None else "signature_void"
        tell_owner(office, unit, case, procedure, said, mark=str(case.revision))
    return case


def _nothing_since(office: Office, procedure: Procedure, lost: Signature) -> bool:
    """Whether the procedure went on by that signature, and nobody has done anything in it since then."""
    if procedure.state != "open" or len(procedure.done) <= lost.stay:
        return False
    steps = flow_of(office, procedure).steps
    approval, *since = procedure.done[lost.stay :]
    silent = all(d.by is None and steps[d.step].kind in SILENT and not steps[d.step].starts for d in since)
    granted = approval.outcome == "granted" and not steps[approval.step].starts
    return granted and silent and not signed_now(procedure)


def _content(procedure: Procedure, signature: Signature) -> dict[str, str]:
    return {
        "procedure": procedure.id, "flow": procedure.flow, "step": signature.step, "by": signature.by,
        "signed_at": signature.at.isoformat(), "why": LEFT_OUT,
    }  # fmt: skip
