"""What a case is, as the facts that conditions ask for.

Pure. Must not know who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.engine.conditions import holds
from bot.model.cases import REQUEST, Case, tasks_due
from bot.model.definition import CaseAction, Definition


def facts_of_case(case: Case) -> Mapping[str, str]:
    """Every fact of a case by name (see FACTS)."""
    routed = case.routed
    restricted = routed.restricted and not case.cleared
    subjects = [p for p in case.participants if p.part == "subject"]
    kinds = {p.kind for p in subjects}
    typed = {p.kind for p in subjects if not p.confirmed}
    return {
        "pupil_subject": "yes" if "pupil" in kinds else "no",
        # Restricted stays restricted: a case of the incident of an adult has no adult in it itself.
        "adult_subject": "yes" if restricted or "adult" in kinds else "no",
        "child_protection": "yes" if routed.child_protection else "no",
        "illegal": "yes" if routed.illegal or case.crime == "yes" else "no",
        "restricted": "yes" if restricted else "no",
        "table": "yes" if routed.table and routed.row else "no",
        "crime": case.crime,
        "danger": case.danger,
        "urgent": "no" if case.urgency == "routine" else "yes",
        "harm": "yes" if "harm" in case.flags else "no",
        "taken": "yes" if case.owner.accepted_by is not None else "no",
        "waiting": "yes" if case.waiting is not None else "no",
        "closed": "yes" if case.closing is not None else "no",
        "earlier_open": "yes" if case.earlier and case.earlier_confirmed is None else "no",
        "typed_person": "yes" if "pupil" in typed else "no",
        "typed_adult": "yes" if "adult" in typed else "no",
        "task_due": "yes" if case.decisions and tasks_due(case) else "no",
        "named": "yes" if any(e.ground == "named" and e.lifted_at is None for e in case.excluded) else "no",
        "released": "yes" if case.released else "no",
        "complete": "yes" if case.complete else "no",
        "request": "yes" if routed.rule == REQUEST and case.crime == "no" else "no",
    }


def applies(case: Case, action: CaseAction) -> bool:
    """Whether the action's `when` holds for the case as it is."""
    if action.when is None:
        return True
    return holds(action.when, case.answers, flags=case.flags, facts=facts_of_case(case))


def wanted_first(definition: Definition, case: Case, actions: Iterable[CaseAction]) -> list[CaseAction]:
    """Those that apply: first what closing or deciding waits for, then the others in their order."""
    waited = {
        a.key for before in ("close", "decide") for a in still_to_record(definition, case, before=before)
    }
    return sorted((a for a in actions if applies(case, a)), key=lambda a: a.key not in waited)


def still_to_record(definition: Definition, case: Case, *, before: str) -> tuple[CaseAction, ...]:
    """What must be put on record before closing (`close`) or deciding a sanction (`decide`)."""
    done = {r.action for r in case.recorded}
    return tuple(
        action
        for action in definition.actions.values()
        if (action.before_close if before == "close" else action.before_decide)
        and action.key not in done
        and applies(case, action)
    )
