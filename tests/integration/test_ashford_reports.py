"""Ashford's pack in the real service: a routine report, a child at risk, an adult of the school."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.model.cases import Case, excluded_now
from bot.settings import ROOT
from tests.integration.conftest import Handrail, handrail
from tests.integration.report_walks import account, cases_in, fill, finish, person, posts_about, told

PEOPLE = ROOT / "bot" / "rehearsal" / "people-ashford.yaml"
ALMA, BILAL, ESME = "pupil:a01", "pupil:a02", "pupil:a05"
ASSISTANT = "Tariq Assistant-Demo"
ORDINARY = {"nearest": "bullying", "what": "rules", "happened": "They wrote unkind words in a game."}


@pytest.fixture
async def ashford(tmp_path: Path) -> AsyncIterator[Handrail]:
    """Ashford with the app installed for everybody and the channel linked."""
    async with handrail(tmp_path / "data", people=PEOPLE, pack="ashford") as whole:
        yield whole


async def report(ashford: Handrail, danger: str = "No", /, **answers: str) -> tuple[Case, list[str]]:
    """A whole report by a teaching assistant: the one case it opened, and the titles of its cards."""
    given = {**ORDINARY, **answers}
    chat = ashford.school.chat(ASSISTANT)
    known = {case.id for case in cases_in(ashford)}
    await chat.say("report")
    await ashford.settled()
    titles = [await fill(chat, danger, **given)]
    titles += await finish(chat, **given)
    await ashford.settled()
    (case,) = [case for case in cases_in(ashford) if case.id not in known]
    return case, titles


def owner_of(case: Case) -> str:
    assert case.owner.role is not None
    return case.owner.role.role


async def test_a_routine_report_takes_four_cards_and_reaches_the_dsl(ashford: Handrail) -> None:
    case, titles = await report(ashford, pupils_done=ALMA, pupils_affected=ESME, what="rules")

    assert titles == ["Report something you saw online", "What happened?", "A few facts", "Check and send"]
    assert (owner_of(case), case.urgency, case.routed.rule) == ("dsl", "routine", "bullying")
    assert (case.routed.table, case.routed.proposed) == ("", ())
    assert case.number.startswith("AS-")
    assert told(ashford, "dsl", case.number)
    assert not told(ashford, "headteacher", case.number)
    assert not told(ashford, "class_teacher", case.number)
    assert "Received" in ashford.school.chat(ASSISTANT).last_card.text


async def test_the_dsl_takes_a_routine_case_and_closes_it(ashford: Handrail) -> None:
    case, _ = await report(ashford, pupils_done=ALMA, what="rules", nearest="social_media")

    assert told(ashford, "slt", case.number)
    chat = ashford.school.chat("dsl")
    await chat.card_with("Open").press("Open")
    await ashford.settled()
    await chat.card_with("I'll take this").press("I'll take this")
    await ashford.settled()
    (now,) = [each for each in cases_in(ashford) if each.id == case.id]
    assert now.owner.accepted_by == person(ashford, "dsl")
    assert "Being handled" in ashford.school.chat(ASSISTANT).last_card.text


async def test_a_child_at_risk_is_the_dsls_alone_and_the_channel_has_the_number(ashford: Handrail) -> None:
    case, titles = await report(
        ashford, what="child", pupils_affected=BILAL, ticks="adult_contact", child_here="here"
    )

    assert "About the child" in titles
    assert (owner_of(case), case.urgency, case.routed.also) == ("dsl", "serious", ())
    assert {"child_protection", "abuse"} <= set(case.flags)
    (post,) = posts_about(ashford, case.number)
    assert "Bilal" not in post
    for role in ("headteacher", "slt", "ict_lead", "Caleb Class-Demo"):
        assert not told(ashford, role, case.number)


async def test_danger_alerts_dsl_deputy_and_head_at_once(ashford: Handrail) -> None:
    chat = ashford.school.chat(ASSISTANT)
    await chat.say("report")
    await ashford.settled()
    await fill(chat, "Yes", what="child", pupils_affected=BILAL)
    await ashford.settled()

    (case,) = cases_in(ashford)
    assert case.urgency == "immediate"
    for role in ("dsl", "deputy_dsl", "headteacher"):
        assert told(ashford, role, case.number)


async def test_about_an_adult_the_headteacher_has_it_and_the_adult_finds_nothing(ashford: Handrail) -> None:
    case, titles = await report(
        ashford, what="adult", adults=account(ashford, "class_teacher"), pupils_affected=ALMA, harm="not_sure"
    )

    assert "One question about this adult" in titles
    assert (owner_of(case), case.routed.restricted, case.urgency) == ("headteacher", True, "serious")
    assert person(ashford, "class_teacher") in excluded_now(case)
    assert posts_about(ashford, case.number) == []
    assert told(ashford, "headteacher", case.number)
    assert told(ashford, "dsl", case.number)
    for role in ("class_teacher", "slt", "ict_lead", "deputy_dsl"):
        assert not told(ashford, role, case.number)


async def test_about_the_headteacher_the_chair_of_governors_has_it(ashford: Handrail) -> None:
    case, _ = await report(ashford, what="adult", adults=account(ashford, "headteacher"), harm="no")

    assert owner_of(case) == "chair_of_governors"
    assert told(ashford, "chair_of_governors", case.number)
    assert not told(ashford, "headteacher", case.number)
    assert not told(ashford, "slt", case.number)


async def test_something_technical_reaches_the_dsl_and_the_network_manager_at_once(ashford: Handrail) -> None:
    case, _ = await report(
        ashford, what="technical", others="not_known", app="a game site", how_known="monitoring"
    )

    assert (owner_of(case), case.routed.rule) == ("dsl", "technical")
    assert told(ashford, "ict_lead", case.number)
