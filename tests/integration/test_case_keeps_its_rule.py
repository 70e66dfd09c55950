"""A case stays what it was opened as, however often it is routed anew."""

from __future__ import annotations

from pathlib import Path

from bot.casework.tables import CASES
from tests.integration.case_work import DAN, DEE, TOM, done, now, rules, school_day, who

PUPIL = "Abi Pupil-Demo"


async def test_a_pupil_who_writes_again_writes_into_the_same_case_after_it_was_routed_anew(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        chat = bot.school.chat(PUPIL)
        await chat.say("Someone keeps sending me messages")
        await bot.settled()
        (key,) = bot.service.store.find(CASES, "state", "open")
        case = bot.service.store.get(CASES, key)
        assert case
        await done(bot, DEE, case, "take")
        await done(bot, DEE, case, "cannot_see", who=who(bot, TOM), why="A relative")
        case = await done(bot, DEE, case, "crime", crime="not_sure", why="They are threats")
        assert case.routed.rule == "pupil_wrote"
        assert case.routed.child_protection
        assert case.owner.accepted_by == who(bot, DEE)
        await chat.say("They have written again")
        await bot.settled()
        await bot.wind(6 * 60)
        assert bot.service.store.find(CASES, "state", "open") == (key,)
        assert [n.text for n in now(bot, case).notes] == [
            "Someone keeps sending me messages",
            "They have written again",
        ]


async def test_a_case_keeps_its_row_when_a_rule_without_a_table_had_it_meanwhile(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "data_damage")
        before = case.routed
        await done(bot, DAN, case, "take")
        case = await done(bot, DAN, case, "crime", crime="not_sure", why="It may be")
        case = await done(bot, DAN, case, "cannot_see", who=who(bot, TOM), why="A relative")
        assert (case.routed.rule, case.routed.table, case.routed.row) == (
            before.rule,
            before.table,
            before.row,
        )
