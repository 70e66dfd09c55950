"""A pupil, a guest or somebody who has left writes to the bot: a kind answer, no data, and no cry is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.cases import Case
from tests.integration.conftest import PEOPLE, Handrail, handrail, read_anew
from tests.integration.report_walks import (
    cases_in,
    person,
    posts_about,
    pressed_by,
    report,
    searched_by,
    told,
)

PUPIL, GUEST, LEFT = "Abi Pupil-Demo", "Gus Guest-Demo", "Vic Volunteer-Demo"
MINUTE = 60


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Handrail]:
    """A school with the app installed for everybody, which a volunteer then leaves."""
    people = tmp_path / "people.yaml"
    people.write_text(PEOPLE.read_text(encoding="utf-8"), encoding="utf-8")
    async with handrail(tmp_path / "data", people=people) as whole:
        before = people.read_text(encoding="utf-8")
        here = f"name: {LEFT}\n"
        assert here in before
        await read_anew(whole, people, before.replace(here, f"{here}    former: yes\n"))
        yield whole


async def say(bot: Handrail, who: str, text: str) -> None:
    await bot.school.chat(who).say(text)
    await bot.settled()


def shown_to(bot: Handrail, who: str) -> str:
    chat = bot.school.chat(who)
    return "\n".join([*chat.texts, *(card.text for card in chat.cards), chat.notice])


async def opened_by_dsl(bot: Handrail, number: str) -> str:
    """All that the DSL sees of the case after opening it."""
    dsl = bot.school.chat("dsl")
    for card in reversed(dsl.cards):
        if number in card.text and "Open" in card.buttons:
            await card.press("Open")
            await bot.settled()
            break
    return "\n".join(card.text for card in dsl.cards if number in card.text)


async def test_a_pupil_gets_a_kind_answer_and_the_dsl_a_serious_case_at_once(bot: Handrail) -> None:
    await say(bot, PUPIL, "Someone keeps sending me messages")

    answer = shown_to(bot, PUPIL)
    assert "The safeguarding team will see that you wrote" in answer
    assert "999" in answer
    assert "Childline" in answer
    (case,) = cases_in(bot)
    assert case.urgency == "serious"
    assert case.number not in answer
    assert told(bot, "dsl", case.number)
    assert posts_about(bot, case.number)
    assert not any("Abi" in post or "messages" in post for post in posts_about(bot, case.number))


async def test_a_pupils_words_reach_the_dsl_when_no_no_came(bot: Handrail) -> None:
    await say(bot, PUPIL, "Someone keeps sending me messages")
    (case,) = cases_in(bot)
    assert "Someone keeps" not in await opened_by_dsl(bot, case.number)

    await bot.wind(6 * MINUTE)

    assert "Someone keeps sending me messages" in await opened_by_dsl(bot, case.number)


@pytest.mark.parametrize("how", ["button", "no", "No!", "please don't"])
async def test_a_pupils_no_keeps_the_words_back_but_not_who_wrote(bot: Handrail, how: str) -> None:
    await say(bot, PUPIL, "Someone keeps sending me messages")
    if how == "button":
        await bot.school.chat(PUPIL).press("Don't pass on my words")
        await bot.settled()
    else:
        await say(bot, PUPIL, how)
    await bot.wind(10 * MINUTE)

    (case,) = cases_in(bot)
    text = await opened_by_dsl(bot, case.number)
    assert "Abi Pupil-Demo" in text
    assert "Someone keeps" not in text
    assert "asked that the words are not passed on" in text
    assert "They will see that you wrote, and nothing more" in shown_to(bot, PUPIL)


@pytest.mark.parametrize("words", ["I want to die", "he has a KNIFE", "i do not feel not safe at home"])
async def test_danger_words_override_a_no_and_make_it_immediate(bot: Handrail, words: str) -> None:
    await say(bot, PUPIL, words)
    (case,) = cases_in(bot)

    assert case.urgency == "immediate"
    assert "Don't pass on my words" not in shown_to(bot, PUPIL)
    assert words in await opened_by_dsl(bot, case.number)


async def test_a_pupil_who_writes_again_adds_to_the_same_case_and_the_dsl_hears(bot: Handrail) -> None:
    await say(bot, PUPIL, "The first message")
    await bot.wind(6 * MINUTE)
    await say(bot, PUPIL, "The second message")
    await bot.wind(6 * MINUTE)

    (case,) = cases_in(bot)
    assert [n.text for n in case.notes] == ["The first message", "The second message"]
    assert any("has written again" in t and case.number in t for t in bot.school.chat("dsl").texts)


async def test_a_danger_word_in_a_second_message_raises_the_case(bot: Handrail) -> None:
    await say(bot, PUPIL, "The first message")
    await say(bot, PUPIL, "I want to die")

    (case,) = cases_in(bot)
    assert case.urgency == "immediate"
    assert case.danger == "not_sure"
    assert any("Immediate" in t and case.number in t for t in bot.school.chat("dsl").texts)


async def taken_by_dsl(bot: Handrail) -> Case:
    """What a pupil wrote, taken by the safeguarding lead."""
    await say(bot, PUPIL, "The first message")
    await bot.wind(6 * MINUTE)
    (case,) = cases_in(bot)
    await opened_by_dsl(bot, case.number)
    await bot.school.chat("dsl").press("I'll take this")
    await bot.settled()
    (case,) = cases_in(bot)
    assert case.owner.accepted_by == person(bot, "dsl")
    return case


async def test_a_danger_word_in_a_case_that_somebody_has_taken_is_told_to_them_and_asks_nobody_anew(
    bot: Handrail,
) -> None:
    case = await taken_by_dsl(bot)
    await say(bot, PUPIL, "I want to die")

    (now,) = cases_in(bot)
    assert (now.urgency, now.danger) == ("immediate", "not_sure")
    assert now.owner == case.owner, "no climb begins again"
    assert now.notes[-1].text == "I want to die"
    line = bot.school.chat("dsl").texts[-1]
    assert line.startswith(f"Immediate: case {case.number}")
    assert "has written again" in line
    assert "I want to die" in "\n".join(card.text for card in bot.school.chat("dsl").cards)
    assert not told(bot, "deputy_dsl", case.number)


async def test_a_danger_word_while_whoever_has_the_case_is_away_is_told_to_the_next_one_too(
    bot: Handrail, tmp_path: Path
) -> None:
    case = await taken_by_dsl(bot)
    people = tmp_path / "people.yaml"
    before, name = people.read_text(encoding="utf-8"), "name: Dee Lead-Demo\n"
    now = bot.service.office.now()
    away = [f"{now - timedelta(days=1):%Y-%m-%d}", f"{now + timedelta(days=2):%Y-%m-%d}"]
    absence = f"    absences:\n      - from: {away[0]}\n        until: {away[1]}\n"
    await read_anew(bot, people, before.replace(name, f"{name}{absence}"))
    await say(bot, PUPIL, "I want to die")

    assert cases_in(bot)[0].owner.accepted_by == case.owner.accepted_by, "it is still theirs"
    assert any("written again" in text for text in bot.school.chat("dsl").texts)
    assert any(f"Immediate: case {case.number}" in text for text in bot.school.chat("deputy_dsl").texts)


async def test_a_danger_word_in_a_case_whose_owner_has_left_asks_the_next_one(
    bot: Handrail, tmp_path: Path
) -> None:
    case = await taken_by_dsl(bot)
    people = tmp_path / "people.yaml"
    before, name = people.read_text(encoding="utf-8"), "name: Dee Lead-Demo\n"
    await read_anew(bot, people, before.replace(name, f"{name}    former: yes\n"))
    await say(bot, PUPIL, "I want to die")

    (now,) = cases_in(bot)
    assert now.owner.accepted_by is None
    assert now.owner.clock_id is not None
    assert told(bot, "deputy_dsl", case.number)


async def test_a_pupil_learns_nothing_of_any_case(bot: Handrail) -> None:
    (case,) = await report(bot, "Paul Plain-Demo", what="child", pupils_affected="pupil:p001")
    await say(bot, PUPIL, "my reports")
    await say(bot, PUPIL, "report")
    await say(bot, PUPIL, case.number)
    await bot.wind(6 * MINUTE)

    answer = shown_to(bot, PUPIL)
    assert case.number not in answer
    assert "KS-" not in answer
    assert "Report something" not in answer
    assert "danger right now" not in answer


async def test_a_pupil_can_press_nothing_of_a_colleagues_report(bot: Handrail) -> None:
    await bot.school.chat("tutor").say("report")
    await bot.settled()
    card = bot.school.chat("tutor").last_card
    before = bot.service.store.stats().staged
    answered = await pressed_by(bot, PUPIL, card, "Yes")

    assert "Handrail is for the staff" in answered.text
    assert bot.service.store.stats().staged == before
    assert not cases_in(bot)


@pytest.mark.parametrize("who", [PUPIL, GUEST, LEFT])
async def test_nobody_but_staff_can_search_the_list_of_pupils(bot: Handrail, who: str) -> None:
    assert await searched_by(bot, "tutor", "abi")
    assert await searched_by(bot, who, "abi") == []


@pytest.mark.parametrize(
    ("who", "words"),
    [
        *((who, words) for who in (GUEST, LEFT) for words in ("hi", "Thank you!", "my reports")),
        (LEFT, "A long story about the school"),
    ],
)
async def test_a_greeting_of_a_stranger_and_whoever_left_are_told_where_help_is_and_get_no_flow(
    bot: Handrail, who: str, words: str
) -> None:
    known = len(bot.school.chat(who).cards)
    await say(bot, who, words)

    answer = shown_to(bot, who)
    assert "Handrail is for the staff of the school" in answer
    assert "999" in answer
    assert len(bot.school.chat(who).cards) == known
    assert not cases_in(bot)


@pytest.mark.parametrize("words", ["He keeps writing to me at night", "help me", "report"])
async def test_whoever_is_in_no_list_may_be_a_child_so_the_dsl_hears_that_they_wrote_and_then_what(
    bot: Handrail, words: str
) -> None:
    await say(bot, GUEST, words)

    (case,) = cases_in(bot)
    assert case.urgency == "serious"
    assert told(bot, "dsl", case.number)
    answer = shown_to(bot, GUEST)
    assert "your account is not in its lists" in answer
    assert "999" in answer
    assert "Childline" in answer
    assert case.number not in answer
    assert "danger right now" not in answer
    before = await opened_by_dsl(bot, case.number)
    assert GUEST in before
    assert "in none of the school's lists" in before
    assert not case.notes
    await bot.wind(6 * MINUTE)
    (case,) = cases_in(bot)
    assert [note.text for note in case.notes] == [words]


async def test_a_no_of_whoever_is_in_no_list_keeps_the_words_back_too(bot: Handrail) -> None:
    await say(bot, GUEST, "He keeps writing to me at night")
    await bot.school.chat(GUEST).press("Don't pass on my words")
    await bot.wind(10 * MINUTE)

    (case,) = cases_in(bot)
    assert "He keeps writing" not in await opened_by_dsl(bot, case.number)
    assert "They will see that you wrote, and nothing more" in shown_to(bot, GUEST)


@pytest.mark.parametrize("who", [GUEST, LEFT])
async def test_a_cry_for_help_of_whoever_it_is_reaches_the_dsl(bot: Handrail, who: str) -> None:
    await say(bot, who, "I am scared to go home")

    (case,) = cases_in(bot)
    assert case.urgency == "immediate"
    assert told(bot, "dsl", case.number)
    assert "is being told now" in shown_to(bot, who)


async def test_a_pupils_message_repeated_by_teams_counts_once(bot: Handrail) -> None:
    chat = bot.school.chat(PUPIL)
    sent = await chat.say("The first message")
    await chat.repeat(sent, same_id=True)
    await bot.settled()
    await bot.wind(6 * MINUTE)

    assert [n.text for n in cases_in(bot)[0].notes] == ["The first message"]


async def test_a_pupils_message_edited_later_leaves_a_line_of_history_and_the_first_words(
    bot: Handrail,
) -> None:
    await say(bot, PUPIL, "The first message")
    await bot.wind(6 * MINUTE)
    mine = next(m for m in bot.school.chat(PUPIL).messages if m.sender is not None)
    await bot.school.life.edit_message(mine, "Nothing")
    await bot.settled()

    (case,) = cases_in(bot)
    assert "message_edited" in [kept.entry.kind for kept in bot.service.store.history(case.id)]
    assert [n.text for n in case.notes] == ["The first message"]
