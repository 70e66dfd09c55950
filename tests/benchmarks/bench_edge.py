"""What a turn costs at Handrail's edge, beside the stock bot of the same SDK and beside bare aiohttp.

    python -m tests.benchmarks.bench_edge [--quick] [--json] [--stock-python PATH]

Five interleaved rounds, medians. Each bot is a process of its own; its CPU is what it says of itself.
The load and the connector that takes the stock bot's replies run in this process. The stock bot is
installed into a throw-away environment, unless PATH is a Python that has it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import aiohttp
from aiohttp import web

from tests.benchmarks.processes import STOCK_BOT, child, cpu_seconds, stock_python
from tests.benchmarks.tables import markdown
from tests.unit.teams.recorded import recorded

ROUNDS = 5
QUICK_ROUNDS = 2
CONVERSATIONS = 16
ECHO = "stock bot, echo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing measured: where it is posted and how often in a round."""

    name: str
    url: str
    content: bytes
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One round of one case."""

    turns_a_second: float
    cpu_ms: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print a table or JSON. Exit 2 when the stock bot cannot be installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="two rounds of a tenth of the turns")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.add_argument("--stock-python", help="a Python that has botbuilder-integration-aiohttp")
    chosen = parser.parse_args(arguments)
    try:
        with stock_python(chosen.stock_python) as python:
            results = asyncio.run(measure(python, quick=chosen.quick))
    except subprocess.CalledProcessError as failed:
        print(f"The stock bot cannot be installed:\n{failed.stderr}", file=sys.stderr)
        return 2
    print(json.dumps(results, indent=2) if chosen.json else table(results))
    return 0


async def measure(stock: str, *, quick: bool) -> dict[str, dict[str, float]]:
    """The medians of each case."""
    share = 10 if quick else 1
    async with AsyncExitStack() as stack:
        connector = await stack.enter_async_context(replies_taken())
        own = await stack.enter_async_context(child("-m", "tests.benchmarks.own_bot"))
        echoing = await stack.enter_async_context(child(STOCK_BOT, python=stock))
        http = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONVERSATIONS))
        )
        cases = cases_of(own, echoing, connector, share=share)
        for case in cases:
            await one_round(http, case, turns=20)
        rounds = [
            {case.name: await one_round(http, case) for case in cases}
            for _ in range(QUICK_ROUNDS if quick else ROUNDS)
        ]
    return summary(rounds)


def cases_of(own: str, stock: str, connector: str, *, share: int) -> list[Case]:
    """What is measured, in the order of a round."""
    sentence, card = press("text", connector), press("card", connector)
    echo, quiet = message("echo", connector), message("quiet", connector)
    planned = (
        ("bare aiohttp POST", f"{own}/bare", sentence, 2000),
        ("edge, press answered by a sentence", f"{own}/api/messages", sentence, 2000),
        ("edge, press answered by a card", f"{own}/api/messages", card, 2000),
        ("edge, message", f"{own}/api/messages", echo, 2000),
        ("stock bot, no reply", f"{stock}/api/messages", quiet, 300),
        (ECHO, f"{stock}/api/messages", echo, 200),
    )
    return [
        Case(name=name, url=url, content=content, turns=turns // share)
        for name, url, content, turns in planned
    ]


async def one_round(http: aiohttp.ClientSession, case: Case, *, turns: int = 0) -> Measured:
    """Post so many turns from CONVERSATIONS conversations at once. Raises unless every one is answered."""
    wanted = turns or case.turns
    left = iter(range(wanted))
    headers = {"Content-Type": "application/json"}

    async def talk() -> None:
        for _ in left:
            async with http.post(case.url, data=case.content, headers=headers) as response:
                await response.read()
                response.raise_for_status()

    bot = "/".join(case.url.split("/", 3)[:3])
    before, begun = await cpu_seconds(http, bot), time.perf_counter()
    await asyncio.gather(*(talk() for _ in range(CONVERSATIONS)))
    lasted = time.perf_counter() - begun
    used = await cpu_seconds(http, bot) - before
    return Measured(turns_a_second=wanted / lasted, cpu_ms=1000 * used / wanted)


def summary(rounds: Sequence[dict[str, Measured]]) -> dict[str, dict[str, float]]:
    """Medians, and how many times more turns than the stock echo."""
    speeds = {name: median(one[name].turns_a_second for one in rounds) for name in rounds[0]}
    cpu = {name: median(one[name].cpu_ms for one in rounds) for name in rounds[0]}
    return {
        name: {
            "turns_a_second": round(speeds[name], 1),
            "cpu_ms_a_turn": round(cpu[name], 3),
            "times_the_stock_echo": round(speeds[name] / speeds[ECHO], 1),
            "cpu_share_of_the_stock_echo": round(cpu[name] / cpu[ECHO], 3),
        }
        for name in speeds
    }


def table(results: dict[str, dict[str, float]]) -> str:
    """The results for people."""
    rows = (
        (
            name,
            f"{one['turns_a_second']:.0f}",
            f"{one['times_the_stock_echo']:.1f}",
            f"{one['cpu_ms_a_turn']:.2f}",
        )
        for name, one in results.items()
    )
    return markdown(("", "turns/s", "times the stock echo", "CPU ms"), rows)


def press(verb: str, connector: str) -> bytes:
    """A press of about the size that the last card of a report has."""
    activity = recorded("invoke-execute", serviceUrl=connector)
    data: dict[str, Any] = activity["value"]["action"]["data"]
    activity["value"]["action"]["verb"] = data["verb"] = verb
    data["what@4"] = "A pupil showed me something on a phone at break. " * 6
    return json.dumps(activity).encode()


def message(text: str, connector: str) -> bytes:
    """A typed message."""
    return json.dumps(recorded("message-personal", serviceUrl=connector, text=text)).encode()


@asynccontextmanager
async def replies_taken() -> AsyncIterator[str]:
    """The address of a connector that takes every reply."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"id": "1"}, status=201)

    app = web.Application()
    app.router.add_post("/v3/conversations/{conversation}/activities", take)
    app.router.add_post("/v3/conversations/{conversation}/activities/{activity}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
