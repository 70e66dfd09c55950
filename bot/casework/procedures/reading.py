"""What somebody sees of procedures: their step if it waits for them, and nothing more where they are not in
the case (casework 4, 6).

Reads only. Must not know how an answer or a message travels.
"""

from __future__ import annotations

from bot.casework.messages import is_opened, slots_of_run
from bot.casework.office import Office
from bot.casework.procedures.asking import is_staff, may_begin, may_do, may_let_others, waits_for
from bot.casework.procedures.knowing import flow_of, is_request, kept_in, known_of, open_ones, step_of
from bot.casework.tables import POSTED
from bot.casework.unit import Unit
from bot.casework.views.asked import request_view
from bot.casework.views.procedures import Line, ToDo
from bot.casework.views.steps import step_settled, step_view
from bot.casework.words import Words
from bot.engine.access import barred_from_deciding, sees_all
from bot.engine.step_form import Known
from bot.model.cases import REQUEST, Case, excluded_now
from bot.model.changed import replace
from bot.model.outbox import Posted
from bot.model.people import PersonId
from bot.model.procedures import Procedure, still_kept
from bot.model.runs import Run
from bot.model.views import Action, Block, View


def line_of(office: Office, unit: Unit, case: Case, procedure: Procedure, person: PersonId) -> Line:
    """Where the procedure stands, and whether that step is this person's."""
    step = step_of(office, procedure)
    return Line(
        procedure=procedure,
        flow=flow_of(office, procedure),
        step=step,
        roles=waits_for(case, procedure, step),
        mine=may_do(office, unit, case, procedure, person) is not None,
        lets=may_let_others(office, unit, case, procedure, person) is not None,
        owns=case.owner.accepted_by == person,
    )


def lines_of(office: Office, unit: Unit, case: Case, person: PersonId) -> tuple[Line, ...]:
    """Every open procedure of the case."""
    return tuple(line_of(office, unit, case, p, person) for p in open_ones(unit, case))


def to_do_of(office: Office, unit: Unit, case: Case, person: PersonId) -> ToDo:
    """What the card of the case says of its procedures, and whether it leads to them."""
    flow = office.definition_of(case).flows.get(case.answers.get(REQUEST, "")) if is_request(case) else None
    return ToDo(
        lines=lines_of(office, unit, case, person) if case.complete else (),
        more=bool(kept_in(unit, case) or may_begin(office, unit, case, person)),
        asked_for=flow.title if flow else None,
    )


def whole_step(
    office: Office,
    unit: Unit,
    case: Case,
    procedure: Procedure,
    person: PersonId,
    words: Words,
    *,
    back: Action | None,
    said: tuple[Block, ...] = (),
) -> View:
    """The step with its form, for whom it waits."""
    line = line_of(office, unit, case, procedure, person)
    inside = sees_all(case, person, office.directory(), unit.now)
    known: Known = known_of(office, case)
    return step_view(
        words, case, line, known, inside=inside, back=back if inside else None, said=said, reader=person
    )


def was_asked(office: Office, unit: Unit, case: Case, procedure: Procedure, person: PersonId) -> bool:
    """Whether a step of this procedure was brought to the person, or done by them, who is not barred from it
    and has not left."""
    directory = office.directory()
    if person in barred_from_deciding(case, directory) or not is_staff(directory, person):
        return False
    done = any(d.by == person for d in procedure.done) or any(s.by == person for s in procedure.signatures)
    return done or person in procedure.tried or _brought(unit, procedure, person)


def _brought(unit: Unit, procedure: Procedure, person: PersonId) -> bool:
    slots = unit.find(POSTED, "case", procedure.case)
    return any(s.startswith(f"step/{procedure.id}/") and f"/{person}/" in s for s in slots)


def message_of(office: Office, case: Case, person: PersonId, message_id: str | None) -> Posted | None:
    """The step's message with that id in the person's own chat."""
    found = (office.store.get(POSTED, slot) for slot in office.store.find(POSTED, "case", case.id))
    mine = (p for p in found if p is not None and p.person == person and p.slot.startswith("step/"))
    return next((p for p in mine if p.activity_id == message_id and not p.withdrawn), None)


def is_sealed(office: Office, case: Case, person: PersonId, message_id: str | None) -> bool:
    """Whether its reader has not opened the step in that message: only a press by hand does."""
    slots = (*office.store.find(POSTED, "case", case.id), *slots_of_run(office, case.run))
    found = (office.store.get(POSTED, slot) for slot in slots)
    posted = next((p for p in found if p and p.person == person and p.activity_id == message_id), None)
    return posted is None or (posted.slot.startswith("step/") and not is_opened(posted))


def settled_step(
    office: Office, unit: Unit, case: Case, procedure: Procedure, person: PersonId, words: Words
) -> View:
    """That nothing is left for them to do; who keeps a device can hand it on from here."""
    mine = tuple(
        h
        for h in still_kept(procedure)
        if may_hand(office, unit, case, procedure, h.step, person) is not None
    )
    done = procedure.done and procedure.done[-1].by == person
    said = words.say("step_done") if done else ""
    return step_settled(words, case, procedure, reader=person, kept=mine, said=said)


def may_hand(
    office: Office, unit: Unit, case: Case, procedure: Procedure, step: str, person: PersonId
) -> str | None:
    """The role in which the person may write down that a device goes on: as for the step it came by."""
    at_step = replace(procedure, step=step, state="open")
    return may_do(office, unit, case, at_step, person)


def request_receipt(office: Office, unit: Unit, run: Run, case: Case, words: Words) -> View:
    """The receipt of what somebody asked for."""
    flow = words.definition.flows[run.flow]
    lines = lines_of(office, unit, case, run.person)
    bare = run.person in excluded_now(case)
    return request_view(words, run, case, flow, lines, bare=bare)
