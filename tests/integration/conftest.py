"""A whole Handrail in this process, on a real port, with a pretend Teams on another: real HTTP both ways."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from aiohttp import web

from bot.bootstrap import Service, make_web_app, running
from bot.definitions.loader import COMMON, FLOWS, load
from bot.delivery.limits import Limits
from bot.model.definition import Definition
from bot.rehearsal.rules import Rules, Windows
from bot.rehearsal.school import Rehearsal
from bot.settings import ROOT, read_settings
from bot.teams.route import SERVER_OPTIONS

PEOPLE = ROOT / "bot" / "rehearsal" / "people.yaml"
HURRY = 20
"""A school's day passes here in seconds, so Teams' limits run faster too: as many calls in a twentieth of the
time, kept by the bot and enforced by the stand-in alike. test_delivery_teams.py keeps to the real time."""


def hurried(windows: Windows) -> Windows:
    """As many calls, in less time."""
    return tuple((calls, seconds / HURRY) for calls, seconds in windows)


LIMITS = Limits(sends=hurried(Limits().sends), reads=hurried(Limits().reads), tenant=hurried(Limits().tenant))
RULES = Rules(sends=hurried(Rules().sends), reads=hurried(Rules().reads), app=hurried(Rules().app))


def read_once(folder: Path) -> Definition:
    """The definition of a pack, read anew only when something in its folders is another than before."""
    parts = (folder, FLOWS / COMMON, folder.parent / COMMON)
    paths = sorted(path for part in parts for path in part.rglob("*.yaml"))
    return _read(folder, tuple((path, path.read_bytes()) for path in paths))


@cache
def _read(folder: Path, _: tuple[tuple[Path, bytes], ...]) -> Definition:
    return load(folder)


@dataclass(frozen=True)
class Handrail:
    """A running service and the school that talks to it."""

    service: Service
    school: Rehearsal
    url: str

    async def settled(self) -> None:
        """Nothing that is due waits to be sent, and no clock that is due waits to fire."""
        for _ in range(4):
            await self.service.clocks.idle()
            await self.service.delivery.idle()
            await self.school.settle()

    async def wind(self, seconds: float) -> None:
        """Let the school's time pass."""
        await self.school.wind(seconds)
        await self.settled()


@asynccontextmanager
async def handrail(
    data: Path,
    *,
    people: Path = PEOPLE,
    pack: str = "kingsmead",
    publish: str = "",
    open_school: bool = True,
    link: bool = True,
) -> AsyncIterator[Handrail]:
    """Start everything over `data`; stop it at the end."""
    # Taken and kept: a port that is only looked up may be somebody else's a moment later.
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        settings = read_settings(
            {
                "HANDRAIL_DATA": str(data),
                "HANDRAIL_PEOPLE": str(people),
                "HANDRAIL_PACK": pack,
                "HANDRAIL_PUBLISH": publish,
                "PORT": str(port),
            }
        )
        url = f"http://127.0.0.1:{port}"
        async with running(settings, limits=LIMITS, read=read_once) as service:
            runner = web.AppRunner(make_web_app(settings, service), access_log=None, **SERVER_OPTIONS)
            await runner.setup()
            await web.SockSite(runner, door).start()
            try:
                async with Rehearsal(people=people, bot_url=url, rules=RULES) as school:
                    whole = Handrail(service=service, school=school, url=url)
                    if open_school:
                        await school.open_school(link_channel=link)
                        await whole.settled()
                    yield whole
            finally:
                await runner.cleanup()


async def read_anew(bot: Handrail, people: Path, text: str) -> None:
    """The people file changed; the service knows it, whether it was asked to look or had looked by itself."""
    before = bot.service.people.directory().version
    await asyncio.to_thread(people.write_text, text, encoding="utf-8")
    async with asyncio.timeout(20):
        while bot.service.people.directory().version == before:
            await asyncio.to_thread(bot.service.people.refresh)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Handrail]:
    """A school with the app installed for everybody and the channel linked."""
    async with handrail(tmp_path / "data") as whole:
        yield whole
