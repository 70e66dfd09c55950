"""Readers of what flows, tables and actions have in common: conditions, branches, fields.

The closed lists of words come from the model. Must not know whether the names in them exist: that is
checked once everything is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from bot.definitions.reader import Node
from bot.definitions.shape import (
    Kind,
    Notes,
    Record,
    Schema,
    key,
    list_of,
    listed,
    mapping_of,
    nearest,
    one_of,
    one_or_more,
    optional,
    read_at,
    text,
    values_of,
    whole,
    word,
    yes_no,
)
from bot.model.conditions import AllOf, AnyOf, Ask, Condition, Subject
from bot.model.flows import AnswerKind, Branch, Field, Option, Part

_ASKS: Mapping[str, Subject] = {"field": "field", "fact": "fact", "flag": "flag"}
_CONDITION = (*_ASKS, "all", "any")
NEVER = AnyOf(conditions=())
"""What a condition is that could not be read."""

_values = one_or_more(word)
_ASKED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?\Z")


def _read_asked(node: Node, place: str, notes: Notes) -> str:
    value = word.read(node, place, notes)
    if isinstance(node.content, str) and not _ASKED.match(value):
        remedy = "Write the key of a field or a step, or step.field for what a step of that kind asks."
        notes.fault(node.line, place, f"{value!r} is not a key", remedy)
    return value


_asked: Kind[str] = Kind(_read_asked, "", lambda: {"type": "string"})


def _read_condition(node: Node, place: str, notes: Notes) -> Condition:
    if not isinstance(node.content, dict):
        remedy = "Write {field: …, is: …}, {flag: …}, {fact: …, is: …}, {all: [ … ]} or {any: [ … ]}."
        notes.fault(node.line, place, f"is {node.kind}, not a condition", remedy)
        return NEVER
    heads = [name for name in node.content if name in _CONDITION]
    for name, inner in node.content.items():
        if name not in _CONDITION and not (name == "is" and heads and heads[0] in _ASKS):
            remedy = nearest(name, (*_CONDITION, "is"), f"Use one of: {listed(_CONDITION)}.")
            notes.fault(inner.key_line, f"{place}.{name}", f"the key {name!r} is not known here", remedy)
    if len(heads) != 1:
        what = "asks two things at once" if heads else "asks nothing"
        notes.fault(node.line, place, what, "Ask one thing; join several with all: [ … ] or any: [ … ].")
        return NEVER
    if heads[0] in _ASKS:
        return _read_ask(_ASKS[heads[0]], node.content, place, notes)
    inner = node.content[heads[0]]
    joined = read_at(_conditions, inner, f"{place}.{heads[0]}", notes)
    if not joined and isinstance(inner.content, list):
        notes.fault(inner.line, place, "joins no conditions", "Write at least one in the list.")
    return AllOf(conditions=joined) if heads[0] == "all" else AnyOf(conditions=joined)


def _read_ask(subject: Subject, entries: dict[str, Node], place: str, notes: Notes) -> Condition:
    name = read_at(_asked if subject == "field" else key, entries[subject], f"{place}.{subject}", notes)
    if "is" in entries:
        values = read_at(_values, entries["is"], f"{place}.is", notes)
    elif subject == "field":
        line = entries[subject].key_line
        notes.fault(line, place, f"does not say what {name} is compared with", "Add is: and the option.")
        values = ()
    else:
        values = ("yes",)
    return Ask(subject=subject, name=name, values=values)


def _condition_schema() -> Schema:
    """A reference: conditions hold conditions, and stand once in the schema under `condition`."""
    return {"$ref": "#/definitions/condition"}


def condition_definition() -> Schema:
    """What `#/definitions/condition` is."""
    name = {"type": "string"}
    values = _values.schema()
    joined = {"type": "array", "minItems": 1, "items": _condition_schema()}
    ways = [
        *({"properties": {ask: name, "is": values}, "required": [ask]} for ask in _ASKS),
        *({"properties": {word: joined}, "required": [word]} for word in ("all", "any")),
    ]
    return {"anyOf": [{"type": "object", "additionalProperties": False, **way} for way in ways]}


condition: Kind[Condition] = Kind(_read_condition, NEVER, _condition_schema)
"""`{field: what, is: [rules, dealt]}`, `{flag: harm}` (is yes), `{fact: danger, is: "yes"}`, all, any."""

maybe_condition: Kind[Condition | None] = optional(condition)
_conditions = list_of(condition)


def _read_branches(node: Node, place: str, notes: Notes) -> tuple[Branch, ...]:
    if isinstance(node.content, str):
        return (Branch(when=None, go=key.read(node, place, notes)),)
    branches = _branch_list.read(node, place, notes)
    if not isinstance(node.content, list):
        return branches
    for at, branch in enumerate(branches[:-1]):
        if branch.when is None:
            line = node.content[at].line
            remedy = "Move it to the end: what stands behind it can never be reached."
            notes.fault(line, f"{place}.{at}", "otherwise is not the last branch", remedy)
    if not branches or branches[-1].when is not None:
        remedy = "Add as the last line: - otherwise: and the step to go to."
        notes.fault(node.key_line or node.line, place, "has no otherwise", remedy)
    return branches


def _read_branch(node: Node, place: str, notes: Notes) -> Branch:
    if isinstance(node.content, dict) and "otherwise" in node.content:
        for name, inner in node.content.items():
            if name != "otherwise":
                remedy = "Delete it: otherwise stands alone."
                notes.fault(inner.key_line, f"{place}.{name}", f"{name} stands beside otherwise", remedy)
        return Branch(when=None, go=read_at(key, node.content["otherwise"], f"{place}.go", notes))
    return _branch.read(node, place, notes)


_branch = Record(make=Branch, keys={"when": condition, "go": key}, needed=("when", "go"))


def _branch_schema() -> Schema:
    last = {"type": "object", "properties": {"otherwise": key.schema()}, "required": ["otherwise"]}
    return {"anyOf": [_branch.kind().schema(), {**last, "additionalProperties": False}]}


_branch_list = list_of(Kind(_read_branch, Branch(when=None, go=""), _branch_schema))


def _branches_schema() -> Schema:
    return {"anyOf": [key.schema(), _branch_list.schema()]}


branches: Kind[tuple[Branch, ...]] = Kind(_read_branches, (), _branches_schema)
"""`next: step`, or a list of `{when, go}` that ends with `{otherwise: step}`."""


option = Record(
    make=Option,
    keys={"label": text, "flags": list_of(key), "alone": yes_no},
    needed=("label",),
    named=True,
).kind()

field = Record(
    make=Field,
    keys={
        "kind": one_of(*get_args(AnswerKind)),
        "label": text,
        "hint": text,
        "options": values_of(mapping_of(option)),
        "needed": text,
        "needed_when": maybe_condition,
        "differs_from": key,
        "not_past": text,
        "max_length": whole(1, 20_000),
        "part": one_of(*get_args(Part)),
        "table": word,
        "compact": yes_no,
        "show": maybe_condition,
        "source": word,
    },
    needed=("kind", "label"),
    named=True,
    marked=True,
).kind()

fields = mapping_of(field)
