"""Whoever has a case leaves the school or loses the role: it is nobody's, so somebody is asked (rule 5)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.integration.case_work import (
    DAN,
    DEE,
    MINUTE,
    PAUL,
    child,
    climbing,
    do,
    done,
    lines_to,
    now,
    reached,
    school_day,
    who,
)
from tests.integration.conftest import PEOPLE, Handrail, read_anew

LEFT = "former: yes"
NO_ROLE = "roles: []"


@asynccontextmanager
async def school_with_people(tmp_path: Path) -> AsyncIterator[tuple[Handrail, Path]]:
    """A school day on a people file of its own."""
    people = tmp_path / "people.yaml"
    await asyncio.to_thread(shutil.copy, PEOPLE, people)
    async with school_day(tmp_path / "data", people=people) as bot:
        yield bot, people


def rewritten(people: Path, name: str, line: str) -> str:
    """The file with that line in the person's entry."""
    before = people.read_text(encoding="utf-8").splitlines()
    at = before.index(f"    name: {name}")
    key = line.partition(":")[0]
    end = next((n for n in range(at + 1, len(before)) if before[n].startswith("  - ")), len(before))
    kept = [text for text in before[at + 1 : end] if not text.startswith(f"    {key}:")]
    after = (*before[: at + 1], f"    {line}", *kept, *before[end:])
    return "\n".join(after)


async def changed(bot: Handrail, people: Path, name: str, line: str, *, noticed: bool = True) -> None:
    """The people file changed, and read by the service; not `noticed`: nothing follows from it yet."""
    await read_anew(bot, people, await asyncio.to_thread(rewritten, people, name, line))
    if noticed:
        await bot.service.tell_gaps()
        await bot.settled()


async def test_a_case_whose_owner_has_left_is_asked_about_anew(tmp_path: Path) -> None:
    async with school_with_people(tmp_path) as (bot, people):
        case = await done(bot, DEE, await child(bot, by=PAUL), "take")
        assert DAN not in reached(bot, case)
        await changed(bot, people, DEE, LEFT)
        case = now(bot, case)
        assert case.owner.accepted_by is None
        assert "owner" in climbing(bot, case)
        assert DAN in reached(bot, case)


async def test_a_case_whose_owner_has_lost_the_role_is_asked_about_anew(tmp_path: Path) -> None:
    async with school_with_people(tmp_path) as (bot, people):
        case = await done(bot, DEE, await child(bot, by=PAUL), "take")
        await changed(bot, people, DAN, "roles: [dsl]")
        assert now(bot, case).owner.accepted_by == who(bot, DEE)
        await changed(bot, people, DEE, NO_ROLE)
        assert now(bot, case).owner.accepted_by is None
        assert DAN in reached(bot, case)


async def test_what_nobody_takes_does_not_come_back_to_somebody_who_has_left(tmp_path: Path) -> None:
    async with school_with_people(tmp_path) as (bot, people):
        case = await done(bot, DEE, await child(bot, by=PAUL), "take")
        case = await done(bot, DEE, case, "hand_over", who=who(bot, DAN), why="I leave on Friday")
        await changed(bot, people, DEE, LEFT, noticed=False)
        for _ in range(8):
            await bot.wind(20 * MINUTE)
        case = now(bot, case)
        assert case.owner.accepted_by is None
        assert case.owner.outside or "owner" in climbing(bot, case)
        assert any("Nobody at school" in line for line in bot.school.chat(PAUL).texts)


async def test_somebody_who_has_left_is_not_told_that_a_colleague_took_the_case_over(tmp_path: Path) -> None:
    async with school_with_people(tmp_path) as (bot, people):
        case = await done(bot, DEE, await child(bot, by=PAUL), "take")
        await changed(bot, people, DEE, LEFT, noticed=False)
        assert not (await do(bot, DAN, case, "take_over", why="She has left")).refused
        assert not any("taken over" in line for line in lines_to(bot, DEE, case))
