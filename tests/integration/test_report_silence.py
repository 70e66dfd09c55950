"""No name, no word and no kind of a report stands where many can read: logs, posts, previews (rule 2)."""

from __future__ import annotations

import json
import logging

import pytest

from tests.integration.conftest import Handrail
from tests.integration.report_walks import ABI, cases_in, fill, finish, person, report

WHO = "Paul Plain-Demo"
MARK = "Zyxmarked"
MINUTE = 60
TYPED = ("place", "goes_home", "app", "device", "done_already", "on_behalf", "when")


def names(bot: Handrail) -> set[str]:
    """Everybody's name, pupils' too."""
    directory = bot.service.office.directory()
    return {p.name for p in directory.people.values()} | {p.name for p in directory.pupils.values()}


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Everything that the service logged, arguments and extras included; the rehearsal is not the service."""
    skip = ("bot.rehearsal", "asyncio", "aiohttp.client")
    return "\n".join(
        f"{r.getMessage()} {r.args} {r.exc_text} { ({k: v for k, v in vars(r).items() if k != 'msg'}) }"
        for r in caplog.records
        if not r.name.startswith(skip)
    )


async def whole_case(bot: Handrail, **answers: str) -> str:
    """A report with marks in every field, handled and closed; its number."""
    chat = bot.school.chat(WHO)
    await chat.say(f"{MARK} first words")
    await bot.settled()
    marks = {
        k: f"{MARK} {k}" for k in ("place", "goes_home", "app", "device", "done_already", "on_behalf", "when")
    }
    given = {"others": "pupil_unlisted", "unlisted_name": f"{MARK} Pupil", "unlisted_detail": MARK,
             "happened": f"{MARK} words", **marks, **answers}  # fmt: skip
    await fill(chat, answers.get("danger", "No"), **{"what": "child", "pupils_affected": ABI, **given})
    await finish(chat, **given)
    await bot.settled()
    case = cases_in(bot)[-1]
    await chat.press("Add something")
    await chat.press("Add it", text=f"{MARK} afterwards")
    await chat.press("I'm still worried")
    await chat.press("Send it", text=f"{MARK} worry")
    await bot.wind(6 * MINUTE)
    dsl = bot.school.chat("dsl")
    for card in reversed(dsl.cards):
        if case.number in card.text and "Open" in card.buttons:
            await card.press("Open")
            break
    await bot.settled()
    if "I'll take this" in dsl.last_card.buttons:
        await dsl.press("I'll take this")
    await bot.settled()
    return case.number


@pytest.mark.parametrize("danger", ["No", "Yes"])
async def test_no_name_and_no_word_of_a_report_is_ever_logged(
    bot: Handrail, caplog: pytest.LogCaptureFixture, danger: str
) -> None:
    caplog.set_level(logging.DEBUG)
    await whole_case(bot, danger=danger)

    text = logged(caplog)
    assert "pressed" in text
    assert MARK not in text
    assert not [name for name in names(bot) if name in text]
    for category in ("child_protection", "self_harm", "restricted"):
        assert category not in text


@pytest.mark.parametrize("danger", ["No", "Yes"])
async def test_the_channel_carries_no_name_but_the_mention_and_no_word_of_the_report(
    bot: Handrail, danger: str
) -> None:
    number = await whole_case(bot, danger=danger)

    posts = [m for post in bot.school.channel().posts for m in post.messages if m.sender is None]
    assert any(number in json.dumps(m.card) for m in posts)
    for message in posts:
        mentioned = {bot.school.person(one).name for one in message.mentions}
        assert mentioned <= {"Dee Lead-Demo"}
        shown = f"{message.text} {json.dumps(message.card)} {message.summary}"
        assert MARK not in shown
        assert not [name for name in names(bot) - mentioned if name in shown]


async def test_no_preview_on_any_phone_carries_a_name_or_a_word(bot: Handrail) -> None:
    await whole_case(bot, danger="Yes")
    await report(bot, WHO, what="adult", pupils_done="", adults=person(bot, "Tom Tutor-Demo"), harm="yes")
    await report(bot, "Pia Plain-Demo", happened=f"{MARK} again", pupils_done=ABI)

    rung = 0
    for who in bot.school.tenant.people.values():
        for note in bot.school.chat(who.id).notifications:
            rung += 1
            assert MARK not in note.preview
            assert not [name for name in names(bot) if name in note.preview], note.preview
    assert rung


async def test_every_card_and_every_message_of_the_bot_has_a_safe_summary_or_text(bot: Handrail) -> None:
    await whole_case(bot, danger="Yes")
    bare = {m.summary for who in bot.school.tenant.people.values() for m in bot.school.chat(who.id).messages
            if m.sender is None and m.card is not None}  # fmt: skip

    assert "" not in bare
    assert not [s for s in bare if MARK in s or any(name in s for name in names(bot))]


async def test_a_case_about_an_adult_looks_in_the_log_like_any_other(
    bot: Handrail, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await report(bot, WHO, what="adult", pupils_done="", adults=person(bot, "Tom Tutor-Demo"), harm="yes")

    text = logged(caplog)
    for word in ("Tom Tutor-Demo", "restricted", "adult", "headteacher", "chair_of_governors"):
        assert word not in text, word
