"""A report on its way: the card of each step, saved, cancelled.

Pure: a run and the facts in, a View out.
"""

from __future__ import annotations

from datetime import date

from bot.casework import verbs
from bot.casework.views.forms import form_blocks, titled
from bot.casework.words import Words
from bot.engine.advance import live_answers
from bot.engine.fields import shown_fields
from bot.engine.report import Facts, excluded_by_reporter, participants_of
from bot.model.flows import Field, Flow, Step
from bot.model.people import Directory
from bot.model.runs import Run
from bot.model.text import literal
from bot.model.views import Action, Block, Buttons, Notice, Paragraph, View
from bot.model.views import Facts as FactRows

LONGEST_SHOWN = 600


def run_view(words: Words, run: Run, facts: Facts, *, ask: str = "") -> View:
    """The card of a run that is open, saved or cancelled.

    `ask`: what its reader may ask instead, who has typed something that may have been no report.
    """
    if run.state == "saved":
        return _parked(words, run, "run_saved")
    if run.state in ("cancelled", "deleted"):
        return _parked(words, run, "run_cancelled" if run.state == "cancelled" else "run_deleted")
    return _step_view(words, run, facts, ask)


def _parked(words: Words, run: Run, key: str) -> View:
    resume = Action(
        verb=verbs.RESUME,
        label=words.say("button_resume"),
        target=run.id,
        action_id=verbs.visit_id(run),
        tone="positive",
    )
    body = words.say(f"{key}_danger" if run.cases else f"{key}_body")
    return View(
        summary=words.say(f"{key}_summary"),
        blocks=titled(words.say(f"{key}_title"), body),
        actions=() if run.state == "deleted" else (resume,),
        language=words.language,
        revision=run.revision,
    )


def _step_view(words: Words, run: Run, facts: Facts, ask: str) -> View:
    flow = words.definition.flows[run.flow]
    step = flow.steps[run.step]
    answers = live_answers(flow, run)
    asked = shown_fields(words.definition, flow, step, {**answers}, facts)
    blocks: list[Block] = list(titled(words.text(step.title), words.text(step.body)))
    blocks.extend(_asked_first(words, flow, step, run))
    if _kept_unseen(flow, step, run):
        blocks.append(Paragraph(text=words.say("words_kept"), subtle=True))
    if ask:
        blocks.append(Paragraph(text=words.say("words_ask", ask=ask), subtle=True))
    where = _where(words, flow, step, run)
    if where:
        said = words.say("words_where", text=literal(where.values[0][1]), button=where.label)
        blocks.append(Paragraph(text=said))
    if step.review:
        blocks.extend(_review(words, flow, run, facts))
    blocks.extend(
        form_blocks(
            words,
            asked,
            answers=run.answers,
            errors=run.errors,
            directory=facts.directory,
            notices=step.notices,
            form_error=words.text(step.needs_one_error),
        )
    )
    if step.buttons in run.errors:
        blocks.append(Notice(text=words.say("error_buttons"), tone="attention"))
    if step.buttons:
        blocks.append(Paragraph(text=words.text(flow.fields[step.buttons].label), heading=True))
    return View(
        summary=words.say("run_summary"),
        blocks=tuple(blocks),
        actions=(
            *((where,) if where else ()),
            *_actions(words, flow, step, run),
            *((_ask_action(run, ask),) if ask else ()),
        ),
        language=words.language,
        revision=run.revision,
        refresh=Action(
            verb=verbs.RECEIPT, label="", target=run.id, action_id=verbs.visit_id(run), sends_inputs=False
        ),
        refresh_for=run.person,
    )


def _ask_action(run: Run, label: str) -> Action:
    return Action(verb=verbs.ASK, label=label, target=run.id, action_id="", sends_inputs=False)


def _where(words: Words, flow: Flow, step: Step, run: Run) -> Action | None:
    """While a report of danger asks where somebody is: the button that what was typed last says it."""
    typed = run.answers.get(flow.description_field, "").rpartition("\n")[2]
    field = flow.fields[step.fields[0]] if len(step.fields) == 1 else None
    if not run.cases or not typed or field is None or field.key == flow.description_field:
        return None
    if field.kind != "text" or step.review or run.answers.get(field.key) or len(typed) > field.max_length:
        return None
    return Action(
        verb=verbs.ANSWER,
        label=words.say("button_where"),
        target=run.id,
        action_id=verbs.visit_id(run),
        values=((field.key, typed),),
        sends_inputs=False,
    )


def _kept_unseen(flow: Flow, step: Step, run: Run) -> bool:
    """Something was typed for the description, which this card does not show and no card has asked yet."""
    key = flow.description_field
    walked = any(key in flow.steps[s].fields for s in run.trail if s in flow.steps)
    return bool(key and run.answers.get(key)) and key not in step.fields and not step.review and not walked


def _asked_first(words: Words, flow: Flow, step: Step, run: Run) -> list[Block]:
    """Danger before anything else (casework 1): the question, with the answers that wait for no input.

    The others stand below the inputs, because what they send is those inputs.
    """
    if not step.buttons:
        return []
    question = flow.fields[step.buttons]
    first = _answers(words, question, run, danger=True)
    if not first:
        return []
    hint = words.text(question.hint)
    return [
        Paragraph(text=words.text(question.label), heading=True),
        Buttons(actions=first),
        *([Paragraph(text=hint, subtle=True)] if hint else []),
    ]


def _answers(words: Words, question: Field, run: Run, *, danger: bool) -> tuple[Action, ...]:
    """The buttons for those options of a question that mean danger, or for those that do not."""
    return tuple(
        Action(
            verb=verbs.ANSWER,
            label=words.text(option.label),
            target=run.id,
            action_id=verbs.visit_id(run),
            values=((question.key, option.key),),
            tone="destructive" if danger else "positive",
        )
        for option in question.options
        if ("danger" in option.flags) is danger
    )


def _actions(words: Words, flow: Flow, step: Step, run: Run) -> tuple[Action, ...]:
    stamp = verbs.visit_id(run)
    if step.buttons:
        send = _answers(words, flow.fields[step.buttons], run, danger=False)
    else:
        label = words.text(step.send) or words.say(
            "button_understood" if step.kind == "guidance" else "button_next"
        )
        send = (Action(verb=verbs.ANSWER, label=label, target=run.id, action_id=stamp, tone="positive"),)
    others = [(verbs.BACK, "button_back")] if run.trail else []
    others += [(verbs.SAVE, "button_save"), (verbs.CANCEL, "button_cancel")]
    return send + tuple(
        Action(verb=verb, label=words.say(key), target=run.id, action_id=stamp) for verb, key in others
    )


def _review(words: Words, flow: Flow, run: Run, facts: Facts) -> list[Block]:
    answers = live_answers(flow, run)
    rows = [
        (words.text(field.label), shown_answer(words, field, answers[field.key], facts.directory))
        for field in flow.fields.values()
        if field.key in answers and field.key not in flow.steps[run.step].fields
    ]
    blocks: list[Block] = [FactRows(rows=tuple(rows))] if rows else []
    hidden = not_shown_to(words, flow, run, facts)
    if hidden:
        blocks.append(Notice(text=words.say("review_not_shown_to", who=hidden), tone="accent"))
    return blocks


def not_shown_to(words: Words, flow: Flow, run: Run, facts: Facts) -> str:
    """Who will not be shown the report, by name: adults believed to have done it, and those named.

    A typed adult by what was typed: whom of the school that may be is not told here.
    """
    answers = live_answers(flow, run)
    adults = [
        p
        for p in participants_of(flow, answers, facts.directory)
        if p.kind == "adult" and p.part == "subject" and (p.ref or p.name)
    ]
    people = [p.ref or "" for p in adults] + list(excluded_by_reporter(flow, answers))
    named = [
        facts.directory.people[p].name if p in facts.directory.people else words.say("someone_picked")
        for p in dict.fromkeys(people)
        if p
    ]
    return literal(", ".join((*named, *(p.name for p in adults if not p.ref))))


def shown_answer(words: Words, field: Field, value: str, directory: Directory) -> str:
    """An answer in words that can be read back."""
    if field.kind == "date":
        return _day(words, value)
    if field.kind == "confirm" and value:
        return words.say("confirm_yes")
    if field.kind in ("text", "paragraph", "time"):
        return literal(value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + " …")
    names = [_name_of(words, field, v, directory) for v in value.split(",") if v]
    return literal(", ".join(names))


def _day(words: Words, written: str) -> str:
    """A date as a card sends it, as people write it: `14 Sep 2026`; anything else as it stands."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return literal(written)
    return f"{day.day} {words.say(f'month_{day.month}')} {day.year}"


def _name_of(words: Words, field: Field, value: str, directory: Directory) -> str:
    if field.kind == "pupils":
        pupil = directory.pupils.get(value)
        return f"{pupil.name} ({pupil.form})" if pupil else words.say("someone_picked")
    if field.kind == "adults":
        person = directory.people.get(value)
        return person.name if person else words.say("someone_picked")
    if field.kind == "row":
        table = words.definition.tables.get(field.table) or words.definition.grids.get(field.table)
        row = next((r for r in table.rows if r.key == value), None) if table else None
        return words.text(row.plain) if row else value
    option = next((o for o in field.options if o.key == value), None)
    return words.text(option.label) if option else value
