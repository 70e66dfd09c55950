"""What staff ask for, or ask about: the list to choose from, the answer, the receipt.

Pure. Outside any case but for the receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.casework import verbs
from bot.casework.views.forms import form_blocks, titled
from bot.casework.views.procedures import (
    NO_DIRECTORY,
    ON_A_PAGE,
    PICKED,
    Line,
    picked,
    plain_view,
    step_button,
    waiting_blocks,
)
from bot.casework.views.receipts import state_of
from bot.casework.views.steps import looked_up
from bot.casework.words import Words
from bot.model.cases import Case
from bot.model.flows import Flow
from bot.model.runs import Run
from bot.model.views import Action, Block, Facts, Paragraph, View


def ask_view(
    words: Words, flows: Iterable[Flow], *, chosen: str = "", errors: Mapping[str, str] | None = None
) -> View:
    """What somebody of the staff can ask for, or ask about."""
    choices = tuple((flow.key, words.text(flow.title)) for flow in flows)
    report = report_button(words)
    if not choices:
        return plain_view(words, None, titled(words.say("ask_title"), words.say("ask_nothing")), (report,))
    form = form_blocks(
        words, (picked(words, "ask_which", choices),),
        answers={PICKED: chosen}, errors=errors or {}, directory=NO_DIRECTORY,
    )  # fmt: skip
    send = Action(
        verb=verbs.ASK_DO, label=words.say("button_next"), target="", action_id="ask", tone="positive"
    )
    blocks = (*titled(words.say("ask_title"), words.say("ask_body")), *form)
    return plain_view(words, None, blocks, (send, report))


def report_button(words: Words) -> Action:
    """To a report, for whoever meant that; what was typed for the request stays out of it."""
    return Action(
        verb=verbs.REPORT, label=words.say("button_report"), target="", action_id="", sends_inputs=False
    )


def asked_over(words: Words, said: str) -> View:
    """In place of what was asked, once it is sent or answered."""
    again = Action(verb=verbs.ASK, label=words.say("button_ask"), target="", action_id="", sends_inputs=False)
    return plain_view(words, None, titled(words.say("ask_title"), words.say(said)), (again,))


def answered(words: Words, line: Line) -> View:
    """What a question came to: the words of its end, and what it looked up there."""
    again = Action(verb=verbs.ASK, label=words.say("button_ask"), target="", action_id="", sends_inputs=False)
    title = words.text(line.step.title) or words.text(line.flow.title)
    body = words.text(line.step.body) or words.say("ask_answered")
    return plain_view(words, None, (*titled(title, body), *looked_up(words, line)), (again,))


def request_view(
    words: Words,
    run: Run,
    case: Case,
    flow: Flow,
    lines: tuple[Line, ...],
    *,
    bare: bool,
) -> View:
    """The requester's receipt: number and state, and whose step it is by role; left out of it, no more."""
    rows = [(case.number, words.say(f"state_{state_of(case)}"))]
    title = words.say("request_title", title="" if bare else words.text(flow.title)).strip()
    blocks: list[Block] = [*titled(title), Facts(rows=tuple(rows))]
    if not bare and case.closing is not None:
        blocks.append(Paragraph(text=words.say(f"outcome_{case.closing.outcome}")))
    elif not bare:
        blocks.extend(waiting_blocks(words, (replace(line, asked=True) for line in lines)))
    mine = [] if bare else [step_button(words, case, line) for line in lines if line.mine]
    return View(
        summary=words.say("request_summary"),
        blocks=tuple(blocks),
        actions=tuple(mine[:ON_A_PAGE]),
        language=words.language,
        revision=run.revision,
        refresh=Action(verb=verbs.RECEIPT, label="", target=run.id, action_id="receipt", sends_inputs=False),
        refresh_for=run.person,
    )
