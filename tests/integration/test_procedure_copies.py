"""Every copy of a step's card follows who may see it, also one that was brought again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.casework import verbs
from bot.casework.procedures.knowing import open_ones
from bot.casework.tables import ACCESS, EVERY, PROCEDURES
from bot.engine.access import standing
from bot.model.cases import Case
from tests.integration.case_work import (
    DEE,
    HETTY,
    HOUR,
    IAN,
    TESS,
    buttons,
    done,
    in_chat,
    now,
    opened,
    press,
    school_day,
    text_of,
    who,
)
from tests.integration.conftest import Handrail
from tests.integration.test_procedures import (
    ASHFORD,
    CLARA,
    HANA,
    TARIQ,
    ask,
    illegal,
    passed,
    procedure,
    requests,
)

WORDS = "Block the address"


async def asked_of_ict(bot: Handrail, case: Case) -> None:
    """The serious incident walked to the step that the ICT lead does; they alone can."""
    flow = bot.service.office.definition_of(case).flows["serious_incident"]
    for _ in range(9):
        run = procedure(bot, case, "serious_incident")
        if flow.steps[run.step].who == ("ict_lead",):
            return
        fields = (flow.fields[key] for key in flow.steps[run.step].fields)
        values = {f.key: next((o.key for o in f.options), WORDS) for f in fields}
        await passed(bot, DEE, case, "serious_incident", **values)
    raise AssertionError


async def test_whoever_was_brought_a_step_twice_loses_both_cards_when_left_out(tmp_path: Path) -> None:
    async with illegal(tmp_path) as (bot, case):
        await asked_of_ict(bot, case)
        await bot.school.chat(IAN).press("Open")
        await bot.settled()
        assert WORDS in bot.school.chat(IAN).last_card.text
        await bot.wind(3 * HOUR)
        assert len([card for card in bot.school.chat(IAN).cards if case.number in card.text]) == 2
        await done(bot, DEE, case, "cannot_see", who=who(bot, IAN), why="A relative")
        await bot.settled()
        assert not in_chat(bot, IAN, case)


async def test_both_cards_of_a_step_brought_twice_say_that_it_is_settled(tmp_path: Path) -> None:
    async with illegal(tmp_path) as (bot, case):
        await asked_of_ict(bot, case)
        await bot.school.chat(IAN).press("Open")
        await bot.wind(3 * HOUR)
        await passed(bot, IAN, case, "serious_incident", outcome="done", why="Blocked")
        assert WORDS not in str(in_chat(bot, IAN, case))


async def test_a_client_that_asks_by_itself_opens_no_step_for_its_reader(tmp_path: Path) -> None:
    async with illegal(tmp_path) as (bot, case):
        await asked_of_ict(bot, case)
        run = procedure(bot, case, "serious_incident")
        seen = await press(bot, IAN, verbs.STEP, case.id, verbs.step_id(run), automatic=True)
        assert WORDS not in text_of(seen), "nobody has opened it, and nobody is on record as having seen it"
        assert buttons(seen) == ["Open"]
        keys = bot.service.store.find(ACCESS, "all", EVERY)
        lines = [line for key in keys if (line := bot.service.store.get(ACCESS, key))]
        assert who(bot, IAN) not in {line.person for line in lines if line.case == now(bot, case).id}


async def test_safeguarding_told_of_an_adults_case_sees_no_steps_of_it(tmp_path: Path) -> None:
    async with school_day(tmp_path, people=ASHFORD, pack="ashford") as bot:
        (case,) = await opened(
            bot, TARIQ, what="adult", adults=who(bot, CLARA), pupils_affected="pupil:a01", harm="yes"
        )
        case = await done(bot, HANA, case, "take")
        office = bot.service.office
        leads = [p for p in office.directory().people.values() if {"dsl", "deputy_dsl"} & set(p.roles)]
        seen = [
            p for p in leads if standing(case, p.id, office.directory(), office.now()).sight == "children"
        ]
        assert seen
        (run,) = open_ones(office.unit(), now(bot, case))
        for verb, mark in (
            (verbs.STEPS, "steps"), (verbs.BEGIN, "begin"), (verbs.STOP, "stop"),
            (verbs.STEP, verbs.step_id(run)),
        ):  # fmt: skip
            answer = await press(bot, seen[0].name, verb, case.id, mark)
            assert answer.refused
            assert case.number not in text_of(answer)


async def test_a_signature_that_comes_before_the_clock_has_fired_is_still_too_late(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, TESS, "phishing")
        site = {"site": "bad.example", "site_why": "It came by mail", "site_crime": "no"}
        await bot.school.chat(TESS).press("Next", **site)
        await bot.settled()
        (case,) = requests(bot, TESS)
        run, office = procedure(bot, case, "suspicious_site"), bot.service.office
        unit = office.unit()
        unit.put(PROCEDURES, run.id, replace(run, expires_at=office.now(), revision=run.revision + 1))
        unit.stage()
        late = {f"{run.step}.answer": "yes"}
        answer = await press(bot, HETTY, verbs.STEP_DO, case.id, verbs.step_id(run), **late)
        assert answer.refused
        assert "on record" not in text_of(answer)
        await bot.settled()
        ended = procedure(bot, case, "suspicious_site")
        assert (ended.signatures, ended.answers[run.step]) == ((), "expired")
        passed_by = [
            k.entry.actor for k in bot.service.store.history(case.id) if k.entry.kind == "step_passed"
        ]
        assert passed_by[-1] == "handrail"
        closing = now(bot, case).closing
        assert closing is not None
        assert closing.outcome == "request_stopped"
