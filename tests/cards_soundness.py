"""Checks of a finished card, for every test that makes one: the official schema and the limits.

`assert_card_is_sound(card)` is the one to call. Drawing it in a browser is the `draw` fixture of
tests/browser/; whether its sentences read easily, tests/reading.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import fastjsonschema
from jsonschema import Draft6Validator
from jsonschema.exceptions import ValidationError

from cards.limits import faults

_SCHEMA = files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text("utf-8")
_VALIDATOR = Draft6Validator(json.loads(_SCHEMA))
_QUICK = fastjsonschema.compile(json.loads(_SCHEMA))


def assert_card_is_sound(card: Mapping[str, Any]) -> None:
    """The card follows the official schema 1.5 and breaks no limit; else every fault is listed."""
    found = [*schema_faults(card), *faults(card)]
    assert not found, "\n".join(found)


def schema_faults(card: Mapping[str, Any]) -> list[str]:
    """Where the card departs from the official schema, each as a path and a sentence.

    What Teams takes and the schema of 1.5 does not know is left out first: `msteams`, `choices.data`
    and the style `filtered` (named in the text of 1.5, absent from its schema).
    """
    plain = _without_teams(card)
    try:
        _QUICK(plain)
    except fastjsonschema.JsonSchemaException:
        pass
    else:
        return []
    # Only the slow validator says where and what.
    errors = _VALIDATOR.iter_errors(plain)
    return sorted({_sentence(leaf) for error in errors for leaf in _leaves(error)})


def _without_teams(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _without_teams(item)
            for key, item in value.items()
            if key not in ("msteams", "choices.data") and (key, item) != ("style", "filtered")
        }
    if isinstance(value, list):
        return [_without_teams(item) for item in value]
    return value


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Down through `anyOf` to what is wrong with the element that was meant, known by its `type`."""
    if not error.context:
        yield error
        return
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = [branch for branch in branches.values() if not _is_for_another(branch, error.instance)]
    if not meant:
        yield error
    for branch in meant[:1]:
        for inner in branch:
            yield from _leaves(inner)


def _is_for_another(branch: list[ValidationError], instance: object) -> bool:
    """Whether this way of `anyOf` is for another element, or for no element at all."""
    if not isinstance(instance, Mapping):
        return False
    return any(
        list(inner.path) == ["type"]
        or (not inner.path and inner.validator in ("type", "enum"))
        or (bool(inner.context) and all(_is_for_another([deep], instance) for deep in inner.context))
        for inner in branch
    )


def _sentence(error: ValidationError) -> str:
    path = "/".join(str(step) for step in error.absolute_path) or "the card"
    if isinstance(error.instance, Mapping) and error.validator == "anyOf":
        return f"{path}: no element of the schema has the type {error.instance.get('type')!r}"
    return f"{path}: {error.message}"
