"""Whoever is left out of a case has signed nothing in it: it no longer counts, and another is asked."""

from __future__ import annotations

from pathlib import Path

from bot.casework import verbs
from bot.model.procedures import signed_now
from tests.integration.case_work import (
    DEE,
    GWEN,
    HETTY,
    OLLY,
    SAL,
    done,
    in_chat,
    lines_to,
    press,
    school_day,
    text_of,
    who,
)  # fmt: skip
from tests.integration.test_procedures import account_to_be_signed, kinds, passed, procedure, step

FLOW = "pupil_account"


async def test_a_signature_of_somebody_left_out_later_no_longer_counts_and_another_is_asked(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        for name in (DEE, OLLY):
            assert await passed(bot, name, case, FLOW, answer="yes") == "three_sign"
        before = len(in_chat(bot, SAL, case))
        await done(bot, DEE, case, "cannot_see", who=who(bot, OLLY), why="A friend of the family")
        await bot.settled()
        assert [s.by for s in signed_now(procedure(bot, case, FLOW))] == [who(bot, DEE)]
        void = [k.entry for k in bot.service.store.history(case.id) if k.entry.kind == "signature_void"]
        assert [(e.role, e.content["by"], e.content["why"]) for e in void] == [
            ("online_safety_officer", who(bot, OLLY), "left_out")
        ]
        assert len(in_chat(bot, SAL, case)) > before, "who stands in for the role is asked"
        run = procedure(bot, case, FLOW)
        shown = text_of(await press(bot, SAL, verbs.STEP, case.id, verbs.step_id(run)))
        assert "no longer counts" not in shown, "that somebody is left out is not for who signs alone"
        assert "Olly" not in shown
        assert await passed(bot, HETTY, case, FLOW, answer="yes") == "three_sign"
        assert (await step(bot, OLLY, case, FLOW, answer="yes")).refused
        assert await passed(bot, SAL, case, FLOW, answer="yes") == "enter"
        await bot.settled()
        assert not any("somebody who signed" in line for line in lines_to(bot, DEE, case))


async def test_the_card_inside_the_case_says_that_a_signature_no_longer_counts(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        assert await passed(bot, OLLY, case, FLOW, answer="yes") == "three_sign"
        await done(bot, DEE, case, "cannot_see", who=who(bot, OLLY), why="A friend of the family")
        run = procedure(bot, case, FLOW)
        shown = text_of(await press(bot, DEE, verbs.STEP, case.id, verbs.step_id(run)))
        assert "The signature as Online Safety Officer no longer counts" in shown


async def test_what_was_passed_and_not_done_yet_waits_again_for_the_signature_that_is_lacking(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        for name in (DEE, OLLY, HETTY):
            await passed(bot, name, case, FLOW, answer="yes")
        late = procedure(bot, case, FLOW)
        assert late.step == "enter"
        await done(bot, DEE, case, "cannot_see", who=who(bot, HETTY), why="A friend of the family")
        await bot.settled()
        run = procedure(bot, case, FLOW)
        assert run.step == "three_sign"
        assert {s.by for s in signed_now(run)} == {who(bot, DEE), who(bot, OLLY)}
        assert [d.outcome for d in run.done if d.step == "three_sign"] == ["granted", "void"]
        assert any("Another colleague is asked" in line for line in lines_to(bot, DEE, case))
        refused = await press(bot, OLLY, verbs.STEP_DO, case.id, verbs.step_id(late), outcome="done")
        assert refused.refused, "nobody enters meanwhile"
        assert (await step(bot, HETTY, case, FLOW, answer="yes")).refused
        assert in_chat(bot, SAL, case), "who stands in for the role is asked"
        assert await passed(bot, SAL, case, FLOW, answer="yes") == "enter"
        done_now = {"outcome": "done", "entered_with": "A deputy", "saw_illegal": "no"}
        assert not (await step(bot, OLLY, case, FLOW, **done_now)).refused


async def test_of_what_was_done_by_such_a_signature_the_owner_hears(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        for name in (DEE, OLLY, HETTY):
            await passed(bot, name, case, FLOW, answer="yes")
        entered = await step(bot, OLLY, case, FLOW, outcome="done", entered_with="A deputy", saw_illegal="no")
        assert not entered.refused, text_of(entered)
        before = procedure(bot, case, FLOW)
        await done(bot, DEE, case, "cannot_see", who=who(bot, HETTY), why="A friend of the family")
        await bot.settled()
        after = procedure(bot, case, FLOW)
        assert (after.step, after.state, after.done) == (before.step, before.state, before.done)
        told = [line for line in lines_to(bot, DEE, case) if "still stands" in line]
        assert len(told) == 1
        assert not any("no longer counts" in line for line in lines_to(bot, HETTY, case))
        await done(bot, DEE, case, "cannot_see", who=who(bot, GWEN), why="A friend too")
        assert kinds(bot, case).count("signature_void") == 1


async def test_who_may_see_it_again_signs_anew(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await account_to_be_signed(bot)
        assert await passed(bot, OLLY, case, FLOW, answer="yes") == "three_sign"
        case = await done(bot, DEE, case, "cannot_see", who=who(bot, OLLY), why="A friend of the family")
        await done(bot, DEE, case, "may_see_again", who=who(bot, OLLY), why="It was another family")
        assert signed_now(procedure(bot, case, FLOW)) == ()
        assert await passed(bot, OLLY, case, FLOW, answer="yes") == "three_sign"
        assert [s.by for s in signed_now(procedure(bot, case, FLOW))] == [who(bot, OLLY)]
