"""Puts the service together from its settings, starts it, stops it: the only place that knows every part."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from bot.casework.desk import FrontDesk
from bot.casework.following import Following
from bot.casework.gaps import tell_gaps
from bot.casework.life import revive_all
from bot.casework.office import Office
from bot.casework.packs import PackReader, PackShelf
from bot.casework.publishing import Mode, Publishing
from bot.casework.tables import ALL, CASES
from bot.clocks import WoundClock
from bot.definitions.loader import find_pack, load
from bot.delivery.clocks import Clocks
from bot.delivery.limits import Limits
from bot.delivery.outbox import LIMITS, Delivery
from bot.errors import NotVerified, SettingsFaulty
from bot.health import Health, watch_record
from bot.model.definition import Definition
from bot.model.problems import Problem
from bot.people.file import PeopleFile
from bot.people.proof import check_holders, people_check
from bot.rehearsal.page_api import make_app
from bot.settings import Settings
from bot.store import JournalStore, open_store
from bot.teams.credentials import NoCredentials
from bot.teams.hosts import LOOPBACK_HOSTS
from bot.teams.messenger import TeamsMessenger, open_session
from bot.teams.route import PATH, add_routes, presented_by
from bot.teams.verifier import LoopbackVerifier

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MODE_FILE = "mode"
LOCAL = "local rehearsal: pretend people only\n"
PEOPLE_SECONDS = 2.0
COLLECT_AFTER = 20_000
"""Values made and kept before the collector looks among them. A press makes and drops some hundreds, and
hardly any that only the collector would find: looking after every 700 was 4 % of its time."""
OFFICE_KEY = web.AppKey("office", Office)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts of a running service."""

    office: Office
    desk: FrontDesk
    store: JournalStore
    people: PeopleFile
    delivery: Delivery
    clocks: Clocks
    clock: WoundClock
    publishing: Publishing

    def wake(self) -> None:
        """Something was staged or the clock was wound."""
        self.delivery.wake()
        self.clocks.wake()

    async def tell_gaps(self) -> None:
        """Let the admins know where the people check fails; ask anew about cases whose owner has left."""
        unit = self.office.unit()
        revive_all(self.office, unit)
        tell_gaps(self.office, unit)
        unit.stage()
        await self.store.settled()
        self.wake()


@asynccontextmanager
async def running(
    settings: Settings, *, limits: Limits = LIMITS, read: PackReader = load
) -> AsyncIterator[Service]:
    """Open everything, run it, and close it in the opposite order.

    `limits` is what Teams allows; `read` makes a definition of the pack's folder.

    Raises SettingsFaulty, DefinitionFaulty, StoreFailed or StoreLocked when it cannot start.
    """
    _claim(settings.data)
    store = open_store(settings.data, ALL, case_table=CASES)
    try:
        async with open_session() as session:
            messenger = TeamsMessenger(session, NoCredentials(), allowed_service_hosts=LOOPBACK_HOSTS)
            service = _assemble(settings, store, messenger, limits=limits, read=read)
            await service.desk.open()
            await service.tell_gaps()
            await service.publishing.begin()
            # What was read at start lives as long as the process: no later collection needs to walk it.
            gc.collect()
            gc.freeze()
            gc.set_threshold(COLLECT_AFTER)
            await service.delivery.start()
            await service.clocks.start()
            watching = (
                asyncio.create_task(_watch_people(service), name="people"),
                asyncio.create_task(watch_record(store), name="record"),
                asyncio.create_task(service.publishing.watch(), name="publishing"),
            )
            try:
                yield service
            finally:
                for task in watching:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
                await service.clocks.stop()
                await service.delivery.stop()
    finally:
        store.close()


def _assemble(
    settings: Settings, store: JournalStore, messenger: TeamsMessenger, *, limits: Limits, read: PackReader
) -> Service:
    clock = WoundClock(settings.data / "clock")
    folder = find_pack(settings.pack)
    shelf = PackShelf(folder, store, read=read)
    people = PeopleFile(settings.people, shelf.current())
    if people.problems():
        raise SettingsFaulty("\n".join(("The people file has faults:", *map(str, people.problems()))))
    bells: list[Callable[[], None]] = []
    office = Office(
        store=store,
        people=people,
        clock=clock,
        shelf=shelf,
        wake=lambda: _ring(bells),
        gaps=lambda: tuple(
            f"{p.place}: {p.what}. {p.remedy}"
            for p in people_check(shelf.current(), people.directory(), clock.now())
        ),
        faults=lambda: publishing.faults(),
    )
    publishing = Publishing(
        office, shelf, folder=folder, people_file=settings.people, read=read, staffing=people,
        mode=lambda: mode_of(settings, shelf.current()), prove=check_holders,
    )  # fmt: skip
    following = Following(office, messenger)
    desk = FrontDesk(office)
    delivery = Delivery(store, following, messenger, clock, limits=limits, busy=desk.busy)
    clocks = Clocks(store, following, clock)
    bells.extend((delivery.wake, clocks.staged))
    shelf.keep(clock.now())
    return Service(
        office=office,
        desk=desk,
        store=store,
        people=people,
        delivery=delivery,
        clocks=clocks,
        clock=clock,
        publishing=publishing,
    )


def mode_of(settings: Settings, definition: Definition) -> Mode:
    """How a saved pack takes effect: local mode alone may let a checked save count (casework 9)."""
    files = settings.publish == "files" or definition.school.publish == "files"
    return "files" if settings.local and files else "two-people"


def _ring(bells: list[Callable[[], None]]) -> None:
    for ring in bells:
        ring()


def _claim(folder: Path) -> None:
    """Local mode keeps its data apart: it takes an empty folder or its own, never a real record."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = folder / MODE_FILE
    if mode.is_file() and mode.read_text(encoding="ascii") == LOCAL:
        return
    if any(folder.iterdir()):
        raise SettingsFaulty(
            f"HANDRAIL_DATA: {folder} holds something that local mode did not write. Name an empty folder."
        )
    mode.write_text(LOCAL, encoding="ascii")


async def _watch_people(service: Service) -> None:
    """Read the people file again when it changes, off the loop."""
    while True:
        await asyncio.sleep(PEOPLE_SECONDS)
        changed = await asyncio.to_thread(service.people.refresh)
        if changed:
            log.info("The people file was read again", extra={"action": "people_changed"})
            await service.tell_gaps()


def people_problems(service: Service) -> tuple[Problem, ...]:
    """What the pack check and the people check find: any of it makes the service not ready."""
    definition = service.office.shelf.current()
    return (
        *check_holders(definition),
        *service.people.problems(),
        *people_check(definition, service.people.directory(), service.clock.now()),
    )


def make_web_app(settings: Settings, service: Service) -> web.Application:
    """Every route of local mode."""
    app = web.Application(middlewares=[only_this_machine])
    address = f"http://127.0.0.1:{settings.port}"
    app[OFFICE_KEY] = service.office
    health = Health(
        store=service.store,
        delivery=service.delivery,
        clocks=service.clocks,
        check=lambda: people_problems(service),
        people=service.people,
        version=lambda: service.office.shelf.current().hash[:12],
    )
    app.router.add_get("/", _to_the_rehearsal)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    app.router.add_post("/rehearsal-clock", _winder(service))
    add_routes(
        app,
        service.desk,
        verifier=LoopbackVerifier(),
        allowed_tenants=(service.people.directory().tenant,),
        allowed_service_hosts=LOOPBACK_HOSTS,
    )
    app.add_subapp(
        "/rehearsal", make_app(settings.people, bot_url=address, public_url=address, link_at_open=True)
    )
    return app


@web.middleware
async def only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Local mode serves this machine alone, and no page of another origin (see LoopbackVerifier).

    The door of activities asks the same in its own place (see bot/teams/README.md).
    """
    if request.path == PATH:
        return await handler(request)
    shown = presented_by(request)
    if request.method == "GET":
        shown = replace(shown, origin="", fetch_site="")
    try:
        await LoopbackVerifier().verify(shown, channel_id="", service_url="", recipient="")
    except NotVerified as refused:
        log.info("Refused a request", extra={"action": refused.action, "reference": refused.reference})
        return web.Response(status=401, text=str(refused))
    return await handler(request)


async def _to_the_rehearsal(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/rehearsal/")


def _winder(service: Service) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def wind(request: web.Request) -> web.Response:
        try:
            body = await request.json()
            now = service.clock.wind(float(body["advance_seconds"]))
        except (ValueError, KeyError, TypeError):
            raise web.HTTPBadRequest(text="advance_seconds: a number from 0 on") from None
        service.wake()
        return web.json_response({"now": now.isoformat()})

    return wind
