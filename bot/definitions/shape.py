"""Small readers that turn a node into a value and note every fault: words, lists, mappings, records.

Each kind has a `blank`: what stands in for a value that could not be read, so that reading goes on and all
faults are found at once. Must not know flows, tables or roles.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from bot.definitions.reader import Node
from bot.model.flows import NO_TEXT, Mark
from bot.model.problems import Problem
from bot.model.text import DEFAULT_LANGUAGE, Text

T = TypeVar("T")

Schema = dict[str, Any]
"""A JSON Schema (draft 7, which editors know)."""

KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")


@dataclass(slots=True)
class Notes:
    """What reading one file leaves behind: faults, and the line of every place (`flows.report.start`)."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, Mark] = field(default_factory=dict)

    def fault(self, line: int, place: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(file=self.file, line=line, place=place, what=what, remedy=remedy))


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How to read one kind of value: `read(node, place, notes)` never raises.

    `schema`: the same for editors, as JSON Schema, asked for only when it is printed.
    """

    read: Callable[[Node, str, Notes], T]
    blank: T
    schema: Callable[[], Schema] = dict


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """The remedy for a name that is not known: the one most like it, or where the known ones stand."""
    close = near(name, known)
    return f"Did you mean {close}?" if close else otherwise


def near(name: str, known: Iterable[str]) -> str:
    """The one of the known names that is most like this one, or nothing."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), "")


def listed(names: Collection[str]) -> str:
    """Names for a message, in order, shortened when there are many."""
    shown = list(names)[:15]
    return ", ".join(n or '""' for n in shown) + (" and others" if len(names) > len(shown) else "")


def _read_word(node: Node, place: str, notes: Notes) -> str:
    if isinstance(node.content, str):
        return node.content
    notes.fault(node.line, place, f"is {node.kind}, not a word", "Write one word or sentence here.")
    return ""


word: Kind[str] = Kind(_read_word, "", lambda: {"type": ["string", "number", "boolean"]})
"""Any string, as written."""


def _read_key(node: Node, place: str, notes: Notes) -> str:
    value = _read_word(node, place, notes)
    if isinstance(node.content, str) and not KEY.match(value):
        what = f"{value!r} is not a key"
        notes.fault(node.line, place, what, "Use small letters, digits and _, a letter first.")
    return value


key: Kind[str] = Kind(_read_key, "", lambda: {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})
"""The name of something: small letters, digits and underscores."""


def one_of(*words: str) -> Kind[Any]:
    """One word of a closed list."""

    def read(node: Node, place: str, notes: Notes) -> str:
        value = _read_word(node, place, notes)
        if value in words or not isinstance(node.content, str):
            return value
        remedy = nearest(value, words, f"Write one of: {listed(words)}.")
        notes.fault(node.line, place, f"{value!r} is none of the known words", remedy)
        return ""

    return Kind(read, "", lambda: {"enum": list(words)})


def _read_yes_no(node: Node, place: str, notes: Notes) -> bool:
    if node.content in ("yes", "no"):
        return node.content == "yes"
    notes.fault(node.line, place, "is neither yes nor no", 'Write "yes" or "no".')
    return False


yes_no: Kind[bool] = Kind(_read_yes_no, False, lambda: {"enum": ["yes", "no"]})  # noqa: FBT003  # the blank of a truth value


def whole(least: int, most: int) -> Kind[int]:
    """A whole number within limits, in digits."""

    def read(node: Node, place: str, notes: Notes) -> int:
        value = node.content
        if isinstance(value, str) and value.isascii() and value.isdigit() and least <= int(value[:9]) <= most:
            return int(value)
        what = f"{value!r} is not a number" if isinstance(value, str) else f"is {node.kind}, not a number"
        notes.fault(node.line, place, what, f"Write a whole number from {least} to {most}.")
        return least

    return Kind(read, least, lambda: {"type": "integer", "minimum": least, "maximum": most})


def _read_text(node: Node, place: str, notes: Notes) -> Text:
    if isinstance(node.content, str):
        return Text({DEFAULT_LANGUAGE: node.content}) if node.content else NO_TEXT
    if isinstance(node.content, list):
        notes.fault(node.line, place, "is a list, not a text", "Write a sentence, or one for each language.")
        return NO_TEXT
    said: dict[str, str] = {}
    for tag, inner in node.content.items():
        notes.lines[f"{place}.{tag}"] = Mark(file=notes.file, line=inner.line)
        if not _LANGUAGE.match(tag):
            remedy = "Write a language tag such as en or cy, then the sentence."
            notes.fault(inner.key_line, f"{place}.{tag}", f"{tag!r} is no language tag", remedy)
        said[tag] = _read_word(inner, f"{place}.{tag}", notes)
    return Text(said)


def _text_schema() -> Schema:
    by_language = {"type": "object", "additionalProperties": {"type": "string"}}
    return {"anyOf": [{"type": "string"}, by_language]}


text: Kind[Text] = Kind(_read_text, NO_TEXT, _text_schema)
"""A sentence for people: a string, or a mapping of language to string."""


def list_of(kind: Kind[T]) -> Kind[tuple[T, ...]]:
    """A list of such values."""

    def read(node: Node, place: str, notes: Notes) -> tuple[T, ...]:
        if not isinstance(node.content, list):
            notes.fault(node.line, place, f"is {node.kind}, not a list", "Write it as a list: [ … ].")
            return ()
        return tuple(read_at(kind, inner, f"{place}.{at}", notes) for at, inner in enumerate(node.content))

    return Kind(read, (), lambda: {"type": "array", "items": kind.schema()})


def one_or_more(kind: Kind[T]) -> Kind[tuple[T, ...]]:
    """One such value, or a list of them."""
    several = list_of(kind)

    def read(node: Node, place: str, notes: Notes) -> tuple[T, ...]:
        if isinstance(node.content, list):
            return several.read(node, place, notes)
        return (kind.read(node, place, notes),)

    return Kind(read, (), lambda: {"anyOf": [kind.schema(), several.schema()]})


def mapping_of(kind: Kind[T], *, keys: Kind[str] = key) -> Kind[Mapping[str, T]]:
    """A mapping from key to such a value, in the order written. Each key must be of the kind `keys`."""

    def read(node: Node, place: str, notes: Notes) -> Mapping[str, T]:
        if not isinstance(node.content, dict):
            notes.fault(node.line, place, f"is {node.kind}, not a mapping", "Write key: value lines here.")
            return {}
        found: dict[str, T] = {}
        for name, inner in node.content.items():
            keys.read(Node(inner.key_line, name), f"{place}.{name}", notes)
            found[name] = read_at(kind, inner, f"{place}.{name}", notes)
        return found

    names = keys.schema()
    return Kind(
        read, {}, lambda: {"type": "object", "additionalProperties": kind.schema(), "propertyNames": names}
    )


def values_of(kind: Kind[Mapping[str, T]]) -> Kind[tuple[T, ...]]:
    """The values of a mapping whose order matters."""

    def read(node: Node, place: str, notes: Notes) -> tuple[T, ...]:
        return tuple(kind.read(node, place, notes).values())

    return Kind(read, (), kind.schema)


def optional(kind: Kind[T]) -> Kind[T | None]:
    """As the kind; what stands in for a faulty value is None."""
    return Kind(kind.read, None, kind.schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Generic[T]):
    """A frozen dataclass written as a mapping.

    `keys` by the name used in the file; `rename` where the dataclass says it otherwise. `named`: the
    dataclass's `key` is the name under which it stands. `marked`: it keeps its own line. `may_lack`: what
    the dataclass needs and the file may leave out, which is then blank.
    """

    make: Callable[..., T]
    keys: Mapping[str, Kind[Any]]
    needed: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    named: bool = False
    marked: bool = False

    def kind(self) -> Kind[T]:
        return Kind(self.read, self._made({}, "", None), self._schema)

    def _schema(self) -> Schema:
        return {
            "type": "object",
            "properties": {name: kind.schema() for name, kind in self.keys.items()},
            "required": list(self.needed),
            "additionalProperties": False,
        }

    def read(self, node: Node, place: str, notes: Notes) -> T:
        mark = Mark(file=notes.file, line=node.key_line or node.line)
        if not isinstance(node.content, dict):
            notes.fault(node.line, place, f"is {node.kind}", f"Write these keys here: {listed(self.keys)}.")
            return self._made({}, place, mark)
        values: dict[str, Any] = {}
        for name, inner in node.content.items():
            kind = self.keys.get(name)
            if kind is None:
                remedy = nearest(name, self.keys, f"Delete it, or use one of: {listed(self.keys)}.")
                notes.fault(inner.key_line, f"{place}.{name}", f"the key {name!r} is not known here", remedy)
                continue
            values[name] = read_at(kind, inner, f"{place}.{name}", notes)
        for name in self.needed:
            if name not in node.content:
                notes.fault(mark.line, place, f"the key {name} is missing", f"Add {name}: and its value.")
        return self._made(values, place, mark)

    def _made(self, values: Mapping[str, Any], place: str, mark: Mark | None) -> T:
        given = {self.rename.get(name, name): value for name, value in values.items()}
        for name in (*self.needed, *self.may_lack):
            given.setdefault(self.rename.get(name, name), self.keys[name].blank)
        if self.named:
            given["key"] = place.rsplit(".", maxsplit=1)[-1]
        if self.marked:
            given["mark"] = mark
        return self.make(**given)


def read_at(kind: Kind[T], node: Node, place: str, notes: Notes) -> T:
    """Read a value and keep its line."""
    notes.lines[place] = Mark(file=notes.file, line=node.key_line or node.line)
    return kind.read(node, place, notes)
