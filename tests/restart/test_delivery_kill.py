"""The service is killed while it delivers: nothing is lost, and a double says that it may be one."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from bot.rehearsal.rules import Rules
from bot.rehearsal.school import Rehearsal
from tests.fakes.composer import REPEAT

FREE = ((10_000, 1.0),)
WITHIN_SECONDS = 30
KILLS = 6


class Service:
    """One life after another of a process on the same record."""

    def __init__(self, folder: Path, school: Rehearsal) -> None:
        self.folder = folder
        self.school = school
        self.chats = [school.tenant.chat_of(person) for person in school.tenant.people]
        self.process: asyncio.subprocess.Process | None = None

    async def live(self, lines: Sequence[str] = (), *, hang: str = "never", wound_seconds: float = 0) -> None:
        """Begin a life that stages these items."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.restart.delivery_process", str(self.folder), self.school.service_url),
            *(self.school.tenant.school.tenant, hang, str(wound_seconds)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self.process.stdin.close()

    async def hear(self, word: str) -> None:
        """Wait until it says so."""
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN_SECONDS):
            async for line in self.process.stdout:
                if line.strip() == word.encode():
                    return
        raise AssertionError(f"the service ended before it said {word}")

    async def kill(self) -> None:
        """Kill -9."""
        if self.process is not None:
            self.process.kill()
            await self.process.wait()
            self.process = None

    def texts(self, chat: str) -> list[str]:
        return [str((one.card or {})["body"][0]["text"]) for one in self.school.tenant.messages(chat)]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with Rehearsal(rules=Rules(sends=FREE, reads=FREE, app=FREE)) as school:
        school.tenant.installed.update(school.tenant.people)
        alive = Service(tmp_path / "data", school)
        yield alive
        await alive.kill()


async def test_what_was_staged_goes_after_a_kill_before_delivery_and_claims_no_repeat(
    service: Service,
) -> None:
    chat = service.chats[0]
    await service.live(
        [f"one routine {chat}", f"two serious {chat}", f"three routine {chat}"], hang="before_delivery"
    )
    await service.hear("hanging")
    await service.kill()
    assert service.texts(chat) == []
    await service.live()
    await service.hear("idle")
    assert service.texts(chat) == ["two", "one", "three"]


async def test_an_urgent_message_killed_between_send_and_mark_goes_once_more_and_says_so(
    service: Service,
) -> None:
    chat = service.chats[0]
    await service.live([f"one immediate {chat}"], hang="after_send")
    await service.hear("hanging")
    await service.kill()
    assert service.texts(chat) == ["one"]
    for _ in range(2):
        await service.live()
        await service.hear("idle")
        await service.kill()
    assert service.texts(chat) == ["one", f"one {REPEAT}"]


async def test_a_routine_message_killed_between_send_and_mark_waits_two_minutes_for_its_repeat(
    service: Service,
) -> None:
    chat = service.chats[0]
    await service.live([f"one routine {chat}", f"two routine {chat}"], hang="after_send")
    await service.hear("hanging")
    await service.kill()
    await service.live()
    await service.hear("idle")
    await service.kill()
    assert service.texts(chat) == ["one", "two"]
    await service.live(wound_seconds=125)
    await service.hear("idle")
    assert service.texts(chat) == ["one", "two", f"one {REPEAT}"]


async def test_a_message_killed_between_mark_and_send_is_not_lost(service: Service) -> None:
    chat = service.chats[0]
    await service.live([f"one serious {chat}"], hang="before_send")
    await service.hear("hanging")
    await service.kill()
    await service.live()
    await service.hear("idle")
    assert service.texts(chat) == [f"one {REPEAT}"]


def have_arrived(service: Service, chats: Sequence[str], least: int) -> bool:
    """So many messages stand in these chats."""
    return sum(len(service.texts(chat)) for chat in chats) >= least


async def test_killed_again_and_again_it_loses_nothing_and_every_double_says_so(service: Service) -> None:
    dice = random.Random(7)
    chats = service.chats[:8]
    lines = [f"m{number} {dice.choice(('serious', 'routine'))} {dice.choice(chats)}" for number in range(70)]
    seen = 0
    for life in range(KILLS):
        await service.live(lines if life == 0 else ())
        await service.hear("staged")
        seen += dice.randint(1, 10)
        await service.school.wait_for(
            partial(have_arrived, service, chats, seen),
            timeout_seconds=WITHIN_SECONDS,
        )
        await service.kill()
    # A routine message that the last kill met on its way is found by the next life, and waits two minutes.
    for wound_seconds in (125, 250):
        await service.live(wound_seconds=wound_seconds)
        await service.hear("idle")
        await service.kill()
    shown = Counter(text for chat in chats for text in service.texts(chat))
    plain = {text: count for text, count in shown.items() if REPEAT not in text}
    assert {text.split()[0] for text in shown} == {line.split()[0] for line in lines}
    assert set(plain.values()) == {1}
    doubles = shown.total() - len(lines)
    assert doubles <= KILLS * len(chats)
