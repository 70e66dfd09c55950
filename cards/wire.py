"""What a button sends and how it is read back: the one place that knows this shape.

A button's data is `{verb, target, action_id, revision, values}`, all text; the client adds each input
under `key@revision`. `Action.Execute` and its `Action.Submit` fallback carry the same. Anyone in the tenant
can send anything in that shape, so reading is strict. Must not know what a verb means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import PressUnreadable
from bot.model.views import Action

MAX_NAME = 128
"""Characters of a verb, target, action_id or key."""

MAX_VALUE = 20_000
"""Characters of one answer. A guard against floods; the field's own limit is checked by casework."""

MAX_KEYS = 24
"""Answers in one press, the button's and the person's. A card has five inputs at most."""

_KEY = re.compile(rf"[A-Za-z0-9_.:/-]{{1,{MAX_NAME}}}")
"""A field's key, a verb, an action_id: without the @ that parts a key from the revision."""

_NAME = re.compile(rf"[A-Za-z0-9_.:@/-]{{1,{MAX_NAME}}}")
"""A target: a Teams channel's id holds an @."""

_REVISION = re.compile(r"0|[1-9][0-9]{0,8}")
_OWN_KEYS = frozenset({"verb", "target", "action_id", "revision", "values"})
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class WirePress:
    """A press as it was sent. `values` are the button's own and what was typed, by field key.

    `input_revision` is the revision of the card whose inputs came along; None when there were none.
    """

    verb: str
    target: str
    action_id: str
    values: dict[str, str]
    input_revision: int | None


def input_id(key: str, revision: int) -> str:
    """The id of a field's input. Raises ValueError for a key that could not be read back."""
    if not _KEY.fullmatch(key) or not _REVISION.fullmatch(str(revision)):
        raise ValueError(f"No input id can be made of {key!r} and revision {revision}")
    return f"{key}@{revision}"


def action_data(action: Action, revision: int) -> dict[str, Any]:
    """What the button sends. Raises ValueError for what `read_press` would refuse."""
    values = dict(action.values)
    for key in (action.verb, *values):
        if not _KEY.fullmatch(key):
            raise _not_carried(key)
    if action.action_id and not _KEY.fullmatch(action.action_id):
        raise _not_carried(action.action_id)
    if action.target and not _NAME.fullmatch(action.target):
        raise _not_carried(action.target)
    return {
        "verb": action.verb,
        "target": action.target,
        "action_id": action.action_id,
        "revision": str(revision),
        "values": values,
    }


def _not_carried(name: str) -> ValueError:
    return ValueError(f"A button cannot carry {name!r}: use letters, digits and _ . : / -")


def read_press(verb: str | None, data: Mapping[str, Any]) -> WirePress:
    """The press in `data`; `verb` is the one beside it in an `Action.Execute`, None for a Submit.

    A button may have no target (nothing is begun yet). An answer of null counts as empty.
    Where the button and an input answer the same key, the button wins.
    Raises PressUnreadable for anything that `render` cannot have made.
    """
    own_verb, revision, fixed = _key(data.get("verb")), data.get("revision"), data.get("values")
    if verb is not None and verb != own_verb:
        raise PressUnreadable
    if not isinstance(revision, str) or not _REVISION.fullmatch(revision):
        raise PressUnreadable
    typed = _inputs(data, revision)
    if not isinstance(fixed, dict) or len(fixed) + len(typed) > MAX_KEYS:
        raise PressUnreadable
    return WirePress(
        verb=own_verb,
        target=_target(data.get("target")),
        action_id=_key(action_id) if (action_id := data.get("action_id")) != "" else "",
        values=typed | {_key(key): _answer(value) for key, value in fixed.items()},
        input_revision=int(revision) if typed else None,
    )


def _inputs(data: Mapping[str, Any], revision: str) -> dict[str, str]:
    """The typed answers by key; the ids of all of them carry the card's own revision."""
    if len(data) > MAX_KEYS + len(_OWN_KEYS):
        raise PressUnreadable
    answers: dict[str, str] = {}
    for name, value in data.items():
        if name in _OWN_KEYS:
            continue
        key, _, marked = name.rpartition("@")
        if marked != revision:
            raise PressUnreadable
        answers[_key(key)] = _answer(value)
    return answers


def _target(value: object) -> str:
    if not isinstance(value, str) or not (value == "" or _NAME.fullmatch(value)):
        raise PressUnreadable
    return value


def _key(value: object) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise PressUnreadable
    return value


def _answer(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_VALUE:
        raise PressUnreadable
    # Half of an emoji, which a client may leave when it cuts at a length limit, cannot be stored.
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
