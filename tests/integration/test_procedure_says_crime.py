"""A step that finds what could be a crime says so of its case, whatever state it is in (casework 1, 5, 8)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.casework import verbs
from bot.casework.procedures.knowing import open_ones
from bot.definitions.loader import COMMON, FLOWS
from bot.model.cases import Case
from tests.integration.case_work import (
    DAN,
    DEE,
    DELLA,
    GWEN,
    HETTY,
    IAN,
    OLLY,
    PAUL,
    TESS,
    adult,
    climbing,
    do,
    done,
    in_channel,
    in_chat,
    now,
    opened,
    press,
    reached,
    rules,
    school_day,
    text_of,
    who,
)
from tests.integration.conftest import Handrail
from tests.integration.test_procedures import (
    ASHFORD,
    TARIQ,
    ask,
    begun,
    passed,
    procedure,
    requests,
)
from tests.integration.test_versions import edit

GRAVE, LENA = "abuse_images", "Lena Lead-Demo"


def running(bot: Handrail, case: Case) -> list[str]:
    """The flows of the procedures that are open in the case."""
    return sorted(p.flow for p in open_ones(bot.service.office.unit(), now(bot, case)))


async def test_it_counts_also_where_the_illegal_path_runs_already(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, HETTY, await adult(bot, PAUL, what="image"), "take")
        assert (case.crime, "illegal_path" in running(bot, case)) == ("open", True)
        await begun(bot, HETTY, case, "grade")

        assert await passed(bot, HETTY, case, "grade", graded_row=GRAVE) == "trigger"

        assert (now(bot, case).crime, running(bot, case).count("illegal_path")) == ("yes", 1)
        (line,) = [k.entry for k in bot.service.store.history(case.id) if k.entry.kind == "crime_found"]
        assert line.content["crime"] == "yes"


async def test_a_closed_case_is_called_so_too_and_safeguarding_is_asked_to_see_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        await begun(bot, TESS, case, "grade")
        await do(bot, TESS, case, "close", outcome="found", why="It is settled")
        assert now(bot, case).closing is not None

        await passed(bot, TESS, case, "grade", graded_row=GRAVE)

        case = now(bot, case)
        assert (case.crime, case.urgency, case.closing is not None) == ("yes", "serious", True)
        assert climbing(bot, case) == {"oversight"}, "nobody is asked to take what is closed"
        assert f"Serious: case {case.number}" in str(in_chat(bot, DEE, case))
        assert not any(f"Routine: case {case.number}" in line for line in bot.school.chat(HETTY).texts)
        case = await done(bot, TESS, case, "reopen", why="It must be looked at again")
        assert (case.crime, case.urgency) == ("yes", "serious")


@pytest.mark.parametrize("about", [PAUL, DEE, HETTY, OLLY])
@pytest.mark.parametrize("harm", ["yes", "no"])
async def test_about_an_adult_it_reaches_neither_the_channel_nor_them_and_the_lead_for_the_children_alone(
    tmp_path: Path, about: str, harm: str
) -> None:
    async with school_day(tmp_path) as bot:
        owner = GWEN if about == HETTY else HETTY
        case = await done(bot, owner, await adult(bot, about, harm=harm), "take")
        await begun(bot, owner, case, "grade")
        await passed(bot, owner, case, "grade", graded_row=GRAVE)
        await bot.wind(3 * 3600)

        case = now(bot, case)
        assert (case.crime, case.routed.restricted, case.routed.channel) == ("yes", True, "none")
        assert {t.role.role: t.sees for t in case.routed.also} == {
            "deputy_dsl" if about == DEE else "dsl": "children"
        }
        assert not in_channel(bot, case)
        assert not in_chat(bot, about, case)
        assert (await press(bot, about, verbs.OPEN, case.id, "open")).refused
        assert reached(bot, case) <= {owner, TESS, GWEN, HETTY, DEE, DAN, DELLA} - {about}
        for name in (DEE, DAN, DELLA):
            seen = text_of(await press(bot, name, verbs.OPEN, case.id, "open"))
            assert "llegal" not in f"{seen}{in_chat(bot, name, case)}"
            assert about not in seen


async def test_whoever_does_a_step_from_outside_says_so_and_learns_nothing_more(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, HETTY, await adult(bot, PAUL), "take")
        await begun(bot, HETTY, case, "technical_task")
        await passed(bot, HETTY, case, "technical_task", job="logs", job_words="Keep the logs")

        await passed(bot, IAN, case, "technical_task", outcome="done", job_illegal="yes")

        assert now(bot, case).crime == "yes"
        assert "illegal_path" in running(bot, case)
        assert (await press(bot, IAN, verbs.OPEN, case.id, "open")).refused
        assert "Illegal path" not in str(in_chat(bot, IAN, case))
        assert not in_channel(bot, case)
        assert reached(bot, case) == {HETTY, IAN, DEE, TESS}


async def test_whoever_is_named_is_left_out_of_whom_it_tells(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        for name in (DEE, OLLY):
            case = await done(bot, TESS, case, "cannot_see", who=who(bot, name), why="A friend of theirs")
        await begun(bot, TESS, case, "grade")
        await passed(bot, TESS, case, "grade", graded_row=GRAVE)
        await bot.wind(3 * 3600)

        assert now(bot, case).crime == "yes"
        assert not in_channel(bot, case), "the lead could read it there"
        for name in (DEE, OLLY):
            assert not in_chat(bot, name, case)
            assert (await press(bot, name, verbs.OPEN, case.id, "open")).refused
        assert in_chat(bot, DAN, case)


async def test_at_ashford_not_sure_counts_again_after_a_no_while_advice_is_still_taken(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path, people=ASHFORD, pack="ashford") as bot:
        (case,) = await opened(bot, TARIQ, what="rules", pupils_done="pupil:a01", rule="offensive")
        case = await done(bot, LENA, case, "take")
        for answer in ("not_sure", "no"):
            case = await done(bot, LENA, case, "crime", crime=answer, why="As advised")
        assert (case.crime, "advice" in running(bot, case)) == ("no", True)
        await begun(bot, LENA, case, "device")

        await passed(bot, LENA, case, "device", why_taken="At break", suspicion="not_sure")

        assert (now(bot, case).crime, running(bot, case).count("advice")) == ("not_sure", 1)


async def test_what_a_step_was_not_sure_of_stops_it_once_the_case_is_called_a_crime(tmp_path: Path) -> None:
    for name in ("kingsmead", COMMON):
        shutil.copytree(FLOWS / name, tmp_path / "flows" / name)
    flows = tmp_path / "flows" / "kingsmead" / "flows"
    unsure = "begins_when: {fact: crime, is: not_sure}"
    edit(flows / "advice.yaml", unsure, f"sets_crime: not_sure\n{unsure}")
    edit(flows / "grade.yaml", "- flow: illegal_path", "- flow: advice")
    edit(flows / "grade.yaml", "start: choose", 'stops_when: {fact: illegal, is: "yes"}\nstart: choose')
    async with school_day(tmp_path / "data", pack=str(flows.parent)) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        await begun(bot, TESS, case, "grade")
        assert await passed(bot, TESS, case, "grade", graded_row=GRAVE) == "trigger"
        assert now(bot, case).crime == "not_sure"

        await done(bot, TESS, case, "crime", crime="yes", why="It is one")

        assert procedure(bot, case, "grade").state == "stopped"


@pytest.mark.parametrize("by_a_step", [True, False])
async def test_of_what_staff_asked_for_the_lead_hears_and_whoever_has_it_keeps_it(
    tmp_path: Path, by_a_step: bool
) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "phishing")
        site = {"site": "bad.example", "site_why": "It came by mail", "site_crime": "no"}
        await bot.school.chat(TESS).press("Next", **site)
        await bot.settled()
        (case,) = requests(bot, TESS)
        case = await done(bot, OLLY, case, "take")
        await passed(bot, OLLY, case, "suspicious_site", answer="yes")
        assert not in_chat(bot, DEE, case)

        if by_a_step:
            looked = {"outcome": "done", "site_with": "Dee", "site_found": "x", "site_turned": "yes"}
            await passed(bot, TESS, case, "suspicious_site", **looked)
        else:
            await done(bot, OLLY, case, "crime", crime="yes", why="It is one")

        case = now(bot, case)
        assert (case.crime, case.urgency, case.owner.accepted_by) == ("yes", "serious", who(bot, OLLY))
        assert climbing(bot, case) == {"oversight"}
        assert in_chat(bot, DEE, case)
        assert not (await press(bot, DEE, verbs.OPEN, case.id, "open")).refused
        assert not in_channel(bot, case), "it is not known who is involved"
        await done(bot, DEE, case, "seen")
        assert not climbing(bot, case)
        await done(bot, OLLY, case, "cannot_see", who=who(bot, DEE), why="A friend of theirs")
        assert not in_chat(bot, DEE, case)
        assert climbing(bot, case) == {"oversight"}, "a deputy is asked in her place"
