"""The real service is killed with -9 and started again over the same folder.

Teams outlives it: the rehearsal runs in the tests' own process, as Microsoft's servers do not end with ours.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rehearsal.chat import Chat
from bot.rehearsal.conversations import Message
from bot.rehearsal.line import Answered
from bot.rehearsal.school import Rehearsal
from tests.service_process import ServiceProcess, service_process

WITHIN_SECONDS = 20.0
REPEAT = "may be a repeat"
REPEATED = re.compile(r"^This may be a repeat\.\n| \(This may be a repeat\.\)")
NUMBER = re.compile(r"KS-[0-9A-Z]{4}-[0-9A-Z]")
STANDS = re.compile(r"^[\d-]{10} [\d:]{8},\d{3} INFO bot\.health The record stands at (\S+) ", re.MULTILINE)
STORY = "Someone asked Abi for a picture of herself and said he would tell everyone if not."


class World:
    """A school, and the service that it outlives."""

    def __init__(self, service: ServiceProcess, school: Rehearsal) -> None:
        self.service = service
        self.school = school

    async def again(self) -> None:
        """Kill -9 and start over."""
        await self.service.kill()
        await self.service.start()

    async def until(self, told: str, chat: Chat, words: str) -> None:
        """Wait until that chat shows the words; `told` is what went wrong if it never does."""
        try:
            await self.school.wait_for(lambda: words in shown(chat), timeout_seconds=WITHIN_SECONDS)
        except TimeoutError:
            pytest.fail(f"{told}: {words!r} is not in\n{shown(chat)}")

    def bot_messages(self) -> list[Message]:
        """Everything that the bot has written anywhere, oldest first in each conversation."""
        places = [*self.school.tenant.chats, self.school.channel().id]
        return [m for place in places for m in self.school.tenant.messages(place) if m.sender is None]

    def assert_once(self) -> None:
        """Nothing stands twice but what says so: one double per conversation and kill at most."""
        # Two cards may come to say the same when they are brought up to date: that is no double.
        said = Counter((m.conversation, words_of(m)) for m in self.bot_messages() if not m.edited)
        again = [key for key in said.elements() if REPEATED.search(key[1])]
        assert [key for key, count in said.items() if count > 1 and key not in again] == []
        doubled = Counter(place for place, words in again if (place, once(words)) in said)
        assert max(doubled.values(), default=0) <= self.service.kills

    async def assert_whole(self) -> None:
        """The record proves itself, and no line of the log holds anybody's name."""
        await self.service.kill()
        stood = STANDS.findall(self.service.log())
        said = await self.service.verify("--since", stood[-1])
        assert said.startswith(f"The record is whole, and holds what stood there at {stood[-1]}.\n")
        names = [p.name for p in self.school.tenant.people.values()]
        assert [line for line in self.service.log().splitlines() if any(n in line for n in names)] == []


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with service_process(tmp_path / "data") as service, Rehearsal(bot_url=service.url) as school:
        await school.open_school(link_channel=True)
        made = World(service, school)
        await made.until("The channel is not linked", school.channel().seen_by(school.person("dsl")), "test")
        yield made


def shown(chat: Chat) -> str:
    """All that a person reads in a chat now."""
    return "\n".join((*chat.texts, *(card.text for card in chat.cards)))


def words_of(message: Message) -> str:
    """What a message of the bot's says, card or text."""
    lines: list[str] = [message.text]

    def walk(part: object) -> None:
        if isinstance(part, dict):
            if part.get("type") in ("TextBlock", "TextRun"):
                lines.append(str(part.get("text", "")))
            for key, inner in part.items():
                if key == "facts":
                    lines.extend(f"{fact['title']}: {fact['value']}" for fact in inner)
                elif key not in ("fallback", "refresh"):
                    walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(message.card or {})
    return "\n".join(line for line in lines if line)


def once(words: str) -> str:
    """The words without the line that they may be a repeat."""
    return REPEATED.sub("", words)


def number_on(answered: Answered) -> str:
    """The case number of the receipt that a press was answered with."""
    found = NUMBER.search(str(answered.card))
    assert found, answered
    return found.group()


async def begin(world: World, role: str) -> Chat:
    """A report's first card in that person's chat."""
    chat = world.school.chat(role)
    cards = len(chat.cards)
    await chat.say("report")
    await world.school.wait_for(lambda: len(chat.cards) > cards, timeout_seconds=WITHIN_SECONDS)
    return chat


async def up_to_review(world: World, role: str) -> Chat:
    """A report about a child at risk, filled in and not sent."""
    chat = await begin(world, role)
    await chat.press("No", what="child", pupils_affected="pupil:p001")
    await chat.press("Next", happened=STORY)
    await chat.press("Next", child_here="here")
    await chat.press("Next", ticks="blackmail")
    assert "Send the report" in chat.last_card.buttons
    return chat


async def test_a_report_goes_on_where_it_was_and_keeps_what_was_typed(world: World) -> None:
    tutor = await begin(world, "tutor")
    await tutor.press("No", what="child", pupils_affected="pupil:p001")
    await tutor.say(STORY)
    await world.until("The typed sentence did not answer the card", tutor, "Is the child here now?")
    await tutor.press("Save for later", app="a game with a chat")
    await world.again()
    await tutor.reopen()
    await world.until("The draft is not there", tutor, "Saved for later")
    await tutor.press("Go on")
    assert "a game with a chat" in tutor.last_card.text
    await tutor.press("Next")
    await tutor.press("Next", ticks="blackmail")
    assert STORY in tutor.last_card.text
    receipt = number_on(await tutor.press("Send the report"))
    dsl = world.school.chat("dsl")
    await world.until("The lead was not told", dsl, f"Case {receipt}")
    await dsl.press("Open")
    assert STORY in dsl.last_card.text
    world.assert_once()
    await world.assert_whole()


async def test_what_was_sent_before_the_kill_is_delivered_once_after_it(world: World) -> None:
    tutor = await up_to_review(world, "tutor")
    await world.school.settle()
    async with world.school.unplugged():
        receipt = number_on(await tutor.press("Send the report"))
        await world.service.kill()
    await world.service.start()
    await world.until("The lead was not told", world.school.chat("dsl"), f"Case {receipt}")
    channel = world.school.channel().seen_by(world.school.person("dsl"))
    await world.until("The channel was not told", channel, f"Case {receipt}")
    await tutor.reopen()
    await world.until("The receipt is lost", tutor, receipt)
    await world.again()
    world.assert_once()
    await world.assert_whole()


async def test_a_send_that_nobody_can_tell_of_goes_again_once_and_says_so(world: World) -> None:
    tutor = await up_to_review(world, "tutor")
    dsl = world.school.chat("dsl")
    before = len(dsl.messages)
    world.school.faults.next(1, "slow", conversation=dsl.conversation, method="POST", seconds=1.0)
    receipt = number_on(await tutor.press("Send the report"))
    await world.school.wait_for(lambda: not world.school.faults.waiting, timeout_seconds=WITHIN_SECONDS)
    await world.service.kill()
    await world.school.wait_for(lambda: len(dsl.messages) > before, timeout_seconds=WITHIN_SECONDS)
    for _ in range(2):
        await world.service.start()
        await world.until("The repeat does not say so", dsl, REPEAT)
        await world.until("The card did not follow", dsl, f"Case {receipt}")
        await world.service.kill()
    lines = [text for text in dsl.texts if receipt in text]
    assert len(lines) == 2
    assert [REPEAT in text for text in lines] == [False, True]
    world.assert_once()
    await world.assert_whole()


async def test_a_climb_goes_on_over_the_kill_and_a_late_alarm_fires_once(world: World) -> None:
    tutor = await up_to_review(world, "tutor")
    receipt = number_on(await tutor.press("Send the report"))
    dsl, deputy = world.school.chat("dsl"), world.school.chat("deputy_dsl")
    await world.until("The lead was not told", dsl, f"Case {receipt}")
    await world.service.kill()
    wound = world.service.data / "clock"
    wound.write_text(str(12 * 60), encoding="ascii")
    for _ in range(2):
        await world.service.start()
        await world.until("The late reminder did not fire", dsl, "Reminder.")
        await world.service.kill()
    assert len({once(text) for text in dsl.texts if text.startswith("Reminder.")}) == 1
    assert receipt not in shown(deputy)
    await world.service.start()
    await world.school.wind(10 * 60)
    await world.until("The next person was not asked", deputy, "so you are asked")
    await world.again()
    await world.until("The card did not follow", deputy, f"Case {receipt}")
    await deputy.press("Open")
    await deputy.press("I'll take this")
    await tutor.reopen()
    await world.until("The reporter does not see that it is handled", tutor, "Being handled")
    await world.school.wind(3600)
    await world.again()
    alerts = (once(text) for text in (*dsl.texts, *deputy.texts) if receipt in text)
    assert len({text for text in alerts if "a step that waits" not in text}) == 3
    world.assert_once()
    await world.assert_whole()


async def test_a_receipt_that_was_seen_is_never_lost(world: World) -> None:
    roles = ("tutor", "head_of_year", "ict_lead", "slt")
    receipts: dict[str, list[str]] = {role: [] for role in roles}
    for seen in (1, 2):
        chats = [await up_to_review(world, role) for role in roles]
        presses = [asyncio.create_task(chat.press("Send the report")) for chat in chats]
        for answered in itertools.islice(asyncio.as_completed(presses), seen):
            await answered
        await world.service.kill()
        for role, answer in zip(roles, await asyncio.gather(*presses), strict=True):
            receipts[role] += [number_on(answer)] if answer.card is not None else []
        await world.service.start()
    assert sum(map(len, receipts.values())) >= 3
    for role in roles:
        chat = world.school.chat(role)
        await chat.say("my reports")
        await world.until("My reports are not shown", chat, "My reports")
        for number in receipts[role]:
            await world.until("A receipt is lost", chat, number)
            await world.until("A case reached nobody", world.school.chat("dsl"), f"Case {number}")
    await world.assert_whole()
