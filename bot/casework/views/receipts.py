"""What the reporter keeps: number and state of each case, by role and never more.

Pure. Must not show whose a case is by name, its route, or anything decided in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.casework import verbs
from bot.casework.views.forms import form_blocks, titled
from bot.casework.words import Words
from bot.engine.hours import is_open, next_open
from bot.model.cases import Case, excluded_now, owner_now, worry_unanswered
from bot.model.definition import CaseAction
from bot.model.people import Directory, PersonId
from bot.model.runs import Run
from bot.model.views import Action, Block, Facts, Notice, Paragraph, View


def state_of(case: Case) -> str:
    """closed, handled, outside, seen or received: the furthest that holds."""
    if case.closing is not None:
        return "closed"
    if owner_now(case) is not None:
        return "handled"
    if case.owner.outside:
        return "outside"
    return "seen" if case.seen_at is not None else "received"


def receipt_view(words: Words, run: Run, cases: Iterable[Case], *, reporter: PersonId, now: datetime) -> View:
    """The receipt of a report. For an excluded reporter number and state, nothing else (casework 6)."""
    opened = tuple(cases)
    bare = any(reporter in excluded_now(c) for c in opened)
    rows = tuple((c.number, words.say(f"state_{state_of(c)}")) for c in opened)
    blocks: list[Block] = []
    if not bare:
        blocks.extend(_before(words, opened, now))
    blocks.extend(titled(words.say("receipt_title")))
    blocks.append(Facts(rows=rows))
    if not bare:
        blocks.extend(_after(words, opened))
    return View(
        summary=words.say("receipt_summary"),
        blocks=tuple(blocks),
        actions=() if bare else reporter_actions(words, run, now),
        language=words.language,
        revision=run.revision,
        refresh=Action(verb=verbs.RECEIPT, label="", target=run.id, action_id="receipt", sends_inputs=False),
        refresh_for=run.person,
    )


def _waits(case: Case) -> bool:
    """Whether nobody has the case yet."""
    return case.closing is None and owner_now(case) is None


def _before(words: Words, cases: tuple[Case, ...], now: datetime) -> list[Block]:
    school = words.definition.school
    blocks: list[Block] = []
    waiting = [c for c in cases if _waits(c)]
    worried = [c for c in cases if worry_unanswered(c)]
    outside = any(c.owner.outside for c in waiting) or any(c.oversight.outside for c in worried)
    if outside:
        blocks.append(
            Notice(text=words.say("receipt_outside", route=words.say("outside_route")), tone="attention")
        )
    if (waiting or worried) and not is_open(school, now):
        urgent = worried or any(c.urgency != "routine" for c in waiting)
        key = "outside" if outside else "urgent" if urgent else "routine"
        reads = words.moment(next_open(school, now))
        blocks.append(Notice(text=words.say(f"receipt_closed_{key}", when=reads), tone="accent"))
        blocks.append(Paragraph(text=words.say("out_of_hours")))
    return blocks


def _after(words: Words, cases: tuple[Case, ...]) -> list[Block]:
    blocks: list[Block] = []
    added = [note.at for c in cases for note in c.notes if note.by == c.reporter]
    if added:
        blocks.append(Notice(text=words.say("receipt_added", when=words.moment(max(added))), tone="good"))
    if len(cases) > 1:
        blocks.append(Paragraph(text=words.say("receipt_same_incident")))
    if any(c.danger in ("yes", "not_sure") for c in cases):
        blocks.append(Notice(text=words.say("receipt_danger"), tone="attention"))
        blocks.extend(_own(words, "where_to_find_dsl"))
    if any(c.routed.child_protection or "image" in c.flags for c in cases):
        blocks.append(Paragraph(text=words.say("receipt_child")))
    blocks.append(Paragraph(text=words.say("receipt_anyone"), subtle=True))
    blocks.extend(_own(words, "whistleblowing", subtle=True))
    return blocks


def _own(words: Words, key: str, *, subtle: bool = False) -> list[Block]:
    """A sentence that only the school can say; nothing where it has not written it."""
    text = words.maybe(key)
    return [Paragraph(text=text, subtle=subtle)] if text else []


def reporter_actions(words: Words, run: Run, now: datetime) -> tuple[Action, ...]:
    """Add something, I'm still worried, This was a mistake."""
    mark = verbs.fresh_mark(now)
    return tuple(
        Action(
            verb=verbs.REPORTER_FORM,
            label=words.text(action.label),
            target=run.id,
            action_id=f"{action.key}.{mark}",
            sends_inputs=False,
        )
        for action in words.definition.reporter_actions
    )


def reporter_form(
    words: Words,
    run: Run,
    action: CaseAction,
    *,
    action_id: str,
    directory: Directory,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> View:
    """The form of one of the reporter's actions, with what was typed and what is wrong with it."""
    return View(
        summary=words.say("receipt_summary"),
        blocks=(
            *titled(words.text(action.title), words.text(action.body)),
            *form_blocks(
                words,
                action.fields.values(),
                answers=values or {},
                errors=errors or {},
                directory=directory,
            ),
        ),
        actions=(
            Action(
                verb=verbs.REPORTER_DO,
                label=words.text(action.send),
                target=run.id,
                action_id=action_id,
                tone="positive",
            ),
            Action(
                verb=verbs.RECEIPT,
                label=words.say("button_back"),
                target=run.id,
                action_id="receipt",
                sends_inputs=False,
            ),
        ),
        language=words.language,
        revision=run.revision,
    )


def mine_view(words: Words, lines: Iterable[tuple[Run, tuple[Case, ...]]]) -> View:
    """A person's own reports: half-finished ones to go on with, sent ones with their state."""
    shown = tuple(lines)
    rows: list[tuple[str, str]] = []
    actions: list[Action] = []
    for run, cases in shown:
        if run.state in ("open", "saved"):
            rows.append((words.moment(run.begun_at), words.say("state_unfinished")))
        rows.extend((c.number, words.say(f"state_{state_of(c)}")) for c in cases)
        if len(actions) < 4:
            actions.append(_to_run(words, run, cases))
    blocks: tuple[Block, ...] = titled(words.say("mine_title"))
    body: tuple[Block, ...] = (
        (Facts(rows=tuple(rows)),) if rows else (Paragraph(text=words.say("mine_none")),)
    )
    return View(
        summary=words.say("mine_title"),
        blocks=(*blocks, *body),
        actions=(*actions, start_action(words)),
        language=words.language,
    )


def _to_run(words: Words, run: Run, cases: tuple[Case, ...]) -> Action:
    if run.state in ("open", "saved"):
        return Action(
            verb=verbs.RESUME,
            label=words.say("button_go_on", when=words.clock(run.begun_at)),
            target=run.id,
            action_id=verbs.visit_id(run),
        )
    number = cases[0].number if cases else words.clock(run.begun_at)
    return Action(
        verb=verbs.RECEIPT,
        label=words.say("button_show", number=number),
        target=run.id,
        action_id="receipt",
    )


def start_action(words: Words) -> Action:
    """The button that begins a new report."""
    return Action(
        verb=verbs.REPORT, label=words.say("button_report"), target="", action_id="", tone="positive"
    )


def ask_action(words: Words) -> Action:
    """The button to ask for something, or about something."""
    return Action(verb=verbs.ASK, label=words.say("button_ask"), target="", action_id="", sends_inputs=False)


def help_view(words: Words, key: str, *, asks: bool = False) -> View:
    """The greeting or the help: what Handrail is for, and the buttons that matter.

    `asks`: there is something that the reader may ask for.
    """
    mine = Action(verb=verbs.MINE, label=words.say("button_mine"), target="", action_id="")
    ask = ask_action(words)
    return View(
        summary=words.say(f"{key}_title"),
        blocks=titled(words.say(f"{key}_title"), words.say(f"{key}_body")),
        actions=(start_action(words), *((ask,) if asks else ()), mine),
        language=words.language,
    )
