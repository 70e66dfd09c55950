"""What somebody types: greetings start nothing, any sentence starts a report, nothing typed is ever lost."""

from __future__ import annotations

import json

import pytest

from tests.integration.conftest import Handrail
from tests.integration.report_walks import ABI, cases_in, finish, report, runs_of

WHO = "Paul Plain-Demo"


async def say(bot: Handrail, text: str, who: str = WHO) -> None:
    await bot.school.chat(who).say(text)
    await bot.settled()


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("hi", "Hello, this is Handrail"),
        ("Hello!", "Hello, this is Handrail"),
        ("  good   morning ", "Hello, this is Handrail"),
        ("help", "How Handrail works"),
        ("Help?", "How Handrail works"),
        ("my reports", "My reports"),
        ("My Reports.", "My reports"),
    ],
)
async def test_a_greeting_or_a_question_starts_no_report(bot: Handrail, typed: str, title: str) -> None:
    await say(bot, typed)

    assert bot.school.chat(WHO).last_card.text.startswith(title)
    assert not runs_of(bot, WHO)


@pytest.mark.parametrize("typed", ["thanks", "Thank you!", "ok", "thanks \U0001f44d", "Many thanks."])
async def test_thanks_are_answered_and_start_nothing(bot: Handrail, typed: str) -> None:
    await say(bot, typed)

    assert "welcome" in bot.school.chat(WHO).texts[-1]
    assert not runs_of(bot, WHO)


async def test_report_starts_a_report_with_danger_asked_first(bot: Handrail) -> None:
    await say(bot, "report")

    card = bot.school.chat(WHO).last_card
    assert "Is anyone in danger right now?" in card.text
    assert card.buttons[:3] == ["Yes", "Not sure", "No"]


async def test_report_typed_twice_shows_the_untouched_one_again(bot: Handrail) -> None:
    await say(bot, "report")
    await say(bot, "report")
    await bot.school.chat(WHO).card_with("My reports").press("Report something")
    await bot.settled()

    assert len(runs_of(bot, WHO)) == 1


async def test_any_other_sentence_starts_a_report_and_is_kept_for_the_description(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await say(bot, "Two boys were passing something round in the corridor")
    assert "What you typed is kept" in chat.last_card.text

    await chat.press("No", what="rules", pupils_done=ABI)

    assert chat.last_card.text.startswith("What happened?")
    assert "Two boys were passing something round in the corridor" in chat.last_card.text
    await finish(chat, happened="")
    await bot.settled()
    assert cases_in(bot)[0].answers["happened"] == "Two boys were passing something round in the corridor"


@pytest.mark.parametrize(
    ("typed", "button", "chosen"),
    [
        ("Is it allowed to use my own phone in lessons?", "Is it allowed?", "is_it_allowed"),
        ("hello, can I use   WhatsApp with my class", "Is it allowed?", "is_it_allowed"),
        ("Somebody in 7A has a question", "Ask for something", ""),
    ],
)
async def test_a_typed_question_is_a_report_first_and_is_offered_beside_it(
    bot: Handrail, typed: str, button: str, chosen: str
) -> None:
    chat = bot.school.chat(WHO)
    await say(bot, typed)
    report, before = chat.last_card, len(chat.cards)
    assert "Is anyone in danger right now?" in report.text
    assert f"press {button}" in report.text.replace("*", "")
    assert report.buttons[-1] == button

    for _ in range(2):
        await report.press(button)
        await bot.settled()
    assert len(chat.cards) == before + 1, "the list stands below, once"
    assert chat.last_card.text.startswith("Ask for something")
    assert f'"value": "{chosen}"' in json.dumps(chat.last_card.content) or not chosen
    assert chat.cards[-2].text == report.text
    (run,) = runs_of(bot, WHO)
    assert (run.state, run.answers["happened"]) == ("open", typed)


async def test_a_question_typed_after_sending_is_offered_beside_adding_it(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await report(bot, WHO)
    await say(bot, "Is it allowed to use my own phone?")
    card = chat.last_card
    assert card.buttons[1:] == ["It is a new report", "Is it allowed?"]
    await card.press("Is it allowed?")
    await bot.settled()
    assert chat.last_card.text.startswith("Ask for something")
    assert [r.answers.get("happened") for r in runs_of(bot, WHO)][-1] == "Is it allowed to use my own phone?"


async def test_nothing_is_offered_to_ask_where_nothing_was_typed_or_danger_was_said(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await say(bot, "report")
    assert "Ask for something" not in chat.last_card.buttons
    await say(bot, "Can I use my phone to film it?")
    assert chat.last_card.buttons[-1] == "Is it allowed?"
    await chat.press("Yes")
    assert "Is it allowed?" not in chat.last_card.buttons


async def test_a_sentence_typed_while_the_first_card_waits_is_added_to_the_description(bot: Handrail) -> None:
    await say(bot, "It was in the corridor")
    await say(bot, "And it was filmed")

    (run,) = runs_of(bot, WHO)
    assert run.answers["happened"] == "It was in the corridor\nAnd it was filmed"


async def test_typed_text_answers_the_card_that_asks_what_happened(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await say(bot, "report")
    await chat.press("No", what="rules", pupils_done=ABI)
    await say(bot, "They were on a game site")

    assert chat.last_card.text.startswith("A few facts")
    assert runs_of(bot, WHO)[0].answers["happened"] == "They were on a game site"


async def test_typed_text_at_a_card_of_several_questions_goes_to_the_description_in_full(
    bot: Handrail,
) -> None:
    chat = bot.school.chat(WHO)
    sentence = "She said that it has been going on since the summer and that two others know of it. " * 3
    await say(bot, "report")
    await chat.press("No", what="child", pupils_affected=ABI)
    await chat.press("Next", happened="First words")
    assert chat.last_card.text.startswith("About the child")

    await say(bot, sentence)

    (run,) = runs_of(bot, WHO)
    assert run.answers["happened"] == f"First words\n{sentence.strip()}"
    assert not run.answers.get("goes_home")
    assert chat.last_card.text.startswith("About the child")


async def test_typed_text_at_review_joins_the_description_and_sends_nothing(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await say(bot, "report")
    await chat.press("No", what="rules", pupils_done=ABI)
    await chat.press("Next", happened="First words")
    await chat.press("Next", row="non_educational_sites", where="school", ticks="none", intent="unknown")
    assert chat.last_card.text.startswith("Check and send")

    await say(bot, "One more thing")

    assert not cases_in(bot)
    assert chat.last_card.text.startswith("Check and send")
    assert "One more thing" in chat.last_card.text
    await chat.press("Send the report")
    await bot.settled()
    assert cases_in(bot)[0].answers["happened"] == "First words\nOne more thing"


async def test_a_place_too_long_for_its_field_is_kept_with_the_description(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    long = "He is in the big hall and " * 20
    await say(bot, "report")
    await chat.press("Yes")
    await say(bot, long)

    assert runs_of(bot, WHO)[0].answers["happened"] == long.strip()


async def test_a_sentence_after_sending_asks_whether_to_add_it_or_to_start_another(bot: Handrail) -> None:
    (case,) = await report(bot, WHO)
    chat = bot.school.chat(WHO)

    await say(bot, "It has happened again")

    assert "Add this to your last report, or is it a new one?" in chat.last_card.text
    assert "It has happened again" in chat.last_card.text
    assert chat.last_card.buttons == [f"Add it to {case.number}", "It is a new report"]
    assert len(cases_in(bot)) == 1


async def test_a_sentence_added_after_sending_stands_in_the_case_and_its_draft_is_gone(bot: Handrail) -> None:
    (case,) = await report(bot, WHO)
    chat = bot.school.chat(WHO)
    await say(bot, "It has happened again")
    shown = len(chat.cards)

    await chat.press(f"Add it to {case.number}")
    await bot.settled()

    assert [n.text for n in cases_in(bot)[0].notes] == ["It has happened again"]
    assert "added to your report" in chat.notice
    assert len(chat.cards) == shown
    assert [r.state for r in runs_of(bot, WHO)] == ["sent", "deleted"]


async def test_adding_twice_adds_once(bot: Handrail) -> None:
    (case,) = await report(bot, WHO)
    chat = bot.school.chat(WHO)
    await say(bot, "It has happened again")
    card = chat.last_card
    await card.press(f"Add it to {case.number}")
    await card.press(f"Add it to {case.number}")
    await bot.settled()

    assert len(cases_in(bot)[0].notes) == 1


async def test_a_sentence_after_sending_can_begin_another_report_which_holds_it(bot: Handrail) -> None:
    await report(bot, WHO)
    chat = bot.school.chat(WHO)
    await say(bot, "Something else altogether")
    await chat.press("It is a new report")
    await bot.settled()

    await chat.press("No", what="rules", pupils_done=ABI)
    await finish(chat, happened="")
    await bot.settled()

    assert sorted(c.answers["happened"] for c in cases_in(bot)) == [
        "Something else altogether",
        "They were on a game site.",
    ]


async def test_a_sentence_left_unanswered_after_sending_waits_among_my_reports(bot: Handrail) -> None:
    await report(bot, WHO)
    await say(bot, "Left lying")
    await say(bot, "my reports")

    chat = bot.school.chat(WHO)
    await chat.press(next(b for b in chat.last_card.buttons if b.startswith("Go on")))
    assert runs_of(bot, WHO)[-1].answers["happened"] == "Left lying"
    assert runs_of(bot, WHO)[-1].state == "open"


async def test_a_message_repeated_by_teams_counts_once(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    sent = await chat.say("It was in the corridor")
    await chat.repeat(sent, same_id=True)
    await bot.settled()

    (run,) = runs_of(bot, WHO)
    assert run.answers["happened"] == "It was in the corridor"


async def test_a_very_long_message_is_kept_as_far_as_it_goes_and_says_so(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await say(bot, "word " * 3000)

    assert any("only its beginning has been kept" in text for text in chat.texts)
    assert len(runs_of(bot, WHO)[0].answers["happened"]) > 7000


async def test_many_long_messages_lose_nothing_and_the_card_still_comes(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    said = [f"{n} " + "word " * 1500 for n in range(3)]
    for one in said:
        await say(bot, one)

    kept = "\n".join(text for run in runs_of(bot, WHO) for text in run.answers.values())
    assert all(one.strip() in kept for one in said)
    await chat.card_with("No").press("No", what="rules", pupils_done=ABI)
    assert chat.last_card.buttons


async def test_what_is_said_in_a_channel_is_answered_without_an_echo(bot: Handrail) -> None:
    channel = bot.school.channel()
    await channel.seen_by(bot.school.person("dsl")).say("Abi did something")
    await bot.settled()

    reply = channel.posts[-1].replies[-1]
    assert "write to me in private" in reply.text
    assert "Abi" not in reply.text
    assert not cases_in(bot)
    assert not runs_of(bot, "dsl")
