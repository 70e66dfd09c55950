"""What a school edits, as frozen values: flows, tables, roles, routing, clocks, words.

Made by bot/definitions/ from YAML; read by the engine. Must not know files (but for `Mark`), cases or
people. Every sentence for people is a Text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import Literal

from bot.model.conditions import Condition
from bot.model.flows import NO_TEXT, Field, Flow, Mark
from bot.model.people import Role
from bot.model.tables import DecisionTable, Grid, Routing, SanctionTable, Urgency
from bot.model.text import Text


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
    "hand_over",
    "wait",
    "resume",
    "note",
    "propose",
    "decide",
    "record",
    "confirm_earlier",
    "confirm_person",
    "identify",
    "task",
    "correct_row",
    "crime",
    "exclude",
    "lift",
    "release",
    "lower_urgency",
    "close",
    "reopen",
    "move_version",
    "log",
    "add",
    "worry",
    "mistake",
)
"""What a case action can do; each is a use case of bot/casework."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """`role` may do `verb` on: own (their report), assigned (a role in the case), all (they may see).

    restricted: assigned, and only where the case is about an adult of the school. requests: assigned, and
    only where it is what staff asked for and nobody is in it.
    """

    verb: str
    role: str
    scope: Literal["own", "assigned", "restricted", "requests", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimbClock:
    """When nobody accepts: reminder, then one rung per climb delay, then the outside route. Minutes."""

    remind_minutes: int
    climb_minutes: int
    outside_minutes: int
    in_school_hours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The school's delays by urgency, and those of half-finished reports.

    `waiting_most_days`: how far ahead the review may lie while a case waits for police, social care or LADO.
    """

    climb: Mapping[Urgency, ClimbClock]
    unfinished_remind_minutes: int
    unfinished_tell_minutes: int
    unfinished_delete_days: int
    daily_post: time
    waiting_most_days: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    """From `opens` until just before `closes`, school's local time; weekday 0 is Monday."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The document that the pack carries out, and when the school was to review it."""

    name: str
    review: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One of the policies' duties by number. `why_not_yet` empty: some step carries it out."""

    number: int
    duty: str
    schools: tuple[str, ...]
    why_not_yet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """What one school entered about itself. `prefix` begins its case numbers. `zone` is an IANA name.

    `channel_roles`: every member of the alert channel's team must hold one of these.
    `danger_words` make a pupil's message immediate. `year_starts` is (month, day). `languages`: those in
    which every sentence should stand besides `language`, which channel posts are in.
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
    languages: tuple[str, ...] = ()
    policies: tuple[Policy, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One school's whole pack at one version. `hash` is of the content, not of lines or comments.

    `forms`: by step kind, what every step of that kind asks (a referral: to whom, when, with what reference).
    """

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
    decisions: Mapping[str, DecisionTable] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    duties: tuple[Duty, ...] = ()

    @cached_property
    def reporter_actions(self) -> tuple[CaseAction, ...]:
        """What the reporter of a case is offered on the receipt."""
        return tuple(a for a in self.actions.values() if a.by == "reporter")

    @cached_property
    def beginning(self) -> tuple[Flow, ...]:
        """The flows that a case can begin by itself."""
        return tuple(f for f in self.flows.values() if f.use == "case" and f.begins_when is not None)
