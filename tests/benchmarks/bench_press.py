"""What the press that sends a report costs, durable write included, beside the stock bot and bare aiohttp.

    python -m tests.benchmarks.bench_press [--quick] [--json] [--stock-python PATH] [--folder PATH]

Five interleaved rounds, medians. Every bot is a process of its own and says its own CPU; the load and the
pretend Teams run in this process. The press is all that the process does until the last answer is out:
request, decision, durable write, log line, receipt. What is sent afterwards to whoever is alerted is not the
press: delivery is held while presses are timed and let go after each round, and its CPU is counted apart. A
second figure, beside the targets, has both at work together.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp

from tests.benchmarks.bench_edge import CONVERSATIONS, ECHO, message, press, replies_taken
from tests.benchmarks.processes import STOCK_BOT, child, cpu_seconds, stock_python
from tests.benchmarks.school_load import KINDS, NO_LIMITS, Load, check_receipts, post, school_at_work
from tests.benchmarks.tables import markdown

ROUNDS = 5
CPU_MS = 2.0
TIMES_ECHO = 8
CASES_BEFORE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One round of one thing. CPU in ms a turn; `sending_ms` is what the messages it caused cost after it."""

    turns_a_second: float
    cpu_ms: float
    sending_ms: float = 0.0
    messages: float = 0.0


Round = Callable[[], Awaitable[Measured]]


def main(words: Sequence[str] | None = None) -> int:
    """Run it and print a table or JSON. Exit 2 when the stock bot cannot be installed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="two rounds of a fifth of the turns, 1,000 cases before"
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.add_argument("--stock-python", help="a Python that has botbuilder-integration-aiohttp")
    parser.add_argument("--folder", help="on the disk to be measured")
    chosen = parser.parse_args(words)
    try:
        with (
            tempfile.TemporaryDirectory(dir=chosen.folder) as folder,
            stock_python(chosen.stock_python) as stock,
        ):
            rounds = asyncio.run(measure(Path(folder), stock, share=5 if chosen.quick else 1))
    except subprocess.CalledProcessError as failed:
        print(f"The stock bot cannot be installed:\n{failed.stderr}", file=sys.stderr)
        return 2
    results = summary(rounds)
    print(json.dumps(results, indent=2) if chosen.json else table(results))
    return 0


async def measure(folder: Path, stock_python: str, *, share: int) -> list[dict[str, Measured]]:
    """The rounds, each with one measurement of everything."""
    before = CASES_BEFORE // (share * 2 if share > 1 else 1)
    async with AsyncExitStack() as stack:
        connector = await stack.enter_async_context(replies_taken())
        bare = await stack.enter_async_context(child("-m", "tests.benchmarks.own_bot"))
        stock = await stack.enter_async_context(child(STOCK_BOT, python=stock_python))
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        empty = await stack.enter_async_context(school_at_work(folder / "empty", rules=NO_LIMITS))
        full = await stack.enter_async_context(school_at_work(folder / "full", rules=NO_LIMITS))
        await full.ask("cases", {"run": await full.sent("routine"), "count": before})
        things: dict[str, Round] = {
            "bare aiohttp POST": plain(http, f"{bare}/bare", press("text", connector), 1000 // share),
            "stock bot, no reply": plain(
                http, f"{stock}/api/messages", message("quiet", connector), 200 // share
            ),
            ECHO: plain(http, f"{stock}/api/messages", message("echo", connector), 150 // share),
        }
        for kind in KINDS:
            things[f"send report, {kind}"] = await sending(empty, kind, 150 // share)
            things[f"send report, {kind}, {before:,} cases before"] = await sending(full, kind, 150 // share)
            things[f"send report, {kind}, while sending"] = await sending(
                empty, kind, 150 // share, held=False
            )
        for load in (empty, full):
            await load.ask("delivery", {"limits": False})
        for thing in things.values():
            await thing()
        rounds = ROUNDS if share == 1 else 2
        return [{name: await thing() for name, thing in things.items()} for _ in range(rounds)]


def plain(http: aiohttp.ClientSession, url: str, content: bytes, turns: int) -> Round:
    """The same activity so many times."""

    async def one_round() -> Measured:
        bot = url.rsplit("/", 2 if "/api/" in url else 1)[0]
        before, begun = await cpu_seconds(http, bot), time.perf_counter()
        await together([content] * turns, lambda one: post(http, url, one))
        lasted = time.perf_counter() - begun
        used = await cpu_seconds(http, bot) - before
        return Measured(turns_a_second=turns / lasted, cpu_ms=1000 * used / turns)

    return one_round


async def sending(load: Load, kind: str, turns: int, *, held: bool = True) -> Round:
    """So many different reports sent. Unless `held`, delivery is at work at the same time."""
    run = await load.to_last_card(kind)
    url = f"{load.bot}/api/messages"

    async def one_round() -> Measured:
        presses = await load.presses(run, turns)
        calls = len(load.school.connector.calls)
        if held:
            await load.ask("delivery", {"held": True})
        before, begun = await cpu_seconds(load.http, load.bot), time.perf_counter()
        answers = await together([one.content for one in presses], lambda one: post(load.http, url, one))
        lasted = time.perf_counter() - begun
        answered = await cpu_seconds(load.http, load.bot)
        check_receipts(answers)
        if held:
            await load.ask("delivery", {"held": False})
        await load.settled()
        used = await cpu_seconds(load.http, load.bot) - answered
        return Measured(
            turns_a_second=turns / lasted,
            cpu_ms=1000 * (answered - before) / turns,
            sending_ms=1000 * used / turns,
            messages=(len(load.school.connector.calls) - calls) / turns,
        )

    return one_round


async def together(what: Sequence[bytes], send: Callable[[bytes], Awaitable[bytes]]) -> list[bytes]:
    """Send all, from CONVERSATIONS at once; the answers."""
    left = iter(what)
    answers: list[bytes] = []

    async def talk() -> None:
        for one in left:
            answers.append(await send(one))

    await asyncio.gather(*(talk() for _ in range(CONVERSATIONS)))
    return answers


def summary(rounds: Sequence[dict[str, Measured]]) -> dict[str, dict[str, float]]:
    """Medians, and how many times more turns than the stock echo of the same round: the machine's own speed
    changes from one minute to the next."""
    results = {}
    for name in rounds[0]:
        speed = median(one[name].turns_a_second for one in rounds)
        results[name] = {
            "turns_a_second": round(speed, 1),
            "times_the_stock_echo": round(
                median(one[name].turns_a_second / one[ECHO].turns_a_second for one in rounds), 1
            ),
            "cpu_ms_a_turn": round(median(one[name].cpu_ms for one in rounds), 3),
            "lowest_cpu_ms": round(min(one[name].cpu_ms for one in rounds), 3),
            "sending_cpu_ms_a_turn": round(median(one[name].sending_ms for one in rounds), 3),
            "messages_a_turn": round(median(one[name].messages for one in rounds), 2),
        }
    return results


def table(results: dict[str, dict[str, float]]) -> str:
    """The results for people."""
    heads = ("", "turns/s", "times the stock echo", "CPU ms", "lowest round", "sending, CPU ms", "messages")
    lines = [markdown(heads, (row(name, one) for name, one in results.items())), ""]
    sends = {name: one for name, one in results.items() if name.startswith("send")}
    dear = [n for n, one in sends.items() if "while" not in n and one["cpu_ms_a_turn"] > CPU_MS]
    slow = [n for n, one in sends.items() if "while" not in n and one["times_the_stock_echo"] < TIMES_ECHO]
    lines.append(f"- Target: {CPU_MS:.0f} ms of CPU a press. {met(dear)}")
    lines.append(f"- Target: {TIMES_ECHO} times the stock echo. {met(slow)}")
    both = [one["times_the_stock_echo"] for name, one in sends.items() if "while" in name]
    lines.append(
        f"- With the sending at work at the same time: {min(both)} to {max(both)} times the stock echo."
    )
    return "\n".join(lines)


def row(name: str, one: dict[str, float]) -> tuple[str, ...]:
    """One thing's figures; what it sent afterwards only where that was measured."""
    sent = name.startswith("send")
    return (
        name,
        f"{one['turns_a_second']:.0f}",
        f"{one['times_the_stock_echo']:.1f}",
        f"{one['cpu_ms_a_turn']:.2f}",
        f"{one['lowest_cpu_ms']:.2f}",
        f"{one['sending_cpu_ms_a_turn']:.2f}" if sent else "",
        f"{one['messages_a_turn']:.1f}" if sent else "",
    )


def met(missing: Sequence[str]) -> str:
    """Whether a target was met, and if not by what."""
    return f"**Missed by {'; '.join(missing)}.**" if missing else "**Met.**"


if __name__ == "__main__":
    sys.exit(main())
