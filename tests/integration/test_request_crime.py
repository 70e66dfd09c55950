"""What staff asked for turns out to be a possible crime: from then on it is closed as any case is."""

from __future__ import annotations

from pathlib import Path

from tests.integration.case_work import (
    DEE,
    OLLY,
    TESS,
    buttons,
    done,
    now,
    open_case,
    school_day,
    stop_procedures,
)
from tests.integration.report_walks import fill
from tests.integration.test_procedures import ask, requests


async def test_a_request_that_may_be_a_crime_is_not_closed_by_the_end_of_its_last_procedure(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "phishing")
        await fill(
            bot.school.chat(TESS), "Next", site="bad.example", site_why="It came by mail", site_crime="no"
        )
        await bot.settled()
        (case,) = requests(bot, TESS)
        case = await done(bot, OLLY, case, "take")
        case = await done(bot, OLLY, case, "crime", crime="yes", why="Images of a child on it")
        await stop_procedures(bot, OLLY, case)
        assert now(bot, case).closing is None
        assert "ended without a yes" not in "\n".join(bot.school.chat(TESS).texts)
        offered = buttons(await open_case(bot, OLLY if now(bot, case).owner.accepted_by else DEE, case))
        assert "Close" in str(offered)
