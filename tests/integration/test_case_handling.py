"""What a handler does with a case: take it, decide in it, pass it on, end it; what a second press does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.casework import verbs
from tests.integration.case_work import (
    ABI,
    BEN,
    DAN,
    DAY,
    DEE,
    ELSIE,
    GWEN,
    HETTY,
    IAN,
    OLLY,
    PAUL,
    SAL,
    SID,
    TESS,
    TOM,
    YARA,
    adult,
    buttons,
    child,
    climbing,
    close,
    do,
    done,
    in_channel,
    in_chat,
    lines_to,
    now,
    offer,
    open_case,
    opened,
    press,
    reached,
    rules,
    school_day,
    text_of,
    who,
)

RECORD = {
    "copied": "To the file, by me",
    "wishes": "To be safe",
    "support": "A mentor",
    "referrals": "None, because",
}


async def test_taking_a_case_stops_only_the_owner_s_clock(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        assert climbing(bot, case) == {"owner", "oversight"}
        case = await done(bot, OLLY, case, "take")
        assert climbing(bot, case) == {"oversight"}
        assert (case.owner.accepted_by, case.owner.accepted_role) == (who(bot, OLLY), "online_safety_officer")


async def test_acknowledging_stops_only_the_oversight_s_clock(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        case = await done(bot, DAN, case, "seen")
        assert climbing(bot, case) == {"owner"}
        assert case.oversight.accepted_by == who(bot, DAN)


async def test_a_lead_who_takes_the_case_is_not_asked_whether_the_lead_has_seen_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await rules(bot, "illegal_material"), "take")
        assert climbing(bot, case) == set()
        assert case.oversight.accepted_by == who(bot, DEE)


async def test_only_safeguarding_acknowledges_a_case_that_is_not_about_an_adult(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        assert "I have seen this" not in buttons(await open_case(bot, HETTY, case))
        assert (await do(bot, HETTY, case, "seen")).refused
        assert now(bot, case).oversight.accepted_by is None


async def test_whoever_had_the_case_is_told_that_it_was_taken_over(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot)
        await done(bot, TESS, case, "take")
        await done(bot, DEE, case, "take_over", why="I know the family")
        assert now(bot, case).owner.accepted_by == who(bot, DEE)
        assert any("taken over" in line for line in lines_to(bot, TESS, case))
        assert "accept" in [k.entry.kind for k in bot.service.store.history(case.id)]


async def test_an_owner_from_whom_the_row_took_the_case_is_told(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot)
        await done(bot, TESS, case, "take")
        case = await done(bot, DEE, case, "correct_row", row="data_damage", why="Work was deleted")
        assert (case.owner.role and case.owner.role.role, case.owner.accepted_by) == ("head_of_year", None)
        assert any("taken over" in line for line in lines_to(bot, TESS, case))
        assert in_chat(bot, YARA, case)


async def test_a_note_is_on_record_once_however_often_it_is_pressed(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot)
        mark = offer(bot, case, "note")
        for _ in range(3):
            await press(bot, TESS, verbs.DO, case.id, mark, text="Spoke to the pupil")
        await press(bot, DEE, verbs.DO, case.id, mark, text="So did I")
        assert [n.text for n in now(bot, case).notes] == ["Spoke to the pupil", "So did I"]


async def test_an_additive_offer_older_than_seven_days_is_stale_and_gives_the_words_back(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        mark = offer(bot, case, "note")
        await bot.wind(7 * DAY + 60)
        answer = await press(bot, TESS, verbs.DO, case.id, mark, text="Ok")
        assert answer.refused
        assert "You had typed: Ok" in text_of(answer)
        assert now(bot, case).notes == ()


async def test_a_single_action_counts_once_and_the_second_sees_where_things_stand(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        mark = offer(bot, case, "crime")
        first = await press(bot, OLLY, verbs.DO, case.id, mark, crime="no", why="It was a news site")
        assert not first.refused
        late = await press(bot, HETTY, verbs.DO, case.id, mark, crime="yes", why="I am sure")
        assert late.refused
        assert "This has changed since you opened it" in text_of(late)
        assert "You had typed: I am sure" in text_of(late)
        assert now(bot, case).crime == "no"
        before = now(bot, case).revision
        again = await press(bot, OLLY, verbs.DO, case.id, mark, crime="no", why="It was a news site")
        assert f"Case {case.number}" in text_of(again)
        assert now(bot, case).revision == before


async def test_two_who_take_it_at_once_get_one_owner(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        mark = offer(bot, case, "take")
        await press(bot, OLLY, verbs.DO, case.id, mark)
        late = await press(bot, DEE, verbs.DO, case.id, mark)
        assert late.refused
        assert now(bot, case).owner.accepted_by == who(bot, OLLY)


async def test_school_exclusion_is_the_head_s_alone_others_propose_it_and_the_head_hears(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, YARA, await rules(bot, "filter_bypass"), "take")
        wanted = {"action": "further_sanction", "why": "It is the third time"}
        refused = await do(bot, YARA, case, "decide", answer="yes", **wanted)
        assert refused.refused
        assert "Headteacher" in text_of(refused)
        assert not in_chat(bot, HETTY, case)
        case = await done(bot, YARA, case, "decide", answer="propose", **wanted)
        assert case.decisions == ()
        assert in_chat(bot, HETTY, case)
        case = await done(bot, HETTY, case, "decide", answer="no", action="further_sanction", why="Not yet")
        made = case.decisions[-1]
        assert (made.by, made.role, made.yes, made.why) == (who(bot, HETTY), "headteacher", False, "Not yet")
        seen = text_of(await open_case(bot, YARA, case))
        assert "Hetty Head-Demo (Headteacher)" in seen
        assert "Not yet" in seen


async def test_a_decision_without_its_reason_is_asked_again_and_keeps_what_was_typed(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        answer = await do(bot, TESS, case, "decide", action="network_access", answer="yes")
        assert answer.refused
        assert now(bot, case).decisions == ()


async def test_telling_parents_asks_whose_and_whether_it_could_harm(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot, "device_misuse"), "take")
        wanted = {"action": "parents", "answer": "yes", "why": "They should know"}
        assert "whose parents" in text_of(await do(bot, TESS, case, "decide", **wanted))
        unsure = await do(bot, TESS, case, "decide", parents_safe="not_sure", which_child="Abi", **wanted)
        assert "safeguarding lead decides" in text_of(unsure)
        case = await done(bot, DEE, case, "decide", parents_safe="not_sure", which_child="Abi", **wanted)
        assert case.decisions[-1].role == "dsl"
        case = await done(bot, TESS, case, "decide", parents_safe="no", which_child="Abi", **wanted)
        assert case.decisions[-1].role == "tutor"


async def test_where_the_police_may_be_needed_telling_parents_is_the_lead_s(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        wanted = {"action": "parents", "answer": "yes", "why": "They should know"}
        held = await do(bot, OLLY, case, "decide", parents_safe="no", which_child="Abi", **wanted)
        assert "safeguarding lead decides" in text_of(held)
        assert now(bot, case).decisions == ()


async def test_a_crime_not_sure_is_serious_and_the_lead_is_asked_for_advice(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        assert not in_chat(bot, DEE, case)
        case = await done(bot, TESS, case, "crime", crime="not_sure", why="It may be hacking")
        assert (case.urgency, case.owner.accepted_by) == ("serious", who(bot, TESS))
        assert in_chat(bot, DEE, case)
        assert len(in_channel(bot, case)) == 1
        assert climbing(bot, case) == {"oversight"}


async def test_a_crime_yes_tells_head_officer_and_lead_in_one_unit_and_closing_waits(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        before = now(bot, case).revision
        answer = await press(
            bot, TESS, verbs.DO, case.id, offer(bot, case, "crime"), crime="yes", why="Threats to kill"
        )
        assert not answer.refused
        assert now(bot, case).revision >= before + 1
        assert {"dsl", "online_safety_officer", "headteacher"} <= {
            t.role.role for t in now(bot, case).routed.also
        }
        await bot.settled()
        assert all(in_chat(bot, name, case) for name in (DEE, OLLY, HETTY))
        refused = await do(bot, TESS, case, "close", outcome="found", why="Done")
        assert "Who was spoken to" in text_of(refused)
        await done(bot, TESS, case, "spoken_to", who="The head", when="At eleven")
        assert (await close(bot, TESS, case)).closing


async def test_a_crime_no_stays_in_its_row_with_whoever_has_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        case = await done(bot, TESS, case, "crime", crime="no", why="A joke")
        assert (case.urgency, case.routed.row, case.owner.accepted_by) == (
            "routine", "social_media", who(bot, TESS),
        )  # fmt: skip
        assert not in_channel(bot, case)


async def test_a_child_at_risk_is_the_lead_s_alone_until_released_with_a_reason(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot, pupils_done=BEN, row="offensive_message")
        assert reached(bot, case) == {DEE, TESS}
        assert not any("Open" in words for words in in_chat(bot, TESS, case))
        assert (await press(bot, OLLY, verbs.OPEN, case.id, "open")).refused
        unreasoned = await do(bot, DEE, case, "release", row="offensive_message")
        assert unreasoned.refused
        case = await done(bot, DEE, case, "release", row="offensive_message", why="The child is safe")
        assert lines_to(bot, TESS, case)
        assert case.owner.role
        assert case.owner.role.role == "dsl"
        case = await done(bot, TESS, case, "decide", action="network_access", answer="yes", why="A week")
        assert case.decisions[-1].role == "tutor"


async def test_what_was_released_stays_released_when_the_route_is_asked_again(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot, pupils_done=BEN)
        case = await done(bot, DEE, case, "release", row="offensive_message", why="The child is safe")
        case = await done(bot, DEE, case, "crime", crime="no", why="It is not")
        case = await done(bot, DEE, case, "cannot_see", who=who(bot, SAL), why="A relative")
        assert (case.routed.table, case.routed.row) == ("students", "offensive_message")
        assert "tutor" in {t.role.role for t in case.routed.also}
        await done(bot, TESS, case, "decide", action="other_sanction", answer="yes", why="Detention")


async def test_a_repeat_in_a_released_case_steps_up_once_confirmed(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        first = await rules(bot, "offensive_message", BEN)
        await done(bot, TESS, first, "take")
        await close(bot, TESS, first)
        case = await child(bot, pupils_done=BEN)
        case = await done(bot, DEE, case, "release", row="offensive_message", why="The child is safe")
        assert case.earlier == (first.id,)
        case = await done(bot, DEE, case, "same_person", same="yes")
        assert "head_of_year" in {t.role.role for t in case.routed.also}
        assert in_chat(bot, YARA, case)


async def test_no_sanction_for_the_child_at_risk_before_release(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot, pupils_done=BEN)
        assert (await do(bot, DEE, case, "decide", action="network_access", answer="yes", why="x")).refused
        assert now(bot, case).decisions == ()


async def test_closing_a_child_protection_case_asks_for_the_child_s_record(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, DEE, await child(bot), "take")
        refused = await do(bot, DEE, case, "close", outcome="found", why="Safe")
        assert "The child" in text_of(refused)
        assert (await do(bot, DEE, case, "child_record", **{**RECORD, "wishes": ""})).refused
        await done(bot, DEE, case, "child_record", **RECORD)
        assert (await close(bot, DEE, case)).closing


async def test_a_typed_name_counts_for_nothing_until_somebody_says_who_it_is(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        first = await rules(bot)
        await done(bot, TESS, first, "take")
        await close(bot, TESS, first)
        typed = await rules(
            bot,
            by=PAUL,
            pupils_done="",
            others="pupil_unlisted",
            unlisted_name="Abi",
            unlisted_detail="Year 7",
        )
        assert typed.earlier == ()
        assert typed.owner.role
        assert typed.owner.role.role == "online_safety_officer"
        assert "head_of_year" in {p.role for p in typed.routed.passed_over}
        case = await done(bot, OLLY, typed, "who_is_it", pupil=ABI)
        assert case.earlier == (first.id,)
        assert case.owner.role
        assert case.owner.role.role == "tutor"
        assert in_chat(bot, TESS, case)


async def test_only_safeguarding_lowers_the_urgency_and_says_why(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material")
        assert (await do(bot, HETTY, case, "lower", urgency="routine", why="Calm")).refused
        assert (await do(bot, OLLY, case, "lower", urgency="routine", why="Calm")).refused
        assert (await do(bot, DEE, case, "lower", urgency="routine")).refused
        assert (await do(bot, DEE, case, "lower", urgency="serious", why="The same")).refused
        case = await done(bot, DEE, case, "lower", urgency="routine", why="It was a news site")
        assert case.urgency == "routine"
        case = await done(bot, OLLY, case, "cannot_see", who=who(bot, PAUL), why="A friend")
        assert case.urgency == "routine"


async def test_a_closed_case_offers_a_note_to_leave_somebody_out_and_to_open_it_again(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, TESS, await rules(bot), "take")
        case = await close(bot, TESS, case)
        assert set(buttons(await open_case(bot, TESS, case))) == {
            "Add a note",
            "Open it again",
            "What is to be done",
            "More",
        }
        late = await do(bot, TESS, case, "decide", action="ict", answer="yes", why="After the end")
        assert late.refused
        assert "You had typed: After the end" in text_of(late)
        case = await done(bot, TESS, case, "reopen", why="There is more")
        assert (case.closing, case.owner.accepted_by, climbing(bot, case)) == (None, None, {"owner"})
        assert lines_to(bot, TESS, case) or in_chat(bot, TESS, case)


async def test_a_closed_case_still_waits_for_safeguarding_to_see_it_and_once_open_for_an_owner_too(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, OLLY, await rules(bot, "illegal_material"), "take")
        await done(bot, OLLY, case, "spoken_to", who="The head", when="Now")
        case = await close(bot, OLLY, case)
        assert climbing(bot, case) == {"oversight"}
        case = await done(bot, OLLY, case, "reopen", why="There is more")
        assert climbing(bot, case) == {"owner", "oversight"}


async def test_every_action_of_the_handler_can_be_reached_from_the_card(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        first = await rules(bot, "illegal_material")
        await done(bot, OLLY, first, "spoken_to", who="The head", when="Now")
        await close(bot, OLLY, first)
        case = await rules(bot, "illegal_material")
        shown: list[str] = []
        view = await open_case(bot, DEE, case)
        while True:
            shown += buttons(view)
            more = next((a for a in view.actions if a.label == "More"), None)
            if more is None:
                break
            answer = await press(bot, DEE, more.verb, more.target, more.action_id)
            assert answer.view
            view = answer.view
        assert {
            "I'll take this", "I have seen this", "Same person as before?", "Add a note", "Decide an action",
            "Close the case", "Could it be a crime?", "Who was spoken to", "Correct the row",
            "Someone must not see this", "Lower the urgency", "Who has opened it",
        } <= set(shown)  # fmt: skip


async def test_the_officer_sees_every_case_but_the_lead_s_the_restricted_and_their_own(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        seen = await rules(bot)
        hidden = [
            await child(bot),
            await adult(bot, PAUL),
            await rules(bot, withheld=who(bot, OLLY)),
            (await opened(bot, what="not_sure", others="not_known"))[0],
        ]
        taken = await rules(bot, pupil=ELSIE)
        await done(bot, DEE, taken, "take", why="Mine")
        await open_case(bot, OLLY, seen)
        for case in (*hidden, taken):
            assert (await press(bot, OLLY, verbs.OPEN, case.id, "open")).refused, case.routed.rule
        await bot.wind(6.5 * 3600)
        assert in_chat(bot, OLLY, seen)
        assert not any(in_chat(bot, OLLY, case) for case in (*hidden, taken))
        assert any("restricted matters" in card.text.lower() for card in bot.school.chat(OLLY).cards)


async def test_a_restricted_case_reaches_its_authority_and_the_lead_hears_only_of_children(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await adult(bot, TOM, pupils_affected=ELSIE, happened="He wrote to her at night")
        assert reached(bot, case) == {HETTY, DEE, TESS}
        assert not in_channel(bot, case)
        lead = text_of(await open_case(bot, DEE, case))
        assert "Elsie Pupil-Demo" in lead
        assert "Tom" not in lead
        assert "at night" not in lead
        assert "Hetty" not in lead
        assert buttons(await open_case(bot, DEE, case)) == []
        for verb in (verbs.FORM, verbs.DO):
            assert (await press(bot, DEE, verb, case.id, offer(bot, case, "note"), text="I look")).refused
        assert "at night" not in text_of(await press(bot, DEE, verbs.MORE, case.id, "record.0"))
        for name in (TOM, YARA, OLLY, SAL, SID, GWEN, IAN, DAN):
            assert (await press(bot, name, verbs.OPEN, case.id, "open")).refused


async def test_a_case_about_the_lead_goes_to_the_head_and_a_deputy_hears_of_the_children(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await adult(bot, DEE, pupils_affected=ELSIE)
        assert reached(bot, case) == {HETTY, DAN, TESS}


async def test_a_case_about_the_head_goes_to_the_chair_and_never_to_whom_the_head_manages(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await adult(bot, HETTY)
        assert case.owner.role
        assert case.owner.role.role == "chair_of_governors"
        assert GWEN in reached(bot, case)
        await bot.wind(8 * 3600)
        assert not reached(bot, case) & {HETTY, SAL, SID, OLLY, DAN}


async def test_an_adult_nobody_knows_is_the_head_s_and_the_chair_alone_acknowledges(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = (await opened(bot, what="adult", others="adult_unknown", harm="no", pupils_affected=ELSIE))[0]
        assert {HETTY, GWEN} <= reached(bot, case)
        assert not in_channel(bot, case)
        await done(bot, HETTY, case, "take")
        assert (await do(bot, HETTY, case, "seen")).refused
        case = await done(bot, GWEN, case, "seen")
        assert case.oversight.accepted_by == who(bot, GWEN)


async def test_nothing_is_decided_against_an_adult_before_the_lado_is_on_record(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, HETTY, await adult(bot, PAUL), "take")
        assert (await do(bot, HETTY, case, "decide", action="suspension", answer="yes", why="Now")).refused
        refused = await do(bot, HETTY, case, "close_allegation", outcome="unfounded", why="Nothing in it")
        assert "Advice of the LADO" in text_of(refused)
        await done(bot, HETTY, case, "lado", consulted="no", advice="Not consulted, because it is settled")
        case = await done(bot, HETTY, case, "close_allegation", outcome="unfounded", why="Nothing in it")
        assert case.closing
        assert case.closing.outcome == "unfounded"


async def test_the_authority_of_a_restricted_case_lowers_its_urgency_in_the_lead_s_place(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await adult(bot, PAUL)
        assert (await do(bot, DEE, case, "lower", urgency="routine", why="Calm")).refused
        case = await done(bot, HETTY, case, "lower", urgency="routine", why="Looked into")
        assert case.urgency == "routine"


@pytest.mark.parametrize("letters", ["a", "*", "\N{GRINNING FACE}"])
async def test_a_case_with_very_long_words_is_still_a_card_that_teams_carries(
    tmp_path: Path, letters: str
) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, happened=letters * 4000)
        await done(bot, TESS, case, "take")
        for at in range(20):
            await press(
                bot, TESS, verbs.DO, case.id, offer(bot, case, "note"), text=f"{at:02d}" + letters * 3990
            )
        for at in range(10):
            decision = {"action": "ict", "answer": "yes", "why": f"{at}" + letters * 1990}
            await press(bot, TESS, verbs.DO, case.id, offer(bot, case, "decide"), **decision)
        assert "There are 20 notes in all" in text_of(await open_case(bot, TESS, case))
        found, action_id = "", "record.0"
        while action_id:
            answer = await press(bot, TESS, verbs.MORE, case.id, action_id)
            assert answer.view
            found += text_of(answer)
            action_id = next((a.action_id for a in answer.view.actions if a.label == "Read on"), "")
        assert all(f"{at:02d}" in found for at in range(20))
        await close(bot, TESS, case)


async def test_taking_and_noting_work_through_real_cards_in_a_real_chat(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, by=PAUL)
        chat = bot.school.chat(TESS)
        await chat.press("Open")
        await chat.press("I'll take this")
        await bot.settled()
        await chat.press("Add a note")
        await chat.press("Save the note", text="Spoke to Abi")
        await bot.settled()
        await chat.reopen()
        assert any("Being handled" in card.text or "Taken" in card.text for card in chat.cards)
        assert [n.text for n in now(bot, case).notes] == ["Spoke to Abi"]
        await chat.submit("Add a note")
        await bot.settled()
        await chat.press("Save the note", text="And to the class")
        assert len(now(bot, case).notes) == 2
