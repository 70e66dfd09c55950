"""A whole Handrail in a process of its own, for bench_press.py and bench_bursts.py.

`/api/messages` is the service as `app.py` serves it; its log goes to a file beside the record. Beside it,
`/bench/…` prepares and asks: copies of a report that waits to be sent, a full record, delivery held or let
go, CPU used. Prints its port, then serves until its input ends. The first argument is a folder for the
record, on the disk to be measured.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from bot.bootstrap import Service, make_web_app, running
from bot.casework import messages
from bot.casework.office import new_id, new_number
from bot.casework.reporting import show
from bot.casework.tables import CASES, CLOCKS, POSTED, REFERENCES, RUNS, SENT
from bot.casework.unit import Unit
from bot.delivery.limits import Limits, Meter
from bot.log import begin_log
from bot.model.cases import Case, Closing
from bot.model.outbox import Reference, Sent
from bot.model.runs import Run
from bot.settings import read_settings
from bot.teams.route import SERVER_OPTIONS
from cards.render import render

NO_LIMITS = Limits(
    sends=((10**6, 1),), reads=((10**6, 1),), tenant=((10**6, 1),), kept_for_urgent=0, margin_seconds=0
)
COMMITS_AT_ONCE = 100


class Bench:
    """What a bench asks of the service from outside. Times and costs nothing itself."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._messages = 0

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/cpu", self.cpu)
        app.router.add_get("/bench/drained", self.drained)
        app.router.add_get("/bench/record", self.record)
        app.router.add_post("/bench/copies", self.copies)
        app.router.add_post("/bench/cases", self.cases)
        app.router.add_post("/bench/delivery", self.delivery)

    async def cpu(self, _: web.Request) -> web.Response:
        """CPU seconds of this process so far, all threads."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return web.json_response({"seconds": used.ru_utime + used.ru_stime})

    async def drained(self, _: web.Request) -> web.Response:
        """Answered once nothing that is due waits to be sent."""
        await self._service.clocks.idle()
        await self._service.delivery.idle()
        return web.json_response({})

    async def record(self, _: web.Request) -> web.Response:
        """How many commits there were, and how many documents there are."""
        stats = self._service.store.stats()
        return web.json_response({"commits": stats.staged, "documents": dict(stats.documents)})

    async def delivery(self, request: web.Request) -> web.Response:
        """Hold delivery or let it go, with Teams' limits or with none."""
        body = await request.json()
        if "limits" in body:
            meter = self._service.delivery._meter
            Meter.__init__(meter, Limits() if body["limits"] else NO_LIMITS)
        if body.get("held") is True:
            await self._service.delivery.stop()
        if body.get("held") is False:
            await self._service.delivery.start()
        return web.json_response({})

    async def copies(self, request: web.Request) -> web.Response:
        """Copies of a half-finished report, each with its clocks and message, by turns of these people."""
        body = await request.json()
        office = self._service.office
        model = office.store.get(RUNS, body["run"])
        if model is None:
            raise web.HTTPNotFound
        made = []
        unit = office.unit()
        for at in range(body["count"]):
            person = body["people"][at % len(body["people"])]
            reference = office.store.get(REFERENCES, f"{office.directory().tenant}/{person}")
            if reference is None:
                raise web.HTTPNotFound
            run = self._draft(unit, model, reference)
            view = replace(show(office, unit, run), refresh_for=reference.member)
            posted = unit.get(POSTED, messages.run_slot(run.id))
            message = posted.activity_id if posted else ""
            made.append({"person": person, "message": message, "card": render(view)})
            unit = await self._in_parts(unit)
        unit.stage()
        await office.store.settled()
        return web.json_response(made)

    async def _in_parts(self, unit: Unit) -> Unit:
        if len(unit.commit().puts) < COMMITS_AT_ONCE:
            return unit
        unit.stage()
        await self._service.store.settled()
        return self._service.office.unit()

    def _draft(self, unit: Unit, model: Run, reference: Reference) -> Run:
        run = unit.run(replace(model, id=new_id(), person=reference.person, touched_at=unit.now))
        for kind in ("nudge", "unfinished", "delete"):
            alarm = unit.get(CLOCKS, f"{kind}/{model.id}")
            if alarm is not None:
                due = unit.now + timedelta(days=1)
                unit.arm(replace(alarm, id=f"{kind}/{run.id}", run=run.id, due=due))
        posted = unit.get(POSTED, messages.run_slot(model.id))
        if posted is not None:
            self._messages += 1
            slot = messages.run_slot(run.id)
            own = replace(
                posted, slot=slot, conversation=reference.conversation, person=reference.person,
                run=run.id, activity_id=f"copy-{self._messages}",
            )  # fmt: skip
            unit.put(POSTED, slot, own)
        return run

    async def cases(self, request: web.Request) -> web.Response:
        """Copies of everything that a sent report left behind: half of them closed, spread over a year."""
        body = await request.json()
        store = self._service.store
        run = store.get(RUNS, body["run"])
        case = store.get(CASES, run.cases[0]) if run else None
        if run is None or case is None:
            raise web.HTTPNotFound
        unit = self._service.office.unit()
        for at in range(body["count"]):
            self._case(unit, run, case, at)
            unit = await self._in_parts(unit)
        unit.stage()
        await store.settled()
        return web.json_response({})

    def _case(self, unit: Unit, model: Run, case: Case, at: int) -> None:
        store, case_id, run_id = self._service.store, new_id(), new_id()
        opened = case.opened_at - timedelta(days=at % 365, minutes=1)
        taken = replace(case.owner, clock_id=None, accepted_by=case.reporter, accepted_at=opened)
        closing = Closing(outcome="found", by=case.reporter, role="dsl", why="Talked it through.", at=opened)
        copy = replace(
            case, id=case_id, run=run_id, incident=run_id, owner=taken, opened_at=opened,
            oversight=replace(case.oversight, clock_id=None),
            number=new_number("KS", taken=lambda number: bool(store.find(CASES, "number", number))),
            participants=tuple(replace(p, ref=f"{p.ref}-{at % 3000}") for p in case.participants),
            closing=closing if at % 2 else None,
        )  # fmt: skip
        unit.case(
            copy, actor=case.reporter, role="reporter", kind="reported", content={"number": copy.number}
        )
        unit.run(replace(model, id=run_id, cases=(case_id,), begun_at=opened, touched_at=opened))
        for slot in (*store.find(POSTED, "case", case.id), messages.run_slot(model.id)):
            posted = store.get(POSTED, slot)
            if posted is None:
                continue
            new_slot = slot.replace(case.id, case_id).replace(model.id, run_id)
            own = replace(
                posted, slot=new_slot, activity_id=f"{posted.activity_id}-{at}",
                case=case_id if posted.case else None, run=run_id if posted.run else None,
            )  # fmt: skip
            unit.put(POSTED, new_slot, own)
            unit.put(SENT, new_slot, Sent(key=new_slot, item=new_id(), sent_at=opened))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def serve(data: Path) -> None:
    settings = read_settings({"HANDRAIL_DATA": str(data), "PORT": str(free_port())})
    begin_log(settings.log_level, file=data.with_name(f"{data.name}.log"))
    async with running(settings) as service:
        app = make_web_app(settings, service)
        Bench(service).add_to(app)
        runner = web.AppRunner(app, access_log=None, **SERVER_OPTIONS)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", settings.port).start()
        print(json.dumps({"port": settings.port}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
