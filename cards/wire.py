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
    keys = (action.verb, *(key for key, _ in action.values), *filter(None, (action.action_id,)))
    wrong = [key for key in keys if not _KEY.fullmatch(key)]
    if action.target and not _NAME.fullmatch(action.target):
        wrong.append(action.target)
    if wrong:
        raise ValueError(f"A button cannot carry {wrong[0]!r}: use letters, digits and _ . : / -")
    return {
        "verb": action.verb,
        "target": action.target,
        "action_id": action.action_id,
        "revision": str(revision),
        "values": dict(action.values),
    }


def read_press(verb: str | None, data: Mapping[str, Any]) -> WirePress:
    """The press in `data`; `verb` is the one beside it in an `Action.Execute`, None for a Submit.

    A button may have no target (nothing is begun yet). An answer of null counts as empty.
    Where the button and an input answer the same key, the button wins.
    Raises PressUnreadable for anything that `render` cannot have made.
    """
    own_verb = _key(data.get("verb"))
    if verb is not None and verb != own_verb:
        raise PressUnreadable
    typed, revision = _inputs(data)
    if revision not in (None, _revision(data.get("revision"))):
        raise PressUnreadable
    fixed = data.get("values")
    if not isinstance(fixed, Mapping) or len(fixed) + len(typed) > MAX_KEYS:
        raise PressUnreadable
    return WirePress(
        verb=own_verb,
        target=_target(data.get("target")),
        action_id=_key(action_id) if (action_id := data.get("action_id")) != "" else "",
        values=typed | {_key(key): _answer(value) for key, value in fixed.items()},
        input_revision=revision,
    )


def _inputs(data: Mapping[str, Any]) -> tuple[dict[str, str], int | None]:
    """The typed answers by key, and the one revision that all their ids carry."""
    if len(data) > MAX_KEYS + len(_OWN_KEYS):
        raise PressUnreadable
    answers: dict[str, str] = {}
    revisions: set[int] = set()
    for name, value in data.items():
        if name in _OWN_KEYS:
            continue
        key, _, revision = name.rpartition("@")
        answers[_key(key)] = _answer(value)
        revisions.add(_revision(revision))
    if len(revisions) > 1:
        raise PressUnreadable
    return answers, next(iter(revisions), None)


def _revision(value: object) -> int:
    if not isinstance(value, str) or not _REVISION.fullmatch(value):
        raise PressUnreadable
    return int(value)


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
