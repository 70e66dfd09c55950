"""Whatever a client sends that no card of ours asked for: a clear answer, never a fault, never a change."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest

from bot.rehearsal.chat import Chat, Seen
from tests.integration.conftest import Handrail
from tests.integration.report_walks import ABI, cases_in, fill, finish, pressed_by, report, runs_of

WHO, OTHER = "Paul Plain-Demo", "Tom Tutor-Demo"


async def begin(bot: Handrail, who: str = WHO) -> Chat:
    chat = bot.school.chat(who)
    await chat.say("report")
    await bot.settled()
    return chat


def staged(bot: Handrail) -> int:
    return bot.service.store.stats().staged


async def unchanged(
    bot: Handrail, who: str, card: Seen, button: str, data: Mapping[str, object]
) -> str:  # the words that came back
    """Press a forged button; assert that nothing changed and that a person can read the answer."""
    await bot.settled()
    before, runs = staged(bot), runs_of(bot, WHO)
    answered = await pressed_by(bot, who, card, button, **data)
    await bot.settled()
    assert answered.sent.status == 200
    assert not answered.wrong
    assert staged(bot) == before
    assert runs_of(bot, WHO) == runs
    return answered.text or bot.school.chat(who).last_card.text


@pytest.mark.parametrize(
    "data",
    [
        {"verb": "no_such_verb"},
        {"verb": "answer", "target": "0123456789abcdef0123"},
        {"verb": "answer", "target": ""},
        {"verb": "receipt", "target": "nobody"},
        {"verb": "reporter_do", "target": "nobody", "action_id": "add.1-x"},
        {"verb": "typed_add", "target": "nobody", "action_id": "nobody"},
        {"verb": "open", "target": "nobody"},
        {"verb": "do", "target": "nobody", "action_id": "close.0"},
        {"verb": "pupil_no", "target": "nobody"},
        {"verb": "link_yes", "target": "nobody"},
        {"verb": "status", "target": "nobody"},
        {"verb": 7},
        {"values": "no object"},
        {"values": {"danger": ["Yes"]}},
        {"target": {"a": "b"}},
        {"action_id": "v1" * 100},
    ],
)
async def test_a_button_that_no_card_of_ours_has_changes_nothing(
    bot: Handrail, data: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    chat = await begin(bot)

    text = await unchanged(bot, WHO, chat.last_card, "No", data)

    assert text
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.parametrize("button", ["Yes", "No", "Save for later", "Cancel"])
async def test_somebody_elses_card_cannot_be_pressed(bot: Handrail, button: str) -> None:
    chat = await begin(bot)

    text = await unchanged(bot, OTHER, chat.last_card, button, {})

    assert "There is nothing here for you" in text
    assert not cases_in(bot)


async def test_somebody_elses_receipt_and_somebody_elses_words_stay_theirs(bot: Handrail) -> None:
    (case,) = await report(bot, WHO)
    chat = bot.school.chat(WHO)
    card = chat.card_with("Add something")

    for button in ("Add something", "I'm still worried", "This was a mistake"):
        assert "There is nothing here for you" in await unchanged(bot, OTHER, card, button, {})
    forged = {"verb": "receipt", "target": case.run}
    assert case.number not in await unchanged(bot, OTHER, card, "Add something", forged)


async def test_typed_words_cannot_be_added_to_somebody_elses_report(bot: Handrail) -> None:
    (theirs,) = await report(bot, OTHER)
    await report(bot, WHO)
    chat = bot.school.chat(WHO)
    await chat.say("My own words")
    await bot.settled()

    await unchanged(bot, WHO, chat.last_card, "It is a new report",
                    {"verb": "typed_add", "action_id": theirs.run})  # fmt: skip

    assert not any(c.notes for c in cases_in(bot))


@pytest.mark.parametrize("danger", [None, "", "perhaps"])
async def test_the_first_card_cannot_be_left_without_an_answer_about_danger(
    bot: Handrail, danger: str | None
) -> None:
    chat = await begin(bot)
    values = {} if danger is None else {"danger": danger}
    card = chat.last_card

    await pressed_by(bot, WHO, card, "No", values=values | {"what": "rules", "pupils_done": ABI})
    await bot.settled()

    assert runs_of(bot, WHO)[0].step == "first"
    assert "Please answer the question above the buttons." in chat.last_card.text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"what": "no_such_kind", "pupils_done": ABI}, "Please choose from the list."),
        ({"what": "rules", "pupils_done": "pupil:nobody"}, "Please choose from the list."),
        ({"what": "rules", "others": "not_known,someone_else"}, "This choice stands alone."),
        ({"what": "rules", "pupils_done": ",".join(f"pupil:p{n:03}" for n in range(30))}, "Please shorten"),
        ({}, "Please choose what it is."),
    ],
)
async def test_a_wrong_answer_is_said_beside_its_question_and_the_card_stays(
    bot: Handrail, answers: dict[str, str], said: str
) -> None:
    chat = await begin(bot)
    answered = await chat.press("No", answers)

    assert not answered.wrong
    assert said in chat.last_card.text
    assert runs_of(bot, WHO)[0].step == "first"
    assert not cases_in(bot)


@pytest.mark.parametrize("key", ["place", "happened"])
async def test_an_overlong_answer_is_kept_and_said(bot: Handrail, key: str) -> None:
    chat = await begin(bot)
    await fill(chat, "Yes" if key == "place" else "No", what="rules", pupils_done=ABI)

    await chat.press("Next", {key: "z" * 5000})

    assert "characters at most" in chat.last_card.text
    assert runs_of(bot, WHO)[0].answers[key] == "z" * 5000


async def test_an_answer_beyond_all_measure_is_refused_without_a_change(bot: Handrail) -> None:
    chat = await begin(bot)
    await fill(chat, "No", what="rules", pupils_done=ABI)
    before = staged(bot)

    answered = await chat.press("Next", happened="z" * 30_000)
    await bot.settled()

    assert answered.sent.status in (200, 413)
    assert "happened" not in runs_of(bot, WHO)[0].answers
    assert staged(bot) - before <= 1


async def test_an_answer_to_a_question_that_the_card_did_not_ask_is_ignored(bot: Handrail) -> None:
    chat = await begin(bot)
    card = chat.last_card
    sneaked = {"what": "rules", "pupils_done": ABI, "danger": "no", "row": "disrepute", "ticks": "sexual"}

    await pressed_by(bot, WHO, card, "No", values=sneaked)
    await bot.settled()

    assert set(runs_of(bot, WHO)[0].answers) <= {
        "what", "pupils_done", "danger", "pupils_affected", "adults", "others",
    }  # fmt: skip


async def test_a_wrong_choice_of_a_later_card_is_refused_too(bot: Handrail) -> None:
    chat = await begin(bot)
    await fill(chat, "No", what="rules", pupils_done=ABI)
    await chat.press("Next", happened="Words")

    await chat.press("Next", row="no_such_row", where="the_moon", ticks="none,threats", intent="x")

    assert chat.last_card.text.startswith("A few facts")
    assert "Please choose from the list." in chat.last_card.text
    assert "This choice stands alone." in chat.last_card.text
    await finish(chat)
    await bot.settled()
    assert len(cases_in(bot)) == 1


@pytest.mark.parametrize("offer", ["add.", "add.now", "add.99999999999-ab", "add.1-ab", "close.0", "add.0-x"])
async def test_an_action_of_the_receipt_that_was_never_offered_or_is_too_old_does_nothing(
    bot: Handrail, offer: str
) -> None:
    await report(bot, WHO)
    chat = bot.school.chat(WHO)
    await chat.press("Add something")
    forged = {"action_id": offer, "values": {"text": "Forged words"}}

    await pressed_by(bot, WHO, chat.last_card, "Add it", **forged)
    await bot.settled()

    assert not cases_in(bot)[0].notes
