"""What a case is, as the facts that conditions ask for.

Pure. Must not know who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.engine.conditions import holds
from bot.model.cases import Case, tasks_due
from bot.model.definition import CaseAction, Definition


def _word(*, true: bool) -> str:
    return "yes" if true else "no"


def facts_of_case(case: Case) -> Mapping[str, str]:
    """Every fact of a case by name (see FACTS)."""
    routed = case.routed
    restricted = routed.restricted and not case.cleared
    subjects = [p for p in case.participants if p.part == "subject"]
    return {
        "pupil_subject": _word(true=any(p.kind == "pupil" for p in subjects)),
        # Restricted stays restricted: a case of the incident of an adult has no adult in it itself.
        "adult_subject": _word(true=restricted or any(p.kind == "adult" for p in subjects)),
        "child_protection": _word(true=routed.child_protection),
        "illegal": _word(true=routed.illegal or case.crime == "yes"),
        "restricted": _word(true=restricted),
        "table": _word(true=bool(routed.table and routed.row)),
        "crime": case.crime,
        "danger": case.danger,
        "urgent": _word(true=case.urgency != "routine"),
        "harm": _word(true="harm" in case.flags),
        "taken": _word(true=case.owner.accepted_by is not None),
        "waiting": _word(true=case.waiting is not None),
        "closed": _word(true=case.closing is not None),
        "earlier_open": _word(true=bool(case.earlier) and case.earlier_confirmed is None),
        "typed_person": _word(true=any(p.kind == "pupil" and not p.confirmed for p in subjects)),
        "typed_adult": _word(true=any(p.kind == "adult" and not p.confirmed for p in subjects)),
        "task_due": _word(true=bool(tasks_due(case))),
        "named": _word(true=any(e.ground == "named" and e.lifted_at is None for e in case.excluded)),
        "released": _word(true=case.released),
        "complete": _word(true=case.complete),
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
