"""Both sanction tables, row by row: who gets the case, how repetition climbs, who is never reached."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

import pytest

from bot.model.cases import Case
from tests.integration.case_work import (
    ABI,
    BEN,
    DORA,
    GWEN,
    HETTY,
    OLLY,
    PAUL,
    TESS,
    YARA,
    adult,
    asked,
    close,
    do,
    done,
    in_channel,
    in_chat,
    now,
    open_case,
    rules,
    school_day,
    text_of,
    who,
)
from tests.integration.conftest import Handrail

DATA = Path(__file__).resolve().parents[1] / "data"
PUPIL_WAY = (
    ("tutor", "tutor", TESS),
    ("hod_hoy", "head_of_year", YARA),
    ("oso_head", "online_safety_officer", OLLY),
)
BEHIND_PUPILS = ("headteacher", HETTY)
STAFF_WAY = (
    ("line_manager_oso", "line_manager", DORA),
    ("head", "headteacher", HETTY),
    ("governors", "chair_of_governors", GWEN),
)


def transcribed(table: str) -> list[dict[str, str]]:
    with (DATA / f"kingsmead-{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ladder(row: dict[str, str], way: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str]]:
    """Marked columns from left to right, then those right of the last mark: role and person of each."""
    marked = [at for at, (column, _, _) in enumerate(way) if row[column]]
    rungs = [way[at] for at in marked] + list(way[marked[-1] + 1 :])
    return [(role, person) for _, role, person in rungs]


def key_of(bot: Handrail, table: str, number: str) -> str:
    rows = bot.service.office.shelf.current().tables[table].rows
    return next(row.key for row in rows if row.number == int(number))


def role(case: Case) -> str:
    return case.owner.role.role if case.owner.role else ""


async def found(bot: Handrail, name: str, case: Case) -> Case:
    """Taken, its procedure put on record where it has one, and closed as found."""
    await done(bot, name, case, "take")
    if now(bot, case).routed.illegal:
        await done(bot, name, case, "spoken_to", who="The headteacher", when="At ten")
    return await close(bot, name, case)


@pytest.mark.parametrize("row", transcribed("students"), ids=lambda row: f"row{row['row']}")
async def test_a_pupil_row_goes_to_its_lowest_mark_and_climbs_once_for_each_confirmed_repeat(
    tmp_path: Path, row: dict[str, str]
) -> None:
    async with school_day(tmp_path) as bot:
        key = key_of(bot, "students", row["row"])
        rungs = [*ladder(row, PUPIL_WAY), BEHIND_PUPILS]
        for offence in range(1, 5):
            case = await rules(bot, key)
            assert (role(case), len(case.earlier)) == (rungs[0][0], offence - 1)
            assert in_chat(bot, rungs[0][1], case)
            if offence > 1:
                assert not case.earlier_confirmed
                case = await done(bot, rungs[0][1], case, "same_person", same="yes")
            expected, person = rungs[min(offence, len(rungs)) - 1]
            assert role(case) == expected
            assert in_chat(bot, person, case)
            await found(bot, person, case)


@pytest.mark.parametrize("row", transcribed("staff"), ids=lambda row: f"row{row['row']}")
async def test_a_staff_row_climbs_from_line_manager_to_head_to_governors_and_the_head_is_told(
    tmp_path: Path, row: dict[str, str]
) -> None:
    async with school_day(tmp_path) as bot:
        key = key_of(bot, "staff", row["row"])
        rungs = ladder(row, STAFF_WAY)
        for offence in range(1, 5):
            case = await adult(bot, PAUL, harm="no", staff_row=key, ticks="none")
            assert (role(case), len(case.earlier)) == (rungs[0][0], offence - 1)
            assert in_chat(bot, HETTY, case)
            assert not in_channel(bot, case)
            if offence > 1:
                case = await done(bot, rungs[0][1], case, "same_person", same="yes")
            expected, person = rungs[min(offence, len(rungs)) - 1]
            assert role(case) == expected
            assert in_chat(bot, person, case)
            assert not in_chat(bot, PAUL, case)
            await found(bot, person, case)


async def test_whoever_is_left_out_is_asked_for_no_pupil_row_whichever_one_or_two_they_are(
    tmp_path: Path,
) -> None:
    names = (TESS, YARA, OLLY, HETTY)
    async with school_day(tmp_path) as bot:
        await bot.service.delivery.stop()
        for row in bot.service.office.shelf.current().tables["students"].rows:
            for out in (*combinations(names, 1), *combinations(names, 2)):
                case = await rules(bot, row.key, by=PAUL, withheld=",".join(who(bot, name) for name in out))
                assert not asked(bot, case) & set(out), (row.key, out)
                assert asked(bot, case), (row.key, out)


async def test_whoever_is_left_out_is_asked_for_no_staff_row_whichever_one_or_two_they_are(
    tmp_path: Path,
) -> None:
    names = (DORA, HETTY, GWEN)
    async with school_day(tmp_path) as bot:
        await bot.service.delivery.stop()
        for row in bot.service.office.shelf.current().tables["staff"].rows:
            for out in (*combinations(names, 1), *combinations(names, 2)):
                withheld = ",".join(who(bot, name) for name in out)
                case = await adult(bot, PAUL, harm="no", staff_row=row.key, withheld=withheld)
                assert not asked(bot, case) & {*out, PAUL}, (row.key, out)
                assert asked(bot, case) or case.owner.outside, (row.key, out)


async def test_excluding_somebody_without_a_role_changes_nobody_s_case(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await bot.service.delivery.stop()
        for row in bot.service.office.shelf.current().tables["students"].rows:
            plain = await rules(bot, row.key, ABI)
            without = await rules(bot, row.key, ABI, withheld=who(bot, PAUL))
            assert plain.owner.role == without.owner.role
            assert plain.routed.passed_over == without.routed.passed_over


@pytest.mark.parametrize(
    "outcome", ["unfounded", "malicious", "duplicate", "same_incident", "error", "set_aside"]
)
async def test_only_a_case_closed_as_found_counts(tmp_path: Path, outcome: str) -> None:
    async with school_day(tmp_path) as bot:
        first = await rules(bot)
        await done(bot, TESS, first, "take")
        await close(bot, TESS, first, outcome)
        assert (await rules(bot)).earlier == ()


async def test_an_open_case_another_row_another_pupil_or_last_year_does_not_count(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot)
        assert (await rules(bot)).earlier == ()
        await found(bot, TESS, case)
        assert (await rules(bot, "device_misuse")).earlier == ()
        assert (await rules(bot, pupil=BEN)).earlier == ()
        assert (await rules(bot)).earlier == (case.id,)
        await bot.wind(300 * 86400)
        assert (await rules(bot)).earlier == ()


async def test_a_case_opened_later_never_counts_for_one_opened_before_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        before = await rules(bot)
        await bot.wind(60)
        await found(bot, TESS, await rules(bot))
        corrected = await done(bot, TESS, before, "correct_row", row="device_misuse", why="It was a phone")
        corrected = await done(bot, TESS, corrected, "correct_row", row="social_media", why="It was not")
        assert corrected.earlier == ()


async def test_nothing_steps_up_when_the_handler_says_it_is_somebody_else(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await found(bot, TESS, await rules(bot))
        case = await done(bot, TESS, await rules(bot), "same_person", same="no")
        assert role(case) == "tutor"
        assert "Not the same person" in text_of(await open_case(bot, TESS, case))


async def test_once_stepped_up_the_handler_of_the_lower_rung_holds_no_higher_role_in_it(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        await found(bot, TESS, await rules(bot))
        case = await rules(bot)
        await done(bot, TESS, case, "take")
        case = await done(bot, TESS, case, "same_person", same="yes")
        assert case.owner.accepted_by is None
        refused = await do(
            bot, TESS, case, "decide", action="network_access", answer="yes", why="I decide it"
        )
        assert refused.refused
        assert not now(bot, case).decisions
        await done(bot, YARA, case, "take")


async def test_what_was_decided_before_stands_beside_it_only_for_whoever_may_see_that_case(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        first = await rules(bot)
        await done(bot, TESS, first, "take")
        await done(bot, TESS, first, "decide", action="network_access", answer="yes", why="For a week")
        await close(bot, TESS, first)
        second = await rules(bot)
        assert f"before: yes in {first.number}" in text_of(await open_case(bot, TESS, second))
        await done(bot, TESS, second, "same_person", same="yes")
        seen = text_of(await open_case(bot, YARA, second))
        assert "1 this school year" in seen
        assert first.number not in seen
        assert "For a week" not in seen


async def test_the_card_says_why_you_which_row_from_which_policy_and_who_was_passed_over(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        await found(bot, TESS, await rules(bot))
        case = await rules(bot, by=PAUL, withheld=who(bot, TESS))
        seen = text_of(await open_case(bot, YARA, case))
        assert "You see this as: Head of Year" in seen
        assert "4. Unauthorised use of social networking" in seen
        assert "Kingsmead: Students - Actions/ Sanctions, row 4" in seen
        assert "1 this school year, to be confirmed" in seen
        assert "Tutor: left out of this case" in seen
