"""Waits that somebody or a date ends, and a box that has to be ticked, as people press them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.model.cases import Case
from tests.integration.case_work import DAY, IAN, TESS, done, open_case, school_day, text_of
from tests.integration.conftest import Handrail
from tests.integration.report_walks import fill
from tests.integration.test_ashford_reports import ALMA, report
from tests.integration.test_ashford_reports import PEOPLE as ASHFORD
from tests.integration.test_procedures import ask, passed, procedure, requests

TARIQ, LENA, NADIA, SURI = (
    "Tariq Assistant-Demo",
    "Lena Lead-Demo",
    "Nadia Network-Demo",
    "Suri Senior-Demo",
)


async def a_pupil_has_signed(bot: Handrail) -> Case:
    """Tess has sent the signature of a pupil whose parent has not signed yet; Ian looks after it."""
    await ask(bot, TESS, "acceptable use")
    chat = bot.school.chat(TESS)
    await chat.press("I understand")
    await bot.settled()
    day = bot.service.office.now().date().isoformat()
    signed = {"signer": "pupil", "signer_name": "Abi", "signed_on": day, "parent_signed": "no"}
    await fill(chat, "Next", **signed)
    await bot.settled()
    (case,) = requests(bot, TESS)
    assert procedure(bot, case, "aup_signoff").step == "parent"
    return case


async def test_a_wait_ends_when_whoever_it_waits_for_says_what_happened(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await a_pupil_has_signed(bot)
        assert "Waiting for the parent's signature" in text_of(await open_case(bot, IAN, case))
        ian = bot.school.chat(IAN)
        await ian.press("Open")
        await ian.press("What is to be done")
        await ian.press("Waiting for the parent's signature")
        form = ian.last_card
        assert "The parent or carer has signed." in form.text

        await form.press("It has happened")
        assert "Please say what happened." in ian.last_card.text
        assert procedure(bot, case, "aup_signoff").step == "parent"
        await fill(ian, "It has happened", **{"parent.what": "The form came back on paper"})
        await bot.settled()

        run = procedure(bot, case, "aup_signoff")
        assert (run.step, run.answers["parent"]) == ("access", "happened")
        assert run.answers["parent.what"] == "The form came back on paper"
        await bot.wind(20 * DAY)
        assert procedure(bot, case, "aup_signoff").step == "access"


async def test_a_wait_that_nothing_ends_is_asked_about_when_its_time_is_over(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await a_pupil_has_signed(bot)
        await bot.wind(13 * DAY)
        assert procedure(bot, case, "aup_signoff").step == "parent"
        await bot.wind(2 * DAY)

        assert procedure(bot, case, "aup_signoff").step == "ask_parent"


async def test_a_wait_for_a_date_has_no_button_and_ends_on_its_morning(tmp_path: Path) -> None:
    async with school_day(tmp_path, people=ASHFORD, pack="ashford") as bot:
        await ask(bot, TARIQ, "change the filter")
        chat = bot.school.chat(TARIQ)
        until = (bot.service.office.now() + timedelta(days=10)).date().isoformat()
        given = {"change_what": "games.example for Oak", "change_why": "Maths", "change_until": until}
        await fill(chat, "Next", **given)
        await bot.settled()
        (case,) = requests(bot, TARIQ)
        flow = "filter_change"
        assert await passed(bot, NADIA, case, flow, outcome="done", risk_technical="None") == "teaching"
        assert await passed(bot, LENA, case, flow, risk_teaching="None") == "agree"
        assert await passed(bot, SURI, case, flow, answer="yes") == "change"
        assert await passed(bot, NADIA, case, flow, outcome="done", logged="In the log") == "for_a_time"

        shown = await open_case(bot, NADIA, case)
        assert "The filter is changed for a time" in text_of(shown)
        nadia = bot.school.chat(NADIA)
        await nadia.press("Open")
        steps = await nadia.press("What is to be done")
        assert "The filter is changed for a time" not in nadia.last_card.buttons, steps.text
        await bot.wind(8 * DAY)
        assert procedure(bot, case, flow).step == "for_a_time"
        await bot.wind(2 * DAY)
        assert procedure(bot, case, flow).step == "change_back"


async def test_a_box_that_must_be_ticked_holds_the_step_until_it_is(tmp_path: Path) -> None:
    async with school_day(tmp_path, people=ASHFORD, pack="ashford") as bot:
        case, _ = await report(bot, what="image", pupils_affected=ALMA)
        case = await done(bot, LENA, case, "take")
        await passed(bot, LENA, case, "image", made_by="pupil", known_from="She said so")
        assert await passed(bot, LENA, case, "self_generated") == "risk_first"
        first = {"risk_now": "No", "adult_behind": "no", "device_there": "no", "on_school": "no"}
        assert await passed(bot, LENA, case, "self_generated", **first) == "risk"
        lena = bot.school.chat(LENA)
        await lena.press("Open")
        await lena.press("What is to be done")
        await lena.press("Risk assessment")
        said = dict.fromkeys(("children", "vulnerable", "agencies", "spread"), "Nothing known")

        await fill(lena, "Save this step", **said)
        assert procedure(bot, case, "self_generated").step == "risk"
        again = lena.last_card
        assert "Please use them first." in again.text
        assert "Nothing known" in str(again.content), "what was typed is still there"
        await fill(lena, "Save this step", **said, guide_used="yes")
        await bot.settled()

        run = procedure(bot, case, "self_generated")
        assert (run.step != "risk", run.answers["guide_used"]) == (True, "yes")
