"""Every make of card that the product can show, drawn by the official renderer in a real Chromium."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.async_api import Page

from tests.browser.conftest import DESKTOP_PX, PHONE_PX, THEMES, draw_on, host_config
from tests.every_card import Collection, together

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# Colours do not depend on the width, nor what is cut off on the colours: one width in each theme is enough.
WIDTHS = (DESKTOP_PX, PHONE_PX)
PARTS = 4
"""For whoever is free among the processes that test side by side."""
LOOK = """async ([card, config, theme]) => [
  ...draw(card, config, theme), ...overflow(), ...await accessibility()
]"""
"""What the renderer cannot read, what is cut off, what stands in the way of a screen reader or poor sight."""


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_card_is_drawn_whole_and_readable_light_and_wide_dark_and_narrow(
    every_card: Mapping[str, Collection], card_page: Page, part: int
) -> None:
    cards = together(every_card.values()).to_be_drawn()[part::PARTS]
    found: dict[str, list[str]] = {}
    for theme, width in zip(THEMES, WIDTHS, strict=True):
        await draw_on(card_page, cards[0].card, theme)
        await card_page.set_viewport_size({"width": width, "height": 900})
        for shown in cards:
            wrong = await card_page.evaluate(LOOK, [shown.card, host_config(theme), theme])
            if wrong:
                found[f"{shown.name}, {theme}, {width} px"] = wrong
    assert found == {}
