"""Handrail's edge with a desk that decides nothing, and a bare aiohttp route, for bench_edge.py.

`/api/messages` is the whole edge; the press `card` is answered with a card, any other with a sentence.
`/bare` reads the body and answers 200. Prints its port, then serves until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys

from aiohttp import web

from bot.model.events import Answer, Lived, Pressed, Said, Searched
from bot.model.views import Action, Choice, Facts, Paragraph, View
from bot.teams.hosts import LOOPBACK_HOSTS
from bot.teams.route import SERVER_OPTIONS, add_routes
from bot.teams.verifier import LoopbackVerifier
from tests.unit.teams.recorded import TENANT

VIEW = View(
    summary="KS-7Q4F-2",
    blocks=(
        Paragraph(text="Your report is recorded.", heading=True),
        Paragraph(text="The DSL has been told. You will hear from us when it has been read."),
        Facts(rows=(("Number", "KS-7Q4F-2"), ("State", "received"))),
    ),
    actions=(Action(verb="report.add", label="Add something", target="KS-7Q4F-2", action_id="add-1"),),
)


class TrivialDesk:
    """Answers at once and keeps nothing."""

    async def said(self, said: Said) -> None:
        """Nothing."""

    async def pressed(self, pressed: Pressed) -> Answer:
        return Answer(view=VIEW) if pressed.verb == "card" else Answer(text="Saved.")

    async def searched(self, searched: Searched) -> tuple[Choice, ...]:
        return ()

    async def lived(self, lived: Lived) -> None:
        """Nothing."""


async def cpu(_: web.Request) -> web.Response:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return web.json_response({"seconds": used.ru_utime + used.ru_stime})


async def bare(request: web.Request) -> web.Response:
    await request.read()
    return web.Response()


async def serve() -> None:
    app = web.Application()
    add_routes(
        app,
        TrivialDesk(),
        verifier=LoopbackVerifier(),
        allowed_tenants=(TENANT,),
        allowed_service_hosts=LOOPBACK_HOSTS,
    )
    app.router.add_post("/bare", bare)
    app.router.add_get("/cpu", cpu)
    runner = web.AppRunner(app, access_log=None, **SERVER_OPTIONS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
