"""The rehearsal page as people use it: by the words that stand on it, never by its markup."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, ViewportSize, async_playwright, expect

from tests.browser.chromium import FLAGS, chromium

CHANNEL = "DSL alerts"
TEACHER = "Tess Tutor-Demo"
LEAD = "Dee Lead-Demo"
HEAD_OF_YEAR = "Yara Year-Demo"
WITHIN_MS = 15_000
STILL = """new Promise((done) => {
  let waiting = setTimeout(done, 900);
  new MutationObserver(() => { clearTimeout(waiting); waiting = setTimeout(done, 900); })
    .observe(document.querySelector("main"), { childList: true, subtree: true });
})"""


class SchoolPage:
    """One browser window, with a column for each chat."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def column(self, name: str) -> Locator:
        """Somebody's chat, or the channel."""
        return self.page.get_by_role("region", name=name)

    async def show(self, name: str) -> None:
        """Open the chat of somebody who is not shown yet."""
        people = self.page.get_by_label("Show another chat")
        label = await people.locator("option", has_text=name).first.inner_text()
        await people.select_option(label=label)
        await expect(self.column(name)).to_be_visible()

    async def begun(self) -> None:
        """Wait until the day has begun: the app is there for everybody, and alerts go to the channel."""
        await self.sees(CHANNEL, "This is a test.")

    async def say(self, name: str, text: str) -> None:
        """Type into the box below a chat."""
        await self.column(name).get_by_label(f"Message as {name}").fill(text)
        await self.column(name).get_by_role("button", name="Send", exact=True).click()

    async def press(self, name: str, label: str) -> None:
        """Press the newest button with this label."""
        await self.column(name).get_by_role("button", name=label, exact=True).last.click(timeout=WITHIN_MS)

    async def fill(self, name: str, label: str, text: str) -> None:
        """Write into a field of the newest card that has it."""
        await self.column(name).get_by_label(label).last.fill(text, timeout=WITHIN_MS)

    async def choose(self, name: str, label: str, option: str) -> None:
        """Choose from a drop-down list."""
        await self.column(name).get_by_label(label).last.select_option(label=option, timeout=WITHIN_MS)

    async def tick(self, name: str, option: str) -> None:
        """Tick a box, or choose one of a row of round ones."""
        await self.column(name).get_by_label(option, exact=True).last.check(timeout=WITHIN_MS)

    async def pick(self, name: str, label: str, typed: str, option: str) -> None:
        """Search in a list by typing, and take what is offered."""
        box = self.column(name).get_by_role("combobox", name=label).last
        await box.fill(typed, timeout=WITHIN_MS)
        await self.column(name).get_by_role("option", name=option).click(timeout=WITHIN_MS)

    async def sees(self, name: str, words: str) -> None:
        """Wait until these words can be read in that chat."""
        shown = self.column(name).get_by_text(words).last
        await expect(shown).to_be_visible(timeout=WITHIN_MS)

    async def card(self, name: str, heading: str) -> str:
        """All the words of the newest card with that heading."""
        shown = (
            self.column(name)
            .get_by_role("article")
            .filter(has=self.page.get_by_role("heading", name=heading, exact=True))
        )
        await expect(shown.last).to_be_visible(timeout=WITHIN_MS)
        return await shown.last.inner_text()

    async def still(self) -> None:
        """Wait until nothing on the page moves any more, as people do.

        A stored card that is brought up to date takes the place of a form that is open in it, as in Teams.
        """
        await self.page.evaluate(STILL)

    async def open_form(self, name: str, label: str) -> None:
        """Press a button that opens a form, once the page is still."""
        await self.still()
        await self.press(name, label)

    async def wind(self, label: str) -> None:
        """Press one of the clock's buttons and wait until all that its time brings has come.

        A card that is brought up to date under the pointer swallows the press.
        """
        now = self.page.locator("#now")
        before = await now.get_attribute("datetime") or ""
        await self.page.get_by_role("button", name=label, exact=True).click()
        await expect(now).not_to_have_attribute("datetime", before, timeout=WITHIN_MS)
        await self.still()


@asynccontextmanager
async def school_page(
    address: str, *, width: int = 1760, height: int = 1000, faults: list[str] | None = None
) -> AsyncIterator[SchoolPage]:
    """A fresh browser at that address; what its console complains of is added to `faults`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        size = ViewportSize(width=width, height=height)
        context = await browser.new_context(viewport=size, color_scheme="light")
        page = await context.new_page()
        if faults is not None:
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        await page.goto(address)
        await expect(page.get_by_role("region", name=CHANNEL)).to_be_visible()
        yield SchoolPage(page)
        await browser.close()
