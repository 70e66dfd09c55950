"""How long people wait when many press at once, and how soon the channel knows, with Teams' limits on.

    python -m tests.benchmarks.bench_bursts [--quick] [--json] [--folder PATH]

Three parts, each with a bot and a pretend Teams of its own, which refuses with 429 what Teams would refuse:
60 presses at once while delivery drains; a serious report a second for a minute; 60 serious reports at once
with routine ones among them. From a press to a post is from the start of the request to the post's arrival.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from bot.rehearsal.conversations import Change
from bot.rehearsal.rules import SENDS
from tests.benchmarks.school_load import NO_LIMITS, Load, Press, check_receipts, post, school_at_work
from tests.benchmarks.tables import markdown

ROUNDS = 5
AT_ONCE = 60
NUMBER = re.compile(r"KS-[A-Z0-9]{4}-[A-Z0-9]")
Figures = dict[str, float]


class Arrivals:
    """When each case number was first seen in a new message, by conversation; monotonic seconds."""

    def __init__(self, load: Load) -> None:
        self.channel = load.school.channel().id
        self.posts: dict[str, float] = {}
        self.elsewhere: dict[str, float] = {}
        load.school.tenant.watchers.append(self._note)

    def _note(self, change: Change) -> None:
        message = change.message
        if change.kind != "posted" or message is None or message.sender is not None:
            return
        found = NUMBER.search(f"{message.text} {json.dumps(message.card)}")
        if found is not None:
            seen = self.posts if message.conversation == self.channel else self.elsewhere
            seen.setdefault(found[0], time.monotonic())


def main(words: Sequence[str] | None = None) -> int:
    """Run it and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer reports, two rounds")
    parser.add_argument("--json", action="store_true", help="JSON instead of lines")
    parser.add_argument("--folder", help="on the disk to be measured")
    chosen = parser.parse_args(words)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        results = asyncio.run(measure(Path(folder), quick=chosen.quick))
    print(json.dumps(results, indent=2) if chosen.json else table(results))
    return 0


async def measure(folder: Path, *, quick: bool) -> dict[str, Figures]:
    """Each part by its name."""
    rounds, seconds, serious = (2, 6, 20) if quick else (ROUNDS, 60, AT_ONCE)
    results: dict[str, Figures] = {}
    for limits in (True, False):
        name = "as Teams allows" if limits else "as fast as it can"
        async with school_at_work(folder / name, rules=None if limits else NO_LIMITS) as load:
            found = await crowd(load, rounds, limits=limits)
        results[f"{AT_ONCE} presses at once, delivery draining {name}"] = found
    async with school_at_work(folder / "stream") as load:
        results[f"a serious report a second for {seconds} s"] = await stream(load, seconds)
    async with school_at_work(folder / "rush") as load:
        results[f"{serious} serious at once, {serious // 2} routine among them"] = await rush(load, serious)
    return results


async def crowd(load: Load, rounds: int, *, limits: bool) -> Figures:
    """Press AT_ONCE at once while a hundred reports' messages are being sent; ms to each answer."""
    runs = [await load.to_last_card(kind) for kind in ("routine", "serious")]
    await load.ask("delivery", {"limits": limits})
    p50s, p95s, longest = [], [], []
    for _ in range(rounds):
        await load.ask("delivery", {"held": True})
        backlog = [press for run in runs for press in await load.presses(run, 50)]
        for press in backlog:
            await timed(load, press)
        presses = [press for run in runs for press in await load.presses(run, AT_ONCE // 2)]
        await load.ask("delivery", {"held": False})
        waited = await asyncio.gather(*(timed(load, press) for press in presses))
        took = sorted(1000 * (answered - pressed) for pressed, answered, _ in waited)
        check_receipts([answer for _, _, answer in waited])
        p50s.append(median(took))
        p95s.append(quantiles(took, n=20)[-1])
        longest.append(took[-1])
    return {
        "p50 ms": median(p50s),
        "p95 ms": median(p95s),
        "worst p95 ms": max(p95s),
        "longest ms": max(longest),
    }


async def stream(load: Load, seconds: int) -> Figures:
    """A serious report each second; ms from the press to the post."""
    presses = await load.presses(await load.to_last_card("serious"), seconds)
    seen = Arrivals(load)
    begun = time.monotonic()
    tasks = []
    for at, press in enumerate(presses):
        await asyncio.sleep(max(0.0, begun + at - time.monotonic()))
        tasks.append(asyncio.create_task(timed(load, press)))
    pressed = by_number(await asyncio.gather(*tasks))
    await arrived(load, seen.posts, pressed)
    took = sorted(1000 * (seen.posts[number] - at) for number, at in pressed.items())
    return {
        "posts": len(took),
        "p50 ms": median(took),
        "p99 ms": quantiles(took, n=100)[-1],
        "longest ms": took[-1],
        "answers of 429": refusals(load),
    }


async def rush(load: Load, serious: int) -> Figures:
    """All at once, in a shuffled order; seconds from the first press to the last post."""
    urgent = await load.presses(await load.to_last_card("serious"), serious)
    other = await load.presses(await load.to_last_card("routine"), serious // 2)
    mixed = [*urgent, *other]
    random.Random(5).shuffle(mixed)
    seen = Arrivals(load)
    allowed = limit_seconds(load, seen.channel, serious)
    begun = time.monotonic()
    sent = await asyncio.gather(*(timed(load, press) for press in mixed))
    kinds = dict(zip(mixed, sent, strict=True))
    posted = by_number([kinds[press] for press in urgent])
    quiet = by_number([kinds[press] for press in other])
    await arrived(load, seen.posts, posted)
    await arrived(load, seen.elsewhere, quiet)
    posts = sorted(seen.posts[number] - begun for number in posted)
    return {
        "posts": len(posts),
        "last answer s": max(answered for _, answered, _ in sent) - begun,
        "first post s": posts[0],
        "first routine message s": min(seen.elsewhere[number] for number in quiet) - begun,
        "posts before it": sum(at < min(seen.elsewhere[n] for n in quiet) - begun for at in posts),
        "last post s": posts[-1],
        "the limit's own time s": allowed,
        "routine messages": len(quiet),
        "answers of 429": refusals(load),
    }


async def timed(load: Load, press: Press) -> tuple[float, float, bytes]:
    """When it was pressed, when it was answered, and the answer."""
    pressed = time.monotonic()
    answer = await post(load.http, f"{load.bot}/api/messages", press.content)
    return pressed, time.monotonic(), answer


def by_number(sent: Sequence[tuple[float, float, bytes]]) -> dict[str, float]:
    """When each case was pressed, by its number on the receipt."""
    check_receipts([answer for _, _, answer in sent])
    found = ((NUMBER.search(answer.decode()), pressed) for pressed, _, answer in sent)
    return {number[0]: pressed for number, pressed in found if number is not None}


async def arrived(load: Load, seen: dict[str, float], wanted: dict[str, float]) -> None:
    """Return once every case was seen. Raises WaitedTooLong: a report was lost."""
    await load.school.wait_for(lambda: wanted.keys() <= seen.keys(), timeout_seconds=90)


def refusals(load: Load) -> int:
    """How often the pretend Teams said that it was too much."""
    return sum(call.status == 429 for call in load.school.connector.calls)


def limit_seconds(load: Load, channel: str, posts: int) -> float:
    """How long so many posts take at the least, after what went into the channel already."""
    now = load.school.tenant.clock.steady()
    times = [
        c.at_seconds - now
        for c in load.school.connector.calls
        if c.conversation == channel and c.method != "GET"
    ]
    for _ in range(posts):
        waits = [times[-calls] + seconds for calls, seconds in SENDS if len(times) >= calls]
        times.append(max(0.0, *waits, times[-1] if times else 0.0))
    return times[-1]


def table(results: dict[str, Figures]) -> str:
    """The results for people."""
    rows = (
        (name, what, f"{value:.1f}") for name, figures in results.items() for what, value in figures.items()
    )
    return markdown(("part", "what", "figure"), rows)


if __name__ == "__main__":
    sys.exit(main())
