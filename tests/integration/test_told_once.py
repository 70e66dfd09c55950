"""Whoever hears of a case in two ways at once gets one alert of it: the one that asks them for something."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.casework.climbs import asked_then
from bot.model.cases import Case
from tests.integration.case_work import (
    DAN,
    DEE,
    GWEN,
    HETTY,
    OLLY,
    TESS,
    buttons,
    done,
    lines_to,
    now,
    open_case,
    opened,
    rules,
    school_day,
    who,
)
from tests.integration.conftest import Handrail


def alerted(bot: Handrail, name: str, case: Case) -> list[str]:
    """The duties for which that person was alerted."""
    told = (kept.entry for kept in bot.service.store.history(case.id) if kept.entry.kind == "alerted")
    return [str(entry.content["duty"]) for entry in told if entry.content["person"] == who(bot, name)]


async def test_a_lead_who_is_told_and_oversees_the_case_hears_once_and_is_asked_to_see_it(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path, link=False) as bot:
        case = await rules(bot, "illegal_material")
        assert alerted(bot, DEE, case) == ["oversight"]
        assert len(lines_to(bot, DEE, case)) == 1
        assert "I have seen this" in buttons(await open_case(bot, DEE, case))
        assert alerted(bot, HETTY, case) == ["told"], "nobody else is left untold"
        assert alerted(bot, OLLY, case) == ["owner"]


async def test_a_chair_who_is_told_and_oversees_the_case_hears_once(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        (case,) = await opened(bot, what="adult", others="adult_unknown", harm="yes")
        assert alerted(bot, GWEN, case) == ["oversight"]


async def test_where_the_channel_asks_for_the_lead_they_are_still_told_in_their_own_chat(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        assert alerted(bot, DEE, case) == ["told"]


async def test_what_becomes_a_crime_tells_the_lead_once_who_is_asked_to_see_it(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        case = await done(bot, TESS, case, "crime", crime="yes", why="It is a threat")
        assert alerted(bot, DEE, case) == ["oversight"]
        assert len(lines_to(bot, DEE, case)) == 1


async def test_only_whom_that_very_moment_asked_is_spared_a_second_line(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        case = now(bot, await rules(bot, "illegal_material"))
        asked_at = case.oversight.began_at
        assert asked_then(case, who(bot, DEE), asked_at)
        assert not asked_then(case, who(bot, DAN), asked_at), "a deputy has heard nothing"
        assert not asked_then(case, who(bot, DEE), asked_at + timedelta(minutes=1)), "what is new is news"
