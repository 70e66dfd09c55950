"""Procedures in casework: once, by whom they wait for, on the armed clock alone, and never silently stuck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from bot.casework import verbs
from bot.casework.procedures.asking import for_role, may_ask, may_begin, may_do
from bot.casework.procedures.clocks import procedure_alarm
from bot.casework.procedures.keeping import keep_up
from bot.casework.procedures.knowing import procedures_of
from bot.casework.procedures.running import begin_by_itself
from bot.casework.tables import CLOCKS, PROCEDURES
from bot.model.cases import Case, Closing
from bot.model.outbox import Alarm
from bot.model.people import PersonId
from bot.model.procedures import Procedure
from tests.fakes.messenger import refusal
from tests.unit.casework.walking import World, world


class AsTheyAre(Random):
    """Never falls on what happens seldom: offers and presses stay as they are."""

    def random(self) -> float:
        return 0.5


def holder(school: World, role: str) -> PersonId:
    """The first who is entered as holding the role."""
    return next(p.id for p in school.office.directory().people.values() if role in p.roles)


def runs(school: World, case: Case, flow: str) -> list[Procedure]:
    return [p for p in procedures_of(school.office.unit(), school.case(case.id)) if p.flow == flow]


async def child_case(school: World) -> Case:
    """A child at risk, taken by the safeguarding lead."""
    (case,) = await school.report(
        holder(school, "tutor"), what="child", ticks="none", happened="x", danger="no",
        pupils_affected=next(iter(school.office.directory().pupils)), others="not_known",
    )  # fmt: skip
    await school.press(holder(school, "dsl"), verbs.DO, case, school.offer(case, "take"))
    return school.case(case.id)


async def begun(school: World, case: Case, flow: str, by: str = "dsl") -> Procedure:
    """Begun by hand."""
    mark = f"begin.{verbs.fresh_mark(school.time.now())}"
    await school.press(holder(school, by), verbs.BEGIN_DO, case, mark, {"flow": flow}, step=True)
    return runs(school, case, flow)[-1]


async def sent(school: World, case: Case, run: Procedure, by: str, values: Mapping[str, str]) -> None:
    await school.press(holder(school, by), verbs.STEP_DO, case, verbs.step_id(run), values, step=True)


async def test_a_procedure_begins_by_itself_once_whatever_happens_afterwards(tmp_path: Path) -> None:
    async with world(tmp_path, 1) as school:
        school.random = AsTheyAre()
        case = await child_case(school)
        assert len(runs(school, case, "child_at_risk")) == 1
        for _ in range(2):
            unit = school.office.unit()
            keep_up(school.office, unit, begin_by_itself(school.office, unit, school.case(case.id)))
            unit.stage()
        assert len(runs(school, case, "child_at_risk")) == 1
        assert "child_at_risk" in school.case(case.id).begun


async def test_in_a_closed_case_only_what_closing_calls_for_begins(tmp_path: Path) -> None:
    async with world(tmp_path, 1) as school:
        (case,) = await school.report(
            holder(school, "tutor"), what="rules", row="data_damage", where="school", ticks="none",
            pupils_done=next(iter(school.office.directory().pupils)), danger="no", happened="x",
        )  # fmt: skip
        closing = Closing(outcome="found", by=case.reporter, role="", why="", at=school.time.now())
        unit = school.office.unit()
        closed = replace(case, closing=closing, crime="yes")
        assert begin_by_itself(school.office, unit, closed).begun == case.begun


async def test_a_clock_that_is_not_the_armed_one_does_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, 1) as school:
        school.random = AsTheyAre()
        case = await child_case(school)
        run = runs(school, case, "child_at_risk")[0]
        assert school.store.get(CLOCKS, run.clock_id or "") is not None
        unit = school.office.unit()
        unit.now += timedelta(days=9)
        procedure_alarm(
            school.office, unit, Alarm(id="older", kind="procedure", due=unit.now, case=case.id, run=run.id)
        )
        assert unit.empty
        procedure_alarm(
            school.office,
            unit,
            Alarm(id=run.clock_id or "", kind="procedure", due=unit.now, case=case.id, run=run.id),
        )
        assert unit.get(PROCEDURES, run.id) != run


async def test_nobody_who_is_in_the_case_does_a_step_of_it(tmp_path: Path) -> None:
    async with world(tmp_path, 1) as school:
        school.random = AsTheyAre()
        case = await child_case(school)
        run = await begun(school, case, "technical_task")
        await sent(school, case, run, "dsl", {"job": "filter", "job_words": "Block it"})
        run = runs(school, case, "technical_task")[-1]
        ict = holder(school, "ict_lead")
        assert may_do(school.office, school.office.unit(), case, run, ict) == "ict_lead"
        assert may_do(school.office, school.office.unit(), case, run, holder(school, "tutor")) is None
        why = {"who": ict, "why": "A relative"}
        await school.press(holder(school, "dsl"), verbs.DO, case, school.offer(case, "cannot_see"), why)
        await school.settle()
        case = school.case(case.id)
        run = runs(school, case, "technical_task")[-1]
        assert may_do(school.office, school.office.unit(), case, run, ict) is None
        at = school.time.now()
        others = [h.person for h in for_role(school.office, case, "ict_lead", at)]
        assert ict not in others
        assert set(run.tried) & set(others), "the next one is asked"
        assert school.wrongs == []


async def test_who_begins_a_thing_that_others_must_sign_cannot_sign_it(tmp_path: Path) -> None:
    async with world(tmp_path, 1) as school:
        school.random = AsTheyAre()
        case = await child_case(school)
        flow = school.office.definition_of(case).flows["network_access"]
        step = flow.steps["ask_dsl"]
        assert step.others_only
        dsl = holder(school, "dsl")
        run = Procedure(
            id="r1", case=case.id, flow="network_access", definition=case.definition, step="ask_dsl",
            state="open", revision=1, visit=2, began_at=school.time.now(), step_began_at=school.time.now(),
            asked_by=dsl,
        )  # fmt: skip
        unit = school.office.unit()
        assert may_do(school.office, unit, case, run, dsl) is None
        assert may_do(school.office, unit, case, replace(run, asked_by=None), dsl) == "dsl"


async def test_each_is_offered_what_they_may_begin_and_ask_for(tmp_path: Path) -> None:
    async with world(tmp_path, 1) as school:
        school.random = AsTheyAre()
        case = await child_case(school)
        office, unit = school.office, school.office.unit()
        offered = {f.key for f in may_begin(office, unit, case, holder(school, "dsl"))}
        assert "pupil_account" in offered
        assert "child_at_risk" not in offered, "it begins by itself"
        assert may_begin(office, unit, case, holder(school, "tutor")) == ()
        assert may_begin(office, unit, case, holder(school, "ict_lead")) == ()
        definition, directory = office.shelf.current(), office.directory()
        plain = next(p.id for p in directory.people.values() if not {*p.roles} - {"staff"} and not p.former)
        assert "unblock_site" in {f.key for f in may_ask(definition, directory, plain)}
        assert "filter_off" not in {f.key for f in may_ask(definition, directory, plain)}
        assert may_ask(definition, directory, "somebody/else") == ()


async def test_a_step_comes_to_the_last_resort_and_where_nobody_is_reached_that_is_on_record(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, 1) as school:
        school.random = AsTheyAre()
        case, dsl = await child_case(school), holder(school, "dsl")
        for person in school.staff():
            if person != dsl:
                await school.live("removed", person)
        for reached in (True, False):
            if not reached:
                school.teams.refused[f"a:{dsl}"] = refusal(403, "BotDisabledByAdmin")
            run = await begun(school, case, "technical_task")
            await sent(school, case, run, "dsl", {"job": "filter", "job_words": "Block it"})
            await school.settle()
            assert (dsl in runs(school, case, "technical_task")[-1].tried) == reached
        kinds = [k.entry.kind for k in school.store.history(case.id)]
        assert kinds.count("step_nobody") == 1
