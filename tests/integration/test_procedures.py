"""Procedures on a running Handrail: begun, done by whom they wait for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.casework import verbs
from bot.casework.handing import receiving_roles
from bot.casework.procedures.asking import for_role
from bot.casework.procedures.knowing import known_of, open_ones, procedures_of
from bot.casework.tables import CASES, PROCEDURES
from bot.engine.step_form import shown_of
from bot.model.cases import Case
from bot.model.events import Answer
from bot.model.procedures import Procedure
from bot.settings import ROOT
from tests.integration.case_work import (
    DAN,
    DAY,
    DEE,
    HETTY,
    HOUR,
    IAN,
    MINUTE,
    OLLY,
    PAUL,
    TESS,
    TOM,
    YARA,
    assert_sound,
    buttons,
    child,
    do,
    done,
    in_chat,
    lines_to,
    now,
    open_case,
    opened,
    press,
    rules,
    school_day,
    ten_o_clock,
    text_of,
    who,
)
from tests.integration.conftest import Handrail, handrail

ASHFORD = ROOT / "bot" / "rehearsal" / "people-ashford.yaml"
HANA, CLARA, NADIA, TARIQ = "Hana Head-Demo", "Clara Class-Demo", "Nadia Network-Demo", "Tariq Assistant-Demo"
SECRET = "Nobody else reads this"


def procedure(bot: Handrail, case: Case, flow: str) -> Procedure:
    """The latest run of that flow in the case."""
    found = [p for p in procedures_of(bot.service.office.unit(), now(bot, case)) if p.flow == flow]
    assert found, [p.flow for p in procedures_of(bot.service.office.unit(), now(bot, case))]
    return found[-1]


def kinds(bot: Handrail, case: Case) -> list[str]:
    """What history says was done."""
    return [kept.entry.kind for kept in bot.service.store.history(case.id)]


async def step(bot: Handrail, name: str, case: Case, flow: str, **values: str) -> Answer:
    """Do the step that the procedure waits for; keys of its own form without the step's name."""
    run = procedure(bot, case, flow)
    fields = bot.service.office.definition_of(case).flows[flow].fields
    typed = {key if key in fields else f"{run.step}.{key}": value for key, value in values.items()}
    answer = await press(bot, name, verbs.STEP_DO, case.id, verbs.step_id(run), **typed)
    await bot.settled()
    return answer


async def passed(bot: Handrail, name: str, case: Case, flow: str, **values: str) -> str:
    """The step done; where the procedure stands then, or how it ended."""
    answer = await step(bot, name, case, flow, **values)
    assert not answer.refused, text_of(answer)
    run = procedure(bot, case, flow)
    return run.step if run.state == "open" else run.state


async def begun(bot: Handrail, name: str, case: Case, flow: str) -> Answer:
    """Begun by hand, as the card offers it."""
    form = await press(bot, name, verbs.BEGIN, case.id, "begin")
    assert form.view is not None, form.text
    action = next(a for a in form.view.actions if a.verb == verbs.BEGIN_DO)
    answer = await press(bot, name, verbs.BEGIN_DO, case.id, action.action_id, flow=flow)
    await bot.settled()
    return answer


@asynccontextmanager
async def illegal(tmp_path: Path) -> AsyncIterator[tuple[Handrail, Case]]:
    """A case of a pupil with something illegal, taken by the safeguarding lead."""
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        case = await done(bot, DEE, case, "take" if not case.owner.accepted_by else "take_over")
        yield bot, case


async def test_the_illegal_path_begins_by_itself_and_is_walked_to_the_police(tmp_path: Path) -> None:
    async with illegal(tmp_path) as (bot, case):
        opened = await open_case(bot, DEE, case)
        assert (opened.actions[0].label, opened.actions[0].tone) == (
            "What is to be done",
            "positive",
        )
        shown = text_of(opened)
        assert ("Isolate, keep, tell" in shown, "waits for you" in shown) == (True, True)
        assert await passed(bot, DEE, case, "illegal_path") == "isolate"
        assert await passed(bot, DEE, case, "illegal_path", device_there="yes", blocked="yes") == "device"
        device = {"outcome": "kept", "what": "a black phone", "gave": "Abi", "took": "Dee", "where": "Safe"}
        assert await passed(bot, DEE, case, "illegal_path", **device) == "spoken_to"
        spoken = {"spoken_with": "headteacher", "spoken_name": "Hetty", "spoken_when": "at ten"}
        assert await passed(bot, DEE, case, "illegal_path", **spoken) == "police_guidance"
        (line,) = now(bot, case).recorded
        assert (line.action, "Hetty" in line.answers.values()) == ("spoken_to", True)
        refused = await do(bot, DEE, case, "close", outcome="found", why="It is settled")
        assert "Illegal path" in text_of(refused)
        assert await passed(bot, DEE, case, "illegal_path") == "police"
        missing = await step(bot, DEE, case, "illegal_path", outcome="made")
        assert missing.refused
        made = {"outcome": "made", "to": "police", "when": "at eleven, 101", "why": "Keep it"}
        assert await passed(bot, DEE, case, "illegal_path", **made) == "agencies"
        written = [k.entry for k in bot.service.store.history(case.id) if k.entry.kind == "step_passed"]
        (police,) = (entry for entry in written if entry.content["step"] == "police")
        assert "at eleven, 101" in str(police.content)
        assert police.actor == who(bot, DEE)
        elsewhere = {"outcome": "not_made", "why": "The police have it"}
        assert await passed(bot, DEE, case, "illegal_path", **elsewhere) == "answer"


async def test_ict_gets_its_step_and_nothing_of_the_case(tmp_path: Path) -> None:
    async with illegal(tmp_path) as (bot, case):
        run = procedure(bot, case, "serious_incident")
        while run.step != "ict_task" and run.state == "open":
            definition = bot.service.office.definition_of(case).flows["serious_incident"]
            asked = definition.steps[run.step]
            if asked.who == ("ict_lead",):
                break
            values = {
                key: next((o.key for o in definition.fields[key].options), "Block the address")
                for key in asked.fields
            }
            await passed(bot, DEE, case, "serious_incident", **values)
            run = procedure(bot, case, "serious_incident")
        assert definition.steps[run.step].who == ("ict_lead",)
        assert lines_to(bot, IAN, case), "an urgent case rings with a line"
        chat = bot.school.chat(IAN)
        await chat.press("Open")
        await bot.settled()
        assert "Abi" not in str(in_chat(bot, IAN, case))
        assert "Tess" not in str(in_chat(bot, IAN, case))
        assert (await press(bot, IAN, verbs.OPEN, case.id, "open")).refused
        assert (await press(bot, IAN, verbs.STEPS, case.id, "steps")).refused
        assert (await step(bot, TOM, case, "serious_incident", outcome="done")).refused
        steps = kinds(bot, case).count("step_passed")
        moved = await step(bot, IAN, case, "serious_incident", outcome="done", why="Blocked")
        assert not moved.refused, text_of(moved)
        again = await press(bot, IAN, verbs.STEP_DO, case.id, verbs.step_id(run))
        assert not again.view or "Abi" not in text_of(again)
        assert kinds(bot, case).count("step_passed") == steps + 1


async def test_a_pupils_account_needs_three_signatures_by_three_people(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot)
        case = await done(bot, DEE, case, "take")
        answer = await begun(bot, DEE, case, "pupil_account")
        assert "Why this account?" in text_of(answer)
        risk = {
            "account": "abi on chat", "account_risk": "She may meet him", "account_significant": "yes",
            "account_illegal": "no",
        }  # fmt: skip
        assert await passed(bot, DEE, case, "pupil_account", **risk) == "parents_or_not"
        assert (
            await passed(bot, DEE, case, "pupil_account", may_ask="hold", may_ask_why="At risk")
            == "ask_police"
        )
        assert (
            await passed(bot, DEE, case, "pupil_account", outcome="not_made", why="No time") == "three_sign"
        )
        assert await passed(bot, DEE, case, "pupil_account", answer="yes") == "three_sign"
        await step(bot, DEE, case, "pupil_account", answer="yes")
        assert kinds(bot, case).count("step_signed") == 1, "nobody signs twice"
        assert (await step(bot, TOM, case, "pupil_account", answer="yes")).refused
        assert await passed(bot, OLLY, case, "pupil_account", answer="yes") == "three_sign"
        assert "She may meet him" not in str(in_chat(bot, HETTY, case)), "sealed until it is opened"
        sealed = await press(
            bot, HETTY, verbs.STEP, case.id, verbs.step_id(procedure(bot, case, "pupil_account"))
        )
        assert "She may meet him" in text_of(sealed), "who signs sees what for"
        assert "Dee" in text_of(sealed)
        assert await passed(bot, HETTY, case, "pupil_account", answer="yes") == "enter"
        signed = [k.entry for k in bot.service.store.history(case.id) if k.entry.kind == "step_signed"]
        assert [e.actor for e in signed] == [who(bot, n) for n in (DEE, OLLY, HETTY)]
        assert len({e.role for e in signed}) == 3


async def account_to_be_signed(bot: Handrail) -> Case:
    """A child at risk, whose account waits for three signatures."""
    case = await done(bot, DEE, await child(bot), "take")
    await begun(bot, DEE, case, "pupil_account")
    await passed(
        bot, DEE, case, "pupil_account",
        account="x", account_risk="y", account_significant="yes", account_illegal="no",
    )  # fmt: skip
    await passed(bot, DEE, case, "pupil_account", may_ask="hold", may_ask_why="At risk")
    await passed(bot, DEE, case, "pupil_account", outcome="not_made", why="No time")
    return case


async def test_a_no_needs_a_reason_and_ends_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        assert (await step(bot, HETTY, case, "pupil_account", answer="no")).refused
        assert await passed(bot, HETTY, case, "pupil_account", answer="no", why="Too much") == "stopped"


async def test_an_approval_expires(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        await bot.wind(DAY + MINUTE)
        run = procedure(bot, case, "pupil_account")
        assert (run.state, run.answers["three_sign"]) == ("stopped", "expired")
        late = await press(bot, HETTY, verbs.STEP_DO, case.id, f"{run.id}.{run.visit - 1}")
        assert late.refused or "on record" not in text_of(late)


async def test_a_device_is_handed_over_and_returned_also_after_the_procedure(tmp_path: Path) -> None:
    async with illegal(tmp_path) as (bot, case):
        await passed(bot, DEE, case, "illegal_path")
        await passed(bot, DEE, case, "illegal_path", device_there="yes", blocked="yes")
        device = {"outcome": "kept", "what": "a black phone", "gave": "Abi", "took": "Dee", "where": "Safe"}
        await passed(bot, DEE, case, "illegal_path", **device)
        for each in open_ones(bot.service.office.unit(), now(bot, case)):
            form = await press(bot, DEE, verbs.STOP, case.id, "stop")
            assert form.view is not None
            mark = next(a.action_id for a in form.view.actions if a.verb == verbs.STOP_DO)
            empty = await press(bot, DEE, verbs.STOP_DO, case.id, mark, flow=each.id, why="")
            assert empty.refused
            stopped = await press(bot, DEE, verbs.STOP_DO, case.id, mark, flow=each.id, why="Not needed")
            assert not stopped.refused, text_of(stopped)
        assert not open_ones(bot.service.office.unit(), now(bot, case))
        await done(bot, DEE, case, "spoken_to", who="Hetty", when="now")
        refused = await do(bot, DEE, case, "close", outcome="found", why="It is settled")
        assert "a black phone" in text_of(refused)
        listed = await press(bot, DEE, verbs.STEPS, case.id, "steps")
        assert "Hand on: a black phone" in buttons(listed)
        run = procedure(bot, case, "illegal_path")
        link = verbs.step_id(run, "device")
        given = {
            "device.outcome": "returned", "device.what": "a black phone", "device.gave": "Dee",
            "device.took": "Abi's mother", "device.where": "With her",
        }  # fmt: skip
        assert (await press(bot, DEE, verbs.HAND_DO, case.id, link)).refused
        handed = await press(bot, DEE, verbs.HAND_DO, case.id, link, **given)
        assert not handed.refused, text_of(handed)
        again = await press(bot, DEE, verbs.HAND_DO, case.id, link, **given)
        assert not again.refused
        assert [h.how for h in procedure(bot, case, "illegal_path").hand_overs] == ["kept", "returned"]
        closed = await do(bot, DEE, case, "close", outcome="found", why="It is settled")
        assert "a black phone" not in text_of(closed)


async def test_who_is_named_later_loses_the_step(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        await begun(bot, TESS, case, "technical_task")
        await passed(bot, TESS, case, "technical_task", job="filter", job_words="Block it")
        assert in_chat(bot, IAN, case)
        await bot.school.chat(IAN).press("Open")
        await bot.settled()
        assert "Block it" in bot.school.chat(IAN).last_card.text
        await done(bot, TESS, case, "cannot_see", who=who(bot, IAN), why="A friend")
        await bot.settled()
        assert not in_chat(bot, IAN, case)
        run = procedure(bot, case, "technical_task")
        assert (await press(bot, IAN, verbs.STEP, case.id, verbs.step_id(run))).refused
        assert (await press(bot, IAN, verbs.STEP_DO, case.id, verbs.step_id(run))).refused
        at = bot.service.office.now()
        others = for_role(bot.service.office, now(bot, case), "ict_lead", at)
        assert who(bot, IAN) not in {h.person for h in others}
        assert procedure(bot, case, "technical_task").tried, "somebody else was asked instead"


async def test_an_overdue_step_is_asked_for_again_and_the_owner_hears_of_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        await begun(bot, TESS, case, "technical_task")
        await passed(bot, TESS, case, "technical_task", job="filter", job_words="Block it")
        await bot.wind(2 * DAY)
        assert any("still waits" in line for line in lines_to(bot, IAN, case))
        assert any("overdue" in line for line in lines_to(bot, TESS, case))
        assert kinds(bot, case).count("step_late") == 1


async def test_a_step_that_stays_overdue_is_reminded_of_each_school_day_and_then_the_lead_hears_of_it(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        await begun(bot, TESS, case, "technical_task")
        await passed(bot, TESS, case, "technical_task", job="logs", job_words="Block it")

        def told() -> list[int]:
            """How often the one it waits for, the owner and the safeguarding lead have been told."""
            words = ((IAN, "still waits"), (TESS, "overdue"), (DEE, "still overdue"))
            return [sum(said in line for line in lines_to(bot, name, case)) for name, said in words]

        await bot.wind(2 * DAY)
        assert told() == [1, 1, 0]
        await bot.wind(10 * MINUTE)
        assert told() == [1, 1, 0]
        next_day = procedure(bot, case, "technical_task").remind_at
        assert next_day is not None
        await bot.wind((next_day - bot.service.office.now()).total_seconds())
        assert told() == [2, 2, 1]
        await bot.wind(7 * DAY)
        assert told() == [3, 3, 1], "a standstill is not made up for"
        assert kinds(bot, case).count("step_late") == 3
        assert await passed(bot, IAN, case, "technical_task", outcome="done", job_illegal="no") == "done"
        before = told()
        await bot.wind(7 * DAY)
        assert told() == before


async def test_where_the_lead_has_the_case_the_deputy_hears_of_a_step_that_stays_overdue(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        await begun(bot, DEE, case, "technical_task")
        await passed(bot, DEE, case, "technical_task", job="filter", job_words="Block it")
        for _ in range(3):
            await bot.wind(2 * DAY)
        assert procedure(bot, case, "technical_task").reminders >= 2
        assert any("still overdue" in line for line in lines_to(bot, DAN, case))
        assert not any("still overdue" in line for line in lines_to(bot, DEE, case))


async def test_in_a_case_about_an_adult_others_are_asked_when_its_owner_lets_them(tmp_path: Path) -> None:
    async with school_day(tmp_path, people=ASHFORD, pack="ashford") as bot:
        (case,) = await opened(
            bot, TARIQ, what="adult", adults=who(bot, CLARA), pupils_affected="pupil:a01", harm="no"
        )
        case = await done(bot, HANA, case, "take")
        flow = bot.service.office.definition_of(case).flows["staff_conduct"]
        for _ in range(12):
            run = procedure(bot, case, "staff_conduct")
            if run.step == "ict":
                break
            await passed(bot, HANA, case, "staff_conduct", **answers_for(bot, case, run, technical="ict"))
        assert flow.steps[procedure(bot, case, "staff_conduct").step].who == ("ict_lead",)
        assert not in_chat(bot, NADIA, case)
        run = procedure(bot, case, "staff_conduct")
        assert (await press(bot, NADIA, verbs.STEP, case.id, verbs.step_id(run))).refused
        assert (await press(bot, NADIA, verbs.STEP_RELEASE, case.id, verbs.step_id(run))).refused
        held = await press(bot, HANA, verbs.STEP, case.id, verbs.step_id(run))
        assert "Let them do it" in buttons(held)
        await press(bot, HANA, verbs.STEP_RELEASE, case.id, verbs.step_id(run))
        await bot.settled()
        await bot.school.chat(NADIA).press("Open")
        await bot.settled()
        shown = bot.school.chat(NADIA).last_card.text
        assert "Keep the logs" in shown
        assert SECRET not in shown
        assert "Clara" not in str(in_chat(bot, NADIA, case))
        assert not in_chat(bot, CLARA, case)
        assert not (await step(bot, NADIA, case, "staff_conduct", outcome="done", why="Kept")).refused


def answers_for(bot: Handrail, case: Case, run: Procedure, **chosen: str) -> dict[str, str]:
    """An answer to everything that the step asks, the first of its options where there are any."""
    office = bot.service.office
    asked = shown_of(office.definition_of(case), run, known_of(office, case))
    return {
        key.rpartition(".")[2]: chosen.get(key) or (field.options[0].key if field.options else SECRET)
        for key, field in asked.items()
    }


# --- what staff ask for ---


async def ask(bot: Handrail, name: str, text: str) -> None:
    """Type it, choose where a list is offered, and find the card below."""
    chat = bot.school.chat(name)
    await chat.say(text)
    await bot.settled()
    if any(key.partition("@")[0] == "flow" for key in chat.last_card.inputs):
        await chat.press("Next")
        await bot.settled()


def requests(bot: Handrail, name: str) -> list[Case]:
    """The cases that came of what somebody asked for."""
    keys = bot.service.store.find(CASES, "reporter", who(bot, name))
    found = [c for key in keys if (c := bot.service.store.get(CASES, key))]
    return [c for c in found if c.what == "request"]


async def test_a_site_is_unblocked_by_two_and_blocked_again_on_the_day_named(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "unblock")
        chat = bot.school.chat(TESS)
        assert "Which site" in chat.last_card.text
        day = (bot.service.office.now() + timedelta(days=10)).date().isoformat()
        site = {
            "un_site": "games.example",
            "un_why": "Maths",
            "un_long": "study",
            "un_risk": "None",
        }
        assert not requests(bot, TESS)
        assert "Until which day?" not in chat.last_card.text, "it may be for good"
        await chat.press("Next", **site)
        assert "Until which day?" in chat.last_card.text
        assert "Please choose a day." in chat.last_card.text
        await chat.press("Next", un_until="someday")
        assert "Please choose a day." in chat.last_card.text
        gone = (bot.service.office.now() - timedelta(days=2)).date().isoformat()
        await chat.press("Next", un_until=gone)
        assert "Please choose today or a later day." in chat.last_card.text
        assert not requests(bot, TESS)
        await chat.press("Next", un_until=day)
        await bot.settled()
        (case,) = requests(bot, TESS)
        assert case.number in chat.last_card.text
        assert case.participants == ()
        assert in_chat(bot, OLLY, case), "the owner is asked"
        assert "games.example" not in str(in_chat(bot, IAN, case))
        run = procedure(bot, case, "unblock_site")
        unsealed = await press(bot, IAN, verbs.STEP, case.id, verbs.step_id(run))
        assert "games.example" in text_of(unsealed)
        assert (await step(bot, TESS, case, "unblock_site", answer="yes")).refused
        assert await passed(bot, IAN, case, "unblock_site", answer="yes") == "agree"
        assert await passed(bot, OLLY, case, "unblock_site", answer="yes") == "unblock"
        assert await passed(bot, IAN, case, "unblock_site", outcome="done", why="Open") == "until_day"
        await bot.wind(11 * DAY)
        assert procedure(bot, case, "unblock_site").step == "block_again"
        assert await passed(bot, IAN, case, "unblock_site", outcome="done", why="Shut") == "committee"
        assert await passed(bot, OLLY, case, "unblock_site", outcome="done", why="Told") == "done"
        case = now(bot, case)
        assert case.closing is not None
        assert case.closing.outcome == "request_done"
        assert any("settled" in line for line in lines_to(bot, TESS, case))


async def test_a_site_unblocked_for_good_asks_for_no_day(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "unblock")
        site = {"un_site": "maps.example", "un_why": "Maps", "un_long": "good", "un_risk": "None"}
        await bot.school.chat(TESS).press("Next", **site)
        await bot.settled()
        (case,) = requests(bot, TESS)
        for signer in (IAN, OLLY):
            await passed(bot, signer, case, "unblock_site", answer="yes")
        assert await passed(bot, IAN, case, "unblock_site", outcome="done", why="Open") == "committee"


@pytest.mark.parametrize(("pack", "asker", "owner"), [("kingsmead", TESS, IAN), ("ashford", TARIQ, NADIA)])
async def test_what_is_asked_of_ict_is_taken_by_ict_and_what_was_reported_still_is_not_theirs(
    tmp_path: Path, pack: str, asker: str, owner: str
) -> None:
    people = {"people": ASHFORD} if pack == "ashford" else {}
    async with school_day(tmp_path, pack=pack, **people) as bot:
        await ask(bot, asker, "sign the rules")
        await bot.school.chat(asker).press("I understand")
        day = bot.service.office.now().date().isoformat()
        await bot.school.chat(asker).press("Next", signer="me", signed_on=day)
        await bot.settled()
        (case,) = requests(bot, asker)
        assert case.owner.role is not None
        assert case.owner.role.role == "ict_lead"
        assert "I'll take this" in buttons(await open_case(bot, owner, case))
        assert (await done(bot, owner, case, "take")).owner.accepted_by == who(bot, owner)
        assert "Close the case" not in buttons(await open_case(bot, owner, case)), "its last step closes it"
        office, at = bot.service.office, bot.service.office.now()
        assert "ict_lead" in receiving_roles(office, now(bot, case), at)
        (technical,) = await opened(bot, asker, what="technical", others="not_known")
        assert "ict_lead" not in receiving_roles(office, technical, at)


async def test_a_request_that_nobody_answers_ends_and_says_so(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "phishing")
        site = {"site": "bad.example", "site_why": "It came by mail", "site_crime": "no"}
        await bot.school.chat(TESS).press("Next", **site)
        await bot.settled()
        (case,) = requests(bot, TESS)
        await bot.wind(DAY + HOUR)
        case = now(bot, case)
        assert case.closing is not None
        assert case.closing.outcome == "request_stopped"
        assert any("without a yes" in line for line in lines_to(bot, TESS, case))


async def test_a_question_is_answered_at_once_and_leaves_no_case(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        before = set(bot.service.store.find(CASES, "state", "open"))
        await ask(bot, PAUL, "is it allowed?")
        chat = bot.school.chat(PAUL)
        await chat.press("Next", about="talking")
        await chat.press("Next", talk_row="phones_socially")
        shown = chat.last_card.text
        assert "Students: Not allowed" in shown
        assert "Kingsmead: Communications, row 3" in shown
        assert "not in social time" in shown
        await chat.press("I understand")
        await bot.settled()
        assert set(bot.service.store.find(CASES, "state", "open")) == before
        await bot.wind(8 * DAY)
        assert bot.service.store.find(PROCEDURES, "state", "done") == ()


async def test_a_request_and_its_approval_go_on_after_a_restart(tmp_path: Path) -> None:
    async with handrail(tmp_path, link=False) as bot:
        await ten_o_clock(bot)
        await ask(bot, TESS, "phishing")
        keys = bot.service.store.find(PROCEDURES, "asked", who(bot, TESS))
    async with handrail(tmp_path, link=False) as bot:
        assert bot.service.store.find(PROCEDURES, "asked", who(bot, TESS)) == keys
        (key,) = keys
        run = bot.service.store.get(PROCEDURES, key)
        assert run is not None
        site = {"site": "bad.example", "site_why": "It came by mail", "site_crime": "no"}
        for _ in range(2):
            await press(bot, TESS, verbs.STEP_DO, key, verbs.step_id(run), **site)
        await bot.settled()
        (case,) = requests(bot, TESS)
    async with handrail(tmp_path, link=False) as bot:
        assert await passed(bot, HETTY, case, "suspicious_site", answer="yes") == "check"
        await bot.settled()
        assert_sound(bot)
        assert kinds(bot, case).count("requested") == 1


async def test_a_double_press_does_nothing_twice(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        form = await press(bot, TESS, verbs.BEGIN, case.id, "begin")
        assert form.view is not None
        mark = next(a.action_id for a in form.view.actions if a.verb == verbs.BEGIN_DO)
        for _ in range(2):
            await press(bot, TESS, verbs.BEGIN_DO, case.id, mark, flow="technical_task")
        run = procedure(bot, case, "technical_task")
        typed = {"job": "filter", "job_words": "Block this one"}
        for _ in range(2):
            answer = await press(bot, TESS, verbs.STEP_DO, case.id, verbs.step_id(run), **typed)
            assert not answer.refused
        assert kinds(bot, case).count("procedure_begun") == 1
        assert kinds(bot, case).count("step_passed") == 1
        second = await press(bot, YARA, verbs.STEP_DO, case.id, verbs.step_id(run), **typed)
        assert second.refused
