"""Whole reports through the real page in a real Chromium, with the real service as a process of its own."""

from __future__ import annotations

import re
from pathlib import Path
from time import monotonic

import pytest

from tests.browser.school_page import CHANNEL, HEAD_OF_YEAR, LEAD, TEACHER, SchoolPage, school_page
from tests.browser.story import DAMAGE, TOLD, report_a_child_at_risk, report_broken_rules
from tests.service_process import service_process

pytestmark = pytest.mark.browser

A_MINUTE = 60.0
NUMBER = re.compile(r"KS-[0-9A-Z]{4}-[0-9A-Z]")


async def number_in(page: SchoolPage, name: str) -> str:
    """The newest case number that stands in this chat."""
    found = NUMBER.findall(await page.column(name).inner_text())
    assert found
    return str(found[-1])


async def test_a_newcomer_sees_a_serious_incident_in_the_channel_within_a_minute(tmp_path: Path) -> None:
    async with service_process(tmp_path / "data") as service:
        began = monotonic()
        async with school_page(service.page) as page:
            await page.begun()
            await report_a_child_at_risk(page)
            receipt = await number_in(page, TEACHER)
            await page.sees(CHANNEL, f"Case {receipt}")
            took_seconds = monotonic() - began
            channel = await page.column(CHANNEL).inner_text()
    assert took_seconds < A_MINUTE
    assert "rings Dee Lead-Demo" in channel
    assert "Abi" not in channel
    assert TOLD not in channel


async def test_a_serious_and_a_routine_report_from_the_teacher_to_their_closing(tmp_path: Path) -> None:
    faults: list[str] = []
    async with (
        service_process(tmp_path / "data") as service,
        school_page(service.page, faults=faults) as page,
    ):
        await page.begun()
        await report_a_child_at_risk(page)
        serious = await number_in(page, TEACHER)
        await nobody_takes_it_for_an_hour(page, serious)
        await the_lead_deals_with_it(page, serious)
        await report_broken_rules(page)
        routine = await number_in(page, TEACHER)
        assert routine != serious
        await the_head_of_year_deals_with_it(page, routine)
        await page.say(TEACHER, "my reports")
        mine = await page.card(TEACHER, "My reports")
        channel = await page.column(CHANNEL).inner_text()
    assert mine.count("Closed") == 2
    assert {serious, routine} <= set(NUMBER.findall(mine))
    assert not [word for word in ("Abi", "Ben Pupil", TOLD, DAMAGE, "Yara", "Tess") if word in channel]
    assert routine not in channel
    assert faults == []
    names = ("Tess", "Dee", "Yara", "Abi", "Ben Pupil")
    assert not [line for line in service.log().splitlines() if any(name in line for name in names)]


async def nobody_takes_it_for_an_hour(page: SchoolPage, number: str) -> None:
    await page.sees(CHANNEL, f"Case {number}")
    await page.sees(LEAD, f"Case {number}")
    await page.wind("+1 hour")
    await page.sees(CHANNEL, f"Case {number} is still waiting.")
    await page.sees(LEAD, f"Reminder. Serious: case {number}")


async def the_lead_deals_with_it(page: SchoolPage, number: str) -> None:
    await page.still()
    await page.press(CHANNEL, "Open")
    await page.sees(CHANNEL, "It is in your own chat with Handrail now.")
    await page.sees(LEAD, "Why you have this")
    await page.sees(LEAD, TOLD)
    await page.sees(TEACHER, "Seen")
    await page.press(LEAD, "I'll take this")
    await page.sees(LEAD, "You have this case now.")
    await page.sees(CHANNEL, "Taken")
    await page.sees(TEACHER, "Being handled")
    await page.open_form(LEAD, "Add a note")
    await page.fill(LEAD, "Your note", "Spoke with her in my room. She wants her mother to know.")
    await page.press(LEAD, "Save the note")
    await page.sees(LEAD, "Your note is on record.")
    await page.open_form(LEAD, "Close the case")
    await page.choose(LEAD, "How did it end?", "Found: it happened")
    await page.fill(LEAD, "What was found and what was done?", "Police have it. She is supported.")
    await page.press(LEAD, "Close the case")
    await page.sees(LEAD, "Before the case can be closed, please record: The child's record.")
    await page.press(LEAD, "Back")
    await page.open_form(LEAD, "More")
    await page.press(LEAD, "The child's record")
    await page.fill(LEAD, "Copied to the child's file", "In the file, by me, today")
    await page.fill(LEAD, "What does the child wish and feel?", "She is relieved")
    await page.fill(LEAD, "What support does each child have?", "A counsellor from tomorrow")
    await page.fill(LEAD, "Referrals", "Police, number given to the school")
    await page.press(LEAD, "Record it")
    await page.sees(LEAD, "That is on record.")
    await the_procedure_is_stopped(page)
    await page.open_form(LEAD, "Close the case")
    await page.choose(LEAD, "How did it end?", "Found: it happened")
    await page.fill(LEAD, "What was found and what was done?", "Police have it. She is supported.")
    await page.press(LEAD, "Close the case")
    await page.sees(LEAD, "The case is closed.")
    await page.sees(TEACHER, "Closed")
    await page.sees(CHANNEL, "Closed")


async def the_procedure_is_stopped(page: SchoolPage) -> None:
    # What was recorded just now comes back to the stored card, which would take the place of the next one.
    await page.still()
    await page.press(LEAD, "What is to be done")
    await page.sees(LEAD, "A child at risk")
    await page.press(LEAD, "Stop a procedure")
    await page.choose(LEAD, "Which one?", "A child at risk")
    await page.fill(LEAD, "Why does it stop here?", "The police and social care have it all.")
    await page.press(LEAD, "Stop it")
    await page.still()


async def the_head_of_year_deals_with_it(page: SchoolPage, number: str) -> None:
    await page.sees(HEAD_OF_YEAR, f"Case {number}")
    await page.press(HEAD_OF_YEAR, "Open")
    await page.sees(HEAD_OF_YEAR, DAMAGE)
    await page.sees(HEAD_OF_YEAR, "What the table proposes")
    await page.press(HEAD_OF_YEAR, "I'll take this")
    await page.open_form(HEAD_OF_YEAR, "Decide an action")
    await page.choose(HEAD_OF_YEAR, "Which action?", "Removal of network/ internet access rights")
    await page.tick(HEAD_OF_YEAR, "Yes, do it")
    await page.fill(HEAD_OF_YEAR, "Why?", "It was on purpose, and the second time this week.")
    await page.press(HEAD_OF_YEAR, "Record the decision")
    await page.sees(HEAD_OF_YEAR, "Your decision is on record.")
    await page.open_form(HEAD_OF_YEAR, "Close the case")
    await page.choose(HEAD_OF_YEAR, "How did it end?", "Found: it happened")
    await page.fill(HEAD_OF_YEAR, "What was found and what was done?", "He put it right and said sorry.")
    await page.press(HEAD_OF_YEAR, "Close the case")
    await page.sees(HEAD_OF_YEAR, "The case is closed.")
