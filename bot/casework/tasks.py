"""A task that a handler sends to a role outside the case: sent, opened, acknowledged, else asked about.

Whoever is to do it sees the task, not the case; nobody left out of the case gets it (casework 3, 4, 6).
Must not know how a message goes.
"""

from __future__ import annotations

from datetime import datetime

from bot.casework import messages, refreshing, verbs
from bot.casework.acting import Doing, Done, NotNow
from bot.casework.envelopes import NOBODY
from bot.casework.office import HANDRAIL, Office, new_id
from bot.casework.procedures.knowing import flow_of
from bot.casework.rerouting import told_of
from bot.casework.tables import ACCESS, CASES, POSTED
from bot.casework.twice import open_procedure, shown_before
from bot.casework.unit import Unit
from bot.casework.views.alerts import blank_view
from bot.casework.views.tasks import task_view
from bot.casework.words import Words
from bot.engine.access import barred_from_deciding
from bot.engine.holders import holders
from bot.engine.hours import due_after
from bot.model.cases import Case, Task, owner_now, tasks_due
from bot.model.changed import replace
from bot.model.events import Answer, Pressed
from bot.model.outbox import Access, Alarm, Item
from bot.model.people import Directory, Holder, PersonId

CLOCK = "task"
"""The alarm of a task that nobody has acknowledged; its id is the task's `clock_id`."""

OWN = ("holder", "another", "deputy")


def send_task(d: Doing) -> Done:
    """Send what was decided to the role that does it, in the handler's own words."""
    decision = next((x for x in tasks_due(d.case) if x.action == d.values["action"]), None)
    if decision is None:
        raise NotNow(d.words.say("task_not_due"))
    first = open_procedure(d.office, d.unit, d.case, decision.action)
    if first is not None and not shown_before(d.unit, d.case, first.id, decision.action, d.person):
        title = d.words.text(flow_of(d.office, first).title)
        raise NotNow(d.words.say("task_twice", title=title, role=d.words.role(decision.task)))
    role = told_of(d.office, d.case, decision.task)
    task = Task(
        id=new_id(), action=decision.action, role=role, text=d.values["text"], by=d.person, by_role=d.role,
        at=d.unit.now, link=d.values.get("link", ""), start=d.values.get("start", ""),
        end=d.values.get("end", ""), clock_id=new_id(),
    )  # fmt: skip
    if not for_task(d.case, task, d.office.directory(), d.unit.now):
        raise NotNow(d.words.say("hand_over_nobody"))
    case = replace(d.case, tasks=(*d.case.tasks, task))
    queue(d.office, d.unit, case, task, mark="new")
    school = d.definition.school
    clock = school.clocks.climb[case.urgency]
    due = due_after(school, d.unit.now, clock.climb_minutes, in_school_hours=clock.in_school_hours)
    d.unit.arm(Alarm(id=task.clock_id or task.id, kind=CLOCK, due=due, case=case.id, duty="school"))
    content = {k: d.values.get(k, "") for k in ("action", "text", "link", "start", "end")}
    return case, {"task": task.id, "role": role.role, **content}


def for_task(case: Case, task: Task, directory: Directory, at: datetime) -> tuple[Holder, ...]:
    """Who can be given the task, in order: never anybody left out of the case or in it."""
    return holders(task.role, directory, excluded=barred_from_deciding(case, directory), at=at)


def is_theirs(case: Case, task: Task, person: PersonId, directory: Directory, at: datetime) -> bool:
    """Whether the person may see the task now: they hold its role, or it was given to them."""
    return any(
        h.person == person and (h.how in OWN or person in task.tried)
        for h in for_task(case, task, directory, at)
    )


def queue(office: Office, unit: Unit, case: Case, task: Task, *, mark: str) -> None:
    """Queue the alert: whom it reaches is found at sending."""
    unit.send(
        office.item(
            messages.TASK,
            key=f"task/{task.id}/{mark}",
            slot=f"task/{task.id}/{mark}",
            urgency=case.urgency,
            now=unit.now,
            to_role=task.role,
            case=case.id,
            params={"task": task.id},
        )
    )


def find_task(case: Case | None, task_id: str) -> Task | None:
    """The task of the case, if it is one of its."""
    return next((t for t in case.tasks if t.id == task_id), None) if case else None


def _with(case: Case, task: Task) -> Case:
    return replace(case, tasks=tuple(task if t.id == task.id else t for t in case.tasks))


def press_task(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    """Open the task, or say that it was seen. Whoever it is not for gets what an unknown number gets."""
    case, person = unit.get(CASES, pressed.target), pressed.speaker.id
    task = find_task(case, pressed.action_id)
    current = Words(definition=office.shelf.current(), language=pressed.place.language)
    directory = office.directory()
    if case is None or task is None or not is_theirs(case, task, person, directory, unit.now):
        blank = Answer(view=blank_view(current), refused=True)
        return blank if pressed.automatic else Answer(text=current.say("not_found"), refused=True)
    words = Words(definition=office.definition_of(case), language=pressed.place.language)
    posted = messages.message_of(office, case, person, pressed.message_id, (messages.TASK,))
    opened = messages.is_opened(posted) or not pressed.automatic
    if not pressed.automatic:
        if posted is not None and not messages.is_opened(posted):
            unit.put(POSTED, posted.slot, replace(posted, shown={**posted.shown, messages.OPENED: "yes"}))
        if pressed.verb == verbs.TASK_SEEN and task.seen_at is None:
            case, task = _seen(office, unit, case, task, person)
        else:
            line = Access(id=new_id(), case=case.id, person=person, role=task.role.role, at=unit.now)
            unit.put(ACCESS, line.id, line)
    return Answer(view=task_view(words, case, task, opened=opened, person=person))


def _seen(office: Office, unit: Unit, case: Case, task: Task, person: PersonId) -> tuple[Case, Task]:
    unit.disarm(task.clock_id)
    task = replace(task, seen_by=person, seen_at=unit.now, clock_id=None)
    content = {"task": task.id}
    case = unit.case(_with(case, task), actor=person, role=task.role.role, kind="task_seen", content=content)
    _tell_handler(office, unit, case, task, "task_was_seen")
    refreshing.refresh_case(office, unit, case)
    return case, task


def _tell_handler(office: Office, unit: Unit, case: Case, task: Task, what: str) -> None:
    owner = owner_now(case)
    role = None if owner else case.owner.role
    if owner or role:
        key = f"{what}/{task.id}/{len(task.tried)}"
        messages.notice(office, unit, what, key=key, person=owner, role=role, case=case)


def task_went(unit: Unit, item: Item, person: PersonId) -> None:
    """The task reached somebody: on record."""
    case = unit.get(CASES, item.case or "")
    task = find_task(case, item.params["task"])
    if case is not None and task is not None and person not in task.tried:
        moved = _with(case, replace(task, tried=(*task.tried, person)))
        content = {"task": task.id, "person": person}
        unit.case(moved, actor=HANDRAIL, role=task.role.role, kind="task_alerted", content=content)


def task_failed(office: Office, unit: Unit, item: Item, why: str) -> None:
    """Nobody could be reached with the task: the handler hears of it; else the next one is tried."""
    case = unit.get(CASES, item.case or "")
    task = find_task(case, item.params["task"])
    if case is None or task is None or task.seen_at is not None:
        return
    if why == NOBODY:
        _tell_handler(office, unit, case, task, "task_nobody")
    else:
        queue(office, unit, case, task, mark=f"after/{item.id}")


def task_alarm(office: Office, unit: Unit, alarm: Alarm) -> None:
    """Nobody has acknowledged it in time: the next one gets it too, and the handler hears of it. Once."""
    case = unit.get(CASES, alarm.case or "")
    task = next((t for t in case.tasks if t.clock_id == alarm.id), None) if case else None
    if case is None or task is None or task.seen_at is not None:
        return
    task = replace(task, clock_id=None)
    case = unit.case(
        _with(case, task), actor=HANDRAIL, role=task.role.role, kind="task_late", content={"task": task.id}
    )
    queue(office, unit, case, task, mark="late")
    _tell_handler(office, unit, case, task, "task_unseen")
