"""Every kind of report goes to its owner, and whoever must know is told at once (casework 1 to 5)."""

from __future__ import annotations

import pytest

from bot.model.cases import Case, excluded_now
from tests.integration.conftest import Handrail
from tests.integration.report_walks import (
    ABI,
    BEN,
    ELSIE,
    KEMI,
    account,
    cases_in,
    finish,
    person,
    posts_about,
    report,
    told,
    walk,
)

CHILD_PROTECTION_TICKS = (
    "adult_contact", "sexual", "self_harm", "extremism", "blackmail", "not_sure",
)  # fmt: skip


def only(cases: list[Case]) -> Case:
    assert len(cases) == 1, [c.number for c in cases]
    return cases[0]


def owner_of(case: Case) -> str:
    assert case.owner.role is not None
    return case.owner.role.role


def told_roles(case: Case) -> set[str]:
    return {t.role.role for t in case.routed.also}


async def test_a_routine_rule_breaking_takes_four_cards_before_its_receipt(bot: Handrail) -> None:
    chat = bot.school.chat("Paul Plain-Demo")
    await chat.say("report")
    await bot.settled()

    titles = await walk(chat, what="rules", pupils_done=ABI)

    assert len(titles) == 4, titles
    assert titles[-1] == "Check and send"


@pytest.mark.parametrize(
    ("row", "where", "owner"),
    [
        ("non_educational_sites", "school", "tutor"),
        ("non_educational_sites", "my_lesson", "class_teacher"),
        ("other_student_account", "school", "head_of_year"),
        ("disrepute", "school", "online_safety_officer"),
        ("offensive_material", "school", "online_safety_officer"),
    ],
)
async def test_rule_breaking_goes_to_the_column_of_its_row(
    bot: Handrail, row: str, where: str, owner: str
) -> None:
    table = bot.service.office.shelf.current().tables["students"]
    marks = {r.key: r.marks for r in table.rows}[row]
    lowest = next(c for c in table.columns if c.kind == "authority" and c.key in marks)
    expected = (lowest.in_lesson or lowest.roles) if where == "my_lesson" else lowest.roles

    case = only(await report(bot, "Paul Plain-Demo", row=row, where=where))

    assert case.routed.row == row
    assert owner_of(case) == expected[0]
    assert case.urgency == "routine"


async def test_a_child_at_risk_belongs_to_the_dsl_alone(bot: Handrail) -> None:
    case = only(await report(bot, "Paul Plain-Demo", what="child", pupils_done="", pupils_affected=ABI))

    assert owner_of(case) == "dsl"
    assert case.urgency == "serious"
    assert not case.routed.table
    assert told(bot, "dsl", case.number)
    assert not told(bot, "tutor", case.number)
    assert not told(bot, "head_of_year", case.number)
    assert posts_about(bot, case.number)


async def test_an_image_case_enters_nobody_as_having_done_it(bot: Handrail) -> None:
    case = only(await report(bot, "Paul Plain-Demo", what="image", pupils_done=ABI, pupils_affected=BEN))

    assert owner_of(case) == "dsl"
    assert {p.part for p in case.participants} == {"affected"}
    assert {p.name for p in case.participants} == {"Abi Pupil-Demo", "Ben Pupil-Demo"}


async def test_an_image_report_shows_the_guidance_before_anything_is_typed(bot: Handrail) -> None:
    chat = bot.school.chat("Paul Plain-Demo")
    await chat.say("report")
    await bot.settled()

    titles = await walk(chat, what="image", pupils_done="", pupils_affected=ABI)

    assert titles[1] == "Before you go on"
    assert titles.index("Before you go on") < titles.index("What happened?")


@pytest.mark.parametrize("tick", CHILD_PROTECTION_TICKS)
async def test_a_tick_of_child_protection_takes_a_rule_breaking_to_the_dsl(bot: Handrail, tick: str) -> None:
    case = only(await report(bot, "Paul Plain-Demo", ticks=tick))

    assert owner_of(case) == "dsl"
    assert case.urgency == "serious"
    assert not case.routed.sanctions
    assert not told(bot, "tutor", case.number)


@pytest.mark.parametrize("tick", ["threats", "hate"])
async def test_threats_and_hate_keep_their_owner_and_the_dsl_is_told(bot: Handrail, tick: str) -> None:
    case = only(await report(bot, "Paul Plain-Demo", ticks=tick, row="offensive_message"))

    assert owner_of(case) not in ("dsl", "deputy_dsl")
    assert "dsl" in told_roles(case)
    assert told(bot, "dsl", case.number)


async def test_something_technical_goes_to_the_online_safety_officer_and_ict_is_told_at_once(
    bot: Handrail,
) -> None:
    case = only(await report(bot, "Paul Plain-Demo", what="technical", pupils_done="", others="not_known"))

    assert owner_of(case) == "online_safety_officer"
    assert told_roles(case) == {"ict_lead"}
    assert told(bot, "online_safety_officer", case.number)
    assert told(bot, "ict_lead", case.number)


@pytest.mark.parametrize(
    "answers",
    [
        {"what": "not_sure"},
        {"what": "rules", "pupils_done": "", "others": "someone_else"},
        {"what": "rules", "pupils_done": "", "others": "not_known"},
        {"what": "not_sure", "pupils_done": "", "others": "not_known"},
    ],
)
async def test_what_no_table_covers_goes_to_the_dsl(bot: Handrail, answers: dict[str, str]) -> None:
    case = only(await report(bot, "Paul Plain-Demo", **answers))

    assert owner_of(case) == "dsl"
    assert not case.routed.table


@pytest.mark.parametrize("harm", ["yes", "not_sure"])
async def test_an_adult_who_may_have_harmed_a_child_goes_to_the_head_and_into_no_channel(
    bot: Handrail, harm: str
) -> None:
    tom = person(bot, "Tom Tutor-Demo")

    case = only(await report(bot, "Paul Plain-Demo", what="adult", pupils_done="", adults=tom, harm=harm))

    assert owner_of(case) == "headteacher"
    assert case.routed.restricted
    assert not case.routed.table
    assert not case.routed.sanctions
    assert case.urgency == "serious"
    assert {t.role.role: t.sees for t in case.routed.also} == {"dsl": "children"}
    assert not posts_about(bot, case.number)
    assert told(bot, "headteacher", case.number)
    assert not told(bot, "Tom Tutor-Demo", case.number)
    assert not told(bot, "head_of_year", case.number)


async def test_an_adult_and_no_harm_goes_by_the_staff_table_and_the_head_is_told(bot: Handrail) -> None:
    tom = person(bot, "Tom Tutor-Demo")

    case = only(await report(bot, "Paul Plain-Demo", what="adult", pupils_done="", adults=tom, harm="no"))

    assert case.routed.table == "staff"
    assert owner_of(case) == "line_manager"
    assert told(bot, "Yara Year-Demo", case.number)
    assert told(bot, "headteacher", case.number)
    assert not posts_about(bot, case.number)


async def test_a_case_about_the_head_goes_to_the_chair_of_governors(bot: Handrail) -> None:
    head = person(bot, "headteacher")

    case = only(await report(bot, "Paul Plain-Demo", what="adult", pupils_done="", adults=head, harm="yes"))

    assert owner_of(case) == "chair_of_governors"
    assert told(bot, "dsl", case.number)
    assert not told(bot, "headteacher", case.number)
    assert not told(bot, "Sal Senior-Demo", case.number)


@pytest.mark.parametrize("who", ["adult_unknown", "adult_unlisted"])
async def test_an_adult_who_is_not_known_goes_to_the_head_and_the_chair_has_the_oversight(
    bot: Handrail, who: str
) -> None:
    case = only(
        await report(
            bot, "Paul Plain-Demo",
            what="adult", pupils_done="", others=who, harm="no", unlisted_name="Zeb Quartz",
        )
    )  # fmt: skip

    assert owner_of(case) == "headteacher"
    assert case.oversight.role is not None
    assert case.oversight.role.role == "chair_of_governors"
    assert told(bot, "chair_of_governors", case.number)
    assert not posts_about(bot, case.number)


@pytest.mark.parametrize("what", ["child", "image", "rules", "technical", "not_sure", "dealt"])
async def test_an_adult_entered_makes_it_a_case_about_an_adult_whatever_kind_was_picked(
    bot: Handrail, what: str
) -> None:
    tom = person(bot, "Tom Tutor-Demo")

    cases = await report(
        bot, "Paul Plain-Demo", what=what, pupils_done="", pupils_affected=ABI, adults=tom, harm="yes"
    )

    case = only(cases)
    assert owner_of(case) == "headteacher"
    assert case.routed.restricted
    assert person(bot, "Tom Tutor-Demo") in excluded_now(case)
    assert not posts_about(bot, case.number)


async def test_a_report_opens_one_case_for_each_person_and_links_them(bot: Handrail) -> None:
    cases = await report(bot, "Paul Plain-Demo", pupils_done=f"{ABI},{ELSIE}", pupils_affected=KEMI)

    assert len(cases) == 2
    assert len({c.incident for c in cases}) == 1
    assert len({c.number for c in cases}) == 2
    subjects = [[p.name for p in c.participants if p.part == "subject"] for c in cases]
    assert sorted(subjects) == [["Abi Pupil-Demo"], ["Elsie Pupil-Demo"]]
    assert all("Kemi Pupil-Demo" in {p.name for p in c.participants} for c in cases)
    receipt = bot.school.chat("Paul Plain-Demo").last_card.text
    assert all(c.number in receipt for c in cases)
    abis = next(c for c in cases if c.participants[0].name.startswith("Abi"))
    assert told(bot, "Tess Tutor-Demo", abis.number)
    assert not told(bot, "Tom Tutor-Demo", abis.number)


async def test_a_pupil_beside_an_adult_gives_a_case_each_both_the_adults_authoritys(bot: Handrail) -> None:
    tom = person(bot, "Tom Tutor-Demo")

    cases = await report(bot, "Paul Plain-Demo", what="rules", pupils_done=ABI, adults=tom, harm="no")

    assert sorted(c.routed.table for c in cases) == ["", "staff"]
    assert all(c.routed.restricted for c in cases)
    assert not any(posts_about(bot, c.number) for c in cases)


async def test_someone_affected_who_has_also_done_something_is_both(bot: Handrail) -> None:
    case = only(await report(bot, "Paul Plain-Demo", pupils_done=ABI, pupils_affected=ABI))

    assert sorted(p.part for p in case.participants) == ["affected", "subject"]


async def test_a_pupil_found_by_the_people_picker_is_refused_with_a_way_on(bot: Handrail) -> None:
    chat = bot.school.chat("Paul Plain-Demo")
    abi = f"{bot.service.office.directory().tenant}/{account(bot, 'Abi Pupil-Demo')}"
    await chat.say("report")
    await bot.settled()

    await chat.press("No", what="adult", adults=abi)

    assert "choose pupils from the list of pupils" in chat.last_card.text
    await chat.press("No", what="rules", adults="", pupils_done=ABI)
    await finish(chat)
    await bot.settled()
    assert [p.kind for p in only(cases_in(bot)).participants] == ["pupil"]


@pytest.mark.parametrize(
    ("name", "detail", "out"),
    [
        ("Hetty", "", "headteacher"),
        ("Mrs Lead", "", "dsl"),
        ("the headteacher", "", "headteacher"),
        ("I forget", "Designated Safeguarding Lead", "dsl"),
    ],
)
async def test_a_typed_adult_who_may_be_a_role_holder_is_excluded_meanwhile(
    bot: Handrail, name: str, detail: str, out: str
) -> None:
    case = only(
        await report(
            bot, "Paul Plain-Demo",
            what="adult", pupils_done="", others="adult_unlisted",
            unlisted_name=name, unlisted_detail=detail, harm="yes",
        )
    )  # fmt: skip

    assert person(bot, out) in excluded_now(case)
    assert not told(bot, out, case.number)


async def test_a_typed_head_of_year_does_not_exclude_the_head(bot: Handrail) -> None:
    case = only(
        await report(
            bot, "Paul Plain-Demo",
            what="adult", pupils_done="", others="adult_unlisted",
            unlisted_name="Zeb Quartz", unlisted_detail="Head of Year 9", harm="yes",
        )
    )  # fmt: skip

    assert person(bot, "headteacher") not in excluded_now(case)
    assert person(bot, "Yara Year-Demo") in excluded_now(case)
    assert owner_of(case) == "headteacher"


async def test_whoever_should_not_see_it_gets_nothing_and_review_says_so(bot: Handrail) -> None:
    chat = bot.school.chat("Paul Plain-Demo")
    dee = person(bot, "dsl")
    await chat.say("report")
    await bot.settled()
    await chat.press("No", what="rules", pupils_done=ABI)
    await chat.press("Next", happened="Words about it")
    await chat.press(
        "Next", row="non_educational_sites", where="school", ticks="sexual", intent="unknown", withheld=dee
    )
    await chat.press("Next")
    await chat.press("Next")

    assert "This will not be shown to Dee Lead-Demo." in chat.last_card.text
    await chat.press("Send the report")
    await bot.settled()

    number = next(line for line in chat.last_card.text.splitlines() if line.startswith("KS-"))
    assert not told(bot, "dsl", number)
    assert told(bot, "deputy_dsl", number)
    assert not posts_about(bot, number)


async def test_review_says_that_a_typed_adult_will_not_be_shown_it(bot: Handrail) -> None:
    chat = bot.school.chat("Paul Plain-Demo")
    await chat.say("report")
    await bot.settled()
    await chat.press("No", what="adult", others="adult_unlisted")
    await chat.press("Next", unlisted_name="Zeb Quartz")
    await chat.press("Next", harm="no")
    await chat.press("Next", happened="Words about it")
    await chat.press("Next", staff_row="personal_use", where="school", ticks="none", intent="unknown")

    assert "This will not be shown to Zeb Quartz." in chat.last_card.text
