"""Makes a task's message ready: for the first who can be reached, on the facts of the moment it goes.

Must not know what the case is about, nor how a message is carried.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.casework import messages
from bot.casework.envelopes import case_of
from bot.casework.office import Office
from bot.casework.tables import POSTED
from bot.casework.tasks import find_task, for_task, is_theirs
from bot.casework.views.alerts import blank_view
from bot.casework.views.tasks import task_view
from bot.casework.words import Words
from bot.model.cases import Case, Task
from bot.model.outbox import Item, Reference
from bot.model.people import PersonId
from bot.model.views import View

Reach = Callable[[PersonId | None], Reference | None]


def task_of(office: Office, item: Item) -> tuple[Case, Task] | None:
    """The case and the task that the item is about; None when they are gone."""
    case = case_of(office, item)
    key = item.params.get("task") or item.slot.split("/")[1]
    task = find_task(case, key)
    return (case, task) if case is not None and task is not None else None


def receiver(office: Office, case: Case, task: Task, reach: Reach, now: datetime) -> Reference | None:
    """Who gets it: the first one not tried yet whose chat is known, else whoever had it first."""
    found = [h.person for h in for_task(case, task, office.directory(), now) if reach(h.person)]
    first = next((p for p in found if p not in task.tried), found[0] if found else None)
    return reach(first)


def shown_task(
    office: Office, case: Case, task: Task, reference: Reference, now: datetime, *, slot: str
) -> View:
    """The task in that message as its reader may see it now: blank for whom it is not any more."""
    words = Words(definition=office.definition_of(case), language=reference.language)
    free = {h.person for h in for_task(case, task, office.directory(), now)}
    posted = office.store.get(POSTED, slot)
    if posted is None and reference.person in free:
        return task_view(words, case, task, opened=False, person=reference.person)
    if not is_theirs(case, task, reference.person, office.directory(), now):
        return blank_view(words)
    return task_view(words, case, task, opened=messages.is_opened(posted), person=reference.person)
