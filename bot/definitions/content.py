"""The hash of a definition's content: the same for the same content however its files are written.

Lines, comments, the order of files and of mappings, and values that only repeat a default do not count. Lists
and the options of a field keep their order, because people see it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from functools import cache
from typing import Any

from bot.model.definition import Definition
from bot.model.flows import Mark
from bot.model.text import Text


def content_hash(definition: Definition) -> str:
    """SHA-256, hexadecimal, of everything but the hash itself."""
    content = _plain(definition)
    content.pop("hash", None)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The value as JSON has it. Plain words and numbers come first: most of a definition is made of them."""
    kind = type(value)
    if value is None or kind is str or kind is int or kind is bool:
        return value
    if kind is tuple:
        return [_plain(item) for item in value]
    if kind is Text:
        return dict(value.by_language)
    if kind is dict or isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, time | date):
        return value.isoformat()
    if is_dataclass(kind):
        # Leaving defaults out keeps the hash when a later version of the model adds a field.
        body = {
            name: _plain(item)
            for name, default in _fields(kind)
            if (item := getattr(value, name)) is not default and item != default
        }
        return {"": kind.__name__, **body}
    raise TypeError(f"a definition holds a {kind.__name__}, which has no canonical form")


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (field.name, None if field.default is MISSING else field.default)
        for field in fields(kind)
        if field.name != "mark" and kind is not Mark
    )
