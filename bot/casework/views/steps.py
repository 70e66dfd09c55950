"""A step of a procedure as whom it waits for sees it: sealed, with its form, settled; a device going on.

Pure. Whoever calls has asked whose step it is, and says how much of the procedure its reader may see.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework import verbs
from bot.casework.views.forms import form_blocks, titled
from bot.casework.views.procedures import (
    MOST_SAID,
    ON_A_PAGE,
    Line,
    case_button,
    plain_view,
)
from bot.casework.views.record import name_of
from bot.casework.views.room import LENGTHS, clipped, fits
from bot.casework.views.runs import shown_answer
from bot.casework.words import Words
from bot.engine.fields import FORM
from bot.engine.step_form import Known, form_of, shown_of
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.flows import Field, Step
from bot.model.people import Directory, PersonId
from bot.model.procedures import HandOver, Procedure, signed_now
from bot.model.text import literal
from bot.model.views import Action, Block, Facts, Notice, Paragraph, View


def step_view(
    words: Words,
    case: Case | None,
    line: Line,
    known: Known,
    *,
    inside: bool,
    back: Action | None,
    said: tuple[Block, ...] = (),
    reader: PersonId | None = None,
) -> View:
    """The step with its form, as it was typed and what is wrong with it.

    `inside`: the reader may see the case. `said`: what stands above everything, such as a refusal.
    """
    procedure, step = line.procedure, line.step
    asked = tuple(replace(f, key=key) for key, f in shown_of(words.definition, procedure, known).items())
    blocks: list[Block] = [*said, *_step_head(words, case, line)]
    blocks.extend(_national(words, step) if inside else ())
    blocks.extend(looked_up(words, line))
    blocks.extend(_signed(words, line, known.report.directory, inside=inside))
    shortest = LENGTHS[-1]
    told = [_told(words, line, known.report.directory, case=case, inside=inside, most=m) for m in LENGTHS[1:]]
    blocks.extend(next((t for t in told if fits([*blocks, *t])), told[LENGTHS.index(shortest) - 1]))
    blocks.extend(_form(words, line, asked, known))
    send = _send(words, case, line) if line.mine else None
    lets = case_button(verbs.STEP_RELEASE, words.say("button_let_others"), case, verbs.step_id(procedure)
    ) if case and line.lets else None  # fmt: skip
    again = None if inside or case is None else case_button(verbs.STEP, "", case, verbs.step_id(procedure))
    return plain_view(
        words,
        case,
        blocks,
        tuple(a for a in (send, lets, back) if a is not None),
        revision=procedure.visit,
        refresh=again,
        reader=reader,
    )


def _step_head(words: Words, case: Case | None, line: Line) -> list[Block]:
    title = words.text(line.step.title) or words.text(line.flow.title)
    heading = words.say("step_title", title=title, number=case.number) if case else title
    body = words.text(line.step.body)
    blocks: list[Block] = list(titled(heading, body))
    if line.step.kind == "wait" and line.step.event.by_language:
        blocks.append(Paragraph(text=words.text(line.step.event)))
    if case is not None:
        rows = [(words.say("label_urgency"), words.say(f"urgency_{case.urgency}"))]
        at = line.procedure.expires_at or line.procedure.due_at
        if at:
            rows.append((words.say("label_until"), words.moment(at)))
        blocks.append(Facts(rows=tuple(rows)))
    return blocks


def _national(words: Words, step: Step) -> list[Block]:
    """Where a step comes from, for whoever sees the case; national practice is to be checked before use."""
    if step.origin == "national":
        return [Notice(text=words.say("step_national", source=literal(step.source)), tone="accent")]
    said = "step_product" if step.origin == "product" else "step_source"
    return [Paragraph(text=words.say(said, source=literal(step.source)), subtle=True)] if step.source else []


def looked_up(words: Words, line: Line) -> list[Block]:
    """The row of the grid that was asked about: its marks, where the policy's lines conflict, its source."""
    field = line.flow.fields.get(line.step.looks_up)
    grid = words.definition.grids.get(field.table) if field else None
    chosen = line.procedure.answers.get(line.step.looks_up, "")
    row = next((r for r in grid.rows if r.key == chosen), None) if grid else None
    if grid is None or row is None:
        return []
    marked = [literal(words.text(label)) for key, label in grid.columns if key in row.marks]
    rows = (
        (words.say("answer_about"), literal(words.text(row.label))),
        (words.say("answer_policy"), "\n\n".join(marked) or words.say("answer_unmarked")),
        (words.say("label_source"), literal(row.source or grid.source)),
    )
    blocks: list[Block] = [Facts(rows=rows)]
    if row.conflict.by_language:
        conflict = literal(words.text(row.conflict))
        blocks.append(Notice(text=words.say("answer_conflict", conflict=conflict), tone="warning"))
    return blocks


def _signed(words: Words, line: Line, directory: Directory, *, inside: bool) -> list[Block]:
    """Who has signed, for an approval, and whose signature is open. That somebody is left out of the case
    is for those inside it."""
    if line.step.kind != "approval":
        return []
    procedure = line.procedure
    signed = (
        words.say(
            "signed_by", who=name_of(words, s.by, directory), role=words.role(s.role), when=words.moment(s.at)
        )
        for s in signed_now(procedure)
    )
    blocks: list[Block] = [Paragraph(text=said) for said in signed]
    needs = line.step.needs or len(line.step.approvers)
    left = max(0, needs - len(blocks))
    void = [s for s in procedure.signatures if s.void and s.step == line.step.key] if inside else []
    blocks += [Paragraph(text=words.say("signature_left_out", role=words.role(s.role))) for s in void]
    open_to = ", ".join(words.role(role) for role in line.roles)
    blocks.append(Paragraph(text=words.say("sign_left", count=left, roles=open_to), subtle=True))
    return blocks


def _told(
    words: Words, line: Line, directory: Directory, *, case: Case | None, inside: bool, most: int
) -> list[Block]:
    """What was answered before: all of it for who sees the case, who signs, and in what staff asked for; for
    others the questions of the steps which this one requires, in a case about an adult not even those unless
    its owner began the procedure."""
    everything = inside or line.step.kind == "approval" or (case is not None and case.what == "request")
    closed = case is not None and case.routed.restricted and line.procedure.asked_by is None
    wanted = {s for s in line.flow.steps if everything or (s in line.step.requires and not closed)}
    blocks: list[Block] = []
    left = MOST_SAID
    for done in reversed(line.procedure.done):
        step = line.flow.steps.get(done.step)
        if step is None or done.step not in wanted or case is None or not left:
            continue
        form = form_of(words.definition, line.flow, step)
        rows = tuple(
            (
                words.text(form[key].label),
                clipped(shown_answer(words, form[key], value, directory), most),
            )
            for key, value in done.answers.items()
            if key in form and value and (everything or key in step.fields)
        )[:left]
        if rows:
            # Two steps may ask the same: each answer stands under the name of its own.
            title = Paragraph(text=words.text(step.title) or words.text(line.flow.title), subtle=True)
            blocks[:0] = (title, Facts(rows=rows))
            left -= len(rows)
    return [Paragraph(text=words.say("step_before"), subtle=True), *blocks] if blocks else []


def _form(words: Words, line: Line, asked: tuple[Field, ...], known: Known) -> tuple[Block, ...]:
    procedure = line.procedure
    if not line.mine:
        return (Notice(text=words.say("step_held_back"), tone="warning"),) if line.lets else ()
    wrong = procedure.errors.get(FORM, "")
    return form_blocks(
        words,
        asked,
        answers=procedure.answers,
        errors=procedure.errors,
        directory=known.report.directory,
        notices=line.step.notices,
        form_error=words.say(f"error_{wrong}") if wrong else "",
    )


def _send(words: Words, case: Case | None, line: Line) -> Action:
    label = {
        "guidance": "button_understood", "approval": "button_sign", "wait": "button_happened",
    }.get(line.step.kind, "button_step_done")  # fmt: skip
    procedure = line.procedure
    own = words.text(line.step.send) if line.step.send.by_language else ""
    return Action(
        verb=verbs.STEP_DO,
        label=own or words.say(label if case or label != "button_step_done" else "button_next"),
        target=case.id if case else procedure.id,
        action_id=verbs.step_id(procedure),
        tone="positive",
    )


def step_alert(words: Words, case: Case, procedure: Procedure, *, reader: PersonId) -> View:
    """Before it is opened: number, urgency and *Open*."""
    urgency = words.say(f"urgency_{case.urgency}")
    blocks = (
        *titled(words.say("step_alert_title", number=case.number), words.say("step_new")),
        Facts(rows=((words.say("label_urgency"), urgency),)),
    )
    open_it = case_button(verbs.STEP, words.say("button_open"), case, verbs.step_id(procedure), good=True)
    view = plain_view(words, case, blocks, (open_it,), refresh=replace(open_it, label=""), reader=reader)
    return replace(view, summary=words.say("alert_summary", number=case.number, urgency=urgency))


def step_settled(
    words: Words,
    case: Case,
    procedure: Procedure,
    *,
    reader: PersonId,
    kept: tuple[HandOver, ...] = (),
    said: str = "",
) -> View:
    """In place of a step that somebody has done, or that is over; what they keep can be handed on here."""
    text = words.say("step_settled", number=case.number)
    blocks: list[Block] = list(titled(words.say("step_settled_title"), said or text))
    hand = tuple(
        case_button(verbs.HAND, words.say("button_hand", what=clipped(h.what, 40)), case,
                verbs.step_id(procedure, h.step))
        for h in kept[:ON_A_PAGE]
    )  # fmt: skip
    again = case_button(verbs.STEP, "", case, verbs.step_id(procedure))
    return plain_view(words, case, blocks, hand, refresh=again, reader=reader)


def hand_view(
    words: Words,
    case: Case,
    procedure: Procedure,
    step: Step,
    known: Known,
    *,
    back: Action | None,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> View:
    """A device goes on: the same questions as when it came, said anew."""
    flow = words.definition.flows[procedure.flow]
    form = form_of(words.definition, flow, step)
    asked = tuple(replace(f, key=key) for key, f in form.items())
    blocks: list[Block] = list(titled(words.say("hand_title", number=case.number), words.say("hand_body")))
    for h in procedure.hand_overs:
        if h.step == step.key:
            line = words.say(
                "hand_line",
                what=literal(h.what),
                gave=literal(h.gave),
                took=literal(h.took),
                where=literal(h.where),
                when=words.moment(h.at),
            )
            blocks.append(Paragraph(text=line, subtle=True))
    blocks.extend(
        form_blocks(words, asked, answers=values or {}, errors=errors or {}, directory=known.report.directory)
    )
    send = Action(
        verb=verbs.HAND_DO,
        label=words.say("button_hand_send"),
        target=case.id,
        action_id=verbs.step_id(procedure, step.key),
        tone="positive",
    )
    actions = (send, back) if back else (send,)
    return plain_view(words, case, blocks, actions, revision=procedure.visit)
