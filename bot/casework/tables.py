"""The tables of the record: how each document is found, ordered and encrypted.

Must not know how they are kept. Index values are person ids, case ids and states: never names or text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.model.cases import FOUND, Case, given_up, owner_now
from bot.model.outbox import Access, Alarm, Channel, Item, KeptPack, Posted, Press, Reference, Sent
from bot.model.procedures import Procedure
from bot.model.record import SYSTEM_SCOPE, Table
from bot.model.runs import Run
from bot.model.versions import Draft, Published

EVERY = "every"
"""The one value of an index that lists a whole, small table, oldest first."""


def _case_keys(case: Case) -> Mapping[str, tuple[str, ...]]:
    subjects = tuple(p.ref for p in case.participants if p.part == "subject" and p.ref)
    state = "closed" if case.closing else "open"
    counts = case.closing is not None and case.closing.outcome == FOUND
    return {
        "number": (case.number,),
        "reporter": (case.reporter,),
        "incident": (case.incident,),
        "state": (state,),
        "day": (case.opened_at.date().isoformat(),),
        "earlier": tuple(f"{case.routed.table}/{case.routed.row}/{who}" for who in subjects if counts),
        "excluded": tuple(e.person for e in case.excluded if e.lifted_at is None and state == "open"),
        "role": (case.routed.owner.role,) if case.routed.owner and state == "open" else (),
        "given_up": (EVERY,) if given_up(case.oversight) else (),
        "person": tuple(p for p in (owner_now(case), case.oversight.accepted_by) if p),
    }


def _run_keys(run: Run) -> Mapping[str, tuple[str, ...]]:
    return {"open": (run.person,) if run.state in ("open", "saved") else (), "person": (run.person,)}


def _item_keys(item: Item) -> Mapping[str, tuple[str, ...]]:
    waiting = item.state in ("waiting", "sending")
    return {
        "key": (item.key,),
        "state": (item.state,) if item.state != "sent" else (),
        "pending": (item.slot,) if waiting else (),
        "case": (item.case,) if item.case and waiting else (),
    }


def _posted_keys(posted: Posted) -> Mapping[str, tuple[str, ...]]:
    live = not posted.withdrawn
    day = posted.shown.get("day") if posted.person and live else None
    return {
        "case": (posted.case,) if posted.case and live else (),
        "run": (posted.run,) if posted.run and live else (),
        "list": (f"{posted.person}/{day}",) if day else (),
        "activity": (f"{posted.conversation}/{posted.activity_id}",),
    }


def _procedure_keys(procedure: Procedure) -> Mapping[str, tuple[str, ...]]:
    unsent = not procedure.case and procedure.state == "open" and procedure.asked_by
    asked = (procedure.asked_by,) if unsent and procedure.asked_by else ()
    return {"case": (procedure.case,) if procedure.case else (), "state": (procedure.state,), "asked": asked}


CASES: Table[Case] = Table(name="cases", type=Case, keys=_case_keys, scope=lambda c: c.id)
RUNS: Table[Run] = Table(
    name="runs",
    type=Run,
    keys=_run_keys,
    order=lambda r: r.touched_at.isoformat() if r.state in ("open", "saved") else None,
    scope=lambda r: r.id,
)
OUTBOX: Table[Item] = Table(
    name="outbox",
    type=Item,
    keys=_item_keys,
    order=lambda i: i.not_before.isoformat() if i.state in ("waiting", "sending") else None,
    scope=lambda i: i.case or i.run or SYSTEM_SCOPE,
)
SENT: Table[Sent] = Table(name="sent", type=Sent, order=lambda s: s.sent_at.isoformat())
CLOCKS: Table[Alarm] = Table(
    name="clocks",
    type=Alarm,
    keys=lambda a: {"case": (a.case,) if a.case else ()},
    order=lambda a: a.due.isoformat(),
)
REFERENCES: Table[Reference] = Table(
    name="references", type=Reference, keys=lambda r: {"conversation": (r.conversation,)}
)
CHANNELS: Table[Channel] = Table(
    name="channels", type=Channel, keys=lambda c: {"state": (c.state,), "team": (c.team,)}
)
POSTED: Table[Posted] = Table(
    name="posted", type=Posted, keys=_posted_keys, scope=lambda p: p.case or p.run or SYSTEM_SCOPE
)
ACCESS: Table[Access] = Table(
    name="access", type=Access, keys=lambda a: {"case": (a.case,)}, scope=lambda a: a.case
)
PROCEDURES: Table[Procedure] = Table(
    name="procedures", type=Procedure, keys=_procedure_keys, scope=lambda p: p.case or p.id
)
PACKS: Table[KeptPack] = Table(name="packs", type=KeptPack)
VERSIONS: Table[Published] = Table(
    name="versions", type=Published, keys=lambda _: {"all": (EVERY,)}, order=lambda p: p.at.isoformat()
)
DRAFTS: Table[Draft] = Table(name="drafts", type=Draft, keys=lambda d: {"state": (d.state,), "all": (EVERY,)})
PRESSES: Table[Press] = Table(name="presses", type=Press, order=lambda p: p.at.isoformat())

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
