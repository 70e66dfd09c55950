"""The school that bench_press.py and bench_bursts.py press from: Teams here, the bot in a child process.

Reports are walked to their last card once by real presses; the bot then copies them, so that thousands
wait to be sent. Nothing here measures.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.rehearsal import activities, cards
from bot.rehearsal.conversations import Message
from bot.rehearsal.rules import Rules
from bot.rehearsal.school import Rehearsal
from tests.benchmarks.processes import child

REPORTER = "head_of_department"
"""Gets no case of these kinds, so that in this chat the newest card is the report's."""

SEND = "Send the report"
MOST_CARDS = 8
NO_LIMITS = Rules(sends=((10**6, 1),), reads=((10**6, 1),), app=((10**6, 1),))
ANSWERS = {
    "happened": "A pupil showed me something on a phone at break and said it had gone round the form. " * 3,
    "row": "device_misuse",
    "where": "school",
    "ticks": "none",
    "child_here": "here",
    "told_dsl": "yes",
}
KINDS = {"routine": "rules", "serious": "child"}
"""What the first card is answered with: a broken rule goes to a tutor, a child at risk to the DSL."""


@dataclass(frozen=True, slots=True)
class Press:
    """The last press of one report: the activity as it travels."""

    content: bytes
    person: str


class Load:
    """The school at work, and the bot's side doors."""

    def __init__(self, bot: str, school: Rehearsal, http: aiohttp.ClientSession) -> None:
        self.bot = bot
        self.school = school
        self.http = http

    async def ask(self, what: str, body: Mapping[str, Any] | None = None) -> Any:
        """One of the bot's side doors."""
        method = "GET" if body is None else "POST"
        async with self.http.request(method, f"{self.bot}/bench/{what}", json=body) as response:
            response.raise_for_status()
            return await response.json()

    async def settled(self) -> None:
        """Everything due has been sent, and no client refreshes."""
        for _ in range(3):
            await self.ask("drained")
            await self.school.settle()

    async def to_last_card(self, kind: str) -> str:
        """Walk a report to its last card by real presses; the run's id."""
        chat = self.school.chat(REPORTER)
        await chat.say("report")
        await self.settled()
        first = {"what": KINDS[kind], "pupils_done": "pupil:p001"}
        await chat.press("No", first)
        for _ in range(MOST_CARDS):
            seen = chat.last_card
            if SEND in seen.buttons:
                await self.settled()
                chat.leave()
                return run_of(seen.content)
            keys = (one.partition("@")[0] for one in seen.inputs)
            await chat.press("Next", {key: ANSWERS[key] for key in keys if key in ANSWERS})
        raise RuntimeError(f"The last card of a {kind} report did not come: {chat.last_card.text}")

    async def sent(self, kind: str) -> str:
        """Walk a report to its end; the run's id."""
        run = await self.to_last_card(kind)
        chat = self.school.chat(REPORTER)
        await chat.press(SEND)
        await self.settled()
        chat.leave()
        return run

    async def presses(self, run: str, count: int) -> list[Press]:
        """So many copies of that report, and the press that sends each, by turns of all staff."""
        people = [p.id for p in self.school.tenant.school.people if p.roles]
        copies = await self.ask("copies", {"run": run, "people": people, "count": count})
        return [self._press(copy) for copy in copies]

    def _press(self, copy: Mapping[str, Any]) -> Press:
        tenant, person = self.school.tenant, copy["person"]
        message = Message(
            id=copy["message"], conversation=tenant.chat_of(person), sender=None,
            sent_at=tenant.clock.now(), text="", card=copy["card"],
        )  # fmt: skip
        tenant.store(message)
        action = cards.button(copy["card"], SEND).raw
        activity = activities.execute(
            self.school.clients.frame(person, message.conversation),
            f"f:{uuid.uuid4()}",
            message_id=message.id,
            verb=str(action["verb"]),
            data=cards.press_data(copy["card"], action, {}),
            trigger="manual",
            title=SEND,
        )
        return Press(json.dumps(activity).encode(), person)


def run_of(card: Mapping[str, Any]) -> str:
    """Which run a card's last button is of."""
    data = cards.button(card, SEND).raw["data"]
    return str(data["target"])


async def post(http: aiohttp.ClientSession, url: str, content: bytes) -> bytes:
    """Post one activity. Raises unless it was answered well."""
    async with http.post(url, data=content, headers={"Content-Type": "application/json"}) as response:
        answer = await response.read()
        response.raise_for_status()
    return answer


def check_receipts(answers: Sequence[bytes]) -> None:
    """Raises unless every press was answered with a receipt."""
    wrong = [answer for answer in answers if b"Your report is recorded" not in answer]
    if wrong:
        raise RuntimeError(f"{len(wrong)} presses were not answered with a receipt: {wrong[0][:300]!r}")


@asynccontextmanager
async def school_at_work(data: Path, *, rules: Rules | None = None) -> AsyncIterator[Load]:
    """A bot over `data`, everybody with the app, the channel linked, nobody looking at a chat."""
    async with (
        Rehearsal(rules=rules or Rules()) as school,
        child("-m", "tests.benchmarks.whole_bot", str(data)) as bot,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):
        school.bot_url = bot
        load = Load(bot, school, http)
        await school.open_school(link_channel=True)
        await load.settled()
        for person in school.tenant.people:
            school.chat(person).leave()
        await asyncio.sleep(0)
        yield load
