"""What people see of procedures: what waits for whom, a step with its form, what was done, what can be begun.

Pure. Whoever calls has asked whose step it is, and says how much of the procedure its reader may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.casework import verbs
from bot.casework.views.forms import form_blocks, titled
from bot.casework.views.room import clipped
from bot.casework.words import Words
from bot.model.cases import Case
from bot.model.flows import Field, Flow, Option, Step
from bot.model.people import Directory, PersonId
from bot.model.procedures import HandOver, Procedure
from bot.model.text import Text, literal, plain
from bot.model.views import Action, Block, Paragraph, View

ON_A_PAGE = 3
"""Steps and devices with a button of their own: with Begin, Stop and Back no more than six."""
MOST_LINES = 6
MOST_SAID = 12
NO_DIRECTORY = Directory(tenant="", version="", people={}, pupils={}, roles={}, last_resort=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One open procedure: its step, and whose it is (role keys; empty: whoever handles the case).

    `mine`: the reader may do the step. `lets`: the reader may let others do it.
    `owns`: the reader has the case. `asked`: the reader asked for it.
    """

    procedure: Procedure
    flow: Flow
    step: Step
    roles: tuple[str, ...] = ()
    mine: bool = False
    lets: bool = False
    owns: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """The open procedures of a case. `more`: something is kept, or can be begun.

    `asked_for`: what a request is called; None for a case that somebody reported.
    """

    lines: tuple[Line, ...] = ()
    more: bool = False
    asked_for: Text | None = None


def waits(words: Words, line: Line) -> str:
    """What waits for whom, and until when, in one line."""
    procedure = line.procedure
    asker = words.say("step_who_you" if line.asked else "step_who_asked")
    named = (asker if role == "requester" else words.role(role) for role in line.roles)
    who = " / ".join(named) or words.say("step_who_you" if line.owns else "step_who_handles")
    at = procedure.expires_at or procedure.wakes_at or procedure.due_at
    wait = line.step.kind == "wait" and not line.step.event.by_language
    key = "step_waits_time" if wait else "step_waits"
    until = words.say("step_until", when=words.moment(at)) if at else ""
    title = words.text(line.step.title) or words.text(line.flow.title)
    return words.say(key, flow=words.text(line.flow.title), step=title, who=who, until=until).strip()


def waiting_blocks(words: Words, lines: Iterable[Line]) -> list[Block]:
    """For the card of the case: one line for each open procedure."""
    shown = tuple(lines)
    blocks: list[Block] = [Paragraph(text=waits(words, line)) for line in shown[:MOST_LINES]]
    if len(shown) > MOST_LINES:
        blocks.append(Paragraph(text=words.say("steps_more", count=len(shown) - MOST_LINES), subtle=True))
    return blocks


def steps_button(words: Words, case: Case, *, start: int = 0) -> Action:
    """To the open procedures of the case."""
    label = words.say("button_steps" if start == 0 else "button_more")
    return case_button(verbs.STEPS, label, case, f"steps.{start}")


def case_button(verb: str, label: str, case: Case, action_id: str, *, good: bool = False) -> Action:
    return Action(
        verb=verb,
        label=label,
        target=case.id,
        action_id=action_id,
        tone="positive" if good else "default",
        sends_inputs=False,
    )


def steps_view(
    words: Words,
    case: Case,
    lines: tuple[Line, ...],
    kept: tuple[tuple[Procedure, HandOver], ...],
    *,
    start: int,
    may_hand: bool,
    may_begin: bool,
    may_stop: bool,
    back: Action,
) -> View:
    """The open procedures, what is still kept, and a button for each thing the reader can do."""
    blocks: list[Block] = list(titled(words.say("steps_title", number=case.number)))
    if not lines:
        blocks.append(Paragraph(text=words.say("steps_none")))
    blocks.extend(waiting_blocks(words, lines))
    blocks.extend(
        Paragraph(
            text=words.say("step_kept", what=literal(h.what), who=literal(h.took), where=literal(h.where))
        )
        for _, h in kept
    )
    mine = [step_button(words, case, line) for line in lines if line.mine or line.lets]
    if may_hand:
        for procedure, h in kept:
            label = words.say("button_hand", what=clipped(h.what, 40))
            mine.append(case_button(verbs.HAND, label, case, verbs.step_id(procedure, h.step)))
    page = mine[start : start + ON_A_PAGE]
    if len(mine) > start + ON_A_PAGE:
        page[-1:] = [steps_button(words, case, start=start + ON_A_PAGE - 1)]
    if may_begin:
        page.append(case_button(verbs.BEGIN, words.say("button_begin"), case, "begin"))
    if may_stop and lines:
        page.append(case_button(verbs.STOP, words.say("button_stop"), case, "stop"))
    return plain_view(words, case, blocks, (*page, back))


def step_button(words: Words, case: Case, line: Line) -> Action:
    title = clipped(words.text(line.step.title), 60)
    label = title if line.mine else words.say("button_look_at", step=title)
    return case_button(verbs.STEP, label, case, verbs.step_id(line.procedure), good=line.mine)


def plain_view(
    words: Words,
    case: Case | None,
    blocks: Iterable[Block],
    actions: tuple[Action, ...],
    *,
    revision: int | None = None,
    refresh: Action | None = None,
    reader: PersonId | None = None,
) -> View:
    summary = words.say("case_summary", number=case.number) if case else words.say("ask_title")
    return View(
        summary=summary,
        blocks=tuple(blocks),
        actions=actions,
        language=words.language,
        revision=(case.revision if case else 0) if revision is None else revision,
        refresh=refresh,
        refresh_for=reader,
    )


# --- begin, stop ---


PICKED = "flow"
WHY = "why"


def picked(words: Words, label: str, choices: Iterable[tuple[str, str]]) -> Field:
    """One of several, by a key and what it is called."""
    options = tuple(Option(key=key, label=plain(name)) for key, name in choices)
    needed = plain(words.say("error_choose"))
    return Field(key=PICKED, kind="choice", label=plain(words.say(label)), needed=needed, options=options)


def begin_view(
    words: Words,
    case: Case,
    flows: Iterable[Flow],
    *,
    action_id: str,
    back: Action,
    directory: Directory,
    errors: Mapping[str, str] | None = None,
) -> View:
    """Which procedure shall begin?"""
    choices = ((flow.key, words.text(flow.title)) for flow in flows)
    form = form_blocks(
        words, (picked(words, "begin_which", choices),), answers={}, errors=errors or {}, directory=directory
    )
    title = words.say("begin_title", number=case.number)
    send = Action(
        verb=verbs.BEGIN_DO, label=words.say("button_begin_send"), target=case.id, action_id=action_id,
        tone="positive",
    )  # fmt: skip
    return plain_view(words, case, (*titled(title, words.say("begin_body")), *form), (send, back))


def stop_form(words: Words, lines: Iterable[Line]) -> tuple[Field, Field]:
    """Which one, and why."""
    choices = ((line.procedure.id, words.text(line.flow.title)) for line in lines)
    why = Field(
        key=WHY, kind="paragraph", label=plain(words.say("stop_why")), needed=plain(words.say("stop_needed")),
        max_length=1000,
    )  # fmt: skip
    return picked(words, "stop_which", choices), why


def stop_view(
    words: Words,
    case: Case,
    lines: Iterable[Line],
    *,
    action_id: str,
    back: Action,
    directory: Directory,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> View:
    """Which procedure shall end before its end, and why?"""
    fields = stop_form(words, lines)
    given = values or {}
    only = fields[0].options[0].key if len(fields[0].options) == 1 else ""
    form = form_blocks(
        words,
        fields,
        answers={**given, PICKED: given.get(PICKED) or only},
        errors=errors or {},
        directory=directory,
    )
    title = words.say("stop_title", number=case.number)
    send = Action(
        verb=verbs.STOP_DO, label=words.say("button_stop_send"), target=case.id, action_id=action_id
    )
    return plain_view(words, case, (*titled(title, words.say("stop_body")), *form), (send, back))
