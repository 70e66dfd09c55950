"""Draws a field of a definition as an Input, and keeps the rule of pictures.

Must not know whose form it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.casework.words import Words
from bot.engine.fields import FORM
from bot.model.definition import Definition
from bot.model.flows import Field
from bot.model.people import Directory
from bot.model.tables import Column
from bot.model.views import Block, Choice, FieldKind, Input, Notice, Paragraph

PUPILS_ON_A_CARD = 60
"""A longer list of pupils is searched as one types: it would not fit on a card."""

ECHOED = 2
"""Typed words come back with what is wrong up to so many times what the field takes: a card has its limit."""

PICTURES = "pictures"
"""The guidance that stands above the first text field of every card (design 4, rule 3)."""

FREE_TEXT = frozenset({"text", "paragraph"})

KINDS: Mapping[str, FieldKind] = {
    "text": "text",
    "paragraph": "paragraph",
    "choices": "choices",
    "others": "choices",
    "pupils": "pupils",
    "adults": "adults",
    "confirm": "choices",
    "date": "date",
    "time": "time",
}


def form_blocks(
    words: Words,
    fields: Iterable[Field],
    *,
    answers: Mapping[str, str],
    errors: Mapping[str, str],
    directory: Directory,
    table: str = "",
    roles: tuple[str, ...] = (),
    notices: tuple[str, ...] = (),
    form_error: str = "",
) -> tuple[Block, ...]:
    """Notices, the form's own error, then one Input per field, in order. `roles`: what a role can be."""
    asked = tuple(fields)
    blocks: list[Block] = [
        Notice(text=words.text(words.definition.guidance[key]), tone="warning")
        for key in notices_for(asked, notices)
    ]
    if FORM in errors:
        blocks.append(Notice(text=form_error or words.say("error_needed"), tone="attention"))
    blocks.extend(
        _input(words, field, answers=answers, errors=errors, directory=directory, table=table, roles=roles)
        for field in asked
    )
    return tuple(blocks)


def notices_for(fields: Iterable[Field], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The notices to draw: the rule of pictures always stands where anybody can type."""
    free = any(f.kind in FREE_TEXT for f in fields)
    return (PICTURES, *wanted) if free and PICTURES not in wanted else wanted


def _input(
    words: Words,
    field: Field,
    *,
    answers: Mapping[str, str],
    errors: Mapping[str, str],
    directory: Directory,
    table: str,
    roles: tuple[str, ...],
) -> Input:
    code = errors.get(field.key, "")
    value = answers.get(field.key, "")
    searched = field.kind == "adults" or (field.kind == "pupils" and len(directory.pupils) > PUPILS_ON_A_CARD)
    return Input(
        key=field.key,
        kind=KINDS.get(field.kind, "choice"),
        label=words.text(field.label),
        hint=words.text(field.hint),
        choices=role_choices(words, roles)
        if field.kind == "role"
        else _choices(words, field, directory, table, picked=value if searched else ""),
        value=value[: field.max_length * ECHOED] if field.kind in FREE_TEXT else value,
        error=error_sentence(words, field, code) if code else "",
        max_length=field.max_length if field.kind in FREE_TEXT else 0,
        compact=field.compact,
        search=("people" if field.kind == "adults" else "pupils") if searched else "",
    )


def error_sentence(words: Words, field: Field, code: str) -> str:
    """What to say beside the field."""
    if code == "needed":
        return words.text(field.needed)
    if code == "past":
        return words.text(field.not_past)
    return words.say(f"error_{code}", most=field.max_length)


def _choices(
    words: Words, field: Field, directory: Directory, table: str, *, picked: str
) -> tuple[Choice, ...]:
    if field.kind == "pupils":
        chosen = picked.split(",") if picked else None
        return pupil_choices(directory, only=chosen)
    if field.kind == "adults":
        return tuple(Choice(value=p, label=_name(words, p, directory)) for p in picked.split(",") if p)
    if field.kind == "row":
        return row_choices(words, field.table or table)
    if field.kind == "action":
        return action_choices(words, table)
    if field.kind == "confirm":
        return (Choice(value="yes", label=words.say("confirm_yes")),)
    return tuple(Choice(value=o.key, label=words.text(o.label)) for o in field.options)


def _name(words: Words, person: str, directory: Directory) -> str:
    """Somebody who was picked from the whole tenant may stand in none of the school's lists."""
    known = directory.people.get(person)
    return known.name if known else words.say("someone_picked")


def pupil_choices(directory: Directory, *, only: list[str] | None = None) -> tuple[Choice, ...]:
    """Pupils by name; `only` those ids, or all when None."""
    wanted = (
        directory.pupils.values()
        if only is None
        else [directory.pupils[p] for p in only if p in directory.pupils]
    )
    return tuple(
        Choice(value=p.id, label=f"{p.name} ({p.form})") for p in sorted(wanted, key=lambda p: p.name)
    )


def row_choices(words: Words, table: str) -> tuple[Choice, ...]:
    """The rows of a sanction table, or of a grid, in plain words."""
    found = words.definition.tables.get(table) or words.definition.grids.get(table)
    rows = found.rows if found else ()
    return tuple(Choice(value=r.key, label=words.text(r.plain)) for r in rows)


def role_choices(words: Words, roles: Iterable[str]) -> tuple[Choice, ...]:
    """Roles by what they are called."""
    return tuple(Choice(value=key, label=words.role(key)) for key in roles)


def action_choices(words: Words, table: str) -> tuple[Choice, ...]:
    """The action columns of a sanction table."""
    return tuple(
        Choice(value=c.key, label=words.text(c.label)) for c in action_columns(words.definition, table)
    )


def action_columns(definition: Definition, table: str) -> tuple[Column, ...]:
    """The columns of a table that are actions."""
    sanctions = definition.tables.get(table)
    return sanctions.actions if sanctions else ()


def titled(title: str, body: str = "") -> tuple[Block, ...]:
    """A heading, and a paragraph below it where there is one."""
    heading = Paragraph(text=title, heading=True)
    return (heading, Paragraph(text=body)) if body else (heading,)
