"""Cards drawn by the official renderer in a real browser, and pressed there."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.async_api import Page

from bot.model.text import literal
from bot.model.views import Facts, Notice, Paragraph, View
from cards.render import render
from cards.wire import read_press
from tests.browser.conftest import PHONE_PX, Draw, DrawnFaults, draw_on
from tests.cards_samples import DESCRIBE, SAMPLES, START

pytestmark = pytest.mark.browser

HOSTILE = (
    "![x](http://pictures.example/x.png)",
    "[a](javascript:alert(1))",
    "[a]: http://bad.example",
    "<at>Everyone</at>",
    "<img src=x onerror=alert(1)> <!-- gone -->",
    "<http://bad.example> &lt;b&gt; &#42;",
    "**bold** _italic_ __both__ `code` ~~struck~~",
    "snake_case_name and 2 * 3 * 4 and a*b*c",
    "# heading",
    "> quote",
    "- one",
    "1. one",
    "+ one",
    "---",
    "    indented",
    "| a | b |",
    "{{DATE(2017-02-14T06:08:39Z,SHORT)}} {{TIME(2017-02-14T06:08:39Z)}}",
    "C:\\Users\\*x* \\[a](b) and a last \\",
    "It's fine (really). £5 & up; 100% - done!",
)


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_card_is_drawn_whole_and_readable_everywhere(name: str, drawn_faults: DrawnFaults) -> None:
    assert await drawn_faults(render(SAMPLES[name])) == []


async def test_a_card_that_is_wrong_is_found_out(draw: Draw) -> None:
    card = render(START)
    card["body"][0] = {"type": "TextBlok", "text": "x"}
    card["body"][1]["items"][0]["color"] = "warning"
    del card["body"][2]["items"][0]["label"]
    card["body"][5] = {"type": "FactSet", "facts": [{"title": "Site", "value": "x" * 90}]}
    drawn = await draw(card, "light", PHONE_PX)
    assert any("TextBlok" in event for event in drawn.events)
    assert any(found.startswith("color-contrast") for found in drawn.axe_violations)
    assert drawn.overflow


async def test_what_a_person_typed_is_shown_as_it_stands(draw: Draw) -> None:
    view = View(
        summary="Handrail",
        blocks=(
            Paragraph(text=literal("\n".join(HOSTILE))),
            *(Notice(text=literal(typed)) for typed in HOSTILE),
            Facts(rows=tuple((literal(typed), literal(typed)) for typed in HOSTILE)),
        ),
    )
    drawn = await draw(render(view), "light", PHONE_PX)
    for typed in HOSTILE:
        assert _squeezed(drawn.text).count(_squeezed(typed)) >= 4, typed


async def test_nothing_typed_becomes_more_than_text(card_page: Page) -> None:
    for typed in HOSTILE:
        await draw_on(card_page, _said(typed))
        assert (
            await card_page.locator("#card :is(a, img, ul, ol, h1, em, strong, code, pre, hr, table)").count()
            == 0
        )


MARKS = st.text(alphabet="ab1 *_`~[]()<>!#&;:{}\\|-+.=\n/\"'", min_size=1, max_size=30)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(typed=st.lists(MARKS, min_size=60, max_size=60))
async def test_no_mixture_of_marks_is_read_as_markdown(card_page: Page, typed: list[str]) -> None:
    view = View(summary="Handrail", blocks=tuple(Notice(text=literal(f"{text} end")) for text in typed))
    await draw_on(card_page, render(view))
    shown = await card_page.locator("#card .ac-textBlock").all_inner_texts()
    assert [_squeezed(text) for text in shown] == [_squeezed(f"{text} end") for text in typed]


async def test_a_press_brings_back_what_was_typed_and_what_the_button_says(card_page: Page) -> None:
    await draw_on(card_page, render(DESCRIBE))
    await card_page.fill("textarea", 'She said: "he, the older one, sent it" & more')
    await card_page.click("text=Next")
    (press,) = await card_page.evaluate("pressedSoFar()")
    read = read_press(press["verb"], press["data"])
    assert (press["type"], read.verb, read.target, read.input_revision) == (
        "Action.Execute",
        "next",
        "run-7",
        4,
    )
    assert read.values["story"] == 'She said: "he, the older one, sent it" & more'
    assert read.values["day"] == "2026-11-20"


async def test_cancel_sends_nothing_that_was_typed(card_page: Page) -> None:
    await draw_on(card_page, render(START))
    await card_page.click("input[type=radio] >> nth=1")
    await card_page.click("text=Cancel")
    (press,) = await card_page.evaluate("pressedSoFar()")
    assert read_press(press["verb"], press["data"]).values == {}


async def test_a_button_that_answers_a_question_sends_its_answer_with_the_others(card_page: Page) -> None:
    await draw_on(card_page, render(START))
    await card_page.click("input[type=radio] >> nth=1")
    await card_page.click("text=Not sure >> nth=-1")
    (press,) = await card_page.evaluate("pressedSoFar()")
    values = read_press(press["verb"], press["data"]).values
    assert (values["danger"], values["kind"]) == ("unsure", "c1")


def _said(typed: str) -> dict[str, object]:
    return render(View(summary="Handrail", blocks=(Paragraph(text=literal(typed)),)))


def _squeezed(text: str) -> str:
    """Without the unseen partings and the white space that a browser folds anyway."""
    return re.sub(r"\s+", "", text.replace("\N{ZERO WIDTH SPACE}", ""))
