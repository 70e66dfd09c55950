"""The driver: a whole pretend school around one bot, for tests, load and the page alike.

Must not know the page. It can serve its own connector on a free port, or be mounted in an application.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web

from bot.rehearsal import cards, identity
from bot.rehearsal.chat import ChannelView, Chat, Seen
from bot.rehearsal.client import Clients
from bot.rehearsal.clock import Wound
from bot.rehearsal.connector import Connector
from bot.rehearsal.conversations import Change
from bot.rehearsal.faults import Faults
from bot.rehearsal.life import Life
from bot.rehearsal.line import Line
from bot.rehearsal.people import DEFAULT_PEOPLE_FILE, Person, School, read_people
from bot.rehearsal.rules import Rules
from bot.rehearsal.tenant import Tenant

CONFIRM_WORDS = ("confirm", "yes")
MOUNT = "/rehearsal"


class WaitedTooLong(TimeoutError):
    """What was waited for did not come about in time."""


class ClockFixed(RuntimeError):
    """The bot does not let its clock be wound: it is not in local mode, or does not answer."""


class BotSilent(ConnectionError):
    """The bot does not answer. Start it, then open the school again."""


class Rehearsal:
    """A pretend school. Use as `async with Rehearsal(bot_url=...) as school:`, or mount its application.

    `people` is a people file or one read already. `bot_url` is the bot's root, without /api/messages; it
    may be set later. `authorization` gives the header of each post to the bot, None for none.
    """

    def __init__(
        self,
        people: Path | School = DEFAULT_PEOPLE_FILE,
        *,
        bot_url: str = "",
        public_url: str = "",
        rules: Rules | None = None,
        bot_id: str = identity.BOT_ID,
        authorization: Callable[[], str] | None = None,
    ) -> None:
        self.rules = rules or Rules()
        self.clock = Wound()
        self.tenant = Tenant(
            people if isinstance(people, School) else read_people(people), clock=self.clock, bot_id=bot_id
        )
        self.faults = Faults()
        self.connector = Connector(self.tenant, rules=self.rules, faults=self.faults)
        self.clients = Clients(
            self.tenant, line=lambda: self.line, service_url=lambda: self.service_url, rules=self.rules
        )
        self.life = Life(self.clients)
        self.bot_url = bot_url
        self.public_url = public_url
        self.opened = False
        self._authorization = authorization
        self._line: Line | None = None
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._changed = asyncio.Event()
        self.tenant.watchers.append(self._note_change)

    @property
    def service_url(self) -> str:
        """What activities give the bot to answer to."""
        return f"{self.public_url.rstrip('/')}{MOUNT}/connector/"

    @property
    def line(self) -> Line:
        """The line to the bot. Raises RuntimeError before the start."""
        if self._line is None:
            raise RuntimeError("the rehearsal has not been started")
        return self._line

    async def __aenter__(self) -> Self:
        """Serve the connector on a free port of 127.0.0.1."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop serving."""
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Serve the connector alone; port 0 takes a free one and sets `public_url`."""
        inner = web.Application()
        self.attach(inner)
        outer = web.Application()
        outer.add_subapp(MOUNT, inner)
        self._runner = web.AppRunner(outer, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await self._listen(port)

    async def stop(self) -> None:
        """Stop serving; chats keep what they hold."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = self._site = None

    def attach(self, app: web.Application) -> None:
        """Add the connector and the line to the bot to an application that is mounted at /rehearsal."""
        app.add_routes(self.connector.routes())
        app.cleanup_ctx.append(self._session)

    @asynccontextmanager
    async def unplugged(self) -> AsyncIterator[None]:
        """While it lasts, connections to the connector are refused. Only for one that `start` serves."""
        if self._site is None or self._runner is None or self._runner.server is None:
            raise RuntimeError("only a rehearsal that serves itself can be unplugged")
        port = int(self.public_url.rpartition(":")[2])
        await self._site.stop()
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        try:
            yield
        finally:
            await self._listen(port)

    def person(self, wanted: str) -> Person:
        """Somebody by Entra id, name, or the first holder of a role key. Raises KeyError."""
        return self.tenant.school.find(wanted)

    def chat(self, wanted: str) -> Chat:
        """That person's 1:1 chat with the bot. Raises KeyError."""
        person = self.person(wanted)
        return Chat(self.clients, person, self.tenant.chat_of(person.id))

    def channel(self, wanted: str = "") -> ChannelView:
        """A channel by name or id; without a name the DSL channel. Raises KeyError."""
        return ChannelView(self.clients, self.tenant.channel(wanted or self.tenant.school.channel).id)

    async def open_school(self, *, link_channel: bool = False, timeout_seconds: float = 10) -> None:
        """Begin the day, once: the app for everybody and for the team, as an admin would roll it out.

        With `link_channel` the channel is linked too, as `link` does. Raises BotSilent.
        """
        if not self.opened:
            self.opened = True
            by = next(iter(self.tenant.team.members), self.tenant.school.people[0].id)
            team = self.life.install_team(by, self.tenant.school.channel)
            sent = await asyncio.gather(*(self.life.install(person) for person in self.tenant.people), team)
            if not any(one.status for one in sent):
                self.opened = False
                raise BotSilent(BotSilent.__doc__)
        if link_channel:
            await self.link(timeout_seconds=timeout_seconds)

    async def link(self, *, words: tuple[str, ...] = CONFIRM_WORDS, timeout_seconds: float = 10) -> None:
        """Link the DSL channel: an admin of the team writes `alert here`, the DSL confirms on the card.

        The button is the first new one in the DSL's chat whose label or verb holds one of `words`.
        Raises WaitedTooLong when no such card comes.
        """
        admin = self._team_holder("admin")
        dsl = self.chat("dsl")
        before = {seen.message.id for seen in dsl.cards}
        await self.channel().seen_by(admin).say("alert here")

        def offered() -> list[tuple[Seen, str]]:
            return [
                (seen, button.label)
                for word in words
                for seen in dsl.cards
                if seen.message.id not in before
                for button in cards.buttons(seen.content)
                if word in f"{button.label} {button.verb}".lower()
            ]

        await self.wait_for(lambda: bool(offered()), timeout_seconds=timeout_seconds)
        seen, label = offered()[0]
        await seen.press(label)

    async def wind(self, seconds: float) -> str:
        """Wind the bot's clock and the people's forward; the bot's new time. Raises ClockFixed."""
        status, body = await self.line.post(
            "/rehearsal-clock", {"advance_seconds": seconds}, within_seconds=self.rules.message_seconds
        )
        if status != 200 or not isinstance(body, dict) or "now" not in body:
            raise ClockFixed("the bot does not let its clock be wound")
        self.clock.wound_seconds += seconds
        self.tenant.tell(Change(kind="other"))
        return str(body["now"])

    async def wait_for(self, predicate: Callable[[], bool], *, timeout_seconds: float = 5) -> None:
        """Return once the predicate holds; it is asked after each change. Raises WaitedTooLong."""
        end = time.monotonic() + timeout_seconds
        while not predicate():
            self._changed.clear()
            left = end - time.monotonic()
            if left <= 0:
                raise WaitedTooLong(f"not within {timeout_seconds} s: {predicate.__qualname__}")
            try:
                # Conditions may also look at things outside the school, so ask again before long.
                await asyncio.wait_for(self._changed.wait(), min(left, 0.05))
            except TimeoutError:
                continue

    async def settle(self) -> None:
        """Return once every refresh that runs by itself has been answered."""
        await self.clients.settle()

    def _team_holder(self, role: str) -> Person:
        for person in self.tenant.team.members:
            if role in self.tenant.people[person].roles:
                return self.tenant.people[person]
        return self.person(role)

    def _note_change(self, _: Change) -> None:
        self._changed.set()

    async def _listen(self, port: int) -> None:
        if self._runner is None:
            raise RuntimeError("the rehearsal has not been started")
        self._site = web.TCPSite(self._runner, "127.0.0.1", port)
        await self._site.start()
        bound = self._runner.addresses[-1][1]
        self.public_url = f"http://127.0.0.1:{bound}"

    async def _session(self, _: web.Application) -> AsyncIterator[None]:
        connections = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connections) as session:
            self._line = Line(lambda: self.bot_url, session, self._authorization)
            yield
            await self.clients.settle()
            self._line = None
