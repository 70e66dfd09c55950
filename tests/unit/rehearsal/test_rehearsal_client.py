"""What people do arrives at the bot in Teams' shape, and what the bot answers is seen as Teams shows it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.rehearsal.cards import NotOnCard, PressBlocked
from bot.rehearsal.client import AppMissing
from bot.rehearsal.line import Answered
from bot.rehearsal.rules import Rules
from bot.rehearsal.school import BotSilent, Rehearsal, WaitedTooLong
from tests.unit.rehearsal.scripted_bot import Activity, ScriptedBot, card, card_answer, with_card

WHAT = {"type": "Input.Text", "id": "what@3", "label": "What happened?"}
WHO = {
    "type": "Input.ChoiceSet",
    "id": "who@3",
    "style": "filtered",
    "choices": [{"title": "Abi", "value": "p001"}],
    "choices.data": {"type": "Data.Query", "dataset": "pupils"},
}


def execute(verb: str, title: str, **more: object) -> dict[str, Any]:
    return {"type": "Action.Execute", "verb": verb, "title": title, "data": {"target": "r-1"}, **more}


FORM = card(
    WHAT,
    WHO,
    actions=(
        execute("next", "Next", fallback={"type": "Action.Submit", "data": {"verb": "next"}}),
        execute("cancel", "Cancel", associatedInputs="none"),
    ),
)


@pytest.fixture
async def bot() -> AsyncIterator[ScriptedBot]:
    async with ScriptedBot().serving() as scripted:
        yield scripted


@pytest.fixture
async def school(bot: ScriptedBot) -> AsyncIterator[Rehearsal]:
    async with Rehearsal(bot_url=bot.url) as rehearsal:
        await rehearsal.open_school()
        bot.heard.clear()
        yield rehearsal


async def offer(bot: ScriptedBot, school: Rehearsal, content: dict[str, Any], *, to: str = "tutor") -> str:
    """Let the bot send a card to somebody; its message id."""
    conversation = school.chat(to).conversation
    url = f"{school.service_url}v3/conversations/{conversation}/activities"
    return str((await bot.call("POST", url, with_card(content))).body["id"])


def refreshed_by(school: Rehearsal, *people: str) -> dict[str, Any]:
    """A card that these people's clients refresh by themselves."""
    members = [school.tenant.member_id(school.person(one).id) for one in people]
    return card(refresh={"action": execute("refresh", ""), "userIds": members})


def text_of(content: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": content}


async def test_a_typed_message_has_the_shape_that_teams_sends(bot: ScriptedBot, school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    sent = await tutor.say("report")
    (heard,) = bot.heard
    assert sent.accepted
    assert (heard["type"], heard["text"], heard["channelId"]) == ("message", "report", "msteams")
    assert re.fullmatch(r"\d{13}", heard["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", heard["timestamp"])
    assert heard["serviceUrl"] == f"{school.public_url}/rehearsal/connector/"
    assert re.fullmatch(r"29:1[\w-]{107}", heard["from"]["id"])
    assert (heard["from"]["name"], heard["from"]["aadObjectId"]) == (tutor.person.name, tutor.person.id)
    assert heard["conversation"] == {
        "id": tutor.conversation,
        "conversationType": "personal",
        "tenantId": school.tenant.school.tenant,
    }
    assert heard["recipient"]["id"].startswith("28:")
    assert heard["channelData"] == {"tenant": {"id": school.tenant.school.tenant}}
    (client,) = heard["entities"]
    assert (client["type"], client["locale"], client["timezone"]) == ("clientInfo", "en-GB", "Europe/London")


async def test_rich_text_brings_its_own_attachment_and_a_file_another(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    await school.chat("tutor").say("", rich_html='<p><img src="x"></p>', files=["shot.png"])
    kinds = [one["contentType"] for one in bot.heard[0]["attachments"]]
    assert kinds == ["application/vnd.microsoft.teams.file.download.info", "text/html"]
    assert "<img" in bot.heard[0]["attachments"][1]["content"]


async def test_a_channel_message_names_the_bot_its_team_and_its_thread(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    channel, dsl = school.channel(), school.person("dsl")
    sent = await channel.seen_by(dsl).say("alert here")
    (heard,) = bot.heard
    assert heard["text"] == "<at>Handrail</at> alert here"
    assert heard["conversation"]["id"] == f"{channel.id};messageid={sent.message_id}"
    assert heard["conversation"]["isGroup"] is True
    assert heard["channelData"]["team"]["id"] == school.tenant.team.id
    assert heard["channelData"]["channel"]["id"] == channel.id
    mention = next(one for one in heard["entities"] if one["type"] == "mention")
    assert (mention["mentioned"]["id"], mention["text"]) == (heard["recipient"]["id"], "<at>Handrail</at>")


async def test_a_press_is_an_invoke_with_the_inputs_merged_into_the_data(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    message = await offer(bot, school, FORM)
    bot.answers["next"] = card_answer(card(text_of("Done")))
    answered = await school.chat("tutor").press("Next", what="He said so", who="p001")
    (heard,) = bot.of("invoke")
    assert (heard["name"], heard["replyToId"]) == ("adaptiveCard/action", message)
    assert heard["value"] == {
        "action": {
            "type": "Action.Execute",
            "title": "Next",
            "verb": "next",
            "data": {"target": "r-1", "what@3": "He said so", "who@3": "p001"},
        },
        "trigger": "manual",
    }
    assert answered.card is not None
    assert school.chat("tutor").last_card.text == "Done"


async def test_inputs_are_found_by_key_label_or_id_and_the_empty_ones_are_left_out(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    await offer(bot, school, FORM)
    for named in ("what", "What happened?", "what@3"):
        await school.chat("tutor").press("Next", {named: "x"})
        assert bot.heard[-1]["value"]["action"]["data"] == {"target": "r-1", "what@3": "x"}
    with pytest.raises(NotOnCard, match="what@3"):
        await school.chat("tutor").press("Next", where="here")


async def test_a_button_without_inputs_sends_none(bot: ScriptedBot, school: Rehearsal) -> None:
    await offer(bot, school, FORM)
    tutor = school.chat("tutor")
    tutor.fill(what="secret")
    await tutor.press("cancel")
    assert bot.heard[-1]["value"]["action"]["data"] == {"target": "r-1"}


async def test_a_required_input_holds_the_press_back(bot: ScriptedBot, school: Rehearsal) -> None:
    await offer(bot, school, card({**WHAT, "isRequired": True}, actions=(execute("next", "Next"),)))
    with pytest.raises(PressBlocked, match="what@3"):
        await school.chat("tutor").press("Next")
    assert bot.heard == []


async def test_the_fallback_is_a_message_with_a_value_and_no_text(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    message = await offer(bot, school, FORM)
    await school.chat("tutor").submit("Next", what="x")
    (heard,) = bot.of("message")
    assert heard["value"] == {"verb": "next", "what@3": "x"}
    assert heard["replyToId"] == message
    assert "text" not in heard


async def test_the_answered_card_is_seen_by_the_presser_alone_and_gone_after_reopening(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    channel = school.channel()
    await bot.call(
        "POST",
        f"{school.service_url}v3/conversations",
        {"isGroup": True, "channelData": {"channel": {"id": channel.id}}, "activity": with_card(FORM)},
    )
    bot.answers["next"] = card_answer(card(text_of("Done")))
    dsl, head = (channel.seen_by(school.person(role)) for role in ("dsl", "headteacher"))
    await dsl.press("Next")
    assert (dsl.last_card.text, head.last_card.buttons) == ("Done", ["Next", "Cancel"])
    await dsl.reopen()
    assert dsl.last_card.buttons == ["Next", "Cancel"]


async def test_an_edit_by_the_bot_replaces_the_pressers_own_view(bot: ScriptedBot, school: Rehearsal) -> None:
    message = await offer(bot, school, FORM)
    tutor = school.chat("tutor")
    bot.answers["next"] = card_answer(card(text_of("Mine")))
    await tutor.press("Next")
    url = f"{school.service_url}v3/conversations/{tutor.conversation}/activities/{message}"
    await bot.call("PUT", url, with_card(card(text_of("Everybody's"))))
    assert tutor.last_card.text == "Everybody's"


async def test_typed_text_is_lost_when_the_chat_is_left(bot: ScriptedBot, school: Rehearsal) -> None:
    await offer(bot, school, FORM)
    tutor = school.chat("tutor")
    tutor.fill(what="half a sentence")
    await tutor.reopen()
    await tutor.press("Next")
    assert bot.of("invoke")[-1]["value"]["action"]["data"] == {"target": "r-1"}


async def test_an_old_card_can_still_be_pressed_on_another_device(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    await offer(bot, school, FORM)
    tutor = school.chat("tutor")
    old = tutor.last_card
    bot.answers["next"] = card_answer(card(text_of("Done")))
    await tutor.press("Next")
    await old.press("Next", what="again")
    assert len(bot.of("invoke")) == 2


@pytest.mark.parametrize(
    ("answer", "text", "error", "wrong"),
    [
        ({"type": "application/vnd.microsoft.activity.message", "value": "Saved."}, "Saved.", "", False),
        (
            {"type": "application/vnd.microsoft.error", "value": {"code": "Stale", "message": "Too late."}},
            "Too late.",
            "Stale",
            False,
        ),
        ({"type": "application/vnd.microsoft.activity.message", "value": {}}, None, "", True),
        ({"value": "no type"}, None, "", True),
        (card_answer({"type": "HeroCard"}), None, "", True),
        (card_answer(card(text_of("x" * 28_672))), None, "", True),
        (None, None, "", True),
    ],
)
async def test_an_answer_is_shown_as_teams_shows_it(
    bot: ScriptedBot, school: Rehearsal, answer: Any, text: str | None, error: str, wrong: bool
) -> None:
    await offer(bot, school, FORM)
    bot.answers["next"] = answer
    answered = await school.chat("tutor").press("Next")
    expected = text or "Something went wrong. Please try again."
    assert (answered.text, answered.error, answered.wrong) == (expected, error, wrong)
    assert school.chat("tutor").notice == expected


async def test_no_answer_in_time_shows_that_something_went_wrong(bot: ScriptedBot) -> None:
    assert Rules().invoke_seconds == 10
    async with Rehearsal(bot_url=bot.url, rules=Rules(invoke_seconds=0.1)) as school:
        await school.open_school()
        await offer(bot, school, FORM)
        bot.delay = asyncio.Event()
        answered = await school.chat("tutor").press("Next")
        bot.delay.set()
    assert (answered.wrong, answered.sent.status) == (True, 0)


async def test_a_press_is_repeated_with_its_id_and_with_a_new_one(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    await offer(bot, school, FORM)
    tutor = school.chat("tutor")
    pressed = await tutor.press("Next", what="x")
    for same_id in (True, False):
        assert isinstance(await tutor.repeat(pressed, same_id=same_id), Answered)
    first, same, new = bot.of("invoke")
    assert first["id"] == same["id"] != new["id"]
    assert first["value"] == same["value"] == new["value"]


async def test_a_picker_asks_the_bot_while_somebody_types(bot: ScriptedBot, school: Rehearsal) -> None:
    await offer(bot, school, FORM)
    results = [{"title": "Abi Pupil-Demo (7A)", "value": "p001"}]
    bot.answers["application/search"] = {
        "statusCode": 200,
        "type": "application/vnd.microsoft.search.searchResponse",
        "value": {"results": results},
    }
    found = await school.chat("tutor").last_card.search("who", "ab")
    assert found == [("Abi Pupil-Demo (7A)", "p001")]
    value = bot.of("invoke")[-1]["value"]
    assert (value["dataset"], value["queryText"], value["kind"]) == ("pupils", "ab", "search")


async def test_a_card_is_refreshed_when_it_arrives_in_an_open_chat_and_not_again_within_a_minute(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    tutor = school.chat("tutor")
    await tutor.reopen()
    bot.answers["refresh"] = card_answer(card(text_of("Newer")))
    await offer(bot, school, refreshed_by(school, "tutor"))
    await school.wait_for(lambda: tutor.last_card.text == "Newer")
    await tutor.reopen()
    assert [one["value"]["trigger"] for one in bot.of("invoke")] == ["automatic"]
    await school.wind(61)
    await tutor.reopen()
    assert len(bot.of("invoke")) == 2
    assert tutor.last_card.text == "Newer"


async def test_only_those_named_refresh_and_only_while_they_look(bot: ScriptedBot, school: Rehearsal) -> None:
    await offer(bot, school, refreshed_by(school, "dsl"))
    await offer(bot, school, card(refresh={"action": execute("refresh", ""), "userIds": []}))
    await school.chat("tutor").reopen()
    await offer(bot, school, refreshed_by(school, "dsl"), to="dsl")
    await school.settle()
    assert bot.of("invoke") == []
    await school.chat("dsl").reopen()
    assert len(bot.of("invoke")) == 1


async def test_an_edit_makes_those_who_look_refresh_at_once(bot: ScriptedBot, school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    message = await offer(bot, school, refreshed_by(school, "tutor"))
    await tutor.reopen()
    url = f"{school.service_url}v3/conversations/{tutor.conversation}/activities/{message}"
    await bot.call("PUT", url, with_card(refreshed_by(school, "tutor")))
    await school.settle()
    assert len(bot.of("invoke")) == 2


async def test_a_message_rings_its_person_and_a_post_only_those_it_names(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    await offer(bot, school, FORM)
    assert [one.preview for one in school.chat("tutor").notifications] == ["A new card"]
    dsl, channel = school.person("dsl"), school.channel()
    named = {"id": school.tenant.member_id(dsl.id), "name": dsl.name}
    for text in (f"<at>{dsl.name}</at> urgent: KS-7Q4F-2", "quiet"):
        post = {
            "type": "message",
            "text": text,
            "entities": [{"type": "mention", "text": f"<at>{dsl.name}</at>", "mentioned": named}],
        }
        await bot.call("POST", f"{school.service_url}v3/conversations/{channel.id}/activities", post)
    assert [post.root.mentions for post in channel.posts] == [(dsl.id,), ()]
    assert [one.preview for one in channel.seen_by(dsl).notifications] == [f"{dsl.name} urgent: KS-7Q4F-2"]
    assert channel.seen_by(school.person("headteacher")).notifications == []


async def test_a_card_without_a_summary_shows_nothing_of_itself_on_a_locked_screen(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    conversation = school.chat("tutor").conversation
    url = f"{school.service_url}v3/conversations/{conversation}/activities"
    await bot.call("POST", url, with_card(card(text_of("secret")), summary=""))
    assert [one.preview for one in school.chat("tutor").notifications] == ["sent you a card"]


async def test_the_day_begins_with_the_app_for_everybody_and_for_the_team(bot: ScriptedBot) -> None:
    async with Rehearsal(bot_url=bot.url) as school:
        await school.open_school()
        await school.open_school()
        people = len(school.tenant.people)
        installed = bot.of("installationUpdate")
        assert len(installed) == people + 1
        assert {one["action"] for one in installed} == {"add"}
        kinds = [one["conversation"]["conversationType"] for one in installed]
        assert kinds.count("channel") == 1
        welcome = next(one for one in bot.heard if one["conversation"]["conversationType"] == "personal")
        assert [sorted(one) for one in welcome["membersAdded"]] == [["aadObjectId", "id"], ["id"]]
        assert "name" not in welcome["from"]


async def test_a_bot_that_does_not_answer_is_said_to_be_silent() -> None:
    async with Rehearsal(bot_url="http://127.0.0.1:9") as school:
        with pytest.raises(BotSilent):
            await school.open_school()
        assert school.opened is False


async def test_the_channel_is_linked_by_an_admin_and_confirmed_by_the_dsl(bot: ScriptedBot) -> None:
    async with Rehearsal(bot_url=bot.url) as school:

        async def ask_the_dsl(_: Activity) -> None:
            await offer(bot, school, card(actions=(execute("channel.confirm", "Confirm"),)), to="dsl")

        bot.on_message = ask_the_dsl
        await school.open_school(link_channel=True)
        (asked,) = bot.of("message")
        (confirmed,) = bot.of("invoke")
    assert asked["text"] == "<at>Handrail</at> alert here"
    assert "admin" in school.person(asked["from"]["aadObjectId"]).roles
    assert confirmed["from"]["aadObjectId"] == school.person("dsl").id
    assert confirmed["value"]["action"]["verb"] == "channel.confirm"


async def test_members_that_come_and_go_are_named_with_their_entra_id(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    tutor, by = school.person("tutor").id, school.person("dsl").id
    await school.life.add_member(tutor, by)
    await school.life.remove_member(tutor, by)
    joined, left = bot.of("conversationUpdate")
    named = [{"id": school.tenant.member_id(tutor), "aadObjectId": tutor}]
    assert (joined["membersAdded"], joined["channelData"]["eventType"]) == (named, "teamMemberAdded")
    assert (left["membersRemoved"], left["channelData"]["eventType"]) == (named, "teamMemberRemoved")
    assert "channel" not in joined["channelData"]
    assert tutor not in school.tenant.team.members


async def test_what_happens_to_app_channel_and_team_is_told_in_teams_words(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    by, life, channel = school.person("dsl").id, school.life, school.channel().id
    await life.rename_channel(channel, "Alerts", by)
    await life.delete_channel(channel, by)
    await life.restore_channel(channel, by)
    await life.rename_team("Another name", by)
    await life.archive_team(by)
    await life.unarchive_team(by)
    await life.delete_team(by)
    told = [one["channelData"]["eventType"] for one in bot.heard]
    assert told == [
        "channelRenamed",
        "channelDeleted",
        "channelRestored",
        "teamRenamed",
        "teamArchived",
        "teamUnarchived",
        "teamDeleted",
    ]
    assert bot.heard[0]["channelData"]["channel"] == {"id": channel, "name": "Alerts"}
    assert bot.heard[3]["channelData"]["team"]["name"] == "Another name"
    bot.heard.clear()
    await life.upgrade(by)
    await life.uninstall(by)
    await life.upgrade_team(by)
    await life.uninstall_team(by)
    actions = [one["action"] for one in bot.of("installationUpdate")]
    assert actions == ["add-upgrade", "remove", "add-upgrade", "remove"]


async def test_edited_and_deleted_messages_keep_their_id(bot: ScriptedBot, school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    sent = await tutor.say("report")
    message = tutor.messages[0]
    await school.life.edit_message(message, "report, please")
    await school.life.delete_message(message)
    _, changed, gone = bot.heard
    assert (changed["type"], changed["text"]) == ("messageUpdate", "report, please")
    assert (gone["type"], gone["channelData"]["eventType"]) == ("messageDelete", "softDeleteMessage")
    assert changed["id"] == gone["id"] == sent.message_id


async def test_nobody_writes_to_a_bot_they_do_not_have(school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    await school.life.uninstall(tutor.person.id)
    with pytest.raises(AppMissing):
        await tutor.say("report")
    with pytest.raises(AppMissing):
        await school.channel().seen_by(school.person("tutor")).say("alert here")


async def test_wound_time_is_told_by_the_bot_and_lived_by_everybody(
    bot: ScriptedBot, school: Rehearsal
) -> None:
    before = school.clock.now()
    now = await school.wind(3600)
    await school.chat("tutor").say("late")
    assert now.startswith(school.clock.now().isoformat()[:13])
    assert (school.clock.now() - before).total_seconds() == pytest.approx(3600, abs=5)
    assert bot.heard[-1]["timestamp"][:13] == school.clock.now().isoformat()[:13]


async def test_waiting_ends_when_the_condition_holds_or_the_time_is_up(school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    waiting = asyncio.ensure_future(school.wait_for(lambda: bool(tutor.messages)))
    await tutor.say("report")
    await waiting
    with pytest.raises(WaitedTooLong):
        await school.wait_for(lambda: False, timeout_seconds=0.05)
