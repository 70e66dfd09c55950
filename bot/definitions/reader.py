"""YAML as text with lines: every scalar stays the word that was written, every value knows its line.

`no` is the word "no" and `09:00` a string, because the resolver that would turn them into something else
is never asked. Must not know what any file means.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.model.problems import Problem

MAX_BYTES = 2_000_000
"""No file that a person edits is longer; a longer one is a mistake or an attack."""

_Base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml's, where yaml was built with it."""


def _untagged(_kind: Any, _value: Any, _implicit: Any) -> str:
    """Every value without a tag of its own is text; asking the resolver for each would only take time."""
    return ""


def _composed(text: str) -> Any:
    """The document's tree, None for an empty one. Raises YAMLError."""
    loader = _Base(text)
    loader.resolve = _untagged
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


@dataclass(slots=True)
class Node:
    """A value as written. `content` is a word, a list, or a mapping whose keys have lines of their own."""

    line: int
    content: str | list[Node] | dict[str, Node]
    key_line: int = 0

    @property
    def kind(self) -> str:
        """What it is, in the words of a message."""
        if isinstance(self.content, str):
            return "a word or sentence"
        return "a list" if isinstance(self.content, list) else "a mapping of keys and values"


def read_yaml(path: Path, shown: str) -> tuple[Node | None, list[Problem]]:
    """The file's one document, and every fault that keeps it from being understood.

    `shown` is the name used in problems. Where a key stands twice the first counts.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        return None, [_problem(shown, 1, f"cannot be read ({error.strerror})", "Mend the file's rights.")]
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return None, [_problem(shown, line, "is not UTF-8 text", "Save the file in UTF-8.")]
    if len(data) > MAX_BYTES:
        return None, [_problem(shown, 1, "is longer than two megabytes", "Split the file.")]
    return read_text(text, shown)


def read_text(text: str, shown: str) -> tuple[Node | None, list[Problem]]:
    """As `read_yaml`, for text that is at hand."""
    try:
        root = _composed(text)
    except yaml.YAMLError as error:
        return None, [_syntax(shown, error)]
    except RecursionError:
        return None, [_problem(shown, 1, "is nested too deeply", "Write it with fewer levels.")]
    if root is None:
        return None, [_problem(shown, 1, "is empty", "Write its content, or delete the file.")]
    problems: list[Problem] = []
    return _Walk(shown, problems, set()).node(root, ""), problems


@dataclass(slots=True)
class _Walk:
    shown: str
    problems: list[Problem]
    seen: set[int]

    def node(self, raw: Any, place: str) -> Node:
        line = raw.start_mark.line + 1
        if id(raw) in self.seen:
            self._add(line, place, "is an alias of another value", "Write the value out here.")
            return Node(line, "")
        self.seen.add(id(raw))
        if raw.tag and not raw.tag.startswith(("tag:yaml.org,2002:str", *_COLLECTIONS)):
            self._add(line, place, f"carries the tag {raw.tag}", "Delete the tag and keep the value.")
        if isinstance(raw, yaml.ScalarNode):
            return Node(line, raw.value)
        if isinstance(raw, yaml.SequenceNode):
            items = [
                self.node(item, f"{place}.{at}" if place else str(at)) for at, item in enumerate(raw.value)
            ]
            return Node(line, items)
        return self._mapping(raw, line, place)

    def _mapping(self, raw: Any, line: int, place: str) -> Node:
        entries: dict[str, Node] = {}
        for raw_key, raw_value in raw.value:
            key_line = raw_key.start_mark.line + 1
            if not isinstance(raw_key, yaml.ScalarNode):
                self._add(key_line, place, "has a key that is no word", "Put the key in quotes.")
                continue
            key = raw_key.value
            inner = f"{place}.{key}" if place else key
            if key in entries:
                first = entries[key].key_line
                what = f"the key {key} stands twice, in lines {first} and {key_line}"
                self._add(key_line, inner, what, "Delete one of the two, or rename it.")
                continue
            value = self.node(raw_value, inner)
            value.key_line = key_line
            entries[key] = value
        return Node(line, entries)

    def _add(self, line: int, place: str, what: str, remedy: str) -> None:
        self.problems.append(
            Problem(file=self.shown, line=line, place=place or "file", what=what, remedy=remedy)
        )


_COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


def _syntax(shown: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read as YAML")
    remedy = (
        "Look at this line and the one above: indentation, a missing quote, or a colon inside a sentence."
    )
    return _problem(shown, line, f"is not YAML here: {what}", remedy)


def _problem(shown: str, line: int, what: str, remedy: str) -> Problem:
    return Problem(file=shown, line=line, place="file", what=what, remedy=remedy)
