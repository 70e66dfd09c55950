"""A press on a message of which Handrail never heard that it arrived: recognised, put right (casework 9)."""

from __future__ import annotations

from bot.rehearsal.cards import words
from tests.integration.conftest import Handrail
from tests.integration.report_walks import ABI, cases_in, person, report, runs_of

WHO = "Paul Plain-Demo"
MINUTE = 60
FIRST = "Is anyone in danger right now?"


def stored(bot: Handrail, who: str) -> list[str]:
    """The words of the cards in that chat as Teams stores them, oldest first: what a reopened chat shows."""
    return [words(m.card) for m in bot.school.chat(who).messages if m.sender is None and m.card]


async def two_cards(bot: Handrail) -> None:
    """The first card arrives twice: the answer to its sending was lost, so only the second one is known."""
    chat = bot.school.chat(WHO)
    bot.school.faults.next(1, "cut", conversation=chat.conversation, method="POST")
    await chat.say("report")
    await bot.settled()
    assert sum(FIRST in card for card in stored(bot, WHO)) == 2


async def test_a_report_goes_on_from_a_card_whose_sending_had_an_unknown_outcome(bot: Handrail) -> None:
    await two_cards(bot)
    chat = bot.school.chat(WHO)
    orphan = next(card for card in chat.cards if FIRST in card.text)
    await orphan.press("No", what="rules", pupils_done=ABI)
    await bot.settled()

    assert runs_of(bot, WHO)[0].step == "happened"
    assert not any(FIRST in card for card in stored(bot, WHO))
    assert sum(card.startswith("What happened?") for card in stored(bot, WHO)) == 2

    await chat.press("Next", happened="They were on a game site.")
    await bot.settled()
    assert not any(card.startswith("What happened?") for card in stored(bot, WHO))
    assert sum(card.startswith("A few facts") for card in stored(bot, WHO)) == 2


async def test_a_press_on_an_orphan_after_the_report_went_on_shows_and_stores_where_it_stands(
    bot: Handrail,
) -> None:
    await two_cards(bot)
    chat = bot.school.chat(WHO)
    orphan, known = (card for card in chat.cards if FIRST in card.text)
    await known.press("Cancel")
    await bot.settled()
    assert any(FIRST in card for card in stored(bot, WHO))
    await orphan.press("Save for later")
    await bot.settled()

    assert not any(FIRST in card for card in stored(bot, WHO))
    assert sum(card.startswith("Cancelled") for card in stored(bot, WHO)) == 2
    assert runs_of(bot, WHO)[0].state == "cancelled"


async def test_what_was_typed_into_an_orphan_too_late_is_given_back_and_not_wiped_away(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await chat.say("report")
    await bot.settled()
    await chat.press("No", what="technical", others="not_known")
    await bot.settled()
    bot.school.faults.next(1, "cut", conversation=chat.conversation, method="POST")
    await chat.say("The filter lets it through")
    await bot.settled()
    orphan, known = (card for card in chat.cards if card.text.startswith("A few facts"))
    await known.press("Back")
    await bot.settled()
    await orphan.press("Next", app="Words that come too late")
    await bot.settled()

    assert any("You had typed: Words that come too late" in card.text for card in chat.cards)


async def test_an_alert_whose_sending_had_an_unknown_outcome_opens_and_is_blanked_like_any_other(
    bot: Handrail,
) -> None:
    tutor = bot.school.chat("tutor")
    bot.school.faults.next(1, "cut", conversation=tutor.conversation, method="POST")
    (case,) = await report(bot, WHO)
    await bot.wind(3 * MINUTE)
    alerts = [card for card in tutor.cards if case.number in card.text]
    assert len(alerts) == 2
    await alerts[0].press("Open")
    await bot.settled()
    assert sum("Why you have this" in card for card in stored(bot, "tutor")) == 1

    await tutor.card_with("I'll take this").press("I'll take this")
    await bot.settled()
    dsl = bot.school.chat("dsl")
    await dsl.say("hi")
    await bot.settled()
    await bot.school.chat(WHO).press("I'm still worried")
    await bot.school.chat(WHO).press("Send it", text="She is his aunt")
    await bot.settled()
    await dsl.card_with("Open").press("Open")
    await bot.settled()
    for _ in range(6):
        if "Someone must not see this" in dsl.last_card.buttons:
            break
        await dsl.press("More")
    await dsl.press("Someone must not see this")
    await dsl.press("Record it", who=person(bot, "tutor"), why="A relative")
    await bot.settled()

    assert person(bot, "tutor") in {e.person for e in cases_in(bot)[0].excluded}
    assert not any(case.number in card for card in stored(bot, "tutor"))
