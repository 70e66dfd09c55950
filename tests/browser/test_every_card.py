"""Every make of card that the product can show, drawn by the official renderer in a real Chromium."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page

from tests.browser.conftest import DESKTOP_PX, PHONE_PX, THEMES, draw_on, host_config
from tests.every_card import every_card

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WIDTHS = (DESKTOP_PX, PHONE_PX)
LOOK = """async ([card, config, theme, axe]) => [
  ...draw(card, config, theme), ...overflow(), ...(axe ? await accessibility() : [])
]"""
"""What the renderer cannot read, what is cut off, what stands in the way of a screen reader or poor sight."""


async def test_every_card_is_drawn_whole_and_readable_in_light_and_dark_wide_and_narrow(
    card_page: Page,
) -> None:
    cards = (await asyncio.to_thread(every_card)).drawn_alike()
    found: dict[str, list[str]] = {}
    for theme in THEMES:
        await draw_on(card_page, cards[0].card, theme)
        for width in WIDTHS:
            await card_page.set_viewport_size({"width": width, "height": 900})
            # Colours do not depend on the width: axe looks at each theme at one width.
            axe = (theme == THEMES[0]) == (width == DESKTOP_PX)
            for shown in cards:
                wrong = await card_page.evaluate(LOOK, [shown.card, host_config(theme), theme, axe])
                if wrong:
                    found[f"{shown.name}, {theme}, {width} px"] = wrong
    assert found == {}
