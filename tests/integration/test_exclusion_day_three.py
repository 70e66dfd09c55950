"""Somebody is named on day three: from that moment they find nothing, and others see to what was theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.casework import verbs
from bot.casework.office import new_id
from tests.integration.case_work import (
    DAN,
    DAY,
    DEE,
    HETTY,
    OLLY,
    PAUL,
    SAL,
    TESS,
    TOM,
    YARA,
    child,
    climbing,
    do,
    done,
    in_channel,
    in_chat,
    lines_to,
    now,
    offer,
    open_case,
    press,
    reached,
    rules,
    school_day,
    text_of,
    who,
)

VERBS = (verbs.OPEN, verbs.FORM, verbs.DO, verbs.MORE, verbs.STATUS)


async def test_every_message_of_whoever_is_named_is_blanked_whatever_it_was(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        chat = bot.school.chat(OLLY)
        await chat.press("Open")
        await bot.settled()
        await chat.submit("Add a note")
        await bot.settled()
        await bot.wind(11 * 60)
        await press(bot, OLLY, verbs.OPEN, case.id, "open", scope="channel")
        await bot.wind(2 * DAY)
        assert len(in_chat(bot, OLLY, case)) > 3
        await done(bot, DEE, case, "cannot_see", who=who(bot, OLLY), why="A relative")
        assert in_chat(bot, OLLY, case) == []
        await chat.reopen()
        assert not any(case.number in card.text for card in chat.cards)


async def test_the_owner_named_on_day_three_is_followed_by_another_who_learns_what_they_had_seen(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot)
        await open_case(bot, TESS, case)
        await done(bot, TESS, case, "take")
        await bot.wind(2 * DAY)
        case = await done(bot, DEE, case, "cannot_see", who=who(bot, TESS), why="A friend of the family")
        assert case.owner.accepted_by is None
        assert case.owner.role
        assert case.owner.role.role == "head_of_year"
        assert climbing(bot, case) == {"owner"}
        seen = text_of(await open_case(bot, YARA, case))
        assert "Tess Tutor-Demo had opened the case" in seen
        assert "Tutor: left out of this case" in seen


async def test_the_lead_named_on_day_three_is_replaced_by_a_deputy(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        await bot.wind(2 * DAY)
        case = await done(bot, DEE, case, "cannot_see", who=who(bot, DEE), why="I know the family")
        assert case.owner.role
        assert case.owner.role.role == "deputy_dsl"
        assert in_chat(bot, DAN, case)
        assert in_chat(bot, DEE, case) == []


async def test_a_post_that_the_named_can_read_goes_and_the_lead_is_alerted_alone(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        assert len(in_channel(bot, case)) == 1
        case = await done(bot, DEE, case, "cannot_see", who=who(bot, OLLY), why="A relative")
        assert in_channel(bot, case) == []
        assert lines_to(bot, DEE, case)
        await bot.wind(3600)
        assert in_channel(bot, case) == []


async def test_a_post_that_the_named_cannot_read_stays(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        await done(bot, DEE, case, "cannot_see", who=who(bot, PAUL), why="A relative")
        assert len(in_channel(bot, case)) == 1


async def test_the_quiet_post_drops_the_case_once_a_reader_of_the_channel_is_named(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case, other = await rules(bot), await rules(bot, pupil="pupil:p005")
        await bot.wind(6.5 * 3600)
        assert in_channel(bot, case)
        await done(bot, DEE, case, "cannot_see", who=who(bot, HETTY), why="A relative")
        assert in_channel(bot, case) == []
        assert in_channel(bot, other)


async def test_the_officer_s_list_of_the_day_drops_the_case_too(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot)
        await bot.wind(6.5 * 3600)
        chat = bot.school.chat(OLLY)
        await chat.press(f"Show {case.number}")
        await bot.settled()
        assert in_chat(bot, OLLY, case)
        await done(bot, DEE, case, "cannot_see", who=who(bot, OLLY), why="A relative")
        assert in_chat(bot, OLLY, case) == []
        assert not any(case.number in card.text for card in chat.cards)
        await bot.wind(DAY)
        assert in_chat(bot, OLLY, case) == []


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("automatic", [False, True])
async def test_a_case_one_may_not_see_and_a_number_that_does_not_exist_answer_alike(
    tmp_path: Path, verb: str, automatic: bool
) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material", withheld=who(bot, OLLY))
        mark = offer(bot, case, "note")
        for name in (OLLY, TOM):
            here = await press(bot, name, verb, case.id, mark, automatic=automatic, text="Anything")
            none = await press(bot, name, verb, new_id(), mark, automatic=automatic, text="Anything")
            assert (here.text, here.view, here.refused) == (none.text, none.view, none.refused)
        assert now(bot, case).notes == ()


async def test_nobody_lifts_their_own_exclusion_and_only_owner_or_lead_lift_one(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        await done(bot, OLLY, case, "take")
        await done(bot, OLLY, case, "cannot_see", who=who(bot, SAL), why="A friend")
        assert (await do(bot, HETTY, case, "may_see_again", who=who(bot, SAL), why="It is fine")).refused
        assert (await do(bot, DEE, case, "may_see_again", who=who(bot, SAL))).refused
        case = await done(bot, DEE, case, "may_see_again", who=who(bot, SAL), why="It was another Sal")
        assert [(e.lifted_by, e.lifted_why) for e in case.excluded] == [(who(bot, DEE), "It was another Sal")]


async def test_a_reporter_named_later_keeps_number_and_state_alone(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, by=PAUL)
        await done(bot, DEE, case, "cannot_see", who=who(bot, PAUL), why="A friend")
        card = bot.school.chat(PAUL).last_card
        assert case.number in card.text
        assert "Add something" not in card.buttons


async def test_a_role_told_and_then_named_is_told_of_no_more_and_their_place_is_filled(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, ticks="threats")
        assert lines_to(bot, DEE, case) or in_chat(bot, DEE, case)
        await done(bot, YARA, case, "cannot_see", who=who(bot, DEE), why="A relative")
        assert in_chat(bot, DEE, case) == []
        assert reached(bot, case) & {DAN}
        assert (await press(bot, DEE, verbs.OPEN, case.id, "open")).refused
