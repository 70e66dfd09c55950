"""The tables of the record: how each document is found, ordered and encrypted.

Must not know how they are kept. Index values are person ids, case ids and states: never names or text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bot.model.cases import FOUND, Case, given_up, owner_now
from bot.model.outbox import Access, Alarm, Channel, Item, KeptPack, Posted, Press, Reference, Sent
from bot.model.procedures import Procedure
from bot.model.record import SYSTEM_SCOPE, Pair, Table
from bot.model.runs import Run
from bot.model.versions import Draft, Published

FAR = datetime.max.replace(tzinfo=UTC)
"""Later than anything that is kept in order of its time."""
EVERY = "every"
"""The one value of an index that lists a whole, small table, oldest first."""


def _case_keys(case: Case) -> Iterator[Pair]:
    yield "number", case.number
    yield "reporter", case.reporter
    yield "incident", case.incident
    yield "state", "closed" if case.closing else "open"
    yield "day", case.opened_at.date().isoformat()
    if case.closing is None:
        for excluded in case.excluded:
            if excluded.lifted_at is None:
                yield "excluded", excluded.person
        if case.routed.owner:
            yield "role", case.routed.owner.role
    elif case.closing.outcome == FOUND:
        subjects = [p.ref for p in case.participants if p.part == "subject" and p.ref]
        yield from [("earlier", f"{case.routed.table}/{case.routed.row}/{who}") for who in subjects]
    if given_up(case.oversight):
        yield "given_up", EVERY
    for person in (owner_now(case), case.oversight.accepted_by):
        if person:
            yield "person", person


def _run_keys(run: Run) -> Iterator[Pair]:
    if run.state in ("open", "saved"):
        yield "open", run.person
    yield "person", run.person


def _item_keys(item: Item) -> Iterator[Pair]:
    yield "key", item.key
    if item.state != "sent":
        yield "state", item.state
    if item.state in ("waiting", "sending"):
        yield "pending", item.slot
        if item.case:
            yield "case", item.case


def _posted_keys(posted: Posted) -> Iterator[Pair]:
    yield "activity", f"{posted.conversation}/{posted.activity_id}"
    if posted.withdrawn:
        return
    if posted.case:
        yield "case", posted.case
    if posted.run:
        yield "run", posted.run
    day = posted.shown.get("day")
    if posted.person and day:
        yield "list", f"{posted.person}/{day}"


def _procedure_keys(procedure: Procedure) -> Iterator[Pair]:
    yield "state", procedure.state
    if procedure.case:
        yield "case", procedure.case
    elif procedure.state == "open" and procedure.asked_by:
        yield "asked", procedure.asked_by


CASES: Table[Case] = Table(name="cases", type=Case, keys=_case_keys, scope=lambda c: c.id)
RUNS: Table[Run] = Table(
    name="runs",
    type=Run,
    keys=_run_keys,
    order=lambda r: r.touched_at if r.state in ("open", "saved") else None,
    scope=lambda r: r.id,
)
OUTBOX: Table[Item] = Table(
    name="outbox",
    type=Item,
    keys=_item_keys,
    order=lambda i: i.not_before if i.state in ("waiting", "sending") else None,
    scope=lambda i: i.case or i.run or SYSTEM_SCOPE,
)
SENT: Table[Sent] = Table(name="sent", type=Sent, order=lambda s: s.sent_at)
CLOCKS: Table[Alarm] = Table(
    name="clocks",
    type=Alarm,
    keys=lambda a: (("case", a.case),) if a.case else (),
    order=lambda a: a.due,
)
REFERENCES: Table[Reference] = Table(
    name="references", type=Reference, keys=lambda r: (("conversation", r.conversation),)
)
CHANNELS: Table[Channel] = Table(
    name="channels", type=Channel, keys=lambda c: (("state", c.state), ("team", c.team))
)
POSTED: Table[Posted] = Table(
    name="posted", type=Posted, keys=_posted_keys, scope=lambda p: p.case or p.run or SYSTEM_SCOPE
)
ACCESS: Table[Access] = Table(
    name="access", type=Access, keys=lambda a: (("case", a.case),), scope=lambda a: a.case
)
PROCEDURES: Table[Procedure] = Table(
    name="procedures", type=Procedure, keys=_procedure_keys, scope=lambda p: p.case or p.id
)
PACKS: Table[KeptPack] = Table(name="packs", type=KeptPack)
VERSIONS: Table[Published] = Table(
    name="versions", type=Published, keys=lambda _: (("all", EVERY),), order=lambda p: p.at
)
DRAFTS: Table[Draft] = Table(name="drafts", type=Draft, keys=lambda d: (("state", d.state), ("all", EVERY)))
PRESSES: Table[Press] = Table(name="presses", type=Press, order=lambda p: p.at)

ALL: tuple[Table[Any], ...] = (
    CASES,
    RUNS,
    OUTBOX,
    SENT,
    CLOCKS,
    REFERENCES,
    CHANNELS,
    POSTED,
    PRESSES,
    ACCESS,
    PROCEDURES,
    PACKS,
    VERSIONS,
    DRAFTS,
)
