"""Danger comes first: recorded and alerted in that press, whatever else is filled in (casework 1)."""

from __future__ import annotations

import pytest

from bot.model.cases import Case, excluded_now
from bot.rehearsal.cards import words as words_of
from bot.rehearsal.chat import Chat
from tests.integration.conftest import Handrail
from tests.integration.report_walks import (
    ABI,
    BEN,
    account,
    cases_in,
    finish,
    person,
    posts_about,
    runs_of,
    told,
)

REPORTER = "Paul Plain-Demo"
NAMES = ("Abi Pupil-Demo", "Ben Pupil-Demo", "Tom Tutor-Demo", "Paul Plain-Demo")


async def in_danger(bot: Handrail, button: str = "Yes", **answers: str) -> tuple[Chat, Case]:
    """The danger press on the first card, and the case it opened."""
    chat = bot.school.chat(REPORTER)
    await chat.say("report")
    await bot.settled()
    answered = await chat.press(button, answers)
    assert not answered.wrong, answered.text
    await bot.settled()
    (case,) = cases_in(bot)
    return chat, case


async def test_danger_is_asked_above_everything_else_and_no_stands_below_what_it_sends(bot: Handrail) -> None:
    chat = bot.school.chat(REPORTER)
    await chat.say("report")
    await bot.settled()

    parts = [words_of(part) for part in chat.last_card.content["body"]]
    first_input = next(at for at, part in enumerate(parts) if "What is it?" in part)
    rows = [at for at, part in enumerate(chat.last_card.content["body"]) if part["type"] == "ActionSet"]
    assert "Is anyone in danger right now?" in parts[1]
    assert rows[0] == 2 < first_input < rows[1]
    assert chat.last_card.buttons == ["Yes", "Not sure", "No", "Save for later", "Cancel"]
    assert "Is anyone in danger right now?" in parts[rows[1] - 1]


async def test_no_on_an_empty_card_says_what_is_missing_and_danger_stays_above_it(bot: Handrail) -> None:
    chat = bot.school.chat(REPORTER)
    await chat.say("report")
    await bot.settled()
    await chat.press("No")

    shown = chat.last_card.text
    assert "Please choose what it is." in shown
    assert shown.index("Is anyone in danger") < shown.index("Please choose what it is.")
    assert not cases_in(bot)


@pytest.mark.parametrize("button", ["Yes", "Not sure"])
async def test_danger_with_nothing_else_filled_in_is_recorded_and_alerted_in_that_press(
    bot: Handrail, button: str
) -> None:
    chat, case = await in_danger(bot, button)

    assert case.urgency == "immediate"
    assert not case.complete
    assert "999" in chat.last_card.text.partition("\n")[0]
    assert "Where are you now?" in chat.last_card.text
    for who in ("dsl", "deputy_dsl", "headteacher"):
        assert told(bot, who, case.number), who
    assert not posts_about(bot, case.number)


async def test_the_alert_of_danger_carries_number_urgency_and_time_alone(bot: Handrail) -> None:
    _, case = await in_danger(bot, what="child")

    dsl = bot.school.chat("dsl")
    shown = "\n".join(
        [*dsl.texts, *(card.text for card in dsl.cards), *(n.preview for n in dsl.notifications)]
    )
    assert f"Immediate: case {case.number}" in shown
    assert not any(name in shown for name in NAMES)


async def test_open_shows_the_reporter_and_the_place_and_nothing_more(bot: Handrail) -> None:
    chat, case = await in_danger(bot, what="rules", pupils_done=ABI)
    await chat.press("Next", place="Room 12")
    await chat.press("Next", happened="A threat that was typed")
    await bot.settled()

    dsl = bot.school.chat("dsl")
    await dsl.card_with("Open").press("Open")

    text = dsl.last_card.text
    assert "Paul Plain-Demo" in text
    assert "Room 12" in text
    assert "Abi" not in text
    assert "threat" not in text
    assert case.number in text


async def test_danger_waits_for_nobody_to_choose_who_is_involved_before_the_channel_hears(
    bot: Handrail,
) -> None:
    chat, case = await in_danger(bot)
    assert not posts_about(bot, case.number)
    await chat.press("Next", place="The library")
    assert "The rest of your report" in chat.last_card.text

    await chat.press("Next", what="rules", pupils_done=ABI)
    await bot.settled()

    assert posts_about(bot, case.number)
    assert "complete=False" in repr(cases_in(bot)[0])


async def test_danger_with_a_pupil_named_is_posted_at_once(bot: Handrail) -> None:
    _, case = await in_danger(bot, what="rules", pupils_done=ABI)

    assert posts_about(bot, case.number)


async def test_danger_with_an_adult_named_never_reaches_a_channel(bot: Handrail) -> None:
    chat, case = await in_danger(bot, what="adult", adults=person(bot, "Tom Tutor-Demo"))
    await finish(chat, harm="yes", place="Hall")
    await bot.settled()

    assert not posts_about(bot, case.number)
    assert told(bot, "headteacher", case.number)
    assert told(bot, "dsl", case.number)
    assert not told(bot, "Tom Tutor-Demo", case.number)


@pytest.mark.parametrize("named", ["dsl", "headteacher", "Dan Deputy-Demo"])
async def test_whoever_is_named_in_the_danger_press_is_not_told_and_the_others_are(
    bot: Handrail, named: str
) -> None:
    _, case = await in_danger(bot, what="adult", adults=person(bot, named))

    assert not told(bot, named, case.number)
    for who in {"dsl", "headteacher"} - {named}:
        assert told(bot, who, case.number), who
    assert any(told(bot, who, case.number) for who in ("Dan Deputy-Demo", "Della Deputy-Demo"))


async def test_whoever_is_named_after_the_danger_press_is_out_from_that_moment(bot: Handrail) -> None:
    chat, case = await in_danger(bot)
    assert told(bot, "dsl", case.number)
    await chat.press("Next", place="Hall")

    await chat.press("Next", what="adult", adults=person(bot, "dsl"))
    await bot.settled()

    (case,) = cases_in(bot)
    assert not case.complete
    assert person(bot, "dsl") in excluded_now(case)
    assert case.owner.role is not None
    assert case.owner.role.role == "headteacher"
    cards = "\n".join(card.text for card in bot.school.chat("dsl").cards)
    assert case.number not in cards
    await chat.press("Next", harm="yes")
    assert not posts_about(bot, case.number)


async def test_a_post_is_taken_back_when_an_adult_is_named_after_all(bot: Handrail) -> None:
    chat, case = await in_danger(bot, what="rules", pupils_done=ABI)
    assert posts_about(bot, case.number)
    await chat.press("Back")

    await chat.press("Yes", what="adult", pupils_done="", adults=person(bot, "Tom Tutor-Demo"))
    await bot.settled()

    assert not posts_about(bot, case.number)


async def test_the_rest_follows_and_updates_the_same_case(bot: Handrail) -> None:
    chat, case = await in_danger(bot)
    titles = await finish(chat, place="Hall", what="child", pupils_done="", pupils_affected=BEN)
    await bot.settled()

    (now,) = cases_in(bot)
    assert now.id == case.id
    assert now.number in chat.last_card.text
    assert now.complete
    assert now.urgency == "immediate"
    assert now.answers["happened"]
    assert "The rest of your report" in titles


async def test_the_first_person_takes_the_case_that_danger_opened(bot: Handrail) -> None:
    chat, case = await in_danger(bot, what="rules", pupils_done=f"{ABI},{BEN}")
    await finish(chat)
    await bot.settled()

    cases = cases_in(bot)
    assert len(cases) == 2
    assert case.id in {c.id for c in cases}
    assert {c.urgency for c in cases} == {"immediate"}
    assert {c.danger for c in cases} == {"yes"}


async def test_danger_never_falls_when_the_reporter_goes_back_and_says_no(bot: Handrail) -> None:
    chat, case = await in_danger(bot, what="rules", pupils_done=ABI)
    await chat.press("Back")
    await chat.press("No")
    await finish(chat)
    await bot.settled()

    (now,) = cases_in(bot)
    assert now.id == case.id
    assert now.danger == "yes"
    assert now.urgency == "immediate"
    assert now.routed.channel == "urgent"
    assert "ring 999" in chat.last_card.text


async def test_not_sure_rises_to_yes(bot: Handrail) -> None:
    chat, _ = await in_danger(bot, "Not sure")
    await chat.press("Back")
    await chat.press("Yes")
    await bot.settled()

    (now,) = cases_in(bot)
    assert now.danger == "yes"


@pytest.mark.parametrize(
    "wrong",
    [
        {"others": "not_known,someone_else"},
        {"what": "nothing_like_this"},
        {"pupils_done": "pupil:nobody"},
        {"others": "nobody"},
    ],
)
async def test_nothing_wrong_on_the_first_card_holds_a_danger_press_up(
    bot: Handrail, wrong: dict[str, str]
) -> None:
    chat, case = await in_danger(bot, **wrong)

    assert case.urgency == "immediate"
    assert "999" in chat.last_card.text
    assert not any(p.kind == "pupil" for p in case.participants)


async def test_a_pupil_found_by_the_people_picker_counts_as_that_pupil_in_a_danger_press(
    bot: Handrail,
) -> None:
    tenant = bot.service.office.directory().tenant
    _, case = await in_danger(bot, adults=f"{tenant}/{account(bot, 'Abi Pupil-Demo')}")

    assert [(p.kind, p.name) for p in case.participants] == [("pupil", "Abi Pupil-Demo")]
    assert not case.routed.restricted


async def test_danger_pressed_twice_at_once_opens_one_case(bot: Handrail) -> None:
    chat, case = await in_danger(bot)
    await chat.press("Back")
    await chat.press("Yes")
    await bot.settled()

    assert [c.id for c in cases_in(bot)] == [case.id]


async def test_a_danger_report_set_aside_still_stands_and_keeps_its_number(bot: Handrail) -> None:
    chat, case = await in_danger(bot)
    await chat.press("Cancel")
    assert "people are being alerted" in chat.last_card.text
    assert "not sent. If" not in chat.last_card.text

    await chat.say("my reports")
    await bot.settled()

    assert case.number in chat.last_card.text


async def test_saving_a_danger_report_does_not_say_that_nobody_was_told(bot: Handrail) -> None:
    chat, _ = await in_danger(bot)
    await chat.press("Save for later")

    assert "nobody has been told" not in chat.last_card.text
    assert "people are being alerted" in chat.last_card.text


async def test_a_danger_report_may_say_where_by_a_typed_message(bot: Handrail) -> None:
    chat, _ = await in_danger(bot)
    await chat.say("Behind the sports hall")
    await bot.settled()

    assert cases_in(bot)[0].answers["place"] == "Behind the sports hall"


@pytest.mark.parametrize(
    "place",
    ["Behind the sports hall", "B12", "I'm in the art corridor, upstairs", "He is in the boys' toilets"],
)
async def test_typed_words_that_say_where_answer_where(bot: Handrail, place: str) -> None:
    chat, _ = await in_danger(bot)
    await chat.say(place)
    await bot.settled()
    assert cases_in(bot)[0].answers["place"] == place


@pytest.mark.parametrize(
    "typed",
    [
        "He has a knife and will not give it up",
        "What do I do?",
        "Mr Smith is hitting him in the gym",
        "Hetty is hitting him in the gym",
        "hetty is hitting him in the gym",
        "HETTY IS IN THE GYM",
        "Hetty's in B12 with her",
        "Inside dee\N{RIGHT SINGLE QUOTATION MARK}s office",
        "The deputy is in the hall with a boy",
        "It is the DSL, in the office",
        "It is in room 4? I think",
        "She says that he was in her room last night and that he has been coming back since the summer",
    ],
)
async def test_typed_words_that_do_not_say_where_are_kept_and_where_is_asked_again(
    bot: Handrail, typed: str
) -> None:
    chat, case = await in_danger(bot)
    await chat.say(typed)
    await bot.settled()

    (now,) = cases_in(bot)
    assert not now.answers.get("place")
    assert runs_of(bot, REPORTER)[0].answers["happened"] == typed
    assert "Where are you now?" in chat.last_card.text
    assert typed in chat.last_card.text
    dsl = bot.school.chat("dsl")
    await dsl.press("Open")
    await bot.settled()
    assert case.number in dsl.last_card.text
    assert typed not in dsl.last_card.text, "who is involved is not known yet"


async def test_words_that_were_not_known_to_say_where_do_so_with_a_press(bot: Handrail) -> None:
    chat, _ = await in_danger(bot)
    await chat.say("Down with the goats")
    await bot.settled()
    assert not cases_in(bot)[0].answers.get("place")

    await chat.press("I am there")
    await bot.settled()
    assert cases_in(bot)[0].answers["place"] == "Down with the goats"
    assert "Where are you now?" not in chat.last_card.text


async def test_somebody_named_late_as_not_to_see_it_is_out_and_the_other_deputy_is_told(
    bot: Handrail,
) -> None:
    chat, case = await in_danger(bot, what="rules", pupils_done=ABI)
    assert told(bot, "Dan Deputy-Demo", case.number)
    assert not told(bot, "Della Deputy-Demo", case.number)
    await chat.press("Next", place="Hall")
    await chat.press("Next", happened="Words")

    await chat.press("Next", row="offensive_message", ticks="none", withheld=person(bot, "Dan Deputy-Demo"))
    await bot.settled()

    assert not cases_in(bot)[0].complete
    assert told(bot, "Della Deputy-Demo", case.number)
    assert not any(case.number in card.text for card in bot.school.chat("Dan Deputy-Demo").cards)


async def test_the_rest_of_a_danger_report_alerts_nobody_a_second_time(bot: Handrail) -> None:
    chat, case = await in_danger(bot, what="child", pupils_affected=ABI)
    alerts = {who: len(bot.school.chat(who).messages) for who in ("dsl", "deputy_dsl", "headteacher")}

    await finish(chat, place="Hall", pupils_done="")
    await bot.settled()

    now = {who: len(bot.school.chat(who).messages) for who in alerts}
    assert now == alerts
    assert len([t for t in bot.school.chat("dsl").texts if case.number in t]) == 1


async def test_an_adult_case_that_the_dsl_had_taken_goes_to_the_head_once_the_adult_is_named(
    bot: Handrail,
) -> None:
    chat, case = await in_danger(bot)
    dsl = bot.school.chat("dsl")
    await dsl.card_with("Open").press("Open")
    await dsl.press("I'll take this")
    await bot.settled()
    assert cases_in(bot)[0].owner.accepted_by == person(bot, "dsl")
    await chat.press("Next", place="Hall")

    await chat.press("Next", what="adult", adults=person(bot, "Tom Tutor-Demo"))
    await bot.settled()

    (now,) = cases_in(bot)
    assert now.owner.role is not None
    assert now.owner.role.role == "headteacher"
    assert now.owner.accepted_by is None
    assert {t.role.role: t.sees for t in now.routed.also}["dsl"] == "children"
    assert told(bot, "headteacher", case.number)


async def test_a_dsl_who_has_taken_a_danger_case_keeps_it_when_the_rest_comes(bot: Handrail) -> None:
    chat, _ = await in_danger(bot)
    dsl = bot.school.chat("dsl")
    await dsl.card_with("Open").press("Open")
    await dsl.press("I'll take this")
    await bot.settled()

    await finish(chat, place="Hall", what="rules", pupils_done=ABI)
    await bot.settled()

    (now,) = cases_in(bot)
    assert now.complete
    assert now.owner.accepted_by == person(bot, "dsl")
