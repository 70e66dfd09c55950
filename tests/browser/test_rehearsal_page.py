"""The rehearsal page in a real Chromium, with a tiny scripted bot at the other end of HTTP.

Needs a Chromium (chromium.py), and `npm ci` in bot/rehearsal/page/ and in tests/browser/.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.rehearsal.page_api import page_app
from bot.rehearsal.rules import Rules
from bot.rehearsal.school import Rehearsal
from tests.browser.chromium import FLAGS, chromium
from tests.unit.rehearsal.scripted_bot import Activity, ScriptedBot, card, card_answer, with_card

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
HEADING = {"type": "TextBlock", "text": "What did you see?", "weight": "bolder", "wrap": True}
TEXT = {"type": "Input.Text", "id": "what@1", "label": "What happened?", "isMultiline": True}
KIND = {
    "type": "Input.ChoiceSet",
    "id": "kind@1",
    "label": "What is it?",
    "style": "expanded",
    "choices": [{"title": "Someone broke the rules", "value": "rules"}, {"title": "Not sure", "value": "?"}],
}
PUPILS = {
    "type": "Input.ChoiceSet",
    "id": "who@1",
    "label": "Who is involved?",
    "isMultiSelect": True,
    "choices": [],
    "choices.data": {"type": "Data.Query", "dataset": "pupils"},
}
ROW = {
    "type": "Input.ChoiceSet",
    "id": "row@1",
    "label": "Which row?",
    "style": "filtered",
    "value": "r2",
    "choices": [{"title": "Using a phone in class", "value": "r1"}, {"title": "Unkind words", "value": "r2"}],
}


def execute(verb: str, title: str) -> dict[str, Any]:
    return {
        "type": "Action.Execute",
        "verb": verb,
        "title": title,
        "data": {"target": "r-1"},
        "fallback": {"type": "Action.Submit", "data": {"verb": verb}},
    }


def said(text: str) -> dict[str, Any]:
    return card({"type": "TextBlock", "text": text, "wrap": True})


FORM = card(HEADING, KIND, TEXT, PUPILS, ROW, actions=(execute("next", "Next"), execute("cancel", "Cancel")))
POST = card({"type": "TextBlock", "text": "KS-7Q4F-2, urgent"}, actions=(execute("open", "Open"),))


@pytest_asyncio.fixture(loop_scope="module")
async def bot() -> AsyncIterator[ScriptedBot]:
    async with ScriptedBot().serving() as scripted:
        scripted.answers["next"] = card_answer(said("Safely recorded."))
        scripted.answers["application/search"] = find_pupils
        yield scripted


def find_pupils(activity: Activity) -> dict[str, Any]:
    pupils = [
        ("Abi Pupil-Demo (7A)", "p001"),
        ("Ben Pupil-Demo (7A)", "p002"),
        ("Kemi Pupil-Demo (9A)", "p011"),
    ]
    text = activity["value"]["queryText"].lower()
    results = [{"title": title, "value": value} for title, value in pupils if text in title.lower()]
    kind = "application/vnd.microsoft.search.searchResponse"
    return {"statusCode": 200, "type": kind, "value": {"results": results}}


@pytest_asyncio.fixture(loop_scope="module")
async def school(bot: ScriptedBot) -> AsyncIterator[Rehearsal]:
    rehearsal = Rehearsal(bot_url=bot.url, rules=Rules(invoke_seconds=2))
    outer = web.Application()
    outer.add_subapp("/rehearsal", page_app(rehearsal))
    runner = web.AppRunner(outer, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    rehearsal.public_url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def answer(activity: Activity) -> None:
        content = with_card(FORM, summary="Your report is open")
        text = {"type": "message", "text": "Type report to begin."}
        await bot.reply(activity, content if activity.get("text") == "report" else text)

    bot.on_message = answer
    yield rehearsal
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, school: Rehearsal) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    opened = await context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    await opened.goto(f"{school.public_url}/rehearsal")
    await expect(opened.locator(".column")).to_have_count(4)
    await school.wait_for(lambda: school.opened)
    yield opened
    await context.close()
    # A refused act is shown to people as a sentence; the browser's own line about its status is no fault.
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


async def begin(page: Page) -> Locator:
    tutor = column(page, "Tess Tutor-Demo")
    await tutor.get_by_label("Message as Tess Tutor-Demo").fill("report")
    await tutor.get_by_role("button", name="Send", exact=True).click()
    await expect(tutor.get_by_text("What did you see?")).to_be_visible()
    return tutor


def pressed(bot: ScriptedBot) -> dict[str, Any]:
    invoke = [one for one in bot.of("invoke") if one["name"] == "adaptiveCard/action"][-1]
    value: dict[str, Any] = invoke["value"]
    return value


async def post_alert(bot: ScriptedBot, school: Rehearsal) -> None:
    dsl = school.person("dsl")
    text = f"<at>{dsl.name}</at> urgent: KS-7Q4F-2"
    named = {"id": school.tenant.member_id(dsl.id), "name": dsl.name}
    url = f"{school.service_url}v3/conversations"
    mention = {"type": "mention", "text": f"<at>{dsl.name}</at>", "mentioned": named}
    post = {"type": "message", "text": text, "entities": [mention]}
    where = {"isGroup": True, "channelData": {"channel": {"id": school.channel().id}}, "activity": post}
    thread = (await bot.call("POST", url, where)).body["id"]
    await bot.call("POST", f"{url}/{thread}/activities", with_card(POST))


async def test_the_first_thing_seen_is_who_is_who_and_how_to_begin(page: Page) -> None:
    await expect(page.get_by_text("You are looking at pretend people.")).to_be_visible()
    for name in ("Tess Tutor-Demo", "Dee Lead-Demo", "Yara Year-Demo", "DSL alerts"):
        await expect(column(page, name)).to_be_visible()
    for suggestion in ("report", "my reports", "help"):
        await expect(
            column(page, "Tess Tutor-Demo").get_by_role("button", name=suggestion, exact=True)
        ).to_be_visible()


async def test_a_press_sends_the_inputs_and_the_answered_card_takes_its_place(
    page: Page, bot: ScriptedBot
) -> None:
    tutor = await begin(page)
    await tutor.get_by_role("radio", name="Someone broke the rules").check()
    await tutor.get_by_label("What happened?").fill("He said so")
    await tutor.get_by_role("button", name="Next").click()
    await expect(tutor.get_by_text("Safely recorded.")).to_be_visible()
    await expect(tutor.get_by_text("What did you see?")).to_have_count(0)
    value = pressed(bot)
    assert value["trigger"] == "manual"
    assert value["action"]["verb"] == "next"
    assert value["action"]["data"] == {
        "target": "r-1",
        "kind@1": "rules",
        "what@1": "He said so",
        "row@1": "r2",
    }


async def test_reopening_brings_the_stored_card_back_and_loses_what_was_typed(page: Page) -> None:
    tutor = await begin(page)
    await tutor.get_by_role("button", name="Next").click()
    await expect(tutor.get_by_text("only this person sees this version")).to_be_visible()
    await tutor.get_by_role("button", name="Reopen chat").click()
    await expect(tutor.get_by_text("What did you see?")).to_be_visible()
    await tutor.get_by_label("What happened?").fill("half a sentence")
    await tutor.get_by_role("button", name="Reopen chat").click()
    await expect(tutor.get_by_label("What happened?")).to_have_value("")


async def test_typed_text_stays_while_other_messages_arrive(
    page: Page, bot: ScriptedBot, school: Rehearsal
) -> None:
    tutor = await begin(page)
    box = tutor.get_by_label("What happened?")
    await box.fill("half a sentence")
    url = f"{school.service_url}v3/conversations/{school.chat('tutor').conversation}/activities"
    await bot.call("POST", url, {"type": "message", "text": "By the way"})
    await expect(tutor.get_by_text("By the way", exact=True).last).to_be_visible()
    await page.get_by_label("Dark").check()
    await expect(box).to_have_value("half a sentence")


async def test_a_card_brought_up_to_date_with_itself_stays_where_a_finger_may_be_on_it(
    page: Page, bot: ScriptedBot, school: Rehearsal
) -> None:
    tutor = column(page, "Tess Tutor-Demo")
    url = f"{school.service_url}v3/conversations/{school.chat('tutor').conversation}/activities"
    sent = (await bot.call("POST", url, with_card(FORM))).body["id"]
    button = tutor.get_by_role("button", name="Next").last
    await expect(button).to_be_visible()
    await tutor.get_by_label("What happened?").last.fill("half a sentence")
    before = await button.element_handle()
    assert before is not None

    await bot.call("PUT", f"{url}/{sent}", with_card(FORM))

    await expect(tutor.get_by_text("edited", exact=True).last).to_be_visible()
    assert await before.evaluate("button => button.isConnected")
    await expect(tutor.get_by_label("What happened?").last).to_have_value("half a sentence")


async def test_pupils_are_searched_by_typing_and_their_ids_are_sent(page: Page, bot: ScriptedBot) -> None:
    tutor = await begin(page)
    who = tutor.get_by_role("combobox", name="Who is involved?")
    for typed, title in (("abi", "Abi Pupil-Demo (7A)"), ("9a", "Kemi Pupil-Demo (9A)")):
        await who.fill(typed)
        await expect(tutor.get_by_role("option", name=title)).to_be_visible()
        await who.press("ArrowDown")
        await who.press("Enter")
        await expect(tutor.get_by_role("button", name=f"Remove {title}")).to_be_visible()
    await tutor.get_by_role("button", name="Next").click()
    await expect(tutor.get_by_text("Safely recorded.")).to_be_visible()
    assert pressed(bot)["action"]["data"]["who@1"] == "p001,p011"


async def test_a_filtered_choice_shows_its_words_and_sends_its_value(page: Page, bot: ScriptedBot) -> None:
    tutor = await begin(page)
    await expect(tutor.get_by_text("Unkind words")).to_be_visible()
    row = tutor.get_by_role("combobox", name="Which row?")
    await row.fill("phone")
    await tutor.get_by_role("option", name="Using a phone in class").click()
    await tutor.get_by_role("button", name="Next").click()
    await expect(tutor.get_by_text("Safely recorded.")).to_be_visible()
    assert pressed(bot)["action"]["data"]["row@1"] == "r1"


async def test_an_answer_in_words_and_a_missing_answer_are_told_to_the_presser(
    page: Page, bot: ScriptedBot
) -> None:
    tutor = await begin(page)
    words = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Not kept."}
    bot.answers["cancel"] = words
    await tutor.get_by_role("button", name="Cancel").click()
    await expect(tutor.get_by_role("status").filter(has_text="Not kept.")).to_be_visible()
    bot.delay = asyncio.Event()
    await tutor.get_by_role("button", name="Cancel").click()
    await expect(tutor.get_by_text("Something went wrong. Please try again.")).to_be_visible()
    bot.delay.set()


async def test_a_press_is_repeated_from_the_menu(page: Page, bot: ScriptedBot) -> None:
    tutor = await begin(page)
    await tutor.get_by_role("button", name="Next").click()
    await expect(tutor.get_by_text("Safely recorded.")).to_be_visible()
    for item in ("Press again (same id)", "Press again (new id)"):
        heard = len(bot.heard)
        await tutor.locator("summary").click()
        async with page.expect_response(re.compile("api/repeat")):
            await tutor.get_by_role("button", name=item).click()
        assert len(bot.heard) == heard + 1
    first, same, new = [one["id"] for one in bot.of("invoke")]
    assert first == same != new


async def test_an_old_client_presses_the_fallback(page: Page, bot: ScriptedBot) -> None:
    tutor = await begin(page)
    await page.get_by_text("Faults", exact=True).click()
    await page.get_by_label("Press as an old client does").check()
    await page.keyboard.press("Escape")
    async with page.expect_response(re.compile("api/submit")):
        await tutor.get_by_role("button", name="Next").click()
    assert bot.of("message")[-1]["value"]["verb"] == "next"


async def test_a_channel_post_shows_whom_it_rings_and_their_lock_screen_shows_it(
    page: Page, bot: ScriptedBot, school: Rehearsal
) -> None:
    await post_alert(bot, school)
    channel, dsl = column(page, "DSL alerts"), column(page, "Dee Lead-Demo")
    await expect(channel.get_by_text("rings Dee Lead-Demo")).to_be_visible()
    await expect(channel.locator(".reply").get_by_role("button", name="Open")).to_be_visible()
    await expect(dsl.locator(".lock")).to_contain_text("Mentioned in a channel")
    await expect(dsl.locator(".lock")).to_contain_text("urgent: KS-7Q4F-2")
    await expect(column(page, "Yara Year-Demo").locator(".lock")).to_contain_text("Nothing")


async def test_a_card_shows_whom_it_mentions_by_name_and_an_unexplained_mention_as_written(
    page: Page, bot: ScriptedBot, school: Rehearsal
) -> None:
    dsl = school.person("dsl")
    at = f"<at>{dsl.name}</at>"
    entity = {
        "type": "mention",
        "text": at,
        "mentioned": {"id": school.tenant.member_id(dsl.id), "name": dsl.name},
    }
    text = {"type": "TextBlock", "text": f"For {at}, not for <at>Nobody</at>", "wrap": True}
    url = f"{school.service_url}v3/conversations/{school.chat('tutor').conversation}/activities"
    await bot.call("POST", url, with_card(card(text, msteams={"entities": [entity]})))
    shown = column(page, "Tess Tutor-Demo").get_by_text("For Dee Lead-Demo, not for <at>Nobody</at>")
    await expect(shown).to_be_visible()


async def test_the_lock_screen_shows_the_summary_and_nothing_of_the_card(page: Page) -> None:
    tutor = await begin(page)
    await expect(tutor.locator(".lock")).to_contain_text("Your report is open")


async def test_a_card_with_refresh_is_renewed_by_itself_in_an_open_chat(
    page: Page, bot: ScriptedBot, school: Rehearsal
) -> None:
    member = school.tenant.member_id(school.person("tutor").id)
    bot.answers["renew"] = card_answer(said("Seen by the DSL."))
    url = f"{school.service_url}v3/conversations/{school.chat('tutor').conversation}/activities"
    content = said("Received.") | {"refresh": {"action": execute("renew", ""), "userIds": [member]}}
    await bot.call("POST", url, with_card(content))
    await expect(column(page, "Tess Tutor-Demo").get_by_text("Seen by the DSL.")).to_be_visible()
    assert pressed(bot)["trigger"] == "automatic"


async def test_the_bots_clock_is_wound_from_the_page(page: Page, bot: ScriptedBot) -> None:
    before = await page.locator("#now").get_attribute("datetime")
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.locator("#now")).not_to_have_attribute("datetime", before or "")
    assert bot.wound.total_seconds() == 86_400


async def test_a_fault_is_set_from_the_page_and_the_bot_meets_it(
    page: Page, bot: ScriptedBot, school: Rehearsal
) -> None:
    await page.get_by_text("Faults", exact=True).click()
    await page.locator("#fault-kind").select_option("503")
    await page.get_by_role("button", name="Set the fault").click()
    await expect(page.get_by_role("list", name="Faults that wait")).to_contain_text("answer 503: 1 more")
    url = f"{school.service_url}v3/conversations/{school.chat('tutor').conversation}/activities"
    assert (await bot.call("POST", url, with_card(FORM))).status == 503
    await column(page, "Tess Tutor-Demo").get_by_role("button", name="help", exact=True).click()
    await page.get_by_text("Faults", exact=True).click()
    await expect(page.get_by_role("list", name="Faults that wait").get_by_role("listitem")).to_have_count(0)


async def test_another_persons_chat_is_opened_kept_and_closed(page: Page) -> None:
    await page.get_by_label("Show another chat").select_option(label="Hetty Head-Demo, Headteacher")
    await expect(column(page, "Hetty Head-Demo")).to_be_visible()
    await page.reload()
    head = column(page, "Hetty Head-Demo")
    await expect(head).to_be_visible()
    await head.locator("summary").click()
    await head.get_by_role("button", name="Close this column").click()
    await expect(head).to_have_count(0)


async def test_the_channel_is_linked_with_one_button(page: Page, bot: ScriptedBot, school: Rehearsal) -> None:
    async def ask_the_dsl(_: Activity) -> None:
        url = f"{school.service_url}v3/conversations/{school.chat('dsl').conversation}/activities"
        await bot.call("POST", url, with_card(card(actions=(execute("confirm", "Confirm"),))))

    bot.on_message = ask_the_dsl
    bot.answers["confirm"] = card_answer(said("Linked."))
    await column(page, "DSL alerts").get_by_role("button", name="Link this channel", exact=True).click()
    await expect(column(page, "Dee Lead-Demo").get_by_text("Linked.")).to_be_visible()


async def test_everything_is_reached_by_keyboard_alone(page: Page, bot: ScriptedBot) -> None:
    await page.get_by_label("Message as Tess Tutor-Demo").focus()
    await page.keyboard.type("report")
    await page.keyboard.press("Enter")
    tutor = column(page, "Tess Tutor-Demo")
    await expect(tutor.get_by_text("What did you see?")).to_be_visible()
    await tutor.get_by_label("What happened?").focus()
    await page.keyboard.type("He said so")
    for _ in range(6):
        if await page.evaluate("document.activeElement.textContent.trim() === 'Next'"):
            break
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(tutor.get_by_text("Safely recorded.")).to_be_visible()
    assert pressed(bot)["action"]["data"]["what@1"] == "He said so"


async def test_on_a_telephone_one_chat_fills_the_screen_and_nothing_runs_over(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    tutor = await begin(page)
    box = await tutor.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(366, abs=2)
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    await page.get_by_label("Chats").get_by_role("button", name="# DSL alerts").click()
    await expect(column(page, "DSL alerts")).to_be_in_viewport(ratio=0.9)


async def test_phone_width_narrows_each_chat(page: Page) -> None:
    await page.get_by_label("Phone width").check()
    box = await column(page, "Tess Tutor-Demo").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(360, abs=2)


@pytest.mark.parametrize("dark", [False, True])
async def test_axe_finds_nothing_of_the_pages_own(
    page: Page, bot: ScriptedBot, school: Rehearsal, *, dark: bool
) -> None:
    await page.get_by_label("Dark").set_checked(dark)
    tutor = await begin(page)
    await post_alert(bot, school)
    await expect(column(page, "DSL alerts").get_by_text("rings Dee Lead-Demo")).to_be_visible()
    await tutor.get_by_role("combobox", name="Who is involved?").fill("a")
    await expect(tutor.get_by_role("option").first).to_be_visible()
    await page.get_by_text("Faults", exact=True).click()
    found = await findings(page, {"exclude": [".card"]})
    assert found == []
    assert await findings(page, {"include": [".picker"]}) == []


async def findings(page: Page, where: dict[str, Any]) -> list[str]:
    """What axe-core finds, each as its rule and the elements."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    # Colours fade in; what is judged is where they end.
    await page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    result = await page.evaluate("(where) => axe.run(where)", where)
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in result["violations"]]
