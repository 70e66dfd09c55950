"""'I have dealt with it': short for the subject's own teacher, and never where somebody else must look."""

from __future__ import annotations

import pytest

from bot.rehearsal.chat import Chat
from tests.integration.conftest import Handrail
from tests.integration.report_walks import (
    ABI,
    BEN,
    ELSIE,
    RECEIPT,
    cases_in,
    fill,
    finish,
    person,
    posts_about,
    report,
    told,
    walk,
)

DONE = "I spoke with them and we agreed on a rule."
HERS = {"what": "dealt", "row": "non_educational_sites", "where": "school", "happened": DONE}


async def begin(bot: Handrail, who: str = "tutor", text: str = "report") -> Chat:
    chat = bot.school.chat(who)
    await chat.say(text)
    await bot.settled()
    return chat


async def test_dealing_with_it_takes_two_cards_after_the_first_and_closes_as_found(bot: Handrail) -> None:
    chat = await begin(bot)

    titles = await walk(chat, **HERS)
    await bot.settled()

    assert titles == ["Report something you saw online", "A few facts", "What did you do?"]
    (case,) = cases_in(bot)
    assert case.closing is not None
    assert case.closing.outcome == "found"
    assert case.closing.why == DONE
    assert "Closed" in chat.last_card.text
    assert not posts_about(bot, case.number)
    assert not told(bot, "dsl", case.number)


async def test_the_teacher_of_the_lesson_may_have_dealt_with_it(bot: Handrail) -> None:
    chat = await begin(bot, "Paul Plain-Demo")
    titles = await walk(chat, **{**HERS, "where": "my_lesson"})

    assert len(titles) == 3
    assert cases_in(bot)[0].closing is not None


async def test_what_was_dealt_with_counts_the_next_time_and_the_ordinary_way_is_taken(bot: Handrail) -> None:
    await walk(await begin(bot), **HERS)
    await bot.settled()
    (first,) = cases_in(bot)

    chat = await begin(bot)
    titles = await walk(chat, **HERS)
    await bot.settled()

    second = next(c for c in cases_in(bot) if c.id != first.id)
    assert titles[-1] == "Check and send"
    assert second.closing is None
    assert second.earlier == (first.id,)
    assert second.earlier_confirmed is None
    assert second.answers["happened"] == DONE


@pytest.mark.parametrize(
    "different",
    [
        {"ticks": "threats"},
        {"ticks": "hate"},
        {"ticks": "sexual"},
        {"ticks": "self_harm"},
        {"ticks": "adult_contact"},
        {"ticks": "extremism"},
        {"ticks": "blackmail"},
        {"ticks": "not_sure"},
        {"ticks": "spread"},
        {"ticks": "aimed", "intent": "purpose"},
        {"row": "illegal_material"},
        {"row": "disrepute"},
        {"pupils_done": ELSIE},
        {"pupils_done": f"{ABI},{BEN}"},
    ],
)
async def test_it_goes_the_ordinary_way_where_somebody_else_must_look_and_nothing_typed_is_lost(
    bot: Handrail, different: dict[str, str]
) -> None:
    chat = await begin(bot, text="What I typed first")
    await fill(chat, "No", **{**HERS, "pupils_done": ABI, **different})

    titles = await finish(chat, **{**HERS, "happened": "", **different})
    await bot.settled()

    assert "What did you do?" not in titles
    assert cases_in(bot)
    assert all(c.closing is None for c in cases_in(bot))
    assert all(c.answers["happened"] == "What I typed first" for c in cases_in(bot))


async def test_without_a_first_sentence_the_ordinary_way_asks_what_happened(bot: Handrail) -> None:
    chat = await begin(bot)
    titles = await walk(chat, **{**HERS, "ticks": "threats"})

    assert titles.count("What happened?") == 1
    assert RECEIPT in chat.last_card.text


async def test_never_in_danger(bot: Handrail) -> None:
    chat = await begin(bot)
    await fill(chat, "Yes", **{**HERS, "pupils_done": ABI})
    titles = await finish(chat, **HERS)
    await bot.settled()

    assert "What did you do?" not in titles
    (case,) = cases_in(bot)
    assert case.closing is None
    assert case.urgency == "immediate"


async def test_never_about_an_adult(bot: Handrail) -> None:
    chat = await begin(bot)
    titles = await walk(chat, **{**HERS, "adults": person(bot, "Tom Tutor-Demo"), "pupils_done": ""})
    await bot.settled()

    assert "What did you do?" not in titles
    assert all(c.closing is None for c in cases_in(bot))


async def test_what_was_typed_before_a_tick_was_added_is_kept(bot: Handrail) -> None:
    chat = await begin(bot)
    await fill(chat, "No", **{**HERS, "pupils_done": ABI})
    await fill(chat, "Next", **{**HERS, "ticks": "none", "intent": "unknown"})
    await chat.press("Back", happened="Typed on the last card")
    await chat.press("Next", ticks="threats")
    assert "Typed on the last card" in chat.last_card.text
    await finish(chat, happened="")
    await bot.settled()

    assert cases_in(bot)[0].answers["happened"] == "Typed on the last card"


async def test_an_open_case_of_the_same_kind_does_not_count(bot: Handrail) -> None:
    await report(bot, "tutor", where="school")

    titles = await walk(await begin(bot), **HERS)

    assert titles[-1] == "What did you do?"
