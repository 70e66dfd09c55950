"""Placeholders in sentences: a `{name}` that nothing fills would stand on a card as it is.

A sentence common to all schools is written with the code that fills it; a school's own wording of it may use
what that one uses. Everything else that a school writes has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from string import Formatter
from typing import Any

from bot.definitions.checks.findings import Findings
from bot.definitions.shape import listed, nearest
from bot.model.definition import Definition
from bot.model.flows import Option
from bot.model.text import Text

_SECTIONS = ("flows", "actions", "guidance", "tables", "grids", "routing", "decisions", "forms", "texts")


Said = Sequence[tuple[str, Text]]
"""Sentences, each with its place."""


def check_sentences(findings: Findings, said: Said, common: Mapping[str, Text]) -> None:
    """Every sentence of the definition."""
    for place, text in said:
        key = place.removeprefix("texts.")
        known = common.get(key) if key != place else None
        lines = known.by_language.values() if known else ()
        _check(findings, text, place, {name for line in lines for name in names_in(line) or ()})


def every_sentence(definition: Definition) -> Said:
    """All that a person can ever read of a pack."""
    return [said for name in _SECTIONS for said in _sentences(getattr(definition, name), name)]


def _check(findings: Findings, said: Text, place: str, allowed: Collection[str]) -> None:
    for language, line in said.by_language.items():
        here = f"{place}.{language}" if f"{place}.{language}" in findings.lines else place
        names = names_in(line)
        if names is None:
            findings.fault(here, "has a curly bracket that is no placeholder", "Write ( and ) instead.")
            continue
        for name in names:
            if name not in allowed:
                otherwise = f"It can have: {listed(allowed)}." if allowed else "Write the words themselves."
                remedy = nearest(name, allowed, otherwise)
                findings.fault(here, f"the placeholder {{{name}}} is not known here", remedy)


def names_in(line: str) -> tuple[str, ...] | None:
    """The placeholders of a sentence; None when its brackets do not match."""
    if "{" not in line and "}" not in line:
        return ()
    try:
        return tuple(name for _, name, _, _ in Formatter().parse(line) if name is not None)
    except ValueError:
        return None


def _sentences(value: Any, place: str) -> Iterator[tuple[str, Text]]:
    """Every sentence inside, with its place."""
    if isinstance(value, Text):
        yield place, value
        return
    for name, item in _inside(value):
        # Most of a definition is plain words and numbers, which hold no sentence.
        if item and not isinstance(item, str | int):
            yield from _sentences(item, f"{place}.{name}")


def _inside(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, tuple):
        return [(item.key if isinstance(item, Option) else str(at), item) for at, item in enumerate(value)]
    if isinstance(value, Mapping):
        return value.items()
    return [(name, getattr(value, name)) for name in _sentence_fields(value.__class__)]


_WORDLESS = frozenset({"str", "int", "bool", "tuple[str, ...]", "Condition | None", "Mark | None"})
"""Types, as the model writes them, in which no sentence can stand: most of a definition is of these."""


@cache
def _sentence_fields(kind: type[Any]) -> tuple[str, ...]:
    if not is_dataclass(kind):
        return ()
    return tuple(field.name for field in fields(kind) if field.type not in _WORDLESS)
