"""Several people sign one approval at the same moment: each signature counts while the step is the same."""

from __future__ import annotations

from pathlib import Path

from bot.casework import verbs
from bot.casework.tables import REFERENCES
from bot.model.cases import Exclusion
from bot.model.changed import replace
from bot.model.procedures import signed_now
from tests.integration.case_work import (
    DEE,
    EVERYBODY,
    HETTY,
    OLLY,
    done,
    lines_to,
    now,
    press,
    school_day,
    text_of,
    who,
)
from tests.integration.conftest import Handrail
from tests.integration.test_procedures import account_to_be_signed, kinds, passed, procedure

FLOW, YES = "pupil_account", {"three_sign.answer": "yes"}


async def test_who_signs_in_the_same_second_as_another_has_signed_and_presses_once(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        offered = verbs.step_id(procedure(bot, case, FLOW))
        for name in (DEE, OLLY, HETTY):
            answer = await press(bot, name, verbs.STEP_DO, case.id, offered, **YES)
            assert not answer.refused, text_of(answer)
        await bot.settled()
        assert procedure(bot, case, FLOW).step == "enter"
        signed = [k.entry.actor for k in bot.service.store.history(case.id) if k.entry.kind == "step_signed"]
        assert signed == [who(bot, name) for name in (DEE, OLLY, HETTY)]


async def test_who_presses_again_has_signed_once(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        offered = verbs.step_id(procedure(bot, case, FLOW))
        for _ in range(2):
            await press(bot, DEE, verbs.STEP_DO, case.id, offered, **YES)
        assert kinds(bot, case).count("step_signed") == 1
        assert len(signed_now(procedure(bot, case, FLOW))) == 1


async def test_what_was_offered_beside_a_signature_that_counts_no_more_is_read_again_first(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        assert await passed(bot, OLLY, case, FLOW, answer="yes") == "three_sign"
        offered = verbs.step_id(procedure(bot, case, FLOW))
        await done(bot, DEE, case, "cannot_see", who=who(bot, OLLY), why="A friend of the family")
        late = await press(bot, HETTY, verbs.STEP_DO, case.id, offered, **YES)
        assert late.refused
        assert not signed_now(procedure(bot, case, FLOW))
        assert await passed(bot, HETTY, case, FLOW, answer="yes") == "three_sign"


async def test_what_a_no_has_ended_takes_no_yes_that_came_a_moment_later(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        offered = verbs.step_id(procedure(bot, case, FLOW))
        no = {"three_sign.answer": "no", "three_sign.why": "The parents must be asked"}
        assert not (await press(bot, HETTY, verbs.STEP_DO, case.id, offered, **no)).refused
        late = await press(bot, OLLY, verbs.STEP_DO, case.id, offered, **YES)
        assert late.refused
        assert kinds(bot, case).count("step_signed") == 1


async def test_whoever_is_left_out_at_that_moment_signs_nothing(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        offered = verbs.step_id(procedure(bot, case, FLOW))
        await done(bot, DEE, case, "cannot_see", who=who(bot, OLLY), why="A friend of the family")
        assert (await press(bot, OLLY, verbs.STEP_DO, case.id, offered, **YES)).refused
        assert not signed_now(procedure(bot, case, FLOW))


async def test_it_is_read_again_first_also_where_the_press_itself_finds_the_signature_void(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        await passed(bot, OLLY, case, FLOW, answer="yes")
        offered = verbs.step_id(procedure(bot, case, FLOW))
        unit = bot.service.office.unit()
        out = Exclusion(person=who(bot, OLLY), ground="named", by=who(bot, DEE), at=unit.now, why="A friend")
        barred = replace(now(bot, case), excluded=(*now(bot, case).excluded, out))
        unit.case(barred, actor=who(bot, DEE), role="dsl", kind="excluded", content={})
        unit.stage()
        late = await press(bot, HETTY, verbs.STEP_DO, case.id, offered, **YES)
        assert late.refused
        assert not signed_now(procedure(bot, case, FLOW))


async def test_the_owner_hears_each_time_that_nobody_can_be_reached_to_sign(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        for name in EVERYBODY:
            if name != DEE:
                out_of_reach(bot, name)
        case = await account_to_be_signed(bot)
        await bot.settled()
        heard = []
        for name in (DEE, OLLY):
            await passed(bot, name, case, FLOW, answer="yes")
            await bot.settled()
            heard.append(sum("nobody could be reached" in line for line in lines_to(bot, DEE, case)))
            await bot.wind(3 * 3600)
        assert heard[1] > heard[0] > 0


def out_of_reach(bot: Handrail, name: str) -> None:
    """No message reaches that person any more."""
    unit = bot.service.office.unit()
    reference = unit.get(REFERENCES, who(bot, name))
    if reference is not None:
        unit.put(REFERENCES, reference.person, replace(reference, live=False))
        unit.stage()
