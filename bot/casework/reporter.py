"""What a reporter can still do after sending: add, worry, say that it was a mistake.

An excluded reporter keeps number and state, nothing else. Must not show anything of a case.
"""

from __future__ import annotations

from bot.casework import climbs, messages, refreshing, verbs
from bot.casework.filling import clean_values
from bot.casework.office import Office
from bot.casework.reporting import cases_of, give_back, show
from bot.casework.tables import PRESSES
from bot.casework.unit import Unit
from bot.casework.views.receipts import reporter_form
from bot.casework.words import Words
from bot.engine.fields import fault_of
from bot.engine.report import Facts
from bot.engine.routing import SAFEGUARDING
from bot.model.cases import Case, Note, excluded_now, owner_now
from bot.model.changed import replace
from bot.model.definition import CaseAction
from bot.model.events import Answer, Pressed
from bot.model.outbox import Press
from bot.model.people import PersonId, RoleRef
from bot.model.runs import Run
from bot.model.views import Notice

REPORTER = "reporter"


def press_receipt(office: Office, unit: Unit, run: Run, pressed: Pressed) -> Answer:
    """Answer a press on a receipt, or on one of its forms."""
    definition = office.shelf.by_hash(run.definition)
    words = Words(definition=definition, language=pressed.place.language)
    key, stamp = verbs.read_offer(pressed.action_id)
    action = definition.actions.get(key)
    cases = cases_of(unit, run)
    bare = any(run.person in excluded_now(c) for c in cases)
    if action is None or action.by != "reporter" or not cases:
        return Answer(view=show(office, unit, run))
    if bare:
        typed = "" if pressed.verb == verbs.REPORTER_FORM else _not_kept(unit, run, pressed)
        return Answer(view=give_back(definition, show(office, unit, run), typed))
    if pressed.verb == verbs.REPORTER_FORM:
        view = reporter_form(words, run, action, action_id=pressed.action_id, directory=office.directory())
        return Answer(view=view)
    return _do(office, unit, run, pressed, words, action, stamp)


def _not_kept(unit: Unit, run: Run, pressed: Pressed) -> str:
    """What was typed into a form that is used up or too old, unless it stands in the record already."""
    text = pressed.values.get("text", "").strip()
    held = {note.text for case in cases_of(unit, run) for note in case.notes if note.by == run.person}
    return "" if text in held else text


def _do(
    office: Office,
    unit: Unit,
    run: Run,
    pressed: Pressed,
    words: Words,
    action: CaseAction,
    stamp: str,
) -> Answer:
    press_id = f"{run.id}/{pressed.action_id}/{run.person}"
    if not verbs.still_offered(stamp, unit.now) or unit.get(PRESSES, press_id) is not None:
        typed = _not_kept(unit, run, pressed)
        return Answer(view=give_back(words.definition, show(office, unit, run), typed), refused=bool(typed))
    values = clean_values(action, pressed.values, tenant=office.directory().tenant)
    facts = Facts(directory=office.directory(), reporter=run.person)
    errors = {
        f.key: code
        for f in action.fields.values()
        if (code := fault_of(words.definition, f, values.get(f.key, ""), facts))
    }
    if errors:
        view = reporter_form(
            words, run, action,
            action_id=pressed.action_id, directory=office.directory(), values=values, errors=errors,
        )  # fmt: skip
        return Answer(view=view, refused=True)
    said = words.text(action.label)
    for case in cases_of(unit, run):
        _tell(office, unit, case, action, values.get("text") or said, mark=pressed.action_id)
    unit.put(
        PRESSES,
        press_id,
        Press(
            id=press_id, target=run.id, action_id=pressed.action_id, person=run.person,
            verb=action.key, at=unit.now,
        ),
    )  # fmt: skip
    moved = replace(run, revision=run.revision + 1)
    unit.run(moved)
    messages.show_run(office, unit, moved)
    view = show(office, unit, moved)
    done = Notice(text=words.text(action.done), tone="good")
    return Answer(view=replace(view, blocks=(done, *view.blocks)))


def add_text(office: Office, unit: Unit, run: Run, text: str, *, mark: str) -> bool:
    """A sentence typed after sending is added to the report. False when the reporter may not."""
    definition = office.shelf.by_hash(run.definition)
    action = next((a for a in definition.actions.values() if a.does == "add"), None)
    cases = cases_of(unit, run)
    if action is None or not cases or any(run.person in excluded_now(c) for c in cases):
        return False
    for case in cases:
        _tell(office, unit, case, action, text, mark=mark)
    return True


def _tell(office: Office, unit: Unit, case: Case, action: CaseAction, text: str, *, mark: str) -> None:
    """Put it on record in the case, and tell whoever has the case or is to have it."""
    added = Note(by=case.reporter, role=REPORTER, text=text, at=unit.now)
    case = replace(case, notes=(*case.notes, added))
    if action.does == "mistake":
        case = replace(case, mistake=text)
    if action.does == "worry":
        case = _worry(office, unit, case)
    else:
        _tell_owner(office, unit, case, what=f"reporter_{action.does}", mark=mark)
    case = unit.case(case, actor=case.reporter, role=REPORTER, kind=action.does, content={"text": text})
    refreshing.refresh_case(office, unit, case)


def _tell_owner(office: Office, unit: Unit, case: Case, *, what: str, mark: str) -> None:
    owner: PersonId | None = owner_now(case)
    role = None if owner else case.owner.role
    if owner or role:
        key = f"{what}/{case.id}/{mark}"
        messages.notice(office, unit, what, key=key, person=owner, role=role, case=case)


def _worry(office: Office, unit: Unit, case: Case) -> Case:
    """Somebody of the oversight looks again: DSL, then deputy; on a restricted case its own authority.

    After closing too, without opening it again: it climbs until somebody entitled has acknowledged it, and
    where nobody does, the reporter is shown the way outside (rule 5).
    """
    role = case.oversight.role
    if role is None:
        role = case.owner.role if case.routed.restricted else RoleRef(role=SAFEGUARDING[0])
    climb = replace(case.oversight, role=role, accepted_by=None, accepted_at=None, outside=False)
    case = climbs.with_duty(replace(case, worried_at=unit.now), "oversight", climb)
    if role is None:
        return climbs.give_up(office, unit, case, "oversight")
    case = climbs.begin(office, unit, case, "oversight", quietly=True)
    messages.alert(office, unit, case, duty="oversight", role=role, reason="worried", mark=str(case.revision))
    return case
