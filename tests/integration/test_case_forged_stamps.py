"""Presses under a stamp that Handrail never gave: answered like an offer that is past, without effect."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.casework import verbs
from bot.casework.procedures.knowing import open_ones
from tests.integration.case_work import DEE, TESS, done, now, open_case, press, rules, school_day, text_of

WORDS = "She was seen by two others"
FAR = 10**30


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=400)], ids=["a second", "a year"])
async def test_a_note_under_a_stamp_of_a_time_to_come_changes_nothing_and_is_given_back(
    tmp_path: Path, ahead: timedelta
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        later = (bot.service.office.now() + ahead).timestamp()
        answer = await press(bot, TESS, verbs.DO, case.id, f"note.{int(later) + 1}-abcdef", text=WORDS)

        assert answer.refused
        assert f"You had typed: {WORDS}" in text_of(answer)
        assert now(bot, case) == case


async def test_a_note_under_the_stamp_of_this_moment_is_kept(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        mark = verbs.fresh_mark(bot.service.office.now())
        assert not (await press(bot, TESS, verbs.DO, case.id, f"note.{mark}", text=WORDS)).refused
        assert [note.text for note in now(bot, case).notes] == [WORDS]


async def test_a_procedure_does_not_begin_under_a_stamp_of_a_time_to_come(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await rules(bot), "take")
        later = int(bot.service.office.now().timestamp()) + 60
        answer = await press(
            bot, DEE, verbs.BEGIN_DO, case.id, f"begin.{later}-abcdef", flow="technical_task"
        )
        assert answer.refused
        assert not open_ones(bot.service.office.unit(), now(bot, case))


async def test_a_page_that_does_not_exist_is_the_first_one(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await rules(bot), "take")
        await open_case(bot, DEE, case)
        first = await press(bot, DEE, verbs.MORE, case.id, "more.0")
        for page in (f"more.{FAR}", "more." + "9" * 5000, "more.-1", "more."):
            assert text_of(await press(bot, DEE, verbs.MORE, case.id, page)) == text_of(first)
