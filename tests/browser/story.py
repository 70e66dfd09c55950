"""Reports as a teacher fills them in on the page, for the tests and for the pictures."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.school_page import TEACHER, WITHIN_MS, SchoolPage

TOLD = "She said: he has a picture of me and wants money or he sends it to everyone."
DAMAGE = "He deleted the folder of the group that sits behind him, and laughed about it."
ROW = "Damaging or deleting other people's work or files"


async def start_report(page: SchoolPage) -> None:
    """Type `report` and wait for the first card."""
    await page.say(TEACHER, "report")
    await page.sees(TEACHER, "Is anyone in danger right now?")
    await page.still()


async def report_a_child_at_risk(page: SchoolPage) -> None:
    """A serious report, as a teacher fills it in: five cards."""
    await start_report(page)
    await page.choose(TEACHER, "What is it?", "A child may be being harmed or is at risk")
    await page.pick(TEACHER, "Which pupils did it happen to?", "abi", "Abi Pupil-Demo (7A)")
    await page.press(TEACHER, "No")
    await page.fill(TEACHER, "What happened?", TOLD)
    await page.press(TEACHER, "Next")
    await page.choose(TEACHER, "Is the child here now?", "Yes, here now")
    await page.press(TEACHER, "Next")
    await page.tick(TEACHER, "Blackmail or money")
    await page.press(TEACHER, "Next")
    await page.sees(TEACHER, "Check and send")
    await page.sees(TEACHER, TOLD)
    await send(page)


async def report_broken_rules(page: SchoolPage) -> None:
    """A routine report: card 1, what happened, the facts, review."""
    await start_report(page)
    await page.choose(TEACHER, "What is it?", "Someone broke the rules")
    await page.pick(TEACHER, "Which pupils may have done it?", "ben", "Ben Pupil-Demo (7A)")
    await page.press(TEACHER, "No")
    await page.fill(TEACHER, "What happened?", DAMAGE)
    await page.press(TEACHER, "Next")
    await page.pick(TEACHER, "Which is nearest to what they did?", "deleting", ROW)
    await page.choose(TEACHER, "Where did it happen?", "Elsewhere in school")
    await page.tick(TEACHER, "None of these")
    await page.choose(TEACHER, "On purpose, or by accident?", "On purpose")
    await page.press(TEACHER, "Next")
    await page.sees(TEACHER, "Check and send")
    await send(page)


async def send(page: SchoolPage) -> None:
    """Send it, and wait for its own receipt."""
    receipts = page.column(TEACHER).get_by_text("Thank you. Your report is recorded.")
    before = await receipts.count()
    await page.press(TEACHER, "Send the report")
    await expect(receipts).to_have_count(before + 1, timeout=WITHIN_MS)
