"""The difference between two JSON documents, small enough to stand in the history of every step.

A change is a list of steps: `[path, value]` sets, `[path]` removes; a path is a list of keys and list
positions, a position one past the end appends, the empty path is the whole document. (Unlike an RFC 7396
merge patch it can set a null and add to a list without repeating it.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

Path = tuple[str | int, ...]
Step = tuple[Path] | tuple[Path, Any]

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_value = msgspec.json.Decoder().decode


def difference(old: bytes | None, new: bytes | None) -> list[Step]:
    """The steps from one encoded JSON object to another; None is 'no document'."""
    if new is None:
        return [((),)]
    if old is None:
        return [((), msgspec.Raw(new))]
    before, after = _fields(old), _fields(new)
    steps: list[Step] = [((name,),) for name in before if name not in after]
    for name, raw in after.items():
        if name not in before:
            steps.append(((name,), _value(raw)))
        elif bytes(before[name]) != bytes(raw):
            steps.extend(_steps((name,), _value(before[name]), _value(raw)))
    return steps


def _steps(path: Path, old: Any, new: Any) -> Iterator[Step]:
    if type(old) is not type(new) or not isinstance(new, dict | list):
        if type(old) is not type(new) or old != new:
            yield (path, new)
    elif isinstance(new, dict):
        yield from (((*path, name),) for name in old if name not in new)
        for name, value in new.items():
            if name in old:
                yield from _steps((*path, name), old[name], value)
            else:
                yield ((*path, name), value)
    elif len(new) < len(old):
        yield (path, new)
    else:
        for place, value in enumerate(new):
            if place < len(old):
                yield from _steps((*path, place), old[place], value)
            else:
                yield ((*path, place), value)


def apply(document: Any, steps: list[list[Any]]) -> Any:
    """The document after the steps; None before the first and after a removal.

    `document` is changed in place. Raises LookupError or TypeError when the steps do not fit it.
    """
    for path, *value in steps:
        if not path:
            document = value[0] if value else None
            continue
        *way, last = path
        inside = document
        for part in way:
            inside = inside[part]
        if not value:
            del inside[last]
        elif isinstance(inside, list) and last == len(inside):
            inside.append(value[0])
        else:
            inside[last] = value[0]
    return document
