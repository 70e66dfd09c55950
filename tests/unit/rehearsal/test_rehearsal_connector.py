"""The connector is no kinder than Teams: limits, sizes, refusals, split messages, faults on demand."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.rehearsal.rules import Meter, Rules
from bot.rehearsal.school import Rehearsal
from tests.unit.rehearsal.scripted_bot import Reply, ScriptedBot, card, with_card

TEXT = {"type": "message", "text": "Hello"}


@pytest.fixture
async def bot() -> AsyncIterator[ScriptedBot]:
    async with ScriptedBot().serving() as scripted:
        yield scripted


@pytest.fixture
async def school(bot: ScriptedBot) -> AsyncIterator[Rehearsal]:
    async with Rehearsal(bot_url=bot.url) as rehearsal:
        await rehearsal.open_school()
        yield rehearsal


class Desk:
    """The bot's calls to one school, in the words of the tests."""

    def __init__(self, bot: ScriptedBot, school: Rehearsal) -> None:
        self._bot = bot
        self._school = school

    async def call(self, method: str, path: str, body: Any = None) -> Reply:
        return await self._bot.call(method, f"{self._school.service_url}v3/{path}", body)

    async def send(self, conversation: str, message: Any = TEXT, *, to: str = "") -> Reply:
        return await self.call("POST", f"conversations/{conversation}/activities{to and '/' + to}", message)


@pytest.fixture
def desk(bot: ScriptedBot, school: Rehearsal) -> Desk:
    return Desk(bot, school)


def refusal(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.body["error"]["code"]


async def test_a_message_is_stored_and_its_id_is_given_back(desk: Desk, school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    reply = await desk.send(tutor.conversation)
    assert reply.status == 201
    assert [message.id for message in tutor.messages] == [reply.body["id"]]
    assert tutor.texts == ["Hello"]


async def test_the_eighth_message_within_a_second_is_throttled(desk: Desk, school: Rehearsal) -> None:
    tutor = school.chat("tutor").conversation
    replies = [await desk.send(tutor) for _ in range(8)]
    assert [reply.status for reply in replies] == [201] * 7 + [429]
    assert refusal(replies[7]) == (429, "Throttled")
    assert int(replies[7].headers["Retry-After"]) >= 1
    assert (await desk.send(school.chat("dsl").conversation)).status == 201


async def test_an_edit_and_a_withdrawal_count_as_messages_do(desk: Desk, school: Rehearsal) -> None:
    chat = school.chat("tutor").conversation
    first = await desk.send(chat)
    path = f"conversations/{chat}/activities/{first.body['id']}"
    for _ in range(6):
        assert (await desk.call("PUT", path, TEXT)).status == 200
    assert (await desk.call("DELETE", path)).status == 429


@pytest.mark.parametrize(("calls", "seconds"), [(7, 1), (8, 2), (60, 30), (1800, 3600)])
def test_each_window_closes_at_its_number_and_opens_again_in_time(calls: int, seconds: int) -> None:
    meter, windows = Meter(), ((calls, seconds),)
    for made in range(calls):
        assert meter.wait_seconds("send", "a", windows=windows, now=made / 1000) is None
        meter.count("send", "a", windows=windows, now=made / 1000)
    now = calls / 1000
    wait = meter.wait_seconds("send", "a", windows=windows, now=now)
    assert wait == pytest.approx(seconds - now)
    assert meter.wait_seconds("send", "b", windows=windows, now=now) is None
    assert meter.wait_seconds("send", "a", windows=windows, now=seconds + 0.0001) is None


def test_the_defaults_are_the_numbers_that_teams_publishes() -> None:
    rules = Rules()
    assert list(rules.sends) == [(7, 1), (8, 2), (60, 30), (1800, 3600)]
    assert list(rules.app) == [(50, 1)]
    assert (rules.card_bytes, rules.message_bytes) == (28_672, 102_400)


async def test_fifty_calls_a_second_are_all_that_the_app_gets_in_a_tenant(bot: ScriptedBot) -> None:
    rules = Rules(app=((50, 60),))
    async with Rehearsal(bot_url=bot.url, rules=rules) as school:
        await school.open_school()
        desk, people = Desk(bot, school), list(school.tenant.chats)
        statuses = [(await desk.send(people[turn % len(people)])).status for turn in range(51)]
    assert statuses == [201] * 50 + [429]


async def test_text_and_card_in_one_activity_become_two_messages_without_an_id(
    desk: Desk, school: Rehearsal
) -> None:
    tutor = school.chat("tutor")
    reply = await desk.send(tutor.conversation, with_card(card(), text="Look"))
    assert (reply.status, reply.body) == (201, {})
    assert [(message.text, message.card is None) for message in tutor.messages] == [
        ("Look", True),
        ("", False),
    ]


async def test_a_split_message_counts_twice(desk: Desk, school: Rehearsal) -> None:
    tutor = school.chat("tutor").conversation
    replies = [await desk.send(tutor, with_card(card(), text="Look")) for _ in range(4)]
    assert [reply.status for reply in replies] == [201, 201, 201, 429]


@pytest.mark.parametrize(
    "message",
    [
        with_card(card({"type": "TextBlock", "text": "x" * 28_672})),
        {"type": "message", "text": "é" * 51_200},
    ],
)
async def test_what_is_too_big_is_refused(desk: Desk, school: Rehearsal, message: Any) -> None:
    tutor = school.chat("tutor")
    assert refusal(await desk.send(tutor.conversation, message)) == (413, "MessageSizeTooBig")
    assert tutor.messages == []


async def test_nobody_without_the_app_can_be_written_to(desk: Desk, school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    await school.life.uninstall(tutor.person.id)
    assert refusal(await desk.send(tutor.conversation)) == (403, "BotNotInConversationRoster")
    opening = {"isGroup": False, "members": [{"id": tutor.person.id}]}
    assert refusal(await desk.call("POST", "conversations", opening)) == (403, "ForbiddenOperationException")


async def test_whoever_blocked_the_bot_cannot_be_written_to(desk: Desk, school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    school.life.block(tutor.person.id)
    assert refusal(await desk.send(tutor.conversation)) == (403, "ConversationBlockedByUser")
    school.life.unblock(tutor.person.id)
    assert (await desk.send(tutor.conversation)).status == 201


async def test_a_bot_that_the_tenant_disabled_is_refused_everywhere(desk: Desk, school: Rehearsal) -> None:
    school.tenant.disabled = True
    for conversation in (school.chat("tutor").conversation, school.channel().id):
        assert refusal(await desk.send(conversation)) == (403, "BotDisabledByAdmin")


async def test_a_chat_is_opened_by_entra_id_or_member_id_and_is_always_the_same(
    desk: Desk, school: Rehearsal
) -> None:
    tutor = school.chat("tutor")
    for member in (tutor.person.id, school.tenant.member_id(tutor.person.id)):
        reply = await desk.call("POST", "conversations", {"members": [{"id": member}], "isGroup": False})
        assert (reply.status, reply.body["id"]) == (201, tutor.conversation)
    unknown = await desk.call("POST", "conversations", {"members": [{"id": "29:nobody"}]})
    assert refusal(unknown) == (400, "BadArgument")


async def test_a_thread_is_begun_in_a_channel_and_answered_in_three_ways(
    desk: Desk, school: Rehearsal
) -> None:
    channel = school.channel()
    begun = await desk.call(
        "POST",
        "conversations",
        {"isGroup": True, "channelData": {"channel": {"id": channel.id}}, "activity": TEXT},
    )
    root = begun.body["activityId"]
    assert (begun.status, begun.body["id"]) == (201, f"{channel.id};messageid={root}")
    assert (await desk.send(begun.body["id"])).status == 201
    assert (await desk.send(channel.id, to=root)).status == 201
    assert (await desk.send(begun.body["id"], to="an-id-that-says-nothing")).status == 201
    assert [len(post.replies) for post in channel.posts] == [3]
    assert (await desk.send(channel.id)).status == 201
    assert [len(post.replies) for post in channel.posts] == [3, 0]


async def test_edits_and_withdrawals_reach_the_stored_message(desk: Desk, school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    sent = (await desk.send(tutor.conversation)).body["id"]
    path = f"conversations/{tutor.conversation}/activities/{sent}"
    assert (await desk.call("PUT", path, {"type": "message", "text": "Better"})).status == 200
    assert tutor.texts == ["Better"]
    assert (await desk.call("DELETE", path)).status == 200
    assert tutor.messages == []
    assert refusal(await desk.call("PUT", path, TEXT)) == (404, "ActivityNotFoundInConversation")


async def test_the_bot_cannot_change_what_a_person_wrote(desk: Desk, school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    said = await tutor.say("report")
    path = f"conversations/{tutor.conversation}/activities/{said.message_id}"
    assert refusal(await desk.call("PUT", path, TEXT)) == (403, "NotEnoughPermissions")


async def test_unknown_conversations_threads_and_teams_are_not_found(desk: Desk, school: Rehearsal) -> None:
    assert refusal(await desk.send("a:nobody")) == (404, "ConversationNotFound")
    assert refusal(await desk.send(f"{school.channel().id};messageid=1")) == (404, "ConversationNotFound")
    assert (await desk.call("GET", "teams/19:none@thread.tacv2")).status == 404


async def test_a_private_channel_takes_no_post(desk: Desk, school: Rehearsal) -> None:
    private = school.channel("Private notes").id
    assert refusal(await desk.send(private)) == (403, "NotEnoughPermissions")


async def test_a_team_that_is_gone_archived_or_without_the_app_takes_no_post(
    desk: Desk, school: Rehearsal
) -> None:
    channel, by = school.channel().id, school.person("dsl").id
    await school.life.delete_channel(channel, by)
    assert refusal(await desk.send(channel)) == (404, "ConversationNotFound")
    await school.life.restore_channel(channel, by)
    await school.life.archive_team(by)
    assert refusal(await desk.send(channel)) == (403, "ForbiddenOperationException")
    await school.life.unarchive_team(by)
    await school.life.uninstall_team(by)
    assert refusal(await desk.send(channel)) == (403, "BotNotInConversationRoster")
    await school.life.delete_team(by)
    assert refusal(await desk.send(channel)) == (404, "ConversationNotFound")


async def test_the_roster_comes_in_pages_and_by_member(bot: ScriptedBot) -> None:
    async with Rehearsal(bot_url=bot.url, rules=Rules(page_size_least=2)) as school:
        await school.open_school()
        desk, path = Desk(bot, school), f"conversations/{school.channel().id}/pagedmembers?pageSize=2"
        pages = [(await desk.call("GET", path)).body]
        while token := pages[-1].get("continuationToken"):
            pages.append((await desk.call("GET", f"{path}&continuationToken={token}")).body)
        assert [len(page["members"]) for page in pages] == [2, 2, 1]
        found = [member["aadObjectId"] for page in pages for member in page["members"]]
        assert found == school.tenant.team.members
        head = school.person("headteacher")
        one = await desk.call("GET", f"conversations/{school.channel().id}/members/{head.id}")
        assert (one.body["name"], one.body["id"]) == (head.name, school.tenant.member_id(head.id))
        stranger = school.person("Gus Guest-Demo").id
        none = await desk.call("GET", f"conversations/{school.channel().id}/members/{stranger}")
        assert refusal(none) == (404, "MemberNotFoundInConversation")


async def test_a_guest_is_marked_as_one(desk: Desk, school: Rehearsal) -> None:
    chat = school.chat("Gus Guest-Demo")
    found = await desk.call("GET", f"conversations/{chat.conversation}/pagedmembers")
    assert [member["userRole"] for member in found.body["members"]] == ["guest"]


async def test_a_team_lists_its_channels_with_their_kind(desk: Desk, school: Rehearsal) -> None:
    team = school.tenant.team
    details = await desk.call("GET", f"teams/{team.id}")
    assert (details.body["name"], details.body["memberCount"]) == (team.name, 5)
    listed = await desk.call("GET", f"teams/{team.id}/conversations")
    assert [(one["name"], one["type"]) for one in listed.body["conversations"]] == [
        (None, "standard"),
        ("DSL alerts", "standard"),
        ("Private notes", "private"),
    ]


@pytest.mark.parametrize("kind", ["429", "412", "403", "404", "500", "502", "503"])
async def test_a_status_asked_for_meets_as_many_calls_as_asked(
    desk: Desk, school: Rehearsal, kind: str
) -> None:
    tutor = school.chat("tutor")
    school.faults.next(2, kind, seconds=3)
    replies = [await desk.send(tutor.conversation) for _ in range(3)]
    assert [reply.status for reply in replies] == [int(kind), int(kind), 201]
    assert (replies[0].headers.get("Retry-After") == "3") is (kind == "429")
    assert len(tutor.messages) == 1


async def test_a_fault_meets_only_its_conversation_and_method(desk: Desk, school: Rehearsal) -> None:
    tutor, dsl = school.chat("tutor").conversation, school.chat("dsl").conversation
    school.faults.next(1, "500", conversation=dsl, method="POST")
    assert (await desk.send(tutor)).status == 201
    assert (await desk.call("GET", f"conversations/{dsl}/pagedmembers")).status == 200
    assert (await desk.send(dsl)).status == 500
    assert school.faults.listed() == []


async def test_a_cut_call_was_carried_out_and_a_dropped_one_was_not(desk: Desk, school: Rehearsal) -> None:
    tutor = school.chat("tutor")
    school.faults.next(1, "cut")
    assert (await desk.send(tutor.conversation)).status == 0
    assert len(tutor.messages) == 1
    school.faults.next(1, "drop")
    assert (await desk.send(tutor.conversation)).status == 0
    assert len(tutor.messages) == 1
    assert [(call.status, call.carried_out) for call in school.connector.calls] == [(0, True), (0, False)]


async def test_a_slow_call_takes_the_time_asked_for(desk: Desk, school: Rehearsal) -> None:
    school.faults.next(1, "slow", seconds=0.2)
    begun = time.monotonic()
    assert (await desk.send(school.chat("tutor").conversation)).status == 201
    assert time.monotonic() - begun >= 0.2


async def test_an_unplugged_connector_refuses_connections_and_comes_back(
    desk: Desk, school: Rehearsal
) -> None:
    tutor = school.chat("tutor")
    assert (await desk.call("GET", f"conversations/{tutor.conversation}/pagedmembers")).status == 200
    async with school.unplugged():
        assert (await desk.send(tutor.conversation)).status == 0
    assert tutor.messages == []
    assert (await desk.send(tutor.conversation)).status == 201


@pytest.mark.parametrize(
    "message", [{"type": "message"}, with_card({"type": "HeroCard"}), ["not", "an", "object"]]
)
async def test_what_is_no_message_is_refused_as_bad(desk: Desk, school: Rehearsal, message: Any) -> None:
    reply = await desk.send(school.chat("tutor").conversation, message)
    assert reply.status == 400
    assert reply.body["error"]["code"] in ("BadSyntax", "BadArgument")
