"""The channel: how it is linked, what stands in it, and what happens when it is lost."""

from __future__ import annotations

import re
import time
from pathlib import Path

from bot.casework import verbs
from bot.casework.tables import CHANNELS
from bot.delivery.outbox import POLICY
from tests.integration.case_work import (
    ADA,
    DAN,
    DEE,
    EVERYBODY,
    HETTY,
    OLLY,
    PAUL,
    TESS,
    child,
    do,
    done,
    in_channel,
    in_chat,
    lines_to,
    now,
    open_case,
    press,
    rules,
    school_day,
    who,
)
from tests.integration.conftest import Handrail


def linked(bot: Handrail) -> tuple[str, ...]:
    return bot.service.store.find(CHANNELS, "state", "linked")


def said(bot: Handrail, name: str = "") -> str:
    posts = bot.school.channel(name).posts
    return "\n".join(message.text for post in posts for message in post.messages)


async def ask(bot: Handrail, name: str = OLLY, channel: str = "", words: str = "alert here") -> None:
    await bot.school.channel(channel).seen_by(bot.school.person(name)).say(words)
    await bot.settled()


async def read_anew(bot: Handrail) -> None:
    """Members that were read are used for at most five seconds; until then, wait."""
    end = time.monotonic() + POLICY.roster_seconds
    await bot.school.wait_for(lambda: time.monotonic() > end, timeout_seconds=8)


async def without(bot: Handrail, name: str) -> None:
    """The team as if that person had never been in it."""
    team = bot.school.tenant.team
    team.members = [m for m in team.members if m != bot.school.person(name).id]
    await read_anew(bot)


async def test_a_channel_counts_once_the_lead_confirmed_and_the_test_post_arrived(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        await ask(bot)
        assert linked(bot) == ()
        card = bot.school.chat(DEE).card_with("Yes, confirm")
        assert "Hetty Head-Demo" in card.text
        await card.press("Yes, confirm")
        await bot.settled()
        assert linked(bot) == (bot.school.channel().id,)
        assert "This is a test" in said(bot)


async def test_whoever_is_no_admin_links_nothing(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        await ask(bot, DAN)
        assert "Only those named in the roles file" in said(bot)
        assert not any("Yes, confirm" in card.buttons for card in bot.school.chat(DEE).cards)


async def test_the_lead_who_asks_does_not_confirm_it_too(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        await ask(bot, DEE)
        assert not any("Yes, confirm" in card.buttons for card in bot.school.chat(DEE).cards)
        channel = bot.service.store.get(CHANNELS, bot.school.channel().id)
        assert channel is not None
        own = await press(bot, DEE, verbs.LINK_YES, channel.id, f"link.{channel.revision}")
        assert own.refused
        await bot.school.chat(HETTY).press("Yes, confirm")
        await bot.settled()
        assert linked(bot) == (channel.id,)


async def test_a_team_with_a_stranger_in_it_is_not_linked_and_the_asker_learns_why(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        await bot.school.life.add_member(bot.school.person(PAUL).id, bot.school.person(HETTY).id)
        await ask(bot)
        card = bot.school.chat(DEE).last_card
        assert "Paul Plain-Demo" in card.text
        assert card.buttons == ["No"]
        assert any("without a named role" in text for text in bot.school.chat(OLLY).texts)


async def test_a_stranger_who_came_between_confirming_and_the_test_post_stops_it(tmp_path: Path) -> None:
    async with school_day(tmp_path, link=False) as bot:
        await ask(bot)
        await bot.school.life.add_member(bot.school.person(PAUL).id, bot.school.person(HETTY).id)
        await bot.school.chat(DEE).press("Yes, confirm")
        await bot.settled()
        assert linked(bot) == ()
        assert "This is a test" not in said(bot)


async def test_the_last_channel_cannot_be_unlinked(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, words="alert stop")
        assert "cannot be unlinked" in said(bot)
        assert linked(bot)


async def test_anything_else_in_a_channel_is_asked_for_in_private_without_an_echo(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await ask(bot, HETTY, words="Abi Pupil-Demo was seen with a knife")
        answers = [m.text for p in bot.school.channel().posts for m in p.messages if m.sender is None]
        assert any("write to me in private" in text for text in answers)
        assert not any("Abi" in text or "knife" in text for text in answers)


async def test_a_post_carries_number_urgency_time_and_waiting_and_mentions_the_lead_alone(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot, happened="He sends her money", place="Room 12")
        (post,) = in_channel(bot, case)
        names = [n for n in re.findall(r"\w+ [\w-]+-Demo", post) if n != DEE]
        assert names == []
        assert not re.search("money|Room 12|child|pupil|self-harm|protection", post, re.IGNORECASE)
        assert "Serious" in post
        assert "Waiting" in post
        assert [n.mentioned for n in bot.school.channel().seen_by(bot.school.person(DEE)).notifications] == [
            True
        ]
        assert not bot.school.channel().seen_by(bot.school.person(HETTY)).notifications
        await done(bot, DEE, case, "take")
        (post,) = in_channel(bot, case)
        assert "Taken Mon" in post or "Taken " in post


async def test_a_lead_who_is_left_out_is_not_mentioned_and_reads_no_post(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot, withheld=who(bot, DEE))
        assert in_channel(bot, case) == []
        assert lines_to(bot, DAN, case)


async def test_routine_cases_share_one_quiet_post_a_day_that_is_brought_up_to_date(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        first, second = await rules(bot), await rules(bot, pupil="pupil:p005")
        assert not in_channel(bot, first)
        rung = len(bot.school.channel().seen_by(bot.school.person(DEE)).notifications)
        posts = len(bot.school.channel().posts)
        await bot.wind(6.5 * 3600)
        (post,) = in_channel(bot, first)
        assert second.number in post
        assert "Waiting" in post
        assert "Action." not in post
        await done(bot, TESS, first, "take")
        (post,) = in_channel(bot, first)
        assert "Taken" in post
        assert len(bot.school.channel().posts) == posts + 1
        assert len(bot.school.channel().seen_by(bot.school.person(DEE)).notifications) == rung


async def test_open_from_the_channel_answers_the_presser_alone_and_brings_it_to_their_chat(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot)
        before = list(in_channel(bot, case))
        view = bot.school.channel().seen_by(bot.school.person(DAN))
        answered = await view.press("Open")
        assert "in your own chat" in answered.text
        await bot.settled()
        assert in_channel(bot, case)[0].partition('"version"')[0] == before[0].partition('"version"')[0]
        assert any("Why you have this" in words for words in in_chat(bot, DAN, case))
        outsider = await bot.school.channel().seen_by(bot.school.person(OLLY)).press("Open")
        assert "nothing here for you" in outsider.text


async def test_open_from_the_channel_without_the_app_says_to_add_it_first(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await bot.school.life.uninstall(bot.school.person(DAN).id)
        case = await child(bot)
        answered = await bot.school.channel().seen_by(bot.school.person(DAN)).press("Open")
        assert "add Handrail to your own Teams first" in answered.text
        assert now(bot, case).seen_at


async def test_a_form_pressed_from_the_channel_opens_the_case_in_the_own_chat_instead(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await child(bot)
        for verb in (verbs.FORM, verbs.MORE, verbs.DO):
            answer = await press(bot, DEE, verb, case.id, "note.0", scope="channel", text="In public")
            assert answer.view is None
        assert now(bot, case).notes == ()


async def test_losing_the_channel_is_urgent_and_everybody_is_alerted_alone_from_then_on(
    tmp_path: Path,
) -> None:
    async with school_day(tmp_path) as bot:
        await bot.school.life.delete_channel(bot.school.channel().id, bot.school.person(HETTY).id)
        await bot.settled()
        assert linked(bot) == ()
        for name in (DEE, HETTY):
            assert any("can no longer be reached" in text for text in bot.school.chat(name).texts)
        case = await rules(bot, "illegal_material")
        assert lines_to(bot, DEE, case)


async def test_a_channel_found_gone_only_when_posting_is_lost_too_and_the_lead_hears(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        before = await rules(bot, "illegal_material")
        bot.school.tenant.team.deleted = True
        case = await rules(bot, "illegal_material", pupil="pupil:p005")
        assert linked(bot) == ()
        assert lines_to(bot, DEE, case)
        await done(bot, DEE, before, "cannot_see", who=who(bot, OLLY), why="A relative")
        await bot.wind(60)


async def test_an_archived_team_and_a_removed_bot_count_as_lost(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await bot.school.life.archive_team(bot.school.person(HETTY).id)
        await bot.settled()
        assert linked(bot) == ()
    async with school_day(tmp_path / "second") as bot:
        await bot.school.life.uninstall_team(bot.school.person(HETTY).id)
        await bot.settled()
        assert linked(bot) == ()


async def test_a_member_who_joins_and_is_left_out_of_a_case_does_not_find_its_post(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await without(bot, DAN)
        case = await child(bot, withheld=who(bot, DAN))
        assert in_channel(bot, case)
        await bot.school.life.add_member(bot.school.person(DAN).id, bot.school.person(HETTY).id)
        await bot.settled()
        assert in_channel(bot, case) == []


async def test_the_nightly_comparison_finds_one_who_slipped_in(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        await without(bot, DAN)
        case = await child(bot, withheld=who(bot, DAN))
        assert in_channel(bot, case)
        await done(bot, DEE, case, "take")
        bot.school.tenant.team.members.append(bot.school.person(DAN).id)
        await read_anew(bot)
        await bot.wind(25 * 3600)
        assert in_channel(bot, case) == []


async def test_a_stranger_in_the_team_stops_posts_and_admins_hear_of_it(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        bot.school.tenant.team.members.append(bot.school.person(PAUL).id)
        await read_anew(bot)
        case = await rules(bot, "illegal_material")
        assert in_channel(bot, case) == []
        assert lines_to(bot, DEE, case)
        admins = [t for name in (OLLY, ADA) for t in bot.school.chat(name).texts]
        assert any("without a named role" in text for text in admins)


async def test_a_channel_never_holds_a_name_whatever_is_done_in_a_case(tmp_path: Path) -> None:
    async with school_day(tmp_path) as bot:
        case = await rules(bot, "illegal_material", happened="Abi did it")
        await open_case(bot, OLLY, case)
        await done(bot, OLLY, case, "note", text="Abi again")
        await bot.wind(12 * 60)
        await do(bot, OLLY, case, "decide", action="ict", answer="yes", why="Abi")
        words = "\n".join(in_channel(bot, case))
        assert not any(name in words for name in EVERYBODY if name != DEE)
        assert "Abi" not in words
