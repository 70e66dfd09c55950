"""A case: what was reported, about whom, who owns it, what was decided.

A stored projection of its history. Must not know where it is kept, nor any school's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.model.changed import equal
from bot.model.people import PersonId, RoleRef
from bot.model.tables import Urgency

ParticipantKind = Literal["pupil", "adult", "someone_else", "unknown"]
ParticipantPart = Literal["subject", "affected", "witness"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody in the case. `ref` is a PupilId or PersonId; None for a typed name, which confirms nothing."""

    kind: ParticipantKind
    part: ParticipantPart
    name: str
    ref: str | None = None
    detail: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Somebody who must find nothing of this case. `lifted_at` set: in force no longer.

    `ground`: subject (believed to have done it) or named (by reporter, owner or DSL).
    """

    person: PersonId
    ground: Literal["subject", "named"]
    by: PersonId
    at: datetime
    why: str = ""
    lifted_at: datetime | None = None
    lifted_by: PersonId | None = None
    lifted_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A role that did not get the case, and the rule by which."""

    role: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An action the table names. `marked`: the policy marks it for this row."""

    action: str
    marked: bool
    may_decide: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A role told in the same unit of work as the owner: the sentence why, and how much it sees."""

    role: RoleRef
    why: str
    oversight: bool = False
    sees: Literal["all", "children"] = "all"


@dataclass(frozen=True, kw_only=True)
class Routed:
    """The engine's answer to: whose is this, who else is told, what is proposed, how urgent.

    `owner` None: nobody inside may have it, the outside route is shown. `roles` is the ordered list that the
    owner was chosen from; with `only`, nobody else may ever have it: no substitute, no last resort, then
    the outside route. `column` is the table's, or empty. `rung` counts from 0. `rule` is the routing row
    that hit.
    `channel`: urgent (one post at once), daily (the quiet post), none. `sanctions` false: blocked for now.
    """

    __eq__ = equal

    rule: str
    owner: RoleRef | None
    roles: tuple[str, ...] = ()
    only: bool = False
    column: str = ""
    rung: int = 0
    offence: int = 1
    table: str = ""
    row: str = ""
    source: str = ""
    also: tuple[Told, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    proposed: tuple[Proposal, ...] = ()
    restricted: bool = False
    urgency: Urgency = "routine"
    channel: Literal["urgent", "daily", "none"] = "daily"
    sanctions: bool = True
    child_protection: bool = False
    illegal: bool = False
    aggravated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Who keeps a case that is being handed over until another has taken it: in which role, held towards
    whom, since when (casework 8)."""

    person: PersonId
    role: str
    towards: RoleRef | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Climb:
    """One duty's clock: the owner's or the oversight's.

    `clock_id` is the armed clock; None when nobody waits; `due_at` is when it fires. `tried` are the people
    alerted so far, in order. `stage` counts climbs; `outside`: every way inside has been tried, and the
    reporter has been shown the outside route. `handed`: the role was chosen by a hand-over, not by the
    route; `named` is whom it was handed to by name, `keeper` whoever keeps it meanwhile.
    """

    __eq__ = equal

    role: RoleRef | None
    began_at: datetime
    clock_id: str | None = None
    stage: int = 0
    tried: tuple[PersonId, ...] = ()
    reminded: bool = False
    outside: bool = False
    accepted_by: PersonId | None = None
    accepted_role: str = ""
    accepted_at: datetime | None = None
    handed: bool = False
    named: PersonId | None = None
    keeper: Keeper | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The owner waits for somebody outside (`on`: an option of the form) and is reminded at `until`."""

    on: str
    until: datetime
    by: PersonId
    role: str
    why: str
    at: datetime
    clock_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be done by a role that sees the task and not the case; released by the handler.

    `action` is the table's column that was decided. `link` is an address as text. `start` and `end` are days
    as typed, or empty. `tried` are the people it went to, in order; `clock_id` None when nobody waits.
    """

    id: str
    action: str
    role: RoleRef
    text: str
    by: PersonId
    by_role: str
    at: datetime
    link: str = ""
    start: str = ""
    end: str = ""
    tried: tuple[PersonId, ...] = ()
    clock_id: str | None = None
    seen_by: PersonId | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Somebody decided, in a role that may, and why. `yes` false: decided against.

    `task`: the role that is to get a task of it, once the handler sends it.
    """

    action: str
    yes: bool
    by: PersonId
    role: str
    why: str
    at: datetime
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A step of the procedure put on record: which action, by whom, and its answers by field key."""

    action: str
    by: PersonId
    role: str
    at: datetime
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something added after the report: by a handler, or by the reporter."""

    by: PersonId
    role: str
    text: str
    at: datetime


FOUND = "found"
"""The one outcome of closing with which a case counts as an earlier one (casework 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How it ended: an outcome of the closed list, the answers that closing asked for."""

    outcome: str
    by: PersonId
    role: str
    why: str
    at: datetime
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything of one case. `revision` +1 per unit of work.

    `incident` links the cases of one report. `answers` are the report's. `earlier` are ids of the cases that
    count; `earlier_confirmed` None until the first handler says whether it is the same person.
    `cleared`: its authority has recorded that nobody in its incident is an adult of the school.
    `worried_at`: when the reporter last said that they are still worried.
    `begun`: the flows of procedures that have begun in it, in whatever way: none begins by itself twice.
    `crime` is open until a handler answers. `offer` fixes the action_id of each offered single action.
    """

    __eq__ = equal

    id: str
    number: str
    revision: int
    definition: str
    incident: str
    run: str
    opened_at: datetime
    reporter: PersonId
    routed: Routed
    owner: Climb
    oversight: Climb
    what: str = ""
    danger: str = "no"
    urgency: Urgency = "routine"
    answers: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    participants: tuple[Participant, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    complete: bool = True
    earlier: tuple[str, ...] = ()
    earlier_confirmed: bool | None = None
    crime: Literal["open", "yes", "no", "not_sure"] = "open"
    released: bool = False
    recorded: tuple[Recorded, ...] = ()
    decisions: tuple[Decision, ...] = ()
    notes: tuple[Note, ...] = ()
    seen_at: datetime | None = None
    closing: Closing | None = None
    mistake: str = ""
    offers: Mapping[str, int] = field(default_factory=dict)
    waiting: Waiting | None = None
    cleared: bool = False
    tasks: tuple[Task, ...] = ()
    worried_at: datetime | None = None
    begun: tuple[str, ...] = ()


REQUEST = "request"
"""The rule of a case that a request opened: nobody is in it, and its flow says whose it is."""


def worry_unanswered(case: Case) -> bool:
    """Whether the reporter has said that they are still worried, and nobody entitled has acknowledged it."""
    return case.worried_at is not None and case.oversight.accepted_by is None


def given_up(climb: Climb) -> bool:
    """Whether every way inside was tried for this duty, and nobody is being asked any more."""
    return climb.outside and climb.role is not None and climb.accepted_by is None and climb.clock_id is None


def owner_now(case: Case) -> PersonId | None:
    """Whoever has the case: who accepted it, or keeps it until the one it was handed to takes it."""
    keeper = case.owner.keeper
    return case.owner.accepted_by or (keeper.person if keeper else None)


def excluded_now(case: Case) -> frozenset[PersonId]:
    """Everyone who must find nothing of this case, at this moment of its record."""
    return frozenset(e.person for e in case.excluded if e.lifted_at is None)


def tasks_due(case: Case) -> tuple[Decision, ...]:
    """What was decided and is to become a task, and has not been sent yet."""
    latest = {d.action: d for d in case.decisions}
    sent = {t.action: t.at for t in case.tasks}
    return tuple(
        d for d in latest.values() if d.yes and d.task and not (d.action in sent and sent[d.action] >= d.at)
    )
