"""What the cards of procedures and requests say, and how few of them there are, on a running Handrail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.casework import verbs
from bot.casework.procedures.knowing import open_ones
from bot.casework.tables import PROCEDURES
from bot.model.views import Facts, Input, Paragraph
from tests.integration.case_work import (
    DEE,
    HETTY,
    IAN,
    OLLY,
    TESS,
    buttons,
    child,
    done,
    in_chat,
    now,
    open_case,
    opened,
    press,
    rules,
    school_day,
    text_of,
    who,
)
from tests.integration.report_walks import fill
from tests.integration.test_procedures import ask, begun, passed, procedure, requests


async def test_words_that_name_one_request_show_its_form_at_once(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        chat = bot.school.chat(TESS)
        await chat.say("unblock")
        await bot.settled()
        assert "Which site" in chat.last_card.text
        assert chat.last_card.buttons == ["Next", "Report something"]
        await chat.say("unblock")
        await bot.settled()
        assert len(bot.service.store.find(PROCEDURES, "asked", who(bot, TESS))) == 1
        assert not requests(bot, TESS)


async def test_words_of_what_somebody_else_would_hear_of_at_once_offer_it_first(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        chat = bot.school.chat(OLLY)
        await chat.say("filter check")
        await bot.settled()
        assert not requests(bot, OLLY)
        await chat.press("Next")
        await bot.settled()
        assert len(requests(bot, OLLY)) == 1


async def test_a_receipt_says_you_to_whom_the_next_step_waits_for(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "guest log-in")
        chat = bot.school.chat(TESS)
        given = {"access_kind": "media", "access_for": "Me", "access_reason": "A talk", "access_signed": "no"}
        before = len(chat.cards)
        await fill(chat, "Next", **given)
        await bot.settled()
        assert "*The rules are signed first* waits for you" in chat.last_card.text
        assert len(chat.cards) == before + 1, "the receipt alone: the step has no second card"
        await chat.press("The rules are signed first")
        await chat.press("I understand")
        await bot.settled()
        (case,) = requests(bot, TESS)
        assert case.closing is not None


async def test_nothing_is_sent_while_the_rules_are_only_read_and_then_one_case_has_read_and_signed(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "acceptable use")
        chat = bot.school.chat(TESS)
        before = len(chat.cards)
        await chat.press("I understand")
        await bot.settled()
        assert not requests(bot, TESS)
        assert "Who signs?" in chat.last_card.text
        assert len(chat.cards) == before
        day = bot.service.office.now().date().isoformat()
        await fill(chat, "Next", signer="me", signed_on=day)
        await bot.settled()
        (case,) = requests(bot, TESS)
        steps = [
            k.entry.content["step"]
            for k in bot.service.store.history(case.id)
            if k.entry.kind == "step_passed" and k.entry.actor == who(bot, TESS)
        ]
        assert steps[:2] == ["read", "sign"]
        assert procedure(bot, case, "aup_signoff").step == "access"
        assert len(chat.cards) == before + 1, "the receipt"


async def test_rules_that_are_read_and_confirmed_are_a_case_that_is_closed_at_once(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "class blog")
        chat = bot.school.chat(TESS)
        for _ in range(2):
            await chat.press("I understand")
            await bot.settled()
        assert not requests(bot, TESS)
        await fill(chat, "Next", blog_what="Poems, 4B", blog_read="yes", blog_watch="Me, daily")
        await bot.settled()
        (case,) = requests(bot, TESS)
        assert case.closing is not None
        assert case.closing.outcome == "request_done"
        assert case.number in chat.last_card.text
        assert not in_chat(bot, OLLY, case), "nobody is asked to take what is settled"


async def test_the_only_procedure_is_chosen_already_where_one_is_stopped(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        form = await press(bot, DEE, verbs.STOP, case.id, "stop")
        (only,) = open_ones(bot.service.office.unit(), now(bot, case))
        assert form.view is not None
        asked = next(b for b in form.view.blocks if isinstance(b, Input) and b.key == "flow")
        assert asked.value == only.id

        await begun(bot, DEE, case, "technical_task")
        form = await press(bot, DEE, verbs.STOP, case.id, "stop")
        assert form.view is not None
        asked = next(b for b in form.view.blocks if isinstance(b, Input) and b.key == "flow")
        assert asked.value == ""


async def test_is_anything_allowed_shows_the_question_and_a_story_does_not(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        chat = bot.school.chat(TESS)
        for said in ("Is gambling allowed?", "are mobile phones allowed"):
            await chat.say(said)
            await bot.settled()
            assert "What is it about?" in chat.last_card.text, said
        await chat.say("Is it true that chat is not allowed? Ben was on it")
        await bot.settled()
        assert "Report something" in chat.last_card.text
        assert "Is it allowed?" in chat.last_card.buttons


async def test_what_was_answered_stands_under_its_step_with_dates_as_people_write(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "unblock")
        until = bot.service.office.now() + timedelta(days=10)
        site = {"un_site": "games.example", "un_why": "Maths", "un_long": "study", "un_risk": "None"}
        await bot.school.chat(TESS).press("Next", **site)
        await fill(bot.school.chat(TESS), "Next", un_until=until.date().isoformat())
        await bot.settled()
        (case,) = requests(bot, TESS)
        run = procedure(bot, case, "unblock_site")
        shown = await press(bot, OLLY, verbs.STEP, case.id, verbs.step_id(run))
        assert shown.view is not None
        blocks = shown.view.blocks
        at = next(n for n, b in enumerate(blocks) if isinstance(b, Paragraph) and "Which site, and" in b.text)
        told = blocks[at + 1]
        assert isinstance(told, Facts)
        said = dict(told.rows)
        assert said["For how long?"] == "While we study something"
        assert f"{until:%Y}" in said["Until which day?"]
        assert until.date().isoformat() not in said.values()


async def test_until_the_rest_of_a_danger_report_is_here_no_empty_form_asks_what_to_begin(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        (case,) = await opened(bot, stage="danger", danger="yes", what="child")
        case = await done(bot, DEE, case, "take")
        view = await open_case(bot, DEE, case)
        assert "What is to be done" not in buttons(view)
        steps = await press(bot, DEE, verbs.STEPS, case.id, "steps.0")
        assert "Begin a procedure" not in buttons(steps)
        answer = await press(bot, DEE, verbs.BEGIN, case.id, "begin")
        assert answer.refused
        assert "Begin it" not in buttons(answer)
        assert "The rest of the report is not here yet" in text_of(answer)


async def test_whoever_only_hears_of_a_case_is_not_asked_what_to_begin_in_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, OLLY, await rules(bot, "illegal_material"), "take")
        answer = await press(bot, HETTY, verbs.BEGIN, case.id, "begin")
        assert answer.refused
        assert "Begin it" not in buttons(answer)
        assert "That is for someone else to do in this case" in text_of(answer)


async def test_what_was_asked_for_and_opened_again_is_closed_as_settled_or_not_and_never_as_found(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "unblock")
        site = {"un_site": "maps.example", "un_why": "Maps", "un_long": "good", "un_risk": "None"}
        await bot.school.chat(TESS).press("Next", **site)
        await bot.settled()
        (case,) = requests(bot, TESS)
        assert await passed(bot, IAN, case, "unblock_site", answer="no", why="It is not safe") == "stopped"
        case = await done(bot, OLLY, case, "reopen", why="There is more")
        case = await done(bot, OLLY, case, "take")
        (closes,) = (a for a in (await open_case(bot, OLLY, case)).actions if a.label == "Close the case")
        form = await press(bot, OLLY, closes.verb, case.id, closes.action_id)
        assert form.view is not None
        (asked,) = (b for b in form.view.blocks if isinstance(b, Input) and b.key == "outcome")
        assert [choice.value for choice in asked.choices] == ["request_done", "request_stopped"]
        key = closes.action_id.partition(".")[0]
        case = await done(bot, OLLY, case, key, outcome="request_stopped", why="It stays shut")
        assert case.closing is not None
        assert "ended without a yes" in bot.school.chat(TESS).last_card.text
