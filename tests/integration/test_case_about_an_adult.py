"""A case about an adult of the school: who it is, and what can be decided once advice is on record."""

from __future__ import annotations

from pathlib import Path

from bot.casework import verbs
from bot.casework.tables import CASES
from bot.model.cases import Case
from tests.integration.case_work import (
    DEE,
    DORA,
    ELSIE,
    GWEN,
    HETTY,
    OLLY,
    PAUL,
    TESS,
    adult,
    buttons,
    do,
    done,
    in_channel,
    in_chat,
    now,
    open_case,
    opened,
    press,
    reached,
    school_day,
    text_of,
    who,
)
from tests.integration.conftest import Handrail


async def typed(bot: Handrail, name: str, *, harm: str = "yes", detail: str = "", **more: str) -> Case:
    """A case about an adult whose name was typed."""
    given = {"what": "adult", "others": "adult_unlisted", "unlisted_name": name, "unlisted_detail": detail}
    return (await opened(bot, **{**given, "harm": harm, "pupils_affected": ELSIE, **more}))[0]


async def test_whoever_a_typed_adult_turns_out_to_be_is_left_out_for_good(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await typed(bot, "The one in the blue coat")
        await done(bot, HETTY, case, "take")
        await open_case(bot, GWEN, case)
        assert (await do(bot, HETTY, case, "which_adult", answer="is", why="I asked")).refused
        case = await done(
            bot, HETTY, case, "which_adult", answer="is", who=who(bot, GWEN), why="Reception knew"
        )
        subject = next(p for p in case.participants if p.part == "subject")
        assert (subject.ref, subject.confirmed) == (who(bot, GWEN), True)
        assert not in_chat(bot, GWEN, case)
        assert (await press(bot, GWEN, verbs.OPEN, case.id, "open")).refused
        assert case.owner.accepted_by == who(bot, HETTY)
        assert case.routed.restricted
        assert "Say which adult it is" not in buttons(await open_case(bot, HETTY, case))


async def test_a_typed_adult_who_may_be_a_role_holder_is_left_out_as_that_holder_until_it_is_said(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await typed(bot, "Dee", detail="the DSL")
        assert who(bot, DEE) in {e.person for e in case.excluded if e.lifted_at is None}
        await done(bot, HETTY, case, "take")
        assert not in_chat(bot, DEE, case)
        case = await done(bot, HETTY, case, "which_adult", answer="is", who=who(bot, PAUL), why="Seen")
        out = {e.person for e in case.excluded if e.lifted_at is None}
        assert who(bot, PAUL) in out
        assert who(bot, DEE) not in out


async def test_no_adult_of_the_school_sends_the_case_to_whoever_has_such_cases(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await typed(bot, "Somebody at the gate")
        assert case.routed.restricted
        await done(bot, HETTY, case, "take")
        case = await done(bot, HETTY, case, "which_adult", answer="none", why="He is a passer-by")
        assert not case.routed.restricted
        assert case.routed.child_protection
        assert case.owner.role
        assert case.owner.role.role == "dsl"
        assert "Somebody at the gate" in text_of(await open_case(bot, DEE, case))
        assert not in_channel(bot, case)
        case = await done(bot, DEE, case, "take")
        assert case.owner.accepted_by == who(bot, DEE)


async def test_only_the_authority_says_who_a_typed_adult_is(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await typed(bot, "Somebody at the gate")
        for name in (DEE, OLLY, TESS):
            assert (await do(bot, name, case, "which_adult", answer="none", why="I know")).refused
        assert now(bot, case).routed.restricted


async def test_while_another_adult_is_in_the_incident_it_stays_restricted(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await typed(bot, "Somebody at the gate", adults=who(bot, PAUL))
        store = bot.service.store
        cases = [c for k in store.find(CASES, "incident", case.incident) if (c := store.get(CASES, k))]
        unknown = next(c for c in cases if any(not p.confirmed for p in c.participants))
        await done(bot, HETTY, unknown, "take")
        unknown = await done(bot, HETTY, unknown, "which_adult", answer="none", why="A passer-by")
        assert unknown.routed.restricted
        assert who(bot, PAUL) in {e.person for e in unknown.excluded if e.lifted_at is None}


async def test_the_staff_table_can_be_decided_once_advice_is_on_record(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, HETTY, await adult(bot, TESS, by=PAUL, pupils_affected=ELSIE), "take")
        before = reached(bot, case)
        refused = await do(bot, HETTY, case, "staff_row", row="personal_contact", why="He wrote to her")
        assert refused.refused
        assert "Advice of the LADO" in text_of(refused)
        await done(bot, HETTY, case, "told_outside", who="999", when="At once")
        await done(bot, HETTY, case, "lado", consulted="yes", advice="Suspend, a neutral act")
        case = await done(bot, HETTY, case, "staff_row", row="personal_contact", why="He wrote to her")
        assert (case.routed.table, case.routed.row, case.routed.sanctions) == (
            "staff",
            "personal_contact",
            True,
        )
        case = await done(bot, HETTY, case, "decide", action="suspension", answer="yes", why="As advised")
        assert [(d.action, d.yes, d.role) for d in case.decisions] == [("suspension", True, "headteacher")]
        assert case.owner.accepted_by == who(bot, HETTY)
        assert reached(bot, case) == before
        assert not in_chat(bot, DORA, case)
        assert "Suspend, a neutral act" in text_of(await open_case(bot, HETTY, case))


async def test_not_consulted_because_opens_the_table_too_and_the_chair_decides_about_the_head(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, GWEN, await adult(bot, HETTY), "take")
        await done(bot, GWEN, case, "lado", consulted="no", advice="Not consulted, because it is settled")
        await done(bot, GWEN, case, "staff_row", row="personal_use", why="It fits")
        case = await done(bot, GWEN, case, "decide", action="warning", answer="no", why="Nothing in it")
        assert case.decisions[0].role == "chair_of_governors"


async def test_whoever_sees_the_children_alone_is_not_told_who_did_what_in_the_case(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, HETTY, await adult(bot, PAUL), "take")
        await done(bot, HETTY, case, "lado", consulted="yes", advice="Keep the evidence")
        answer = await press(bot, DEE, verbs.DO, case.id, "lado.0")
        assert answer.refused
        assert "Hetty" not in text_of(answer)
