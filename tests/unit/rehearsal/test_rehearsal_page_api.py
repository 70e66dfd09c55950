"""The page's API: the driver's acts, problems as sentences, a stream that says when to look."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, web

from bot.rehearsal.page_api import make_app
from bot.rehearsal.people import DEFAULT_PEOPLE_FILE
from tests.service_process import free_port
from tests.unit.rehearsal.scripted_bot import ScriptedBot

TUTOR = "00000000-0000-4000-8000-000000000009"
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def bot() -> AsyncIterator[ScriptedBot]:
    async with ScriptedBot().serving() as scripted:
        yield scripted


class Browser:
    """The page's side of the API."""

    def __init__(self, session: ClientSession, root: str) -> None:
        self.session = session
        self.root = root

    async def tell(self, act: str, **body: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"{self.root}/api/{act}", json=body) as response:
            return response.status, await response.json()

    async def ask(self, path: str) -> tuple[int, Any]:
        async with self.session.get(f"{self.root}/{path}") as response:
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.text())


@pytest.fixture
async def browser(bot: ScriptedBot) -> AsyncIterator[Browser]:
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    outer = web.Application()
    outer.add_subapp("/rehearsal", make_app(DEFAULT_PEOPLE_FILE, bot_url=bot.url, public_url=public_url))
    runner = web.AppRunner(outer, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with ClientSession() as session:
        yield Browser(session, f"{public_url}/rehearsal")
    await runner.cleanup()


async def test_the_mounted_app_serves_the_page_its_files_and_its_people(browser: Browser) -> None:
    async with browser.session.get(browser.root) as response:
        assert response.url.path == "/rehearsal/"
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert 'src="app.js"' in await response.text()
    assert (await browser.ask("app.js"))[0] == 200
    assert (await browser.ask("secrets.js"))[0] == 404
    assert (await browser.ask("modules/..%2f..%2fpeople.yaml"))[0] == 404
    _, found = await browser.ask("api/people")
    assert (found["team"], len(found["default_chats"])) == ("Safeguarding (rehearsal)", 3)


async def test_what_is_said_reaches_the_bot_with_the_public_address_to_answer_to(
    browser: Browser, bot: ScriptedBot
) -> None:
    assert await browser.tell("open") == (200, {"opened": True})
    status, answer = await browser.tell("say", person=TUTOR, text="report")
    assert (status, answer["heard"], answer["status"]) == (200, True, 201)
    assert bot.heard[-1]["serviceUrl"] == f"{browser.root}/connector/"
    _, view = await browser.ask(f"api/view?person={TUTOR}")
    assert [(one["text"], one["own"]) for one in view["messages"]] == [("report", True)]


async def test_a_channel_message_without_the_bots_name_is_not_heard(
    browser: Browser, bot: ScriptedBot
) -> None:
    await browser.tell("open")
    bot.heard.clear()
    _, answer = await browser.tell("say", person="dsl", channel="DSL alerts", text="Good morning")
    assert (answer["heard"], bot.heard) == (False, [])
    await browser.tell("say", person="dsl", channel="DSL alerts", text="@Handrail alert here")
    assert bot.heard[-1]["text"] == "<at>Handrail</at> alert here"


@pytest.mark.parametrize(
    ("act", "body", "status", "sentence"),
    [
        ("say", {"person": "nobody", "text": "x"}, 400, "Not understood"),
        ("say", {}, 400, "Not understood"),
        ("press", {"person": "dsl", "message": "1", "action": {}}, 404, "not in the conversation"),
        ("fault", {"kind": "flood"}, 400, "kind is one of"),
        ("say", {"person": "dsl", "text": "x"}, 409, "cannot write"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    browser: Browser, act: str, body: dict[str, Any], status: int, sentence: str
) -> None:
    got, answer = await browser.tell(act, **body)
    assert got == status
    assert sentence in answer["problem"]


async def test_a_bot_without_a_clock_to_wind_is_said_to_have_none(bot: ScriptedBot, browser: Browser) -> None:
    bot.clock_served = False
    status, answer = await browser.tell("wind", seconds=60)
    assert (status, answer["problem"]) == (409, "the bot does not let its clock be wound")


async def test_life_goes_on_from_the_page(browser: Browser, bot: ScriptedBot) -> None:
    await browser.tell("open")
    assert await browser.tell("life", person=TUTOR, event="uninstall") == (200, {"status": 201})
    assert bot.heard[-1]["action"] == "remove"
    assert (await browser.tell("say", person=TUTOR, text="x"))[0] == 409


async def test_the_stream_tells_when_to_look_again(browser: Browser) -> None:
    async with browser.session.get(f"{browser.root}/api/events") as stream:
        first = await asyncio.wait_for(stream.content.readline(), 5)
        await stream.content.readline()
        await browser.tell("fault", clear=True)
        second = await asyncio.wait_for(stream.content.readline(), 5)
    numbers = [int(line.removeprefix(b"data: ")) for line in (first, second)]
    assert numbers[1] > numbers[0]


async def test_it_runs_by_itself_and_says_where_to_look() -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.rehearsal",
        "--port",
        str(port),
        "--bot",
        "http://127.0.0.1:9",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    said = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
    assert said == f"Open http://127.0.0.1:{port}/rehearsal/ in a browser.\n"
    try:
        async with ClientSession() as session, asyncio.timeout(10):
            assert await reached(session, f"http://127.0.0.1:{port}/rehearsal/") == 200
    finally:
        process.terminate()
        await process.wait()


async def reached(session: ClientSession, url: str) -> int:
    """The status, as soon as somebody listens."""
    while True:
        try:
            async with session.get(url) as response:
                return response.status
        except ClientError:
            continue
