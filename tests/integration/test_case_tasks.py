"""What was decided reaches who does it as a task: number, urgency the handler's words, not the case."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.casework import messages, verbs
from bot.casework.following import Following
from bot.casework.procedures.knowing import open_ones
from bot.casework.tables import OUTBOX, REFERENCES
from bot.model.cases import Case
from bot.model.events import Answer
from tests.fakes.messenger import FakeMessenger
from tests.integration.case_work import (
    EVERYBODY,
    GWEN,
    HETTY,
    IAN,
    OLLY,
    PAUL,
    TESS,
    YARA,
    adult,
    buttons,
    close,
    do,
    done,
    in_chat,
    lines_to,
    now,
    open_case,
    press,
    rules,
    school_day,
    text_of,
    who,
)
from tests.integration.conftest import Handrail

WORDS = "Block the game site in all rooms"
TASK = {"action": "ict", "text": WORDS, "link": "games.example/play"}


async def test_a_decided_task_reaches_ict_once_the_handler_sends_it_and_is_acknowledged(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        assert (await do(bot, TESS, case, "send_task", **TASK)).refused
        await done(bot, TESS, case, "decide", action="ict", answer="yes", why="It got through")
        assert not in_chat(bot, IAN, case)
        assert "Send it to be done" in buttons(await open_case(bot, TESS, case))
        case = await done(bot, TESS, case, "send_task", **TASK)
        chat = bot.school.chat(IAN)
        assert case.number in chat.last_card.text
        assert WORDS not in str(in_chat(bot, IAN, case))
        await chat.press("Open")
        await bot.settled()
        shown = chat.last_card.text
        assert WORDS in shown
        assert "games.example/play" in shown
        assert "Abi" not in shown
        assert "Tess" not in shown
        await chat.press("I'll see to it")
        await bot.settled()
        case = now(bot, case)
        assert case.tasks[0].seen_by == who(bot, IAN)
        assert any("has been seen" in line for line in lines_to(bot, TESS, case))
        assert WORDS in text_of(await open_case(bot, TESS, case))
        assert (await press(bot, IAN, verbs.OPEN, case.id, "open")).refused
        kinds = [k.entry.kind for k in bot.service.store.history(case.id)]
        assert {"task", "task_alerted", "task_seen"} <= set(kinds)
        assert (await do(bot, TESS, case, "send_task", **TASK)).refused


async def test_access_removed_goes_to_ict_with_its_days(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, YARA, await rules(bot, "data_damage"), "take")
        await done(bot, YARA, case, "decide", action="network_access", answer="yes", why="He did it twice")
        days = {"start": "2026-12-01", "end": "2026-12-08"}
        await done(bot, YARA, case, "send_task", action="network_access", text="Remove his access", **days)
        chat = bot.school.chat(IAN)
        await chat.press("Open")
        await bot.settled()
        assert "2026-12-01" in chat.last_card.text
        assert "2026-12-08" in chat.last_card.text


async def test_a_task_nobody_acknowledges_goes_on_and_the_handler_hears_of_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await sent_task(bot)
        await bot.wind(2 * 86400)
        assert in_chat(bot, IAN, case)
        assert any("nobody has answered" in line for line in lines_to(bot, TESS, case))
        assert in_chat(bot, OLLY, case)


async def sent_task(bot: Handrail) -> Case:
    """A case whose task is with ICT."""
    case = await done(bot, TESS, await rules(bot), "take")
    await done(bot, TESS, case, "decide", action="ict", answer="yes", why="It got through")
    return await done(bot, TESS, case, "send_task", **TASK)


async def test_whoever_was_sent_the_task_twice_loses_both_cards_when_left_out(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await sent_task(bot)
        everybody = (who(bot, n) for n in EVERYBODY if n not in (TESS, IAN))
        await done(bot, TESS, case, "cannot_see", who=",".join(everybody), why="Only Ian")
        await bot.school.chat(IAN).press("Open")
        await bot.wind(2 * 86400)
        shown = [card.text for card in bot.school.chat(IAN).cards if case.number in card.text]
        assert [WORDS in text for text in shown] == [True, False]
        await done(bot, TESS, case, "cannot_see", who=who(bot, IAN), why="A relative")
        assert not in_chat(bot, IAN, case)


async def test_whoever_is_left_out_of_the_case_loses_the_task_and_another_can_have_it(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await sent_task(bot)
        await bot.school.chat(IAN).press("Open")
        await bot.settled()
        task = now(bot, case).tasks[0]
        await done(bot, TESS, case, "cannot_see", who=who(bot, IAN), why="A relative")
        assert not in_chat(bot, IAN, case)
        for verb in (verbs.TASK, verbs.TASK_SEEN):
            assert (await press(bot, IAN, verb, case.id, task.id)).refused
        for name in (PAUL, GWEN):
            assert (await press(bot, name, verbs.TASK, case.id, task.id)).refused
        assert now(bot, case).tasks[0].seen_by is None


async def test_about_ict_staff_the_task_goes_to_somebody_else_and_only_from_the_owner(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, HETTY, await adult(bot, IAN), "take")
        await done(bot, HETTY, case, "lado", consulted="yes", advice="Keep the evidence")
        await done(bot, HETTY, case, "staff_row", row="personal_use", why="It fits")
        await done(bot, HETTY, case, "decide", action="ict", answer="yes", why="Evidence")
        assert not in_chat(bot, OLLY, case)
        case = await done(bot, HETTY, case, "send_task", action="ict", text="Keep the logs")
        assert in_chat(bot, OLLY, case)
        assert not in_chat(bot, IAN, case)
        assert "Keep the logs" not in str(in_chat(bot, OLLY, case))


async def test_a_task_stays_open_when_the_case_is_closed(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await sent_task(bot)
        await close(bot, TESS, case)
        await bot.school.chat(IAN).press("Open")
        await bot.settled()
        assert WORDS in bot.school.chat(IAN).last_card.text


@pytest.mark.parametrize("why", ["0 NotConnected", "503 ServiceUnavailable", "card_faulty", "compose_failed"])
async def test_a_task_that_could_not_go_for_a_moment_cuts_nobody_off(tmp_path: Path, why: str) -> None:
    async with school_day(tmp_path) as bot:
        office = bot.service.office
        case = await sent_task(bot)
        (task,) = case.tasks
        item = office.item(
            messages.TASK, key="k", slot="k", urgency="routine", now=office.now(),
            to_role=task.role, case=case.id, params={"task": task.id},
        )  # fmt: skip
        commit = Following(office, FakeMessenger()).undeliverable(item, why, office.now())
        puts = {put.table.name: put.value for put in commit.puts}
        assert REFERENCES.name not in puts
        faulty = why in ("card_faulty", "compose_failed")
        assert puts[OUTBOX.name].kind == (messages.NOTICE if faulty else messages.TASK)


async def begin_asked(bot: Handrail, name: str, case: Case, flow: str) -> Answer:
    """The procedure begun by hand; the answer, whatever it is."""
    form = await press(bot, name, verbs.BEGIN, case.id, "begin")
    assert form.view is not None
    mark = next(a.action_id for a in form.view.actions if a.verb == verbs.BEGIN_DO)
    answer = await press(bot, name, verbs.BEGIN_DO, case.id, mark, flow=flow)
    await bot.settled()
    return answer


def open_flows(bot: Handrail, case: Case) -> list[str]:
    return [p.flow for p in open_ones(bot.service.office.unit(), now(bot, case))]


async def test_a_procedure_that_asks_what_a_task_asks_already_shows_the_task_first(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await sent_task(bot)
        first = await begin_asked(bot, TESS, case, "technical_task")
        assert first.refused
        assert WORDS in text_of(first)
        assert not open_flows(bot, case)
        assert not (await begin_asked(bot, TESS, case, "technical_task")).refused, "it is something else"
        assert open_flows(bot, case) == ["technical_task"]


async def test_a_procedure_begins_at_once_where_the_task_was_acknowledged_or_is_about_something_else(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await sent_task(bot)
        assert not (await begin_asked(bot, TESS, case, "network_access")).refused
        chat = bot.school.chat(IAN)
        await chat.press("Open")
        await chat.press("I'll see to it")
        await bot.settled()
        assert not (await begin_asked(bot, TESS, case, "technical_task")).refused


async def test_a_task_that_an_open_procedure_asks_already_is_sent_only_by_a_second_press(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, YARA, await rules(bot, "data_damage"), "take")
        assert not (await begin_asked(bot, YARA, case, "network_access")).refused
        for action in ("ict", "network_access"):
            await done(bot, YARA, case, "decide", action=action, answer="yes", why="He did it twice")
        first = await do(bot, YARA, case, "send_task", action="network_access", text="Remove his access")
        assert first.refused
        assert "Remove network or internet access for a time" in text_of(first)
        assert not now(bot, case).tasks
        assert not in_chat(bot, IAN, case)
        other = await done(bot, YARA, case, "send_task", **TASK)
        assert [task.action for task in other.tasks] == ["ict"], "another matter goes out at once"
        again = await done(bot, YARA, case, "send_task", action="network_access", text="His brother's too")
        assert [task.action for task in again.tasks] == ["ict", "network_access"]
