"""A half-finished report: Back, Save and Cancel keep what was typed, and so do a restart and a week."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.rehearsal.cards import parts
from bot.rehearsal.chat import Chat
from tests.integration.conftest import Handrail, handrail
from tests.integration.report_walks import (
    ABI,
    BEN,
    ONWARD,
    ORDINARY,
    RECEIPT,
    cases_in,
    fill,
    finish,
    person,
    runs_of,
    told,
)

WHO = "Paul Plain-Demo"
MINUTE, DAY = 60, 24 * 3600
WORDS = {
    "happened": "Marked words of what happened",
    "place": "The marked hall",
    "goes_home": "Marked half past three",
    "app": "Marked app",
    "device": "Marked device",
    "done_already": "Marked deeds",
    "on_behalf": "Marked colleague",
    "unlisted_name": "Marked Stranger",
    "unlisted_detail": "Marked form",
    "when": "Marked day",
}
WAYS = [
    ("No", {"what": "rules"}),
    ("No", {"what": "child", "others": "pupil_unlisted"}),
    ("No", {"what": "image"}),
    ("No", {"what": "technical", "pupils_done": "", "others": "not_known"}),
    ("No", {"what": "dealt"}),
    ("Yes", {"what": ""}),
]


async def begin(bot: Handrail, who: str = WHO) -> Chat:
    chat = bot.school.chat(who)
    await chat.say("report")
    await bot.settled()
    return chat


def onward(chat: Chat) -> str:
    return next((b for b in chat.last_card.buttons if b in ONWARD), "")


def asked(chat: Chat) -> list[str]:
    return [key.partition("@")[0] for key in chat.last_card.inputs]


def above_the_first_input(chat: Chat) -> str:
    elements = list(parts(chat.last_card.content))
    first = next(at for at, one in enumerate(elements) if str(one.get("type", "")).startswith("Input."))
    return "\n".join(str(one.get("text", "")) for one in elements[:first])


def typed_here(chat: Chat) -> dict[str, str]:
    return {key: WORDS[key] for key in asked(chat) if key in WORDS}


@pytest.mark.parametrize(("danger", "way"), WAYS)
async def test_back_at_every_card_keeps_what_was_typed_there(
    bot: Handrail, danger: str, way: dict[str, str]
) -> None:
    chat = await begin(bot)
    given = {**ORDINARY, **WORDS, **way}
    await fill(chat, danger, **given)
    while RECEIPT not in chat.last_card.text:
        title, here = chat.last_card.text.partition("\n")[0], typed_here(chat)
        if title == "The rest of your report":
            await fill(chat, onward(chat), **{**given, "what": "rules"})
            continue
        await chat.press("Back", here)
        again = danger if danger in chat.last_card.buttons else onward(chat)
        await fill(chat, again, **(way if again == danger else {}))
        assert all(words in chat.last_card.text for words in here.values())
        await fill(chat, onward(chat), **given)


@pytest.mark.parametrize("verb", ["Save for later", "Cancel"])
@pytest.mark.parametrize(("danger", "way"), WAYS)
async def test_save_and_cancel_at_every_card_keep_what_was_typed_there(
    bot: Handrail, verb: str, danger: str, way: dict[str, str]
) -> None:
    chat = await begin(bot)
    given = {**ORDINARY, **WORDS, **way}
    await chat.press(verb)
    await chat.press("Go on")
    await fill(chat, danger, **given)
    while RECEIPT not in chat.last_card.text:
        title, here = chat.last_card.text.partition("\n")[0], typed_here(chat)
        await chat.press(verb, here)
        assert chat.last_card.buttons == ["Go on"]
        await chat.press("Go on")
        assert chat.last_card.text.partition("\n")[0] == title
        assert all(words in chat.last_card.text for words in here.values())
        await fill(chat, onward(chat), **{**given, "what": given["what"] or "rules"})


async def test_every_card_with_a_free_text_field_shows_the_rule_of_pictures_above_it(bot: Handrail) -> None:
    rule = "Words only, no pictures."
    for danger, way in (*WAYS, ("No", {"what": "adult", "others": "adult_unlisted", "pupils_done": ""})):
        chat = await begin(bot)
        await fill(chat, danger, **{**ORDINARY, **way})
        while RECEIPT not in chat.last_card.text:
            if any(key in WORDS for key in asked(chat)):
                assert rule in above_the_first_input(chat)
            given = {**ORDINARY, **WORDS, **way}
            await fill(chat, onward(chat), **{**given, "what": given["what"] or "rules"})


async def test_the_forms_of_the_receipt_show_the_rule_of_pictures_too(bot: Handrail) -> None:
    chat = await begin(bot)
    await fill(chat, "No", **ORDINARY)
    await finish(chat)
    for button in ("Add something", "I'm still worried", "This was a mistake"):
        await chat.press(button)
        assert "Words only, no pictures." in above_the_first_input(chat)
        await chat.press("Back")


async def test_an_answer_that_was_emptied_again_is_gone(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", what="rules", pupils_done=f"{ABI}", pupils_affected=BEN)
    await chat.press("Back")
    await chat.press("No", pupils_affected="")
    await finish(chat)
    await bot.settled()

    assert {p.name for p in cases_in(bot)[0].participants} == {"Abi Pupil-Demo"}


async def test_what_is_missing_is_said_beside_the_question_and_nothing_is_lost(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", pupils_done=ABI)
    assert "Please choose what it is." in chat.last_card.text
    await chat.press("No", what="rules", pupils_done="")
    assert "Please choose who is involved" in chat.last_card.text
    await chat.press("No", pupils_done=ABI)
    await chat.press("Next", happened="x" * 4100)

    assert "4000 characters at most" in chat.last_card.text
    assert "x" * 4100 in chat.last_card.text
    assert not cases_in(bot)


async def test_a_half_finished_report_is_there_after_a_restart(tmp_path: Path) -> None:
    async with handrail(tmp_path / "data") as bot:
        chat = await begin(bot)
        await chat.press("No", what="rules", pupils_done=ABI)
        await chat.press("Save for later", happened="Words before the restart")
    async with handrail(tmp_path / "data", link=False) as bot:
        chat = bot.school.chat(WHO)
        await chat.say("my reports")
        await bot.settled()
        await chat.press(next(b for b in chat.last_card.buttons if b.startswith("Go on")))

        assert "Words before the restart" in chat.last_card.text
        await finish(chat, happened="")
        await bot.settled()
        assert cases_in(bot)[0].answers["happened"] == "Words before the restart"


async def test_a_half_finished_report_is_reminded_after_ten_minutes_and_stands_below(bot: Handrail) -> None:
    chat = await begin(bot)
    shown = len(chat.cards)
    await bot.wind(9 * MINUTE)
    assert not any("not finished yet" in text for text in chat.texts)

    await bot.wind(2 * MINUTE)

    assert sum("not finished yet" in text for text in chat.texts) == 1
    assert len(chat.cards) == shown + 1
    await chat.last_card.press("No", what="rules", pupils_done=ABI)
    assert chat.last_card.text.startswith("What happened?")


async def test_a_reminder_after_a_save_shows_the_draft_as_it_was_left(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", what="rules", pupils_done=ABI)
    await chat.press("Save for later", happened="Half of it")
    await bot.wind(11 * MINUTE)

    await chat.last_card.press("Go on")
    assert "Half of it" in chat.last_card.text


async def test_a_finished_or_cancelled_report_is_not_reminded(bot: Handrail) -> None:
    chat = await begin(bot)
    await fill(chat, "No", **ORDINARY)
    await finish(chat)
    other = await begin(bot, "Pia Plain-Demo")
    await other.press("Cancel")
    await bot.wind(11 * MINUTE)

    assert not any("not finished yet" in text for text in (*chat.texts, *other.texts))


@pytest.mark.parametrize("what", ["child", "image"])
async def test_an_unfinished_report_that_flags_a_child_reaches_the_dsl_after_half_an_hour(
    bot: Handrail, what: str
) -> None:
    chat = await begin(bot)
    await chat.press("No", what=what, pupils_affected=ABI)
    dsl = bot.school.chat("dsl")
    await bot.wind(29 * MINUTE)
    assert not any("has not finished it" in text for text in dsl.texts)

    await bot.wind(2 * MINUTE)

    assert sum("has not finished it" in text for text in dsl.texts) == 1
    assert not any("Abi" in text for text in dsl.texts)


async def test_an_unfinished_report_of_broken_rules_reaches_nobody(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", what="rules", pupils_done=ABI)
    await bot.wind(40 * MINUTE)

    for who in ("dsl", "Dan Deputy-Demo", "headteacher", "tutor"):
        assert not any("has not finished it" in text for text in bot.school.chat(who).texts)


@pytest.mark.parametrize(
    ("adult", "reached"),
    [("Tom Tutor-Demo", "headteacher"), ("dsl", "headteacher"), ("headteacher", "chair_of_governors")],
)
async def test_an_unfinished_report_about_an_adult_reaches_only_who_may_have_it(
    bot: Handrail, adult: str, reached: str
) -> None:
    chat = await begin(bot)
    await chat.press("No", what="child", pupils_affected=ABI, adults=person(bot, adult))
    await bot.wind(31 * MINUTE)

    heard = [
        who
        for who in ("dsl", "Dan Deputy-Demo", "headteacher", "chair_of_governors", "Sal Senior-Demo")
        if any("has not finished it" in text for text in bot.school.chat(who).texts)
    ]
    assert heard == [reached]


async def test_a_draft_is_deleted_after_seven_days_and_says_so(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", what="rules", pupils_done=ABI)
    await chat.press("Save for later", happened="Half of it")
    await bot.wind(6 * DAY)
    assert runs_of(bot, WHO)[0].answers
    await bot.wind(1 * DAY + MINUTE)

    (run,) = runs_of(bot, WHO)
    assert run.state == "deleted"
    assert not run.answers
    assert "This draft is gone" in chat.last_card.text
    assert not chat.last_card.buttons


async def test_a_deleted_draft_is_forgotten_key_and_all_a_day_later(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", what="rules", pupils_done=ABI)
    await chat.press("Save for later", happened="Half of it")
    await bot.wind(7 * DAY + MINUTE)
    await bot.wind(1 * DAY + MINUTE)

    assert not runs_of(bot, WHO)
    assert not bot.service.store.verify()
    assert "Half of it" not in chat.last_card.text


async def test_a_danger_report_left_unfinished_for_a_week_becomes_its_receipt(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("Yes", what="rules", pupils_done=ABI)
    await bot.wind(7 * DAY + MINUTE)

    (run,) = runs_of(bot, WHO)
    assert run.state == "sent"
    assert "Your report is recorded" in chat.last_card.text


async def test_a_cancelled_draft_is_deleted_after_seven_days_too(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", what="rules", pupils_done=ABI)
    await chat.press("Cancel", happened="Half of it")
    await bot.wind(7 * DAY + MINUTE)

    assert runs_of(bot, WHO)[0].state == "deleted"


async def test_pressing_an_old_card_shows_where_things_stand_and_gives_typed_text_back(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", what="rules", pupils_done=ABI)
    old = chat.last_card
    await chat.press("Next", happened="The first words")

    await old.press("Next", happened="Other words that came too late")

    assert chat.last_card.text.startswith("You had typed: Other words that came too late")
    assert "A few facts" in chat.last_card.text
    assert runs_of(bot, WHO)[0].answers["happened"] == "The first words"


async def test_a_press_repeated_by_teams_has_no_second_effect(bot: Handrail) -> None:
    chat = await begin(bot)
    first = await chat.press("No", what="rules", pupils_done=ABI)
    before = runs_of(bot, WHO)
    await chat.repeat(first, same_id=True)
    await chat.repeat(first, same_id=False)

    assert runs_of(bot, WHO) == before
    assert chat.last_card.text.startswith("What happened?")


async def test_the_send_press_repeated_opens_one_case_and_shows_the_receipt(bot: Handrail) -> None:
    chat = await begin(bot)
    await fill(chat, "No", **ORDINARY)
    while "Send the report" not in chat.last_card.buttons:
        await fill(chat, "Next", **ORDINARY)
    sent = await chat.press("Send the report")
    await chat.repeat(sent, same_id=True)
    await chat.repeat(sent, same_id=False)
    await bot.settled()

    assert len(cases_in(bot)) == 1
    assert RECEIPT in chat.last_card.text
    assert "You had typed" not in chat.last_card.text


@pytest.mark.parametrize("button", ["Yes", "Send the report"])
async def test_ten_presses_at_once_open_one_case(bot: Handrail, button: str) -> None:
    chat = await begin(bot)
    if button != "Yes":
        await fill(chat, "No", **ORDINARY)
        while button not in chat.last_card.buttons:
            await fill(chat, "Next", **ORDINARY)
    card = chat.last_card

    answers = await asyncio.gather(*(card.press(button) for _ in range(10)))
    await bot.settled()

    assert not any(answer.wrong for answer in answers)
    (case,) = cases_in(bot)
    dsl = bot.school.chat("dsl" if button == "Yes" else "tutor")
    alerts = [card for card in dsl.cards if case.number in card.text]
    assert len(alerts) == 1


async def test_reopening_the_chat_changes_nothing_and_shows_where_things_stand(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", what="rules", pupils_done=ABI)
    await bot.settled()
    before = bot.service.store.stats().staged

    await chat.reopen()
    await bot.settled()

    assert chat.last_card.text.startswith("What happened?")
    assert bot.service.store.stats().staged == before
    await fill(chat, "Next", **ORDINARY)
    await finish(chat)
    await bot.settled()
    await chat.reopen()
    await bot.settled()
    assert RECEIPT in chat.last_card.text
    assert len(cases_in(bot)) == 1


async def test_nobody_is_told_anything_of_a_report_that_was_only_begun(bot: Handrail) -> None:
    chat = await begin(bot)
    await chat.press("No", what="child", pupils_affected=ABI)
    await chat.press("Save for later", happened="Half of it")
    await bot.settled()

    assert not cases_in(bot)
    assert not any(told(bot, who, "Case") for who in ("dsl", "headteacher", "tutor"))
