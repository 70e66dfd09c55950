"""Who is told of a case and asked to acknowledge it hears both: either may fail or lapse alone (rule 5)."""

from __future__ import annotations

from pathlib import Path

from bot.model.cases import Case
from tests.integration.case_work import DAN, DEE, lines_to, rules, school_day, who
from tests.integration.conftest import Handrail


def alerted(bot: Handrail, case: Case) -> set[tuple[str, str]]:
    """Each duty for which somebody was alerted, and whom."""
    entries = [known.entry for known in bot.service.store.history(case.id)]
    return {(e.content["duty"], e.content["person"]) for e in entries if e.kind == "alerted"}


async def test_the_lead_who_oversees_a_case_is_told_of_it_besides(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        case = await rules(bot, "illegal_material")
        await bot.settled()
        lead = who(bot, DEE)
        assert {("oversight", lead), ("told", lead)} <= alerted(bot, case)
        assert len(lines_to(bot, DEE, case)) == 2


async def test_a_deputy_is_told_in_place_of_a_lead_whose_chat_takes_nothing(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        chat = bot.school.chat(DEE)
        bot.school.faults.next(9, "403", conversation=chat.conversation, method="POST")
        case = await rules(bot, "illegal_material")
        await bot.settled()
        assert ("told", who(bot, DAN)) in alerted(bot, case)
        assert lines_to(bot, DAN, case)
