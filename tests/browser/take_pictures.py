"""The pictures of the README, of the real service and its page: `python -m tests.browser.take_pictures`."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.browser.school_page import CHANNEL, LEAD, STILL, school_page
from tests.browser.story import report_a_child_at_risk
from tests.service_process import ROOT, service_process

PICTURES = ROOT / "bot" / "rehearsal" / "pictures"


async def take() -> None:
    """A serious report that the safeguarding lead has just opened, and what the channel shows of it."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with service_process(Path(folder) / "data") as service, school_page(service.page) as page:
            await page.begun()
            await report_a_child_at_risk(page)
            await page.sees(CHANNEL, "Case KS-")
            await page.sees(LEAD, "Case KS-")
            await page.press(LEAD, "Open")
            await page.sees(LEAD, "I'll take this")
            await page.page.evaluate(STILL)
            await page.page.screenshot(path=PICTURES / "report.png")
            await page.column(CHANNEL).screenshot(path=PICTURES / "channel.png")


if __name__ == "__main__":
    asyncio.run(take())
