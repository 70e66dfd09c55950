"""What somebody sees who is to do a technical task: the task in the handler's words, and nothing of the case.

Pure. Whoever calls has asked first whether the task is theirs.
"""

from __future__ import annotations

from bot.casework import verbs
from bot.casework.views.forms import titled
from bot.casework.words import Words
from bot.model.cases import Case, Task
from bot.model.text import literal
from bot.model.views import Action, Block, Facts, Notice, Paragraph, View


def task_view(words: Words, case: Case, task: Task, *, opened: bool, person: str) -> View:
    """Number and urgency with *Open*; opened: what is to be done, from when, until when."""
    urgency = words.say(f"urgency_{case.urgency}")
    rows = [(words.say("label_urgency"), urgency), (words.say("label_received"), words.moment(task.at))]
    blocks: list[Block] = [*titled(words.say("task_title", number=case.number))]
    if opened:
        days = ((words.say("task_start"), task.start), (words.say("task_end"), task.end))
        rows += [(label, literal(day)) for label, day in days if day]
        rows += [(words.say("task_link"), literal(task.link))] if task.link else []
        blocks += [Paragraph(text=literal(task.text)), Facts(rows=tuple(rows))]
        blocks.append(Paragraph(text=words.say("task_only"), subtle=True))
    else:
        blocks += [Paragraph(text=words.say("task_new")), Facts(rows=tuple(rows))]
    if task.seen_at is not None:
        seen = words.say("task_seen_at", when=words.moment(task.seen_at))
        blocks.append(Notice(text=seen, tone="good"))
    verb = verbs.TASK_SEEN if opened else verbs.TASK
    button = Action(
        verb=verb,
        label=words.say("button_task_seen" if opened else "button_open"),
        target=case.id,
        action_id=task.id,
        tone="positive",
        sends_inputs=False,
    )
    return View(
        summary=words.say("alert_summary", number=case.number, urgency=urgency),
        blocks=tuple(blocks),
        actions=() if opened and task.seen_at is not None else (button,),
        language=words.language,
        revision=case.revision,
        refresh=Action(verb=verbs.TASK, label="", target=case.id, action_id=task.id, sends_inputs=False),
        refresh_for=person,
    )
