"""A procedure as data: its questions, its steps, and where each leads.

Must not know files (but for `Mark`), runs or people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.model.conditions import Condition
from bot.model.text import Text

NO_TEXT = Text({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where something stands: file relative to `flows/`, line from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Where to go; `when` None is the compulsory otherwise, and stands last."""

    when: Condition | None
    go: str


AnswerKind = Literal[
    "text",
    "paragraph",
    "choice",
    "choices",
    "pupils",
    "adults",
    "others",
    "row",
    "action",
    "date",
    "time",
    "confirm",
]
Part = Literal["subject", "affected", "witness", "excluded", "none"]

OTHERS = ("pupil_unlisted", "adult_unlisted", "adult_unknown", "someone_else", "not_known")
"""Whom a field of kind `others` can name; an adult of the school among them counts as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a field. `flags` are raised when it is chosen. `alone`: excludes the others."""

    key: str
    label: Text
    flags: tuple[str, ...] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A typed question. `needed`: the sentence shown when it is left empty; empty means optional.

    `part`: what whoever is picked here becomes in the case. Kind `others` is a multiple choice of people who
    are in no list: its option keys are OTHERS, and the typed answers `unlisted_name` and `unlisted_detail`
    say who they are.
    `table`: for kind row, which sanction table; empty takes the case's own. Kind `action` is an action column
    of the case's table. `show`: ask only when true (None: always).
    `max_length` in characters.
    """

    key: str
    kind: AnswerKind
    label: Text
    hint: Text = NO_TEXT
    options: tuple[Option, ...] = ()
    needed: Text = NO_TEXT
    max_length: int = 200
    part: Part = "none"
    table: str = ""
    compact: bool = True
    show: Condition | None = None
    source: str = ""
    mark: Mark | None = None


StepKind = Literal["guidance", "form", "decision", "notify", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a flow.

    guidance: title and body to read and confirm. form: fields. decision: no card; asks `table`
    (the routing, or empty) and follows `next`. notify: no card; `does` says what is sent. end: `does` says
    how the run ends.
    `buttons`: a choice field drawn as a row of buttons, each of which sends the form. `notices`: guidance
    keys drawn above everything. `unchecked_when`: send without checking what is needed. `needs_one`: at
    least one of these fields must be answered, else `needs_one_error`. `review`: the card lists all
    answers so far. `send`: label of the button that goes on. `does` of notify: danger | sent; of end:
    sent | dealt | unfinished.
    """

    key: str
    kind: StepKind
    title: Text = NO_TEXT
    body: Text = NO_TEXT
    notices: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    buttons: str = ""
    unchecked_when: Condition | None = None
    needs_one: tuple[str, ...] = ()
    needs_one_error: Text = NO_TEXT
    review: bool = False
    send: Text = NO_TEXT
    table: str = ""
    does: str = ""
    next: tuple[Branch, ...] = ()
    source: str = ""
    origin: Literal["policy", "national", "product"] = "policy"
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedFlag:
    """A flag raised by a condition over answers and option flags (never over other derived flags)."""

    flag: str
    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A procedure. `description_field` takes what was typed before the flow began."""

    key: str
    title: Text
    start: str
    fields: Mapping[str, Field]
    steps: Mapping[str, Step]
    flags: tuple[DerivedFlag, ...] = ()
    description_field: str = ""
    source: str = ""
    mark: Mark | None = None
