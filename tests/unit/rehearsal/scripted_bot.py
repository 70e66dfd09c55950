"""The other side of HTTP in the rehearsal's tests: a tiny bot in plain aiohttp that is told what to answer.

It is no part of the product and knows nothing of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientError, ClientSession, web

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
Activity = dict[str, Any]
Answer = Callable[[Activity], Awaitable[Any]]


def card(
    *body: Mapping[str, Any], actions: tuple[Mapping[str, Any], ...] = (), **more: object
) -> dict[str, Any]:
    """An Adaptive Card."""
    return {"type": "AdaptiveCard", "version": "1.5", "body": [*body], "actions": [*actions], **more}


def with_card(content: Mapping[str, Any], *, text: str = "", summary: str = "A new card") -> Activity:
    """A message that holds a card."""
    said = {"text": text} if text else {}
    attachments = [{"contentType": CARD_TYPE, "content": content}]
    return {"type": "message", "summary": summary, "attachments": attachments, **said}


def card_answer(content: Mapping[str, Any]) -> dict[str, Any]:
    """An invoke's answer that replaces the card."""
    return {"statusCode": 200, "type": CARD_TYPE, "value": content}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the connector answered to a call of the bot's. `status` 0: the connection was dropped."""

    status: int
    body: Any
    headers: Mapping[str, str]


class ScriptedBot:
    """`heard` keeps every activity. `answers` gives an invoke's body by verb or name."""

    def __init__(self) -> None:
        self.heard: list[Activity] = []
        self.answers: dict[str, Any] = {}
        self.on_message: Answer | None = None
        self.delay: asyncio.Event | None = None
        self.wound = timedelta()
        self.clock_served = True
        self.url = ""
        self._session: ClientSession | None = None

    async def messages(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.heard.append(activity)
        if self.delay is not None and activity["type"] == "invoke":
            await self.delay.wait()
        if activity["type"] == "invoke":
            name = activity["value"].get("action", {}).get("verb") or activity["name"]
            answer = self.answers.get(name)
            body = answer(activity) if callable(answer) else answer
            return web.json_response(body) if body is not None else web.Response(status=501)
        if activity["type"] == "message" and self.on_message:
            await self.on_message(activity)
        return web.Response(status=201)

    async def clock(self, request: web.Request) -> web.Response:
        if not self.clock_served:
            raise web.HTTPNotFound
        self.wound += timedelta(seconds=(await request.json())["advance_seconds"])
        return web.json_response({"now": (datetime.now(UTC) + self.wound).isoformat()})

    def of(self, kind: str) -> list[Activity]:
        """The activities of one type that it heard."""
        return [activity for activity in self.heard if activity["type"] == kind]

    async def call(self, method: str, url: str, body: Any = None) -> Reply:
        """Call the connector."""
        assert self._session is not None
        try:
            async with self._session.request(method, url, json=body) as response:
                content = await response.json()
                return Reply(status=response.status, body=content, headers=dict(response.headers))
        except (OSError, ClientError):
            return Reply(status=0, body=None, headers={})

    async def reply(self, to: Activity, message: Activity) -> Reply:
        """Send into the conversation in which that activity happened."""
        url = f"{to['serviceUrl']}v3/conversations/{to['conversation']['id']}/activities"
        return await self.call("POST", url, message)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[ScriptedBot]:
        """Serve on a free port while it lasts."""
        app = web.Application()
        app.router.add_post("/api/messages", self.messages)
        app.router.add_post("/rehearsal-clock", self.clock)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession() as self._session:
            yield self
        await runner.cleanup()
