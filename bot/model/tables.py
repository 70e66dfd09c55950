"""Decision tables as data: sanctions, grids that are only looked up, and the routing.

Must not know who holds a role, nor any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.model.conditions import Condition
from bot.model.flows import NO_TEXT, Mark
from bot.model.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sanction table. Authority columns carry `roles`, an ordered list of which one gets it.

    `in_lesson`: the list used instead when it happened in the reporter's own lesson. `beyond`: roles that
    are a rung of their own behind this column's when it is the ladder's last (casework 3).
    Action columns carry who `may_decide`; nothing goes out by itself. `sanction`: it falls on the person,
    and is not proposed while sanctions are blocked (police, technical support and parents are none).
    `held_by`: who alone may decide it in a case of child protection, of possibly illegal material or of a
    crime, sure or not; deciding it asks first whose parents, and whether telling them could do harm.
    `task`: the role that gets a task once it is decided and the handler has written what to do.
    """

    key: str
    label: Text
    kind: Literal["authority", "action"]
    roles: tuple[str, ...] = ()
    in_lesson: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    may_decide: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    proposed_when: Condition | None = None
    sanction: bool = False
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: the policy's words, plain words for the reporter, and the marked columns' keys in order.

    `conflict`: where another line of the policy says otherwise, what it says and which of the two is followed
    (the stricter). Shown with the answer, and listed for the DSL.
    """

    key: str
    number: int
    label: Text
    plain: Text
    marks: tuple[str, ...]
    flags: tuple[str, ...] = ()
    no_sanction_when: Condition | None = None
    conflict: Text = NO_TEXT
    source: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, kw_only=True)
class SanctionTable:
    """Rows in policy order. `subjects`: whom it is for. Authority columns in order are the ladder.

    `in_lesson_when`: it happened in the reporter's own lesson, so columns use their `in_lesson` lists.
    """

    key: str
    title: Text
    subjects: Literal["pupil", "adult"]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    start_highest_when: Condition | None = None
    in_lesson_when: Condition | None = None
    source: str = ""

    @cached_property
    def ladder(self) -> tuple[Column, ...]:
        """The authority columns, the lowest first."""
        return tuple(column for column in self.columns if column.kind == "authority")

    @cached_property
    def actions(self) -> tuple[Column, ...]:
        """The action columns, in order."""
        return tuple(column for column in self.columns if column.kind == "action")

    @cached_property
    def by_key(self) -> Mapping[str, Row]:
        """The rows by key."""
        return {row.key: row for row in self.rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table that is only looked up: rows and columns with marks (user actions, communications)."""

    key: str
    title: Text
    columns: tuple[tuple[str, Text], ...]
    rows: tuple[Row, ...]
    source: str = ""


Urgency = Literal["immediate", "serious", "routine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Who else is told in the same unit of work, and why (shown to that reader).

    `oversight`: theirs is the oversight acknowledgement. `sees` children: they learn the number, the
    urgency and which children may need help, and no more (casework 4). `instead`: roles of which the first
    is told when nobody of `role` may be; empty: then nobody is.
    """

    role: str
    why: Text
    oversight: bool = False
    sees: Literal["all", "children"] = "all"
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A row of a decision table: the answer of the step that asks is its `key`. `flags` are raised."""

    key: str
    when: Condition | None
    why: Text
    flags: tuple[str, ...] = ()
    source: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """Asked by a decision step. `hit` first: the first row that holds answers, the last is the otherwise.

    Every one of `overlays` that holds adds its flags, each with its reason.
    """

    key: str
    title: Text
    hit: Literal["first"]
    rows: tuple[DecisionRow, ...]
    overlays: tuple[DecisionRow, ...] = ()
    source: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row of the routing table.

    `owner`: ordered roles; `by_table` instead sends it by that sanction table, and `owner` beside it is who
    has it while no row is chosen. `only`: these roles or the outside route, no substitute and no last
    resort. `sanctions` false: no sanction can be decided while it stands. As an overlay only `tell`,
    `urgency` and `sanctions` count.
    """

    key: str
    when: Condition | None
    why: Text
    owner: tuple[str, ...] = ()
    only: bool = False
    by_table: str = ""
    tell: tuple[Tell, ...] = ()
    urgency: Urgency | None = None
    sanctions: bool = True
    source: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Hit policy first for `rules` (the last is the otherwise); every hit of `overlays` adds."""

    rules: tuple[Rule, ...]
    overlays: tuple[Rule, ...]
