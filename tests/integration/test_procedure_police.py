"""Who is asked to tell the police on the illegal path, and where that path begins (casework 3, 4, 5)."""

from __future__ import annotations

from pathlib import Path

from bot.casework import verbs
from bot.casework.procedures.knowing import open_ones
from bot.model.cases import Case
from tests.integration.case_work import (
    DEE,
    HETTY,
    IAN,
    OLLY,
    PAUL,
    TESS,
    adult,
    child,
    done,
    in_chat,
    now,
    press,
    rules,
    school_day,
    text_of,
)
from tests.integration.conftest import Handrail
from tests.integration.test_procedures import begun, passed, procedure, step

NOT_MADE = {"outcome": "not_made", "why": "It was a drawing"}


async def to_the_police(bot: Handrail, name: str, case: Case) -> str:
    """The illegal path walked up to the step in which the police are told."""
    spoken = {"spoken_with": "headteacher", "spoken_name": "The head", "spoken_when": "at ten"}
    await passed(bot, name, case, "illegal_path")
    await passed(bot, name, case, "illegal_path", device_there="no", blocked="outside")
    await passed(bot, name, case, "illegal_path", **spoken)
    return await passed(bot, name, case, "illegal_path")


async def shown(bot: Handrail, name: str, case: Case, flow: str) -> str:
    """What the step that the procedure waits for says when it is opened."""
    mark = verbs.step_id(procedure(bot, case, flow))
    return text_of(await press(bot, name, verbs.STEP, case.id, mark))


def running(bot: Handrail, case: Case) -> set[str]:
    return {p.flow for p in open_ones(bot.service.office.unit(), now(bot, case))}


async def test_a_tutor_leads_the_illegal_path_but_does_not_decide_about_the_police(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        case = await done(bot, TESS, case, "crime", crime="yes", why="It may be one")
        assert "serious_incident" not in running(bot, case), (
            "a crime on another row: ICT Services are not told"
        )
        assert not in_chat(bot, IAN, case)

        assert await to_the_police(bot, TESS, case) == "police"
        assert (await step(bot, TESS, case, "illegal_path", **NOT_MADE)).refused
        assert "A step waits for you" in str(in_chat(bot, OLLY, case))
        assert await passed(bot, OLLY, case, "illegal_path", **NOT_MADE) == "agencies"
        assert "It was decided not to report" in str(in_chat(bot, DEE, case))
        assert await passed(bot, DEE, case, "illegal_path", **NOT_MADE) == "done"


async def test_of_a_child_at_risk_the_safeguarding_lead_alone_decides_about_the_police(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        case = await done(bot, DEE, case, "crime", crime="yes", why="It may be one")

        assert await to_the_police(bot, DEE, case) == "police_child"
        for name in (OLLY, HETTY):
            assert (await step(bot, name, case, "illegal_path", **NOT_MADE)).refused
        assert await passed(bot, DEE, case, "illegal_path", **NOT_MADE) == "agencies"


async def test_a_picture_of_a_child_and_an_adult_of_the_school_are_the_illegal_path(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, HETTY, await adult(bot, PAUL, what="image"), "take")

        assert {"illegal_path", "staff_allegation"} <= running(bot, case)
        assert await to_the_police(bot, HETTY, case) == "police"
        assert not in_chat(bot, OLLY, case), "fewer know of it"
        assert await passed(bot, HETTY, case, "illegal_path", **NOT_MADE) == "agencies"
        assert await passed(bot, HETTY, case, "illegal_path", **NOT_MADE) == "done"


async def test_a_step_that_is_our_own_caution_is_not_called_the_policys(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        await begun(bot, DEE, case, "pupil_account")
        risk = {"account": "x", "account_risk": "y", "account_significant": "yes", "account_illegal": "no"}
        await passed(bot, DEE, case, "pupil_account", **risk)
        ours = await shown(bot, DEE, case, "pupil_account")
        assert "From the policy" in ours

        await passed(bot, DEE, case, "pupil_account", may_ask="hold", may_ask_why="It is the father")
        caution = await shown(bot, DEE, case, "pupil_account")
        assert "Ask the police first" in caution
        assert "This step is Handrail's own" in caution
        assert "From the policy" not in caution


async def test_what_the_list_of_user_actions_calls_a_trigger_starts_the_illegal_path(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        await begun(bot, TESS, case, "grade")

        assert await passed(bot, TESS, case, "grade", graded_row="racist_material") == "trigger"
        assert "illegal_path" in running(bot, case), "before anybody has read the next card"
        assert '"Open"' in str(in_chat(bot, DEE, case)), "the route has told the safeguarding lead"
        assert procedure(bot, case, "grade").answers["graded_row"] == "racist_material"
