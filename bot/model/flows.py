"""A procedure as data: its questions, its steps, and where each leads.

Must not know files (but for `Mark`), runs or people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
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
    "role",
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
    of the case's table, kind `role` a role that the case may be handed to. `show`: ask only when true
    (None: always).
    `differs_from`: another question of people, in which nobody picked here may stand as well. `not_past`: of
    a date in a procedure, the sentence shown when that day is over (today is not); empty means any day.
    `max_length` in characters. `needed_when`: the sentence of `needed` counts only then (None: always).
    """

    key: str
    kind: AnswerKind
    label: Text
    hint: Text = NO_TEXT
    options: tuple[Option, ...] = ()
    needed: Text = NO_TEXT
    needed_when: Condition | None = None
    differs_from: str = ""
    not_past: Text = NO_TEXT
    max_length: int = 200
    part: Part = "none"
    table: str = ""
    compact: bool = True
    show: Condition | None = None
    source: str = ""
    mark: Mark | None = None


StepKind = Literal[
    "guidance",
    "form",
    "decision",
    "task",
    "approval",
    "referral",
    "custody",
    "wait",
    "notify",
    "end",
]

OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "guidance": ("read",),
    "task": ("done", "not_done"),
    "approval": ("granted", "refused", "expired"),
    "referral": ("made", "not_made"),
    "custody": ("kept", "returned", "passed_on"),
    "wait": ("passed", "happened"),
}
"""How a step of a procedure can turn out. A condition asks for it as a field under the step's own key."""

FlowUse = Literal["report", "case", "request", "question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Another flow, begun with the case's facts when the step is left and `when` holds (None: always)."""

    flow: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a flow.

    guidance: title and body to read and confirm. form: fields. decision: no card; asks `table` (the
    routing, a decision table, or empty) and follows `next`. notify: no card; in a report `does` says what is
    sent, in a procedure `tell` says which roles are told `body`. end: `does` says how the run ends.
    task: `body` is to be done by `who`. approval: `approvers` sign, `needs` of them, each a different person.
    referral: made to one of `options`, or not made and why. custody: something changes hands, until it is
    returned or passed on. wait: until `wait_minutes` or the date in `until_field` is past, or somebody
    records `event`.

    Of a form in a report: `buttons`: a choice field drawn as a row of buttons, each of which sends the form.
    `notices`: guidance keys drawn above everything. `unchecked_when`: send without checking what is needed.
    `needs_one`: at least one of these fields must be answered, else `needs_one_error`. `review`: the card
    lists all answers so far. `send`: label of the button that goes on. `does` of notify: danger | sent; of
    end: sent | dealt | unfinished in a report, done | stopped elsewhere.

    Of a step in a procedure: `who`: ordered roles, the first with a holder does it; empty is the owner of the
    case. `due_minutes` from when the step began (0: no due time), counted in school hours if `due_in_hours`.
    `requires`: earlier steps of this flow without which it cannot be done. `starts`: other flows that begin
    when it is left. `deletes`, `uses`: names of material that the step does away with, or needs.
    `looks_up`: a field of kind row whose grid row is shown with its marks and source. `expires_minutes` of an
    approval; `others_only`: whoever asked for it may not sign. `flags` are raised when the step is passed.
    `records`: the case action that counts as recorded with it, so that nobody is asked twice.
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
    who: tuple[str, ...] = ()
    due_minutes: int = 0
    due_in_hours: bool = False
    requires: tuple[str, ...] = ()
    starts: tuple[Start, ...] = ()
    approvers: tuple[str, ...] = ()
    needs: int = 0
    expires_minutes: int = 0
    others_only: bool = False
    options: tuple[Option, ...] = ()
    wait_minutes: int = 0
    until_field: str = ""
    event: Text = NO_TEXT
    tell: tuple[str, ...] = ()
    looks_up: str = ""
    deletes: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    records: str = ""
    flags: tuple[str, ...] = ()
    next: tuple[Branch, ...] = ()
    source: str = ""
    origin: Literal["policy", "national", "product"] = "policy"
    fires: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedFlag:
    """A flag raised by a condition over answers and option flags (never over other derived flags)."""

    flag: str
    when: Condition


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A procedure. `description_field` takes what was typed before the flow began.

    `use`: report (what staff send in), case (a procedure of a case, several at once), request (staff ask for
    something; it opens a case of its own, without people in it, that belongs to `owner`), question (looked up
    and answered at once; leaves no case). `begun_by`: roles that may begin it by hand; `words`: what staff
    would type to ask for it. `begins_when`: a case whose facts meet it begins the flow by itself, once.
    `offered_when`: handlers are offered it only then (None: always). `stops_when`: an open run of it ends,
    stopped, as soon as the case meets it. `sets_crime`: where a step of another flow begins it, the case's
    *Could it be a crime?* counts as answered so, unless it was with yes. `blocks_close`: the case cannot be
    closed while a run is open.
    """

    key: str
    title: Text
    start: str
    fields: Mapping[str, Field]
    steps: Mapping[str, Step]
    flags: tuple[DerivedFlag, ...] = ()
    description_field: str = ""
    use: FlowUse = "report"
    begun_by: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    begins_when: Condition | None = None
    offered_when: Condition | None = None
    stops_when: Condition | None = None
    sets_crime: Literal["", "not_sure", "yes"] = ""
    blocks_close: bool = True
    source: str = ""
    origin: Literal["policy", "national", "product"] = "policy"
    mark: Mark | None = None

    @cached_property
    def naming(self) -> tuple[Field, ...]:
        """The questions whose answers enter somebody in the case, in order."""
        return tuple(f for f in self.fields.values() if f.part not in ("none", "excluded"))

    @cached_property
    def excluding(self) -> tuple[Field, ...]:
        """The questions that ask who should not see it."""
        return tuple(f for f in self.fields.values() if f.part == "excluded")

    @cached_property
    def picking(self) -> Mapping[str, Field]:
        """The question that picks a row, by the table that it names; the first counts."""
        named = [f for f in self.fields.values() if f.kind == "row" and f.table]
        return {f.table: f for f in reversed(named)}

    @cached_property
    def asking(self) -> Mapping[str, tuple[str, ...]]:
        """What each step asks for, by step: the fields of its form and the one that its buttons answer."""
        return {s.key: (*s.fields, s.buttons) if s.buttons else s.fields for s in self.steps.values()}

    @cached_property
    def raising(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """The flags that options raise, by field and option; what raises none is not in it."""
        flags = {f.key: {o.key: o.flags for o in f.options if o.flags} for f in self.fields.values()}
        return {key: by_option for key, by_option in flags.items() if by_option}
