"""The receipt lives on: number and state by role, something to add, a worry, a mistake (casework 8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.casework.tables import CASES, EVERY
from bot.engine.hours import is_open
from bot.model.cases import Case
from bot.rehearsal.chat import Chat
from tests.integration.conftest import Handrail
from tests.integration.report_walks import (
    ABI,
    RECEIPT,
    cases_in,
    person,
    report,
    told,
    walk,
)

WHO = "Paul Plain-Demo"
HOUR = 3600


async def until(bot: Handrail, *, at: str) -> None:
    """Wind to the next moment when school is `open` or `closed`."""
    school = bot.service.office.shelf.current().school
    now = bot.service.clock.now()
    while is_open(school, now) != (at == "open"):
        now += timedelta(minutes=30)
    await bot.wind(max(0.0, (now - bot.service.clock.now()).total_seconds()))


async def sent(bot: Handrail, **answers: str) -> tuple[Chat, Case]:
    (case,) = await report(bot, WHO, **answers)
    return bot.school.chat(WHO), case


def receipt(bot: Handrail, who: str = WHO) -> str:
    return next(c.text for c in reversed(bot.school.chat(who).cards) if RECEIPT in c.text)


def lines(bot: Handrail, who: str = WHO) -> list[str]:
    return receipt(bot, who).splitlines()


async def opened(bot: Handrail, who: str, case: Case) -> Chat:
    chat = bot.school.chat(who)
    card = next(c for c in reversed(chat.cards) if case.number in c.text and "Open" in c.buttons)
    await card.press("Open")
    await bot.settled()
    return chat


async def test_the_receipt_goes_from_received_to_seen_to_being_handled_to_closed(bot: Handrail) -> None:
    _, case = await sent(bot)
    assert "Received" in lines(bot)

    tutor = await opened(bot, "tutor", case)
    assert "Seen" in lines(bot)

    await tutor.press("I'll take this")
    await bot.settled()
    assert "Being handled" in lines(bot)

    await tutor.press("Close the case")
    await tutor.press("Close the case", outcome="found", why="Words of the closing")
    await bot.settled()
    assert "Closed" in lines(bot)
    assert "Tess" not in receipt(bot)
    assert "Words of the closing" not in receipt(bot)


async def test_the_receipt_names_nobody_and_nothing_of_the_case(bot: Handrail) -> None:
    await sent(bot, what="child", pupils_affected=ABI, happened="Marked words")

    for word in ("Abi", "Dee", "Marked", "rules", "child_protection"):
        assert word not in receipt(bot)
    assert "social care, the police or the LADO" in receipt(bot)
    assert "whistleblowing" in receipt(bot)


async def test_something_added_reaches_whoever_has_the_case(bot: Handrail) -> None:
    chat, case = await sent(bot)
    await chat.press("Add something")
    await chat.press("Add it", text="It was on Tuesday")
    await bot.settled()

    assert [n.text for n in cases_in(bot)[0].notes] == ["It was on Tuesday"]
    assert any("has added something" in t and case.number in t for t in bot.school.chat("tutor").texts)
    assert "What you said afterwards is recorded too" in receipt(bot)
    assert not any("Tuesday" in t for t in bot.school.chat("tutor").texts)


async def test_adding_needs_words_and_keeps_them_when_too_long(bot: Handrail) -> None:
    chat, _ = await sent(bot)
    await chat.press("Add something")
    await chat.press("Add it")
    assert "Please write something first." in chat.last_card.text
    await chat.press("Add it", text="y" * 4100)

    assert "y" * 4100 in chat.last_card.text
    assert not cases_in(bot)[0].notes


async def test_the_same_addition_pressed_twice_counts_once_and_other_words_are_given_back(
    bot: Handrail,
) -> None:
    chat, _ = await sent(bot)
    await chat.press("Add something")
    form = chat.last_card
    await form.press("Add it", text="The first words")
    await form.press("Add it", text="The first words")
    assert "You had typed" not in chat.last_card.text
    await bot.settled()
    await form.press("Add it", text="Quite other words")

    assert [n.text for n in cases_in(bot)[0].notes] == ["The first words"]
    assert "You had typed: Quite other words" in chat.last_card.text


async def test_two_additions_are_both_kept(bot: Handrail) -> None:
    chat, _ = await sent(bot)
    for words in ("One", "Two"):
        await chat.press("Add something")
        await chat.press("Add it", text=words)

    assert [n.text for n in cases_in(bot)[0].notes] == ["One", "Two"]


async def test_an_addition_goes_into_each_case_of_the_report(bot: Handrail) -> None:
    await report(bot, WHO, pupils_done=f"{ABI},pupil:p005")
    chat = bot.school.chat(WHO)
    await chat.press("Add something")
    await chat.press("Add it", text="For both")

    assert [[n.text for n in c.notes] for c in cases_in(bot)] == [["For both"], ["For both"]]


async def closed(bot: Handrail) -> tuple[Chat, Case]:
    chat, case = await sent(bot)
    tutor = await opened(bot, "tutor", case)
    await tutor.press("I'll take this")
    await tutor.press("Close the case")
    await tutor.press("Close the case", outcome="found", why="Done")
    await bot.settled()
    return chat, case


async def test_something_can_be_added_after_closing_and_the_owner_hears_of_it(bot: Handrail) -> None:
    chat, case = await closed(bot)
    await chat.press("Add something")
    await chat.press("Add it", text="It goes on")
    await bot.settled()

    assert [n.text for n in cases_in(bot)[0].notes] == ["It goes on"]
    assert any("has added something" in t and case.number in t for t in bot.school.chat("tutor").texts)


async def test_im_still_worried_reaches_the_dsl(bot: Handrail) -> None:
    chat, case = await sent(bot)
    assert not told(bot, "dsl", case.number)
    await chat.press("I'm still worried")
    await chat.press("Send it", text="Nobody has come")
    await bot.settled()

    assert told(bot, "dsl", case.number)
    assert not any("Nobody has come" in t for t in bot.school.chat("dsl").texts)
    await opened(bot, "dsl", case)
    assert "Nobody has come" in bot.school.chat("dsl").last_card.text


async def worried_after_closing(bot: Handrail) -> tuple[Chat, Case]:
    chat, case = await closed(bot)
    await chat.press("I'm still worried")
    await chat.press("Send it", text="It goes on")
    await bot.settled()
    return chat, case


async def test_im_still_worried_after_closing_alerts_the_dsl_until_it_is_acknowledged(bot: Handrail) -> None:
    _, case = await worried_after_closing(bot)
    heard = bot.school.chat("dsl").texts
    assert any("still worried" in t and case.number in t for t in heard)
    assert not told(bot, "deputy_dsl", case.number)

    dsl = await opened(bot, "dsl", case)
    assert "It goes on" in dsl.last_card.text
    await dsl.press("I have seen this")
    await bot.wind(5 * 24 * HOUR)

    (now,) = cases_in(bot)
    assert now.oversight.accepted_by == person(bot, "dsl")
    assert now.closing is not None
    assert not told(bot, "deputy_dsl", case.number)
    assert "Nobody at school" not in receipt(bot)


async def test_a_worry_after_closing_that_nobody_acknowledges_climbs_and_then_shows_the_way_outside(
    bot: Handrail,
) -> None:
    chat, case = await worried_after_closing(bot)
    for _ in range(30):
        await bot.wind(12 * HOUR)
        if any("Nobody at school could be reached" in t for t in chat.texts):
            break

    assert told(bot, "deputy_dsl", case.number)
    assert any(case.number in t and "children's social care" in t for t in chat.texts)
    assert "Nobody at school could be reached yet." in receipt(bot)
    (now,) = cases_in(bot)
    assert now.closing is not None


async def until_given_up(bot: Handrail) -> None:
    """Wind until nobody is being asked any more."""
    for _ in range(200):
        if bot.service.store.find(CASES, "given_up", EVERY):
            return
        await bot.wind(2 * HOUR)
    raise AssertionError("It never ended in the way outside.")


async def test_a_worry_after_closing_that_ended_outside_is_asked_about_anew_at_a_start_and_each_day(
    bot: Handrail,
) -> None:
    chat, case = await worried_after_closing(bot)
    dsl = bot.school.chat("dsl")
    await until_given_up(bot)
    heard = len(dsl.messages)
    await bot.service.tell_gaps()
    await bot.settled()
    (now,) = cases_in(bot)
    assert (now.closing is None, now.oversight.clock_id is None) == (False, False)
    assert len(dsl.messages) > heard, "as the service does when it starts"

    await until_given_up(bot)
    heard = len(dsl.messages)
    await bot.wind(24 * HOUR)
    assert len(dsl.messages) > heard
    assert len([t for t in chat.texts if "Nobody at school" in t]) == 1, "the reporter knows already"

    await opened(bot, "dsl", case)
    await dsl.press("I have seen this")
    await bot.settled()
    assert not bot.service.store.find(CASES, "given_up", EVERY)
    assert "Nobody at school" not in receipt(bot)


async def test_im_still_worried_about_an_adult_goes_to_that_cases_own_authority(bot: Handrail) -> None:
    tom = person(bot, "Tom Tutor-Demo")
    chat, case = await sent(bot, what="adult", pupils_done="", adults=tom, harm="yes")
    heard = len(bot.school.chat("dsl").messages)
    await chat.press("I'm still worried")
    await chat.press("Send it", text="Nobody has come")
    await bot.settled()

    assert any("still worried" in t and case.number in t for t in bot.school.chat("headteacher").texts)
    assert len(bot.school.chat("dsl").messages) == heard


async def test_a_mistake_keeps_the_case_and_tells_its_owner(bot: Handrail) -> None:
    chat, case = await sent(bot)
    await chat.press("This was a mistake")
    await chat.press("Send it", text="It was another pupil")
    await bot.settled()

    (now,) = cases_in(bot)
    assert now.closing is None
    assert now.mistake == "It was another pupil"
    assert any("it was a mistake" in t and case.number in t for t in bot.school.chat("tutor").texts)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "School is closed. This will be read from"),
        ({"what": "child", "pupils_done": "", "pupils_affected": ABI}, "people are being alerted"),
    ],
)
async def test_out_of_hours_the_receipt_begins_with_when_it_is_read_and_what_cannot_wait(
    bot: Handrail, answers: dict[str, str], said: str
) -> None:
    await until(bot, at="closed")
    await sent(bot, **answers)

    text = receipt(bot)
    assert text.startswith("School is closed")
    assert text.count("School is closed") == 1
    assert said in text.partition(RECEIPT)[0]
    assert "999" in text.partition(RECEIPT)[0]
    assert "101" in text.partition(RECEIPT)[0]


async def test_a_receipt_that_nobody_was_reached_does_not_say_that_people_are_being_alerted(
    bot: Handrail,
) -> None:
    await until(bot, at="closed")
    await sent(bot, what="child", pupils_done="", pupils_affected=ABI)
    for _ in range(40):
        await bot.wind(HOUR / 4)
        if "Nobody at school could be reached" in receipt(bot):
            break

    text = receipt(bot)
    assert text.startswith("Nobody at school could be reached yet.")
    assert "School is closed until" in text
    assert text.count("School is closed") == 1
    assert "being alerted" not in text
    assert "Nobody reached yet" in lines(bot)


async def test_in_school_hours_the_receipt_begins_with_thanks(bot: Handrail) -> None:
    await until(bot, at="open")
    await sent(bot)

    assert receipt(bot).startswith("Thank you.")


async def exclude(bot: Handrail, case: Case) -> None:
    tutor = await opened(bot, "tutor", case)
    await tutor.press("I'll take this")
    for _ in range(6):
        if "Someone must not see this" in tutor.last_card.buttons:
            break
        await tutor.press("More")
    await tutor.press("Someone must not see this")
    await tutor.press("Record it", who=person(bot, WHO), why="A relative")
    await bot.settled()


async def test_an_excluded_reporter_keeps_number_and_state_and_nothing_else(bot: Handrail) -> None:
    chat, case = await sent(bot)
    before = chat.card_with("Add something")
    await exclude(bot, case)

    assert lines(bot)[:3] == ["Thank you. Your report is recorded.", case.number, "Being handled"]
    assert len(lines(bot)) == 3
    await before.press("Add something")
    assert chat.last_card.text.splitlines()[0] == "Thank you. Your report is recorded."
    assert "Add it" not in chat.last_card.buttons
    assert not cases_in(bot)[0].notes


async def test_an_excluded_reporters_typed_words_are_given_back(bot: Handrail) -> None:
    chat, case = await sent(bot)
    await chat.press("Add something")
    form = chat.last_card
    await exclude(bot, case)

    await form.press("Add it", text="Words that come too late")

    assert "Words that come too late" in chat.last_card.text
    assert not cases_in(bot)[0].notes


async def test_an_excluded_reporter_hears_that_a_typed_message_was_not_added_and_keeps_its_words(
    bot: Handrail,
) -> None:
    chat, case = await sent(bot)
    await chat.say("Words typed as a message")
    await bot.settled()
    asked = chat.card_with(f"Add it to {case.number}")
    await exclude(bot, case)
    await asked.press(f"Add it to {case.number}")
    await bot.settled()

    shown = chat.last_card
    assert "could not be added to that report" in shown.text
    assert "You had typed: Words typed as a message" in shown.text
    assert not cases_in(bot)[0].notes
    await shown.press("Go on")
    await bot.settled()
    await walk(chat, happened="")
    await bot.settled()
    assert cases_in(bot)[-1].answers["happened"] == "Words typed as a message"


async def test_a_reporter_of_themselves_has_a_bare_receipt_from_the_first(bot: Handrail) -> None:
    (case,) = await report(bot, WHO, what="adult", pupils_done="", adults=person(bot, WHO), harm="no")

    assert lines(bot) == ["Thank you. Your report is recorded.", case.number, "Received"]


async def test_when_nobody_answers_the_reporter_is_shown_the_way_outside(bot: Handrail) -> None:
    chat, case = await sent(bot, what="child", pupils_done="", pupils_affected=ABI)
    for _ in range(40):
        await bot.wind(HOUR / 4)
        if any("Nobody at school could be reached" in t for t in chat.texts):
            break

    assert any(case.number in t and "children's social care" in t for t in chat.texts)
    assert "Nobody at school could be reached yet." in receipt(bot)


async def test_my_reports_lists_number_and_state_and_shows_the_receipt_again(bot: Handrail) -> None:
    chat, case = await sent(bot)
    await chat.say("my reports")
    await bot.settled()
    assert f"{case.number}\nReceived" in chat.last_card.text

    await chat.press(f"Show {case.number}")
    assert RECEIPT in chat.last_card.text


async def test_nobody_elses_reports_are_listed(bot: Handrail) -> None:
    _, case = await sent(bot)
    other = bot.school.chat("Tom Tutor-Demo")
    await other.say("my reports")
    await bot.settled()

    assert case.number not in other.last_card.text


async def test_a_message_of_the_report_deleted_later_leaves_a_line_of_history(bot: Handrail) -> None:
    chat = bot.school.chat(WHO)
    await chat.say("Marked words of a message")
    await bot.settled()
    await walk(chat, happened="")
    await bot.settled()
    (case,) = cases_in(bot)
    mine = next(m for m in chat.messages if m.sender is not None)
    await bot.school.life.delete_message(mine)
    await bot.settled()

    kinds = [kept.entry.kind for kept in bot.service.store.history(case.id)]
    assert "message_deleted" in kinds
    assert cases_in(bot)[0].answers["happened"] == "Marked words of a message"


async def test_a_message_edited_after_it_was_added_to_a_sent_report_leaves_a_line_of_history(
    bot: Handrail,
) -> None:
    chat, case = await sent(bot)
    await chat.say("It was a Tuesday")
    await bot.settled()
    await chat.press(f"Add it to {case.number}")
    await bot.settled()
    mine = next(m for m in reversed(chat.messages) if m.sender is not None)
    await bot.school.life.edit_message(mine, "It was a Wednesday")
    await bot.settled()

    assert "message_edited" in [kept.entry.kind for kept in bot.service.store.history(case.id)]
    assert [n.text for n in cases_in(bot)[0].notes] == ["It was a Tuesday"]
