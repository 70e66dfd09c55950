"""The stock echo bot of botbuilder-integration-aiohttp, as its samples have it, for bench_edge.py.

Runs in an environment of its own, so it imports nothing of Handrail. A message `echo` is echoed; any
other is handled without a reply. Prints its port, then serves until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from http import HTTPStatus

from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication


class Config:
    """Authentication off, as for the local emulator."""

    APP_ID = ""
    APP_PASSWORD = ""
    APP_TYPE = "MultiTenant"
    APP_TENANTID = ""


class EchoBot(ActivityHandler):
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        if turn_context.activity.text == "echo":
            await turn_context.send_activity("echo")


async def cpu(_: web.Request) -> web.Response:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return web.json_response({"seconds": used.ru_utime + used.ru_stime})


async def serve() -> None:
    adapter, bot = CloudAdapter(ConfigurationBotFrameworkAuthentication(Config())), EchoBot()

    async def messages(request: web.Request) -> web.Response:
        answer = await adapter.process(request, bot)
        return answer if isinstance(answer, web.Response) else web.Response(status=HTTPStatus.OK)

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    app.router.add_get("/cpu", cpu)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
