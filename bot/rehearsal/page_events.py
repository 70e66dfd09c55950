"""The stream that tells open pages when to look again. Must not know what changed."""

from __future__ import annotations

import asyncio

from aiohttp import web

KEEP_ALIVE_SECONDS = 15.0


class Stream:
    """Server-sent events: a number that grows whenever something may look different."""

    def __init__(self) -> None:
        self._number = 0
        self._ended = False
        self._open: set[asyncio.Event] = set()

    def changed(self) -> None:
        """Let every open page look again."""
        self._number += 1
        for wake in self._open:
            wake.set()

    async def events(self, request: web.Request) -> web.StreamResponse:
        """One page's stream, until either side ends it."""
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        wake = asyncio.Event()
        self._open.add(wake)
        try:
            while not self._ended:
                await stream.write(f"data: {self._number}\n\n".encode())
                await _woken(wake)
                wake.clear()
        except ConnectionError:
            return stream
        finally:
            self._open.discard(wake)
        return stream

    async def end(self, _: web.Application) -> None:
        """Let every open stream end, so that the server can stop."""
        self._ended = True
        for wake in self._open:
            wake.set()


async def _woken(wake: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(wake.wait(), KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return
