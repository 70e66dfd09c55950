"""A case handed to another role or person, and one that waits for somebody outside the school."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.casework import verbs
from tests.integration.case_work import (
    DAN,
    DAY,
    DEE,
    DELLA,
    GWEN,
    HETTY,
    HOUR,
    OLLY,
    PAUL,
    TESS,
    TOM,
    YARA,
    adult,
    child,
    climbing,
    do,
    done,
    in_chat,
    lines_to,
    now,
    offer,
    open_case,
    press,
    rules,
    school_day,
    text_of,
    who,
)
from tests.integration.conftest import Handrail


def in_days(bot: Handrail, days: int) -> str:
    """A day as the form's picker gives it."""
    zone = ZoneInfo(bot.service.office.shelf.current().school.zone)
    return (bot.service.office.now().astimezone(zone).date() + timedelta(days=days)).isoformat()


async def test_a_case_handed_over_stays_with_its_owner_until_the_other_takes_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        case = await done(bot, TESS, case, "hand_over", role="head_of_year", why="It is a matter of the year")
        assert climbing(bot, case) == {"owner"}
        assert case.owner.accepted_by is None
        assert "Tess Tutor-Demo" in text_of(await open_case(bot, TESS, case))
        assert in_chat(bot, YARA, case)
        assert not (await do(bot, TESS, case, "note", text="Still mine")).refused
        case = await done(bot, YARA, case, "take")
        assert (case.owner.accepted_by, case.owner.keeper) == (who(bot, YARA), None)
        assert climbing(bot, case) == set()
        assert any("taken over" in line for line in lines_to(bot, TESS, case))
        assert (await do(bot, TESS, case, "hand_over", role="tutor", why="Back to me")).refused
        assert "hand_over" in [k.entry.kind for k in bot.service.store.history(case.id)]


async def test_what_nobody_takes_comes_back_to_whoever_kept_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot, by=PAUL), "take")
        case = await done(bot, DEE, case, "hand_over", who=who(bot, DAN), why="I am away tomorrow")
        assert any("handed to you" in line for line in lines_to(bot, DAN, case))
        for _ in range(8):
            await bot.wind(20 * 60)
        case = now(bot, case)
        assert (case.owner.accepted_by, climbing(bot, case)) == (who(bot, DEE), set())
        assert any("still yours" in line for line in lines_to(bot, DEE, case))
        assert not any("Nobody at school" in line for line in bot.school.chat(PAUL).texts)


async def test_a_child_protection_case_is_handed_to_safeguarding_alone(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        for given in ({"role": "tutor"}, {"who": who(bot, TOM)}, {}):
            refused = await do(bot, DEE, case, "hand_over", why="Away", **given)
            assert refused.refused
        assert now(bot, case).owner.accepted_by == who(bot, DEE)


async def test_a_case_is_never_handed_to_somebody_left_out_of_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot, withheld=who(bot, YARA)), "take")
        refused = await do(bot, TESS, case, "hand_over", who=who(bot, YARA), why="Hers")
        assert refused.refused
        assert "Nobody there can take this case" in text_of(refused)
        case = await done(bot, TESS, case, "hand_over", role="online_safety_officer", why="It is for Olly")
        await done(bot, TESS, case, "cannot_see", who=who(bot, OLLY), why="A relative")
        assert not in_chat(bot, OLLY, case)
        assert climbing(bot, now(bot, case)) <= {"owner"}


async def test_whoever_is_asked_in_place_of_a_successor_left_out_at_once_has_time_to_answer(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        async with bot.school.unplugged():
            for key in ("hand_over", "cannot_see"):
                given = {"who": who(bot, DELLA), "why": "She may know the child"}
                await press(bot, DEE, verbs.DO, case.id, offer(bot, case, key), **given)
        await bot.settled()
        case = now(bot, case)
        assert in_chat(bot, DAN, case)
        assert not in_chat(bot, DELLA, case)
        assert not any("still yours" in line for line in lines_to(bot, DEE, case))
        assert "owner" in climbing(bot, case)
        assert (await done(bot, DAN, case, "take")).owner.accepted_by == who(bot, DAN)


async def test_a_case_about_an_adult_is_handed_between_its_own_authorities(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, HETTY, await adult(bot, PAUL), "take")
        assert (await do(bot, HETTY, case, "hand_over", who=who(bot, DEE), why="Hers")).refused
        case = await done(bot, HETTY, case, "hand_over", role="chair_of_governors", why="I know him")
        case = await done(bot, GWEN, case, "take")
        assert case.owner.accepted_by == who(bot, GWEN)


async def test_whoever_kept_it_may_take_it_back(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        before = case.owner.role
        case = await done(bot, TESS, case, "hand_over", role="online_safety_officer", why="For Olly")
        case = await done(bot, TESS, case, "take")
        assert (case.owner.accepted_by, case.owner.role) == (who(bot, TESS), before)
        await done(bot, TESS, case, "note", text="Mine again")


async def test_waiting_for_the_police_ends_with_a_reminder_to_the_owner(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        for day in (in_days(bot, 0), in_days(bot, 15)):
            refused = await do(bot, DEE, case, "wait", on="police", until=day, why="The phone is with them")
            assert refused.refused
            assert "14 days ahead at most" in text_of(refused)
        case = await done(bot, DEE, case, "wait", on="police", until=in_days(bot, 7), why="The phone")
        assert case.waiting
        assert "waits for the police" in text_of(await open_case(bot, DEE, case))
        await bot.wind(6 * DAY)
        assert now(bot, case).waiting
        await bot.wind(4 * DAY)
        assert now(bot, case).waiting is None
        assert any("look at it again" in line for line in lines_to(bot, DEE, case))
        assert "waiting_over" in [k.entry.kind for k in bot.service.store.history(case.id)]


async def test_an_answer_ends_the_waiting_before_its_day(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        case = await done(bot, DEE, case, "wait", on="lado", until=in_days(bot, 2), why="Advice")
        case = await done(bot, DEE, case, "answered", why="They will not act")
        assert case.waiting is None
        await bot.wind(3 * DAY + HOUR)
        assert not any("look at it again" in line for line in lines_to(bot, DEE, case))
