"""What nobody accepts climbs: reminder, the next person, at last the way outside; acceptance stops it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.casework import messages, verbs
from bot.casework.following import Following
from bot.casework.tables import CASES, OUTBOX, REFERENCES
from bot.casework.views.plan import next_steps
from bot.casework.words import Words
from tests.fakes.messenger import FakeMessenger
from tests.integration.case_work import (
    ADA,
    DAN,
    DAY,
    DEE,
    DELLA,
    EVERYBODY,
    GWEN,
    HETTY,
    HOUR,
    MINUTE,
    OLLY,
    PAUL,
    TESS,
    YARA,
    adult,
    assert_sound,
    child,
    climbing,
    done,
    in_channel,
    in_chat,
    lines_to,
    now,
    offer,
    press,
    reached,
    rules,
    school_day,
    ten_o_clock,
    who,
)
from tests.integration.conftest import handrail


async def test_an_unaccepted_case_climbs_person_by_person_and_ends_with_the_way_outside(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot, by=PAUL)
        assert reached(bot, case) == {DEE, PAUL}
        await bot.wind(10 * MINUTE + 1)
        assert any("Reminder" in line for line in lines_to(bot, DEE, case))
        assert reached(bot, case) == {DEE, PAUL}
        order = []
        for _ in range(12):
            before = reached(bot, case)
            await bot.wind(20 * MINUTE)
            order += sorted(reached(bot, case) - before)
        assert order[:2] == [DAN, DELLA]
        assert HETTY in order
        assert GWEN in order
        case = now(bot, case)
        assert case.owner.outside
        assert climbing(bot, case) == set()
        assert any("children's social care" in line for line in lines_to(bot, PAUL, case))
        assert any("Nobody at school could be reached" in card.text for card in bot.school.chat(PAUL).cards)


async def test_each_stage_is_a_new_message_and_a_new_reply_below_the_post(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot)
        await bot.wind(10 * MINUTE + 1)
        await bot.wind(10 * MINUTE + 1)
        replies = [m.text for p in bot.school.channel().posts for m in p.replies if case.number in m.text]
        assert len(replies) == 2
        assert "still waiting" in replies[0]
        assert "next person" in replies[1]


async def test_acceptance_stops_the_climb_at_once(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot)
        await bot.wind(10 * MINUTE + 1)
        await done(bot, DEE, case, "take")
        told, posts = reached(bot, case), in_channel(bot, case)
        lines = lines_to(bot, DEE, case)
        await bot.wind(2 * HOUR)
        assert reached(bot, case) == told
        # What the case still needs is another clock's, and goes to whoever has it.
        assert [line for line in lines_to(bot, DEE, case) if "overdue" not in line] == lines
        assert len(in_channel(bot, case)) == len(posts)


async def test_no_send_of_a_climb_starts_after_the_acceptance(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot)
        async with bot.school.unplugged():
            await bot.school.wind(31 * MINUTE)
            await bot.service.clocks.idle()
            await press(bot, DEE, verbs.DO, case.id, offer(bot, case, "take"))
        await bot.settled()
        assert DAN not in reached(bot, case)
        assert not any("Reminder" in line for line in lines_to(bot, DEE, case))


async def test_the_two_duties_climb_apart(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await done(bot, OLLY, await rules(bot, "illegal_material", by=PAUL), "take")
        before = reached(bot, case)
        await bot.wind(10 * MINUTE + 1)
        await bot.wind(10 * MINUTE + 1)
        await bot.wind(20 * MINUTE + 1)
        assert reached(bot, case) - before >= {DAN}
        assert now(bot, case).owner.accepted_by
        for _ in range(12):
            await bot.wind(20 * MINUTE)
        assert not any("Nobody at school could be reached" in line for line in lines_to(bot, PAUL, case))
        assert any(
            "nobody could be reached for one of the roles" in line for line in lines_to(bot, OLLY, case)
        )


async def test_a_routine_clock_runs_in_school_hours_alone(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, by=PAUL)
        await bot.wind(3 * HOUR)
        assert len(in_chat(bot, TESS, case)) == 1
        await bot.wind(1 * HOUR + 60)
        assert len(in_chat(bot, TESS, case)) == 2
        await bot.wind(12 * HOUR)
        assert YARA not in reached(bot, case)
        await ten_o_clock(bot)
        await bot.wind(2 * HOUR)
        assert YARA in reached(bot, case)


async def test_a_restricted_case_climbs_to_the_chair_and_then_outside_never_to_safeguarding(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await adult(bot, PAUL, by=TESS)
        for _ in range(15):
            await bot.wind(20 * MINUTE)
        assert reached(bot, case) == {HETTY, DEE, TESS} | ({GWEN} & reached(bot, case))
        assert not any("asked" in line for line in lines_to(bot, DEE, case))
        assert now(bot, case).owner.outside
        assert any("LADO" in line for line in lines_to(bot, TESS, case))


async def test_somebody_without_the_app_is_passed_and_listed_to_the_admins(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        bot.school.life.block(bot.school.person(DEE).id)
        case = await child(bot)
        assert lines_to(bot, DAN, case)
        await bot.wind(6.5 * HOUR)
        lists = [card.text for card in bot.school.chat(ADA).cards if "cannot reach" in card.text]
        assert any(DEE in text for text in lists)


async def test_a_role_that_nobody_can_fill_shouts_to_the_reporter_at_once(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        for name in (HETTY, GWEN):
            bot.school.life.block(bot.school.person(name).id)
        case = await adult(bot, PAUL)
        assert now(bot, case).owner.outside
        assert any("LADO" in line for line in lines_to(bot, TESS, case))


async def test_a_teams_that_fails_for_good_for_one_person_does_not_hold_the_alert_up_for_ever(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        bot.school.faults.next(1, "403", conversation=bot.school.chat(DEE).conversation, method="POST")
        case = await child(bot)
        assert lines_to(bot, DAN, case)
        assert lines_to(bot, DEE, case) == []


async def test_whoever_a_broken_line_could_not_reach_is_asked_again_by_the_next_alert(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        office = bot.service.office
        dee = who(bot, DEE)
        async with bot.school.unplugged():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await child(bot)
            found = (office.store.get(OUTBOX, key) for key in office.store.find(OUTBOX, "state", "waiting"))
            alert = next(item for item in found if item is not None and item.kind == messages.ALERT)
            composer = Following(office, FakeMessenger())
            office.store.stage(composer.undeliverable(alert, "0 NotConnected", office.now()))
        reference = office.store.get(REFERENCES, dee)
        assert reference is not None
        assert reference.live


async def test_after_an_outage_the_one_who_can_be_asked_has_time_before_the_way_outside_is_shown(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        others = ",".join(who(bot, name) for name in EVERYBODY if name not in (PAUL, DEE))
        async with bot.school.unplugged():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await child(bot, by=PAUL, withheld=others)
            for minutes in (11, 11):
                await bot.school.wind(minutes * MINUTE)
                await bot.service.clocks.idle()
        await bot.settled()
        (key,) = bot.service.store.find(CASES, "reporter", who(bot, PAUL))
        case = bot.service.store.get(CASES, key)
        assert case is not None
        assert lines_to(bot, DEE, case)
        assert not any("Nobody at school" in line for line in lines_to(bot, PAUL, case))
        assert "owner" in climbing(bot, case)
        for _ in range(4):
            await bot.wind(11 * MINUTE)
        assert any("Nobody at school" in line for line in lines_to(bot, PAUL, case))


async def test_a_send_of_unknown_outcome_says_that_it_may_be_a_repeat(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        bot.school.faults.next(1, "cut", conversation=bot.school.chat(DEE).conversation, method="POST")
        case = await child(bot)
        lines = lines_to(bot, DEE, case)
        assert len(lines) == 2
        assert "may be a repeat" not in lines[0]
        assert "may be a repeat" in lines[1]


async def test_a_restart_in_mid_climb_goes_on_where_it_was(tmp_path: Path) -> None:
    async with handrail(tmp_path, link=False) as bot:
        await ten_o_clock(bot)
        case = await child(bot)
        await bot.wind(10 * MINUTE + 1)
        assert now(bot, case).owner.reminded
    async with handrail(tmp_path, link=False) as bot:
        assert climbing(bot, case) == {"owner"}
        await bot.wind(10 * MINUTE + 1)
        assert lines_to(bot, DAN, case)
        await done(bot, DAN, case, "take")
        await bot.wind(DAY)
        assert climbing(bot, case) == set()
        assert_sound(bot)


async def test_alarms_that_came_due_in_a_standstill_leave_each_person_time(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot)
        await bot.service.clocks.stop()
        await bot.wind(3 * HOUR)
        assert not now(bot, case).owner.reminded
        await bot.service.clocks.start()
        await bot.settled()
        assert any("Reminder" in line for line in lines_to(bot, DEE, case))
        assert lines_to(bot, DAN, case) == []
        await bot.wind(10 * MINUTE + 1)
        assert lines_to(bot, DAN, case)
        assert lines_to(bot, DELLA, case) == []


async def test_after_a_standstill_the_card_says_when_the_next_person_is_really_told(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot, by=PAUL)
        await bot.wind(20 * MINUTE)
        said = next_steps(Words(definition=bot.service.office.definition_of(case)), now(bot, case))
        before = reached(bot, case)
        due = now(bot, case).owner.due_at
        assert due is not None
        assert f"{due.astimezone(ZoneInfo('Europe/London')):%H:%M}" in said
        await bot.wind((due - bot.service.office.clock.now()).total_seconds() + 1)
        assert reached(bot, case) > before


async def test_every_report_of_a_day_ends_in_an_acceptance_or_outside(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        cases = [await child(bot), await adult(bot, PAUL), await rules(bot, "illegal_material")]
        for _ in range(20):
            await bot.wind(30 * MINUTE)
        for case in cases:
            stands = bot.service.store.get(CASES, case.id)
            assert stands
            assert stands.owner.outside
