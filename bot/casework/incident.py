"""The cases of one report: opened, and brought on while the rest of a danger report comes in.

Must not know how a report was filled in.
"""

from __future__ import annotations

from bot.casework import climbs, messages, posts, refreshing
from bot.casework.office import Office
from bot.casework.opening import open_one, oversight_for, routed_for, write_case
from bot.casework.procedures.running import begin_by_itself
from bot.casework.reading import Report, flags_for, participants_for, subjects_of
from bot.casework.tables import CASES
from bot.casework.unit import Unit
from bot.engine.holders import own_holders
from bot.engine.routing import URGENCIES
from bot.model.cases import Case, Exclusion, Participant, Routed, Told, excluded_now
from bot.model.changed import replace
from bot.model.people import RoleRef
from bot.model.tables import Urgency

DANGERS = ("", "no", "not_sure", "yes")
"""The answers about danger, the gravest last."""


def open_cases(office: Office, unit: Unit, report: Report, stage: str) -> tuple[Case, ...]:
    """Open (or bring on) the cases of a report. `stage`: danger, sent or dealt.

    The case that a danger press opened takes the first person; the others get cases of their own. Until the
    report is sent that case learns at once who is in it, so that nobody named finds anything more of it.
    """
    before = [c for key in report.run.cases if (c := unit.get(CASES, key)) is not None]
    report = _in_danger(report, before)
    if stage == "danger":
        if not before:
            return (open_one(office, unit, report, None, stage),)
        return tuple(_bring_on(office, unit, report, None, case, stage) for case in before)
    cases: list[Case] = []
    for at, subject in enumerate(subjects_of(report)):
        if at < len(before):
            cases.append(_bring_on(office, unit, report, subject, before[at], stage))
        else:
            cases.append(open_one(office, unit, report, subject, stage))
    return tuple(begin_by_itself(office, unit, case) for case in cases)


def _in_danger(report: Report, before: list[Case]) -> Report:
    """The report with the gravest answer about danger that was ever given: it never falls (casework 1)."""
    given = (report.answers.get("danger", ""), *(c.danger for c in before))
    gravest = max(given, key=lambda answer: DANGERS.index(answer) if answer in DANGERS else 0)
    if gravest == report.answers.get("danger", ""):
        return report
    flags = report.flags | {"danger"} if gravest in ("yes", "not_sure") else report.flags
    return replace(report, answers={**report.answers, "danger": gravest}, flags=flags)


def _bring_on(
    office: Office, unit: Unit, report: Report, subject: Participant | None, case: Case, stage: str
) -> Case:
    """More of a report whose danger press opened the case: routed anew, those not yet told are told.

    From the moment of being named somebody is out: asked no more, their cards blanked, a post that a channel
    may no longer have taken back.
    """
    report = replace(report, excluded=_all_excluded(case, report))
    routed, earlier = routed_for(office, unit, report, subject)
    changed = replace(
        case,
        routed=replace(routed, also=_both(case.routed.also, routed.also)),
        what=report.answers.get("what", ""),
        danger=report.answers.get("danger", "no"),
        urgency=_raised(case, routed),
        answers=report.answers,
        flags=tuple(sorted(flags_for(report, subject) | set(case.flags))),
        participants=participants_for(report, subject, stage),
        excluded=report.excluded,
        earlier=earlier,
        complete=case.complete or stage != "danger",
    )
    if changed == case:
        return case
    changed = _ask_again(office, unit, case, changed, oversight_for(routed, report))
    _tell_the_rest(office, unit, case, changed)
    if routed.channel == "urgent":
        posts.post(office, unit, changed)
    else:
        posts.withdraw_post(office, unit, changed, mark=str(changed.revision))
    changed = write_case(unit, changed, report, kind="completed" if changed.complete else "told_more")
    refreshing.refresh_case(office, unit, changed)
    return changed


def _raised(case: Case, routed: Routed) -> Urgency:
    """The highest wins; but what a safeguarding lead has lowered, only something new raises again."""
    if URGENCIES.index(routed.urgency) <= URGENCIES.index(case.routed.urgency):
        return case.urgency
    return max(case.urgency, routed.urgency, key=URGENCIES.index)


def _ask_again(office: Office, unit: Unit, before: Case, case: Case, oversight: RoleRef | None) -> Case:
    """Begin a climb anew where the duty is another role's now, or whoever was asked must not have it."""
    out = excluded_now(case)
    restricted = case.routed.restricted and not before.routed.restricted
    owner, role = case.owner, case.routed.owner
    unfit = out & {owner.accepted_by, *owner.tried}
    if owner.accepted_by is None or unfit or restricted:
        if owner.role != role or unfit or restricted:
            case = climbs.begin(office, unit, replace(case, owner=replace(owner, role=role)), "owner")
    else:
        case = replace(case, owner=replace(owner, role=role))
    seen = case.oversight
    if seen.role == oversight and not out & {seen.accepted_by, *seen.tried}:
        return case
    if oversight is None:
        case = climbs.stop(unit, case, "oversight")
        return replace(case, oversight=replace(case.oversight, role=None))
    posted = case.routed.channel == "urgent" and posts.linked_channel(office) is not None
    case = replace(case, oversight=replace(seen, role=oversight))
    return climbs.begin(office, unit, case, "oversight", quietly=posted)


def _tell_the_rest(office: Office, unit: Unit, before: Case, case: Case) -> None:
    """Tell each role not told yet, and a role again whose holder who was told is out now."""
    known = {t.role for t in before.routed.also} | {before.routed.owner}
    fresh = excluded_now(case) - excluded_now(before)
    for one in case.routed.also:
        held = {p.id for p in own_holders(one.role, office.directory())}
        if one.role not in known or held & fresh:
            mark = str(case.revision) if one.role in known else ""
            messages.alert(office, unit, case, duty="told", role=one.role, reason="told", mark=mark)


def _all_excluded(case: Case, report: Report) -> tuple[Exclusion, ...]:
    known = {e.person for e in case.excluded}
    return (*case.excluded, *(e for e in report.excluded if e.person not in known))


def _both(first: tuple[Told, ...], second: tuple[Told, ...]) -> tuple[Told, ...]:
    known = {t.role for t in second}
    return (*second, *(t for t in first if t.role not in known))
