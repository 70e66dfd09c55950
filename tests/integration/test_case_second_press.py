"""Two people press at the same moment: whoever is second hears who was first, and loses no word."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.casework import verbs
from tests.integration.case_work import (
    DAN,
    DEE,
    HETTY,
    OLLY,
    PAUL,
    TESS,
    TOM,
    YARA,
    climbing,
    close,
    do,
    done,
    in_channel,
    in_chat,
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


async def test_whoever_closes_second_hears_who_closed_it_and_gets_the_words_back(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        mark = offer(bot, case, "close")
        first, second = await asyncio.gather(
            press(bot, TESS, verbs.DO, case.id, mark, outcome="found", why="It is settled"),
            press(bot, DEE, verbs.DO, case.id, mark, outcome="unfounded", why="Nothing in it"),
        )
        assert (first.refused, second.refused) == (False, True)
        assert "Tess Tutor-Demo was first" in text_of(second)
        assert "Close the case" in text_of(second)
        assert "You had typed: Nothing in it" in text_of(second)
        closing = now(bot, case).closing
        assert closing
        assert closing.why == "It is settled"


async def test_whoever_hands_over_second_hears_where_it_went(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        mark = offer(bot, case, "hand_over")
        first, second = await asyncio.gather(
            press(bot, DEE, verbs.DO, case.id, mark, role="online_safety_officer", why="It is for Olly"),
            press(bot, TESS, verbs.DO, case.id, mark, role="head_of_year", why="It is for Yara"),
        )
        assert (first.refused, second.refused) == (False, True)
        assert "Dee Lead-Demo was first" in text_of(second)
        assert "You had typed: It is for Yara" in text_of(second)


async def test_two_people_left_out_at_the_same_moment_are_both_out(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        answers = await asyncio.gather(
            press(bot, TESS, verbs.DO, case.id, offer(bot, case, "cannot_see"), who=who(bot, TOM), why="A"),
            press(bot, DEE, verbs.DO, case.id, offer(bot, case, "cannot_see"), who=who(bot, YARA), why="B"),
        )
        assert [a.refused for a in answers] == [False, False]
        assert {e.person for e in now(bot, case).excluded} == {who(bot, TOM), who(bot, YARA)}


async def test_whoever_is_left_out_while_typing_learns_nothing_and_gets_the_words_back(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        mark = offer(bot, case, "note")
        await done(bot, OLLY, case, "cannot_see", who=who(bot, HETTY), why="A relative")
        late = await press(bot, HETTY, verbs.DO, case.id, mark, text="I spoke to him")
        nowhere = await press(bot, HETTY, verbs.DO, "no-such-case", mark, text="I spoke to him")
        assert late.refused
        assert "You had typed: I spoke to him" in text_of(late)
        assert text_of(late) == text_of(nowhere)
        assert case.number not in text_of(late)


async def test_what_is_no_longer_theirs_to_do_gives_the_words_back(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        mark = offer(bot, case, "crime")
        await done(bot, DEE, case, "take_over", why="I know the family")
        late = await press(bot, TESS, verbs.DO, case.id, mark, crime="no", why="It was a joke")
        assert late.refused
        assert "That is for someone else" in text_of(late)
        assert "You had typed: It was a joke" in text_of(late)


async def test_somebody_can_be_left_out_of_a_closed_case_and_lose_what_they_had(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material", by=PAUL)
        await open_case(bot, HETTY, case)
        await done(bot, OLLY, case, "take")
        await done(bot, OLLY, case, "spoken_to", who="The head", when="Now")
        case = await done(bot, OLLY, case, "close", outcome="found", why="It is settled")
        assert in_chat(bot, HETTY, case)
        assert in_channel(bot, case)
        case = await done(bot, DEE, case, "cannot_see", who=who(bot, HETTY), why="A relative")
        assert not in_chat(bot, HETTY, case)
        assert not in_channel(bot, case)
        assert (await press(bot, HETTY, verbs.OPEN, case.id, "open")).refused
        assert case.closing
        assert (case.owner.accepted_by, case.owner.clock_id) == (who(bot, OLLY), None)
        case = await done(bot, DEE, case, "may_see_again", who=who(bot, HETTY), why="No relative")
        await open_case(bot, HETTY, case)
        assert not (await do(bot, DEE, case, "cannot_see", who=who(bot, OLLY), why="A friend")).refused
        case = now(bot, case)
        assert (case.owner.accepted_by, case.owner.clock_id, bool(case.closing)) == (None, None, True)


async def test_a_worry_after_closing_is_asked_about_again_when_whoever_saw_it_is_left_out(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await close(bot, TESS, await done(bot, TESS, await rules(bot, by=PAUL), "take"))
        worry = f"worried.{verbs.fresh_mark(bot.service.office.now())}"
        await press(bot, PAUL, verbs.REPORTER_DO, case.run, worry, text="It goes on")
        await bot.settled()
        case = await done(bot, DEE, now(bot, case), "seen")
        await done(bot, DEE, case, "cannot_see", who=who(bot, DEE), why="It is my sister's child")
        assert climbing(bot, case) == {"oversight"}
        assert DAN in reached(bot, case)


async def test_other_words_on_a_form_that_is_used_up_are_given_back_and_the_same_words_are_not(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        form = offer(bot, case, "note")
        for _ in range(2):
            answer = await press(bot, TESS, verbs.DO, case.id, form, text="The first words")
            assert not answer.refused
        answer = await press(bot, TESS, verbs.DO, case.id, form, text="Typed on another screen")
        assert answer.refused
        assert "Typed on another screen" in text_of(answer)
        assert [note.text for note in now(bot, case).notes] == ["The first words"]
