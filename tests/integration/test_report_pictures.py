"""A picture is refused, the DSL hears of it at once, and nothing of it is kept anywhere (casework 7)."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.casework.tables import FAR, PRESSES
from bot.model.outbox import Press
from tests.integration.conftest import Handrail
from tests.integration.report_walks import cases_in, runs_of

WHO = "Paul Plain-Demo"
NAME = "marked-picture.png"
ADDRESS = "https://graph.example/marked-address/hosted/1"
INLINE = f'<p>See this <img src="{ADDRESS}" alt="marked-alt"></p>'


def kept_anywhere(bot: Handrail, data: Path, log: str, *marks: str) -> list[str]:
    """Where any of the marks can be found: files, log, documents, messages of the bot."""
    found = [f"{path}:{m}" for path in data.rglob("*") if path.is_file() for m in marks
             if m.encode() in path.read_bytes()]  # fmt: skip
    store = bot.service.store
    documents = [repr(r) for r in runs_of(bot, WHO)] + [repr(c) for c in cases_in(bot)]
    presses: list[Press | None] = [store.get(PRESSES, key) for key in store.earliest(PRESSES, FAR, 1000)]
    documents += [repr(press) for press in presses]
    sent = [f"{m.text}{m.card}{m.summary}" for who in (WHO, "dsl") for m in bot.school.chat(who).messages
            if m.sender is None]  # fmt: skip
    found += [m for m in marks for text in (log, *documents, *sent) if m in text]
    return found


@pytest.mark.parametrize("how", ["file", "inline"])
async def test_a_picture_is_refused_and_nothing_of_it_is_kept(
    bot: Handrail, tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    caplog.set_level(logging.DEBUG)
    chat = bot.school.chat(WHO)
    if how == "file":
        await chat.say("", files=[NAME])
    else:
        await chat.say("", rich_html=INLINE)
    await bot.settled()

    assert any("I can't take pictures" in t and "do not delete, forward" in t for t in chat.texts)
    log = "\n".join(f"{r.getMessage()} {vars(r)}" for r in caplog.records if r.name.startswith("bot."))
    assert not kept_anywhere(
        bot, tmp_path / "data", log, NAME, "marked-address", "marked-alt", "files.rehearsal"
    )
    assert not runs_of(bot, WHO)


async def test_the_dsl_hears_at_once_who_sent_a_picture_and_when_and_not_the_picture(bot: Handrail) -> None:
    sent = await bot.school.chat(WHO).say("", files=[NAME])
    await bot.settled()

    card = bot.school.chat("dsl").last_card.text
    assert "A picture was sent to Handrail" in card
    assert WHO in card
    assert sent.message_id in card
    assert WHO not in bot.school.chat("dsl").notifications[-1].preview


async def test_a_picture_sent_by_the_dsl_is_told_to_the_head(bot: Handrail) -> None:
    await bot.school.chat("dsl").say("", files=[NAME])
    await bot.settled()

    assert "A picture was sent to Handrail" in bot.school.chat("headteacher").last_card.text


async def test_words_sent_along_with_a_picture_are_not_lost(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await chat.say("This was going round in 7A", rich_html=INLINE)
    await bot.settled()

    assert any("I can't take pictures" in t for t in chat.texts)
    assert runs_of(bot, WHO)[0].answers["happened"] == "This was going round in 7A"


async def test_words_sent_with_a_picture_answer_the_card_that_waits(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await chat.say("The first words")
    await chat.say("The second words", files=[NAME])
    await bot.settled()

    assert runs_of(bot, WHO)[0].answers["happened"] == "The first words\nThe second words"


async def test_rich_text_without_an_image_is_an_ordinary_message(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await chat.say("It was bold", rich_html="<p>It was <strong>bold</strong></p>")
    await bot.settled()

    assert not any("I can't take pictures" in t for t in chat.texts)
    assert runs_of(bot, WHO)[0].answers["happened"] == "It was bold"


async def test_a_pupils_picture_is_refused_and_the_dsl_hears_of_it(bot: Handrail) -> None:
    chat = bot.school.chat("Abi Pupil-Demo")
    await chat.say("", files=[NAME])
    await bot.settled()

    assert any("I can't take pictures" in t for t in chat.texts)
    assert "A picture was sent to Handrail" in bot.school.chat("dsl").last_card.text


async def test_a_picture_shown_to_the_bot_in_a_channel_is_told_to_the_dsl(bot: Handrail) -> None:
    await bot.school.channel().seen_by(bot.school.person("headteacher")).say("", files=[NAME])
    await bot.settled()

    assert "A picture was sent to Handrail" in bot.school.chat("dsl").last_card.text
    assert "write to me in private" in bot.school.channel().posts[-1].replies[-1].text


async def test_a_picture_repeated_by_teams_is_told_once(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    sent = await chat.say("", files=[NAME])
    await chat.repeat(sent, same_id=True)
    await bot.settled()

    told = [c for c in bot.school.chat("dsl").cards if "A picture was sent" in c.text]
    assert len(told) == 1
