"""What a handler sees of a case: why it is theirs, what happened, what is proposed, what comes next.

Pure. Whoever calls has asked `standing` first; what that lets the reader see decides what is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.casework import verbs
from bot.casework.facts import applies, still_to_record
from bot.casework.views.forms import action_columns, titled
from bot.casework.views.plan import next_steps
from bot.casework.views.procedures import ToDo, steps_button, waiting_blocks
from bot.casework.views.receipts import state_of
from bot.casework.views.room import LENGTHS, clipped, fits
from bot.casework.views.runs import shown_answer
from bot.casework.words import Words
from bot.engine.access import Standing
from bot.model.cases import Case, owner_now
from bot.model.changed import replace
from bot.model.definition import CaseAction
from bot.model.people import Directory, PersonId
from bot.model.text import literal
from bot.model.views import Action, Block, Facts, Notice, Paragraph, View

MOST_ON_CARD = 5
NOTES_SHOWN = 5
DECISIONS_SHOWN = 8
STEPS_SHOWN = 4
HIDDEN_ANSWERS = frozenset(
    {"what", "danger", "pupils_done", "pupils_affected", "adults", "others", "withheld", "happened"}
    | {"unlisted_name", "unlisted_detail"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads, as what, which actions are theirs, which linked and earlier cases they may learn of.

    `to_do`: the open procedures, and what else can be done with them.
    """

    person: PersonId
    standing: Standing
    actions: tuple[CaseAction, ...]
    linked: tuple[str, ...] = ()
    earlier: tuple[Case, ...] = ()
    to_do: ToDo = field(default_factory=ToDo)


def case_view(words: Words, case: Case, reader: Reader, *, directory: Directory, now: datetime) -> View:
    """The case as this reader may see it today."""
    if reader.standing.sight == "children":
        blocks = _children_only(words, case)
    elif not case.complete:
        blocks = _unfinished(words, case, directory)
    else:
        shortest = LENGTHS[-1]
        ways = (_whole(words, case, reader, directory, most=most) for most in LENGTHS)
        blocks = next(filter(fits, ways), _whole(words, case, reader, directory, most=shortest))
    return View(
        summary=words.say("case_summary", number=case.number),
        blocks=(*_head(words, case, reader, directory), *blocks),
        actions=_buttons(words, case, reader, now),
        language=words.language,
        revision=case.revision,
        refresh=Action(verb=verbs.OPEN, label="", target=case.id, action_id="open", sends_inputs=False),
        refresh_for=reader.person,
    )


def _head(words: Words, case: Case, reader: Reader, directory: Directory) -> tuple[Block, ...]:
    title = titled(words.say("case_title", number=case.number))
    if reader.standing.sight == "children":
        urgency = (words.say("label_urgency"), words.say(f"urgency_{case.urgency}"))
        return (*title, Facts(rows=(urgency,)))
    rows = [
        (words.say("label_state"), words.say(f"state_{state_of(case)}")),
        (words.say("label_urgency"), words.say(f"urgency_{case.urgency}")),
        (words.say("label_received"), words.moment(case.opened_at)),
        (words.say("label_owner"), _who_has(words, owner_now(case), directory)),
    ]
    if case.oversight.role is not None and case.urgency != "routine":
        seen = _who_has(words, case.oversight.accepted_by, directory)
        rows.append((words.say("label_oversight"), seen))
    return (*title, Facts(rows=tuple(rows)))


def _who_has(words: Words, person: PersonId | None, directory: Directory) -> str:
    if person is None:
        return words.say("nobody_yet")
    member = directory.people.get(person)
    return literal(member.name) if member else words.say("someone_picked")


def _children_only(words: Words, case: Case) -> tuple[Block, ...]:
    children = [p.name for p in case.participants if p.kind == "pupil" and p.name]
    named = literal(", ".join(children)) if children else words.say("no_child_named")
    return (
        Notice(text=words.say("case_children_only"), tone="attention"),
        Facts(rows=((words.say("label_children"), named),)),
    )


def _unfinished(words: Words, case: Case, directory: Directory) -> tuple[Block, ...]:
    place = case.answers.get("place", "")
    return (
        Notice(text=words.say("case_unfinished"), tone="attention"),
        Facts(
            rows=(
                (words.say("label_reporter"), _who_has(words, case.reporter, directory)),
                (words.say("label_place"), literal(place) if place else words.say("not_said")),
            )
        ),
    )


def _whole(words: Words, case: Case, reader: Reader, directory: Directory, *, most: int) -> tuple[Block, ...]:
    """`most`: letters that each text may have; all of it is behind More."""
    blocks: list[Block] = []
    if case.mistake:
        why = literal(clipped(case.mistake, most))
        blocks.append(Notice(text=words.say("case_mistake", why=why), tone="warning"))
    blocks.extend(waiting_blocks(words, reader.to_do.lines))
    if reader.to_do.asked_for is not None:
        title = words.text(reader.to_do.asked_for)
        blocks.append(Paragraph(text=words.say("case_request", title=title)))
    blocks.extend(_why_you(words, case, reader))
    if reader.to_do.asked_for is None:
        blocks.extend(_what_happened(words, case, directory, most=most))
    else:
        asker = (words.say("label_reporter"), _who_has(words, case.reporter, directory))
        blocks.append(Facts(rows=(asker,)))
    blocks.extend(_proposed(words, case, reader))
    blocks.extend(_on_record(words, case, directory, most=most))
    blocks.append(Paragraph(text=next_steps(words, case, whole=True), subtle=True))
    if reader.linked:
        linked = words.say("case_linked", numbers=", ".join(reader.linked))
        blocks.append(Paragraph(text=linked, subtle=True))
    return tuple(blocks)


def _why_you(words: Words, case: Case, reader: Reader) -> list[Block]:
    routed = case.routed
    roles = ", ".join(words.role(r) for r in reader.standing.roles)
    rows = [(words.say("label_as"), roles)]
    rule = next((r for r in words.definition.routing.rules if r.key == routed.rule), None)
    if rule is not None:
        rows.append((words.say("label_why"), words.text(rule.why)))
    table = words.definition.tables.get(routed.table)
    row = table.by_key.get(routed.row) if table else None
    if table and row:
        rows.append((words.say("label_row"), literal(f"{row.number}. {words.text(row.label)}")))
        rows.append((words.say("label_source"), literal(row.source or table.source)))
    if case.earlier:
        state = "open" if case.earlier_confirmed is None else "same" if case.earlier_confirmed else "other"
        rows.append((words.say("label_earlier"), words.say(f"earlier_{state}", count=len(case.earlier))))
    if routed.passed_over and reader.person in (case.owner.accepted_by, *case.owner.tried):
        passed = "; ".join(
            words.say("passed_over", role=words.role(p.role), rule=words.say(f"rule_{p.rule}"))
            for p in routed.passed_over
        )
        rows.append((words.say("label_passed_over"), passed))
    return [Paragraph(text=words.say("case_why_you"), heading=True), Facts(rows=tuple(rows))]


def _what_happened(words: Words, case: Case, directory: Directory, *, most: int) -> list[Block]:
    happened = clipped(case.answers.get("happened", ""), most)
    people = tuple(
        (words.say(f"part_{p.part}"), _person(words, p.name, p.detail, p.kind)) for p in case.participants
    )
    flow = words.definition.flows.get("report")
    rows = [(words.say("label_reporter"), _who_has(words, case.reporter, directory)), *people]
    if flow is not None:
        rows.extend(
            (words.text(f.label), clipped(shown_answer(words, f, case.answers[f.key], directory), most))
            for f in flow.fields.values()
            if case.answers.get(f.key) and f.key not in HIDDEN_ANSWERS and f.kind != "row"
        )
    return [
        Paragraph(text=words.say("case_happened"), heading=True),
        Paragraph(text=literal(happened) if happened else words.say("not_said")),
        Facts(rows=tuple(rows)),
    ]


def _person(words: Words, name: str, detail: str, kind: str) -> str:
    if not name:
        return words.say(f"person_{kind}")
    return literal(f"{name} ({detail})" if detail else name)


def _proposed(words: Words, case: Case, reader: Reader) -> list[Block]:
    if not case.routed.proposed:
        return []
    labels = {c.key: words.text(c.label) for c in action_columns(words.definition, case.routed.table)}
    decided = {d.action: d for d in case.decisions}
    rows = []
    for proposal in case.routed.proposed:
        decision = decided.get(proposal.action)
        if not proposal.marked and decision is None:
            continue
        state = "open" if decision is None else "yes" if decision.yes else "no"
        said = words.say(f"proposal_{state}")
        before = _decided_before(words, reader, proposal.action)
        label = labels.get(proposal.action, proposal.action)
        rows.append((label, words.say("proposal_before", now=said, before=before) if before else said))
    blocks: list[Block] = [Paragraph(text=words.say("case_proposed"), heading=True)]
    blocks.append(Facts(rows=tuple(rows)) if rows else Paragraph(text=words.say("proposed_none")))
    waits = still_to_record(words.definition, case, before="decide")
    if waits or not case.routed.sanctions:
        names = ", ".join(words.text(a.label) for a in waits)
        key = "case_decide_waits" if waits else "case_no_sanctions"
        blocks.append(Notice(text=words.say(key, first=names), tone="warning"))
    return blocks


def _decided_before(words: Words, reader: Reader, action: str) -> str:
    """What was decided of this action in the earlier cases that the reader may see."""
    latest = {c.number: d for c in reader.earlier for d in c.decisions if d.action == action}
    return ", ".join(
        words.say("before_yes" if d.yes else "before_no", number=number) for number, d in latest.items()
    )


def _on_record(words: Words, case: Case, directory: Directory, *, most: int) -> list[Block]:
    blocks: list[Block] = []
    labels = {c.key: words.text(c.label) for c in action_columns(words.definition, case.routed.table)}
    for d in case.decisions[-DECISIONS_SHOWN:]:
        key = "record_yes" if d.yes else "record_no"
        line = words.say(
            key,
            action=labels.get(d.action, d.action),
            who=_who_has(words, d.by, directory),
            role=words.role(d.role),
            when=words.moment(d.at),
            why=literal(clipped(d.why, most)),
        )
        blocks.append(Paragraph(text=line))
    for task in case.tasks[-STEPS_SHOWN:]:
        seen = words.moment(task.seen_at) if task.seen_at else words.say("nobody_yet")
        line = words.say(
            "record_task",
            role=words.role(task.role.role),
            when=words.moment(task.at),
            seen=seen,
            text=literal(clipped(task.text, most)),
        )
        blocks.append(Paragraph(text=line))
    for step in case.recorded[-STEPS_SHOWN:]:
        action = words.definition.actions.get(step.action)
        said = "; ".join(clipped(value, most) for value in step.answers.values() if value)
        line = words.say(
            "record_step",
            step=words.text(action.label) if action else step.action,
            who=_who_has(words, step.by, directory),
            role=words.role(step.role),
            when=words.moment(step.at),
            said=literal(said),
        )
        blocks.append(Paragraph(text=line))
    for note in case.notes[-NOTES_SHOWN:]:
        text = clipped(note.text, most)
        who = _who_has(words, note.by, directory)
        line = words.say("record_note", who=who, when=words.moment(note.at), text=literal(text))
        blocks.append(Paragraph(text=line))
    if len(case.notes) > NOTES_SHOWN:
        blocks.append(Paragraph(text=words.say("record_more", count=len(case.notes)), subtle=True))
    if case.closing is not None:
        ended = words.say(
            "record_closed",
            outcome=words.say(f"outcome_{case.closing.outcome}"),
            why=literal(clipped(case.closing.why, most)),
        )
        blocks.append(Paragraph(text=ended))
    if blocks:
        blocks.insert(0, Paragraph(text=words.say("case_record"), heading=True))
    return blocks


def on_card(case: Case, reader: Reader) -> tuple[CaseAction, ...]:
    """The reader's actions that stand on the card itself; the others are behind More."""
    return tuple(a for a in reader.actions if a.first and applies(case, a))[
        : MOST_ON_CARD - has_steps(reader)
    ]


def has_steps(reader: Reader) -> bool:
    """Whether the card leads to what is to be done."""
    return reader.standing.sight == "all" and bool(reader.to_do.lines or reader.to_do.more)


def _buttons(words: Words, case: Case, reader: Reader, now: datetime) -> tuple[Action, ...]:
    mine = [a for a in reader.actions if applies(case, a)]
    first = on_card(case, reader)
    buttons = [action_button(words, case, action, now) for action in first]
    if has_steps(reader) and _their_turn(case, reader):
        buttons.insert(0, replace(steps_button(words, case), tone="positive"))
    elif has_steps(reader):
        buttons.append(steps_button(words, case))
    if len(mine) > len(first) or case.notes:
        buttons.append(
            Action(
                verb=verbs.MORE,
                label=words.say("button_more"),
                target=case.id,
                action_id="more",
                sends_inputs=False,
            )
        )
    return tuple(buttons)


def _their_turn(case: Case, reader: Reader) -> bool:
    """Whether the next thing to do with the case is a step of this reader's, who has it already."""
    return owner_now(case) == reader.person and any(line.mine for line in reader.to_do.lines)


def action_button(words: Words, case: Case, action: CaseAction, now: datetime) -> Action:
    """The button of a case action: does it at once where it asks nothing, else opens its form."""
    return Action(
        verb=verbs.FORM if action.fields else verbs.DO,
        label=words.text(action.label),
        target=case.id,
        action_id=verbs.offer_id(case, action, now),
        tone=action.tone,
        sends_inputs=False,
    )
