"""Takes the pictures that the README shows, of the real page over the real service: `make pictures`.

A teacher reports, the channel is alerted, the safeguarding lead opens the case. The people are made up.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Locator

from tests.browser.school_page import CHANNEL, LEAD, TEACHER, SchoolPage, school_page
from tests.browser.story import TOLD, report_a_child_at_risk, start_report
from tests.service_process import ROOT, service_process

PICTURES = ROOT / "bot" / "rehearsal" / "pictures"
MOST_BYTES = 300_000


async def take() -> None:
    """Play the story once on a wide screen, and its beginning once more on a telephone."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        async with service_process(Path(place) / "data") as service:
            async with school_page(service.page, width=1400, height=900) as page:
                await page.begun()
                await report(page)
                await channel(page)
            async with school_page(service.page, width=390, height=844) as page:
                await phone(page)


async def report(page: SchoolPage) -> None:
    """The first card of a report, beside the chats of those who may get it."""
    await start_report(page)
    await page.choose(TEACHER, "What is it?", "A child may be being harmed or is at risk")
    await page.pick(TEACHER, "Which pupils did it happen to?", "abi", "Abi Pupil-Demo (7A)")
    await shoot(page, "report")
    await page.press(TEACHER, "Cancel")
    await page.sees(TEACHER, "Cancelled")


async def channel(page: SchoolPage) -> None:
    """The receipt, the case in the lead's own chat, and the channel that knows no more than it may."""
    await report_a_child_at_risk(page)
    await page.sees(CHANNEL, "Serious")
    await page.press(LEAD, "Open")
    await page.sees(LEAD, TOLD)
    await page.press(LEAD, "I'll take this")
    await page.sees(CHANNEL, "Taken")
    await page.sees(TEACHER, "Being handled")
    await page.still()
    await shoot(page, "channel")


async def phone(page: SchoolPage) -> None:
    """The same first card on a telephone."""
    await start_report(page)
    await shoot(page, "phone", of=page.column(TEACHER))


async def shoot(page: SchoolPage, name: str, *, of: Locator | None = None) -> None:
    """Keep what stands there now. Raises AssertionError for a picture too big for a README."""
    await page.still()
    path = PICTURES / f"{name}.png"
    if of is None:
        await page.page.screenshot(path=path)
    else:
        await of.screenshot(path=path)
    assert path.stat().st_size <= MOST_BYTES, f"{path} is too big"


if __name__ == "__main__":
    asyncio.run(take())
