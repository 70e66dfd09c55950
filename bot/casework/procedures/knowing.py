"""What a procedure is walked on, and which of them a case has.

Reads only. Must not know who may do a step.
"""

from __future__ import annotations

from bot.casework.facts import facts_of_case
from bot.casework.office import Office
from bot.casework.tables import PROCEDURES
from bot.casework.unit import Unit
from bot.casework.words import Words
from bot.engine.report import Facts
from bot.engine.step_form import Known
from bot.model.cases import REQUEST, Case
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.procedures import HandOver, Procedure, still_kept


def known_of(office: Office, case: Case) -> Known:
    """The facts and flags of the case as it stands, those of its row too, and the people of today."""
    return Known(
        facts=facts_of_case(case),
        flags=frozenset(case.flags) | _row_flags(office.definition_of(case), case),
        report=Facts(directory=office.directory(), reporter=case.reporter),
    )


def _row_flags(definition: Definition, case: Case) -> frozenset[str]:
    table = definition.tables.get(case.routed.table)
    row = table.by_key.get(case.routed.row) if table else None
    return frozenset(row.flags) if row else frozenset()


def procedures_of(unit: Unit, case: Case) -> tuple[Procedure, ...]:
    """All that ever began in the case, oldest first, as this unit would leave them."""
    found = (unit.get(PROCEDURES, key) for key in unit.find(PROCEDURES, "case", case.id))
    return tuple(sorted((p for p in found if p), key=lambda p: (p.began_at, p.id)))


def open_ones(unit: Unit, case: Case) -> tuple[Procedure, ...]:
    """Those that wait for somebody or something."""
    return tuple(p for p in procedures_of(unit, case) if p.state == "open")


def kept_in(unit: Unit, case: Case) -> tuple[tuple[Procedure, HandOver], ...]:
    """What somebody of the school still has, with the procedure it came in by."""
    return tuple((p, h) for p in procedures_of(unit, case) for h in still_kept(p))


def own_words(office: Office, procedure: Procedure, language: str) -> Words:
    """The texts of the definition that the procedure began with, and ends on."""
    return Words(definition=office.shelf.by_hash(procedure.definition), language=language)


def flow_of(office: Office, procedure: Procedure) -> Flow:
    """Its flow, in the definition it began with."""
    return office.shelf.by_hash(procedure.definition).flows[procedure.flow]


def step_of(office: Office, procedure: Procedure) -> Step:
    """The step it stands at."""
    return flow_of(office, procedure).steps[procedure.step]


def stay_of(procedure: Procedure) -> str:
    """Which step of its walk it stands at: the same for everybody who signs one approval."""
    return str(len(procedure.done))


def is_request(case: Case) -> bool:
    """Whether the case was opened by asking for something: nobody is in it."""
    return case.routed.rule == REQUEST
