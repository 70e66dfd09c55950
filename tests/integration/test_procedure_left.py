"""Somebody who has left the school finds nothing of a step that was theirs."""

from __future__ import annotations

from pathlib import Path

from bot.casework import verbs
from tests.integration.case_work import DEE, HETTY, IAN, child, done, in_chat, press, rules, text_of
from tests.integration.conftest import Handrail
from tests.integration.test_owner_leaves import LEFT, changed, school_with_people
from tests.integration.test_procedures import begun, passed, procedure

TASK = {"job": "other", "job_words": "Keep the logs"}


async def refreshed(bot: Handrail, name: str, case_id: str, stamp: str) -> str:
    """What a client that asks by itself is shown."""
    answer = await press(bot, name, verbs.STEP, case_id, stamp, automatic=True)
    assert answer.view is not None
    return text_of(answer)


async def test_a_settled_step_is_blank_once_its_reader_has_left(tmp_path: Path) -> None:
    async with school_with_people(tmp_path) as (bot, people):
        case = await done(bot, DEE, await rules(bot), "take")
        await begun(bot, DEE, case, "technical_task")
        await passed(bot, DEE, case, "technical_task", **TASK)
        await bot.school.chat(IAN).press("Open")
        assert await passed(bot, IAN, case, "technical_task", outcome="done", job_illegal="no") == "done"
        stamp = verbs.step_id(procedure(bot, case, "technical_task"))
        assert case.number in await refreshed(bot, IAN, case.id, stamp)
        assert in_chat(bot, IAN, case)

        await changed(bot, people, IAN, LEFT)
        assert case.number not in await refreshed(bot, IAN, case.id, stamp)
        await done(bot, DEE, case, "note", text="The logs are kept")
        assert not in_chat(bot, IAN, case), "what stands in the chat is blank as well"


async def test_the_lines_of_a_notify_step_are_blank_once_their_reader_has_left(tmp_path: Path) -> None:
    async with school_with_people(tmp_path) as (bot, people):
        case = await done(bot, DEE, await child(bot), "take")
        await begun(bot, DEE, case, "pupil_account")
        risk = {"account": "x", "account_risk": "y", "account_significant": "yes", "account_illegal": "yes"}
        await passed(bot, DEE, case, "pupil_account", **risk)
        await passed(bot, DEE, case, "pupil_account")
        assert in_chat(bot, HETTY, case)

        await changed(bot, people, HETTY, LEFT)
        await done(bot, DEE, case, "note", text="It goes on")
        assert not in_chat(bot, HETTY, case)
