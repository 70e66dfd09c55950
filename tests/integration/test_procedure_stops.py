"""What must not go on stops at whatever step it stands, as soon as a case may be illegal (casework 5)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.casework import verbs
from bot.casework.procedures.knowing import open_ones
from tests.integration.case_work import DEE, OLLY, TESS, done, in_chat, now, press, rules, school_day, who
from tests.integration.test_procedures import ask, begun, kinds, passed, procedure, requests, step


@pytest.mark.parametrize("crime", ["yes", "not_sure"])
async def test_nobody_goes_on_looking_once_it_could_be_a_crime(tmp_path: Path, crime: str) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        await begun(bot, TESS, case, "investigation")
        assert await passed(bot, TESS, case, "investigation", looks_illegal="no") == "two_people"
        two = {
            "first_person": who(bot, OLLY),
            "second_person": who(bot, DEE),
            "computer": "K1",
            "question": "Who?",
        }
        assert await passed(bot, TESS, case, "investigation", **two) == "look"
        looking = procedure(bot, case, "investigation")

        case = await done(bot, TESS, case, "crime", crime=crime, why="It may be one")
        await bot.settled()

        assert procedure(bot, case, "investigation").state == "stopped"
        assert "procedure_stopped" in kinds(bot, case)
        begun_now = {p.flow for p in open_ones(bot.service.office.unit(), now(bot, case))}
        assert ("illegal_path" if crime == "yes" else "advice") in begun_now
        late = await press(
            bot, TESS, verbs.STEP_DO, case.id, verbs.step_id(looking), found_out="More", turned="no"
        )
        assert late.refused


async def test_a_permission_to_look_is_over_once_it_could_be_a_crime(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "phishing")
        site = {"site": "bad.example", "site_why": "It came by mail", "site_crime": "no"}
        await bot.school.chat(TESS).press("Next", **site)
        await bot.settled()
        (case,) = requests(bot, TESS)
        case = await done(bot, OLLY, case, "take")
        assert await passed(bot, OLLY, case, "suspicious_site", answer="yes") == "check"
        await bot.settled()
        await bot.school.chat(TESS).press("Open")
        await bot.settled()
        assert "You may look once" in str(in_chat(bot, TESS, case))

        await done(bot, OLLY, case, "crime", crime="not_sure", why="It may be one")
        await bot.settled()

        assert procedure(bot, case, "suspicious_site").state == "stopped"
        assert "You may look once" not in str(in_chat(bot, TESS, case))
        assert (await step(bot, TESS, case, "suspicious_site", outcome="done", site_with="Dee")).refused


async def test_what_a_step_calls_a_crime_counts_for_the_whole_case(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        await begun(bot, TESS, case, "investigation")
        await begun(bot, TESS, case, "grade")
        assert (case.crime, case.urgency) == ("open", "routine")

        await passed(bot, TESS, case, "grade", graded_row="racist_material")
        await bot.settled()

        case = now(bot, case)
        assert (case.crime, case.urgency, case.owner.accepted_by) == ("yes", "serious", who(bot, TESS))
        assert case.oversight.clock_id is not None, "somebody is asked to see it, and the clock runs"
        assert bot.school.channel().posts, "the channel hears of it"
        assert in_chat(bot, DEE, case)
        assert procedure(bot, case, "investigation").state == "stopped"
        running = [p.flow for p in open_ones(bot.service.office.unit(), case)]
        assert running.count("illegal_path") == 1
