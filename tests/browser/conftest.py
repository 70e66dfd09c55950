"""A real Chromium, and a page in it that draws cards with the official renderer.

Needs a Chromium (chromium.py) and `npm ci` in this folder; without them these tests
fail, they are never skipped.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page, async_playwright

from tests.browser.chromium import FLAGS, chromium

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

DESKTOP_PX = 760
PHONE_PX = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A card as a browser drew it. Everything but `screenshot` and `text` is empty for a good card.

    `events`: what the renderer could not read. `axe_violations`: what stands in the way of people with
    a screen reader or poor sight. `overflow`: what is cut off sideways. `screenshot` is a PNG.
    """

    events: tuple[str, ...]
    axe_violations: tuple[str, ...]
    overflow: tuple[str, ...]
    text: str
    screenshot: bytes


Draw = Callable[[Mapping[str, Any], Theme, int], Awaitable[Drawn]]
DrawnFaults = Callable[[Mapping[str, Any]], Awaitable[list[str]]]


@pytest.fixture
async def chromium_page() -> AsyncIterator[Page]:
    """An empty page of a fresh browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = await browser.new_page()
        yield page
        await browser.close()


@pytest.fixture
async def card_page(chromium_page: Page) -> Page:
    """A page that knows how to draw a card: `draw`, `pressedSoFar`, `overflow`, `accessibility`."""
    await chromium_page.set_content((HERE / "render/card.html").read_text("utf-8"))
    await chromium_page.add_style_tag(path=MODULES / "adaptivecards/dist/adaptivecards.css")
    for script in (
        MODULES / "markdown-it/dist/markdown-it.min.js",
        MODULES / "adaptivecards/dist/adaptivecards.min.js",
        MODULES / "axe-core/axe.min.js",
        HERE / "render/card.js",
    ):
        await chromium_page.add_script_tag(path=script)
    return chromium_page


@pytest.fixture
def draw(card_page: Page) -> Draw:
    """`await draw(card, "light", 320)`: the card in that theme and width, looked at from all sides."""

    async def draw_card(card: Mapping[str, Any], theme: Theme, width: int) -> Drawn:
        await card_page.set_viewport_size({"width": width, "height": 900})
        events = await draw_on(card_page, card, theme)
        return Drawn(
            events=tuple(events),
            axe_violations=tuple(await card_page.evaluate("accessibility()")),
            overflow=tuple(await card_page.evaluate("overflow()")),
            text=await card_page.inner_text("#card"),
            screenshot=await card_page.screenshot(full_page=True),
        )

    return draw_card


@pytest.fixture
def drawn_faults(draw: Draw) -> DrawnFaults:
    """`await drawn_faults(card)`: what is wrong with it, light and dark, on a desktop and a phone."""

    async def look(card: Mapping[str, Any]) -> list[str]:
        found = []
        for theme in THEMES:
            for width in (DESKTOP_PX, PHONE_PX):
                drawn = await draw(card, theme, width)
                faults = (*drawn.events, *drawn.axe_violations, *drawn.overflow)
                found += [f"{theme}, {width} px: {fault}" for fault in faults]
        return found

    return look


async def draw_on(page: Page, card: Mapping[str, Any], theme: Theme = "light") -> list[str]:
    """Draw the card on a `card_page` and leave it there to be used; the renderer's complaints."""
    containers = MODULES / "adaptivecards-designer/dist/containers"
    await page.evaluate("document.querySelectorAll('style.theme').forEach((old) => old.remove())")
    style = await page.add_style_tag(path=containers / f"teams-container-{theme}.css")
    await style.evaluate("(tag) => tag.classList.add('theme')")
    events: list[str] = await page.evaluate(
        "([card, config, theme]) => draw(card, config, theme)",
        [card, host_config(theme), theme],
    )
    return events


@cache
def host_config(theme: Theme) -> Any:
    """How Teams draws cards in that theme."""
    path = MODULES / f"adaptivecards-designer/lib/hostConfigs/microsoft-teams-{theme}.json"
    return json.loads(path.read_text("utf-8"))
