"""What a notify step leads its reader to: the case where they may see it, else words that they can act on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.casework import verbs
from bot.model.cases import Case
from tests.integration.case_work import (
    DEE,
    HETTY,
    PAUL,
    TESS,
    TOM,
    adult,
    child,
    done,
    in_chat,
    lines_to,
    now,
    press,
    rules,
    school_day,
)
from tests.integration.conftest import Handrail
from tests.integration.test_procedures import begun, kinds, passed, procedure

NOT_SEEN = "You don't see the case itself"
NOT_REPORTED = "It was decided not to report"
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "isolate": {"device_there": "no", "blocked": "outside"},
    "spoken_to": {"spoken_with": "headteacher", "spoken_name": "Hetty", "spoken_when": "at ten"},
    "police": {"outcome": "not_made", "why": "It was a drawing"},
}


async def not_reported(bot: Handrail, name: str, case: Case) -> None:
    """The illegal path walked to the decision not to report it."""
    while "step_told" not in kinds(bot, case):
        run = procedure(bot, case, "illegal_path")
        assert run.state == "open"
        await passed(bot, name, case, "illegal_path", **ANSWERS.get(run.step, {}))


async def test_whoever_hears_that_the_next_step_waits_for_them_can_open_the_case_there(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        await bot.school.chat(TESS).press("Add something")
        await bot.school.chat(TESS).press("Add it", text="She rang again")
        await bot.settled()
        newest = bot.school.chat(DEE).messages[-2:]
        assert "the reporter has added something. Please open it." in newest[0].text
        assert case.number in str(newest[1].card)
        await bot.school.chat(DEE).press("Open")
        assert "She rang again" in bot.school.chat(DEE).last_card.text


async def test_whoever_is_told_and_may_not_see_the_case_is_told_so_and_offered_nothing_to_open(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        await begun(bot, DEE, case, "serious_incident")

        (line,) = lines_to(bot, HETTY, case)
        assert "This case has been called serious" in line
        assert NOT_SEEN in line
        assert '"Open"' not in str(in_chat(bot, HETTY, case))
        assert (await press(bot, HETTY, verbs.OPEN, case.id, "open")).refused
        assert NOT_SEEN not in str(lines_to(bot, DEE, case)), "she sees it"

        await done(bot, DEE, case, "crime", crime="yes", why="It shows a child")
        assert '"Open"' in str(in_chat(bot, HETTY, case)), "the route has told the head now"
        assert not (await press(bot, HETTY, verbs.OPEN, case.id, "open")).refused


async def test_where_a_step_finds_a_crime_the_head_is_told_by_the_route_and_can_open_it(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        await begun(bot, DEE, case, "pupil_account")
        risk = {"account": "x", "account_risk": "y", "account_significant": "yes", "account_illegal": "yes"}
        assert await passed(bot, DEE, case, "pupil_account", **risk) == "stop_now"
        assert '"Open"' in str(in_chat(bot, HETTY, case))
        assert not (await press(bot, HETTY, verbs.OPEN, case.id, "open")).refused
        assert await passed(bot, DEE, case, "pupil_account") == "stopped"


async def test_whoever_is_told_to_look_at_the_case_can_open_it_below(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await rules(bot, "illegal_material"), "take")
        before = len(bot.school.chat(DEE).cards)
        await not_reported(bot, DEE, case)

        assert NOT_REPORTED in str(lines_to(bot, DEE, case))
        (card,) = [c for c in bot.school.chat(DEE).cards[before:] if case.number in c.text]
        await card.press("Open")
        await bot.settled()
        assert "Abi" in bot.school.chat(DEE).last_card.text


async def test_about_an_adult_the_dsl_is_not_told_what_was_decided_and_the_head_can_open_it(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, HETTY, await adult(bot, PAUL), "take")
        case = await done(bot, HETTY, case, "crime", crime="yes", why="It may be one")
        before = len(bot.school.chat(HETTY).cards)
        await not_reported(bot, HETTY, case)

        assert now(bot, case).routed.restricted
        assert NOT_REPORTED in str(lines_to(bot, HETTY, case))
        assert NOT_REPORTED not in str(in_chat(bot, DEE, case))
        assert any(
            "Open" in c.buttons and case.number in c.text for c in bot.school.chat(HETTY).cards[before:]
        )
        assert not in_chat(bot, TOM, case)
