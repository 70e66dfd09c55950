"""What a school edits, as frozen values: flows, tables, roles, routing, clocks, words.

Made by bot/definitions/ from YAML; read by the engine. Must not know files (but for `Mark`), cases or
people. Every sentence for people is a Text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

from bot.model.people import Role
from bot.model.text import Text

NO_TEXT = Text({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where something stands: file relative to `flows/`, line from 1."""

    file: str
    line: int


# --- conditions: a named thing compared with listed values, combined by all and any ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """True when any value of the named thing is among `values`.

    `field`: an answer of the run (several values for a multiple choice; unanswered is the value "").
    `fact`: something the engine knows (closed list: FACTS). `flag`: what the chosen options carry,
    or a derived flag; its value is `yes` or `no`.
    """

    subject: Literal["field", "fact", "flag"]
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """True when every one is."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """True when at least one is."""

    conditions: tuple[Condition, ...]


Condition = Ask | AllOf | AnyOf

FACTS: Mapping[str, tuple[str, ...]] = {
    "someone_named": ("yes", "no"),
    "pupil_subject": ("yes", "no"),
    "adult_subject": ("yes", "no"),
    "adult_known": ("yes", "no"),
    "own_teacher": ("yes", "no"),
    "earlier_counts": ("yes", "no"),
    "row_for_teacher": ("yes", "no"),
    "recorded": ("yes", "no"),
    "child_protection": ("yes", "no"),
    "illegal": ("yes", "no"),
    "restricted": ("yes", "no"),
    "table": ("yes", "no"),
    "crime": ("yes", "no", "not_sure", "open"),
    "danger": ("yes", "no", "not_sure", "open"),
    "urgent": ("yes", "no"),
    "harm": ("yes", "no"),
    "taken": ("yes", "no"),
    "closed": ("yes", "no"),
    "earlier_open": ("yes", "no"),
    "typed_person": ("yes", "no"),
    "named": ("yes", "no"),
    "released": ("yes", "no"),
    "complete": ("yes", "no"),
}
"""What a condition may ask the engine, with every value it can have.

`someone_named`: any question about who is involved was answered ("I don't know who" counts).
`pupil_subject`, `adult_subject`: somebody of that kind is entered as having done it (an adult whose
part is not yet known counts as having done it). `adult_known`: no, when such an adult is not in the
directory. `own_teacher`: the reporter is the only subject's tutor or, in a lesson, the class teacher.
`earlier_counts`: an earlier case counts (casework 3). `row_for_teacher`: the row chosen marks the
column of tutors. `recorded`: the danger press has opened a case already. The others are a case's alone:
`table`: a sanction table applies. `harm`: the question of casework 4 was answered yes or not sure. `taken`:
somebody owns it. `earlier_open`: earlier cases wait to be confirmed. `typed_person`: a name was typed.
`named`: somebody was named as not to see it. `released`: the DSL released it to the table's role.
`complete`: the whole report was sent, not the danger press alone.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Where to go; `when` None is the compulsory otherwise, and stands last."""

    when: Condition | None
    go: str


# --- flows ---

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


# --- decision tables ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sanction table. Authority columns carry `roles`, an ordered list of which one gets it.

    `in_lesson`: the list used instead when it happened in the reporter's own lesson. `beyond`: roles that
    are a rung of their own behind this column's when it is the ladder's last (casework 3).
    Action columns carry who `may_decide`; nothing goes out by itself. `sanction`: it falls on the person,
    and is not proposed while sanctions are blocked (police, technical support and parents are none).
    `held_by`: who alone may decide it in a case of child protection, of possibly illegal material or of a
    crime, sure or not; deciding it asks first whose parents, and whether telling them could do harm.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: the policy's words, plain words for the reporter, and the marked columns' keys in order."""

    key: str
    number: int
    label: Text
    plain: Text
    marks: tuple[str, ...]
    flags: tuple[str, ...] = ()
    no_sanction_when: Condition | None = None
    source: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
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


# --- what is done with a case ---


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAction:
    """Something a handler (or the reporter) does with a case: at most one form, one effect.

    `does` is from the closed list DOES; `when` hides it; `permission` is looked up in Permissions; those of
    the reporter need the scope own. `additive`: may be done by several, once per offer; else the first one
    counts. `first`: stands on the case's own card, not behind More. `before_close`, `before_decide`: as
    long as `when` holds, closing (deciding a sanction) waits until this has been recorded, and says so.
    `done` is what the person reads afterwards.
    """

    key: str
    does: str
    label: Text
    title: Text
    body: Text
    fields: Mapping[str, Field]
    permission: str
    when: Condition | None = None
    send: Text = NO_TEXT
    additive: bool = False
    tone: Literal["default", "positive", "destructive"] = "default"
    first: bool = False
    by: Literal["handler", "reporter"] = "handler"
    before_close: bool = False
    before_decide: bool = False
    done: Text = NO_TEXT
    origin: Literal["policy", "national", "product"] = "product"
    source: str = ""
    mark: Mark | None = None


DOES = (
    "accept",
    "acknowledge",
    "note",
    "propose",
    "decide",
    "record",
    "confirm_earlier",
    "confirm_person",
    "correct_row",
    "crime",
    "exclude",
    "lift",
    "release",
    "lower_urgency",
    "close",
    "reopen",
    "log",
    "add",
    "worry",
    "mistake",
)
"""What a case action can do; each is a use case of bot/casework."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """`role` may do `verb` on: own (their report), assigned (a role in the case), all (they may see).

    restricted: assigned, and only where the case is about an adult of the school.
    """

    verb: str
    role: str
    scope: Literal["own", "assigned", "restricted", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimbClock:
    """When nobody accepts: reminder, then one rung per climb delay, then the outside route. Minutes."""

    remind_minutes: int
    climb_minutes: int
    outside_minutes: int
    in_school_hours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The school's delays by urgency, and those of half-finished reports."""

    climb: Mapping[Urgency, ClimbClock]
    unfinished_remind_minutes: int
    unfinished_tell_minutes: int
    unfinished_delete_days: int
    daily_post: time


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    """From `opens` until just before `closes`, school's local time; weekday 0 is Monday."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """What one school entered about itself. `prefix` begins its case numbers. `zone` is an IANA name.

    `channel_roles`: every member of the alert channel's team must hold one of these.
    `danger_words` make a pupil's message immediate. `year_starts` is (month, day).
    """

    name: str
    prefix: str
    zone: str
    language: str
    hours: tuple[OpenHours, ...]
    clocks: Clocks
    channel_roles: tuple[str, ...]
    year_starts: tuple[int, int]
    danger_words: tuple[str, ...]
    publish: Literal["files", "two-people"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One school's whole pack at one version. `hash` is of the content, not of lines or comments."""

    pack: str
    hash: str
    school: School
    roles: Mapping[str, Role]
    last_resort: tuple[str, ...]
    permissions: tuple[Permission, ...]
    tables: Mapping[str, SanctionTable]
    grids: Mapping[str, Grid]
    routing: Routing
    flows: Mapping[str, Flow]
    actions: Mapping[str, CaseAction]
    guidance: Mapping[str, Text]
    texts: Mapping[str, Text] = field(default_factory=dict)
