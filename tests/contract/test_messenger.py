"""What every messenger keeps to: the real one against the stand-in for Teams, and the fake."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from bot.casework.ports import Address, Member, Mention, Messenger, Outgoing, SendFailed
from bot.rehearsal.conversations import Channel, ChannelKind
from bot.rehearsal.rules import Rules
from bot.rehearsal.school import Rehearsal
from bot.teams.credentials import NoCredentials
from bot.teams.hosts import LOOPBACK_HOSTS
from bot.teams.messenger import TeamsMessenger, open_session
from tests.fakes.messenger import FakeMessenger, no_answer, not_connected, refusal

CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "KS-7Q4F-2"}]}
PLENTY = ((10_000, 1.0),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as people see it."""

    id: str
    text: str
    card: Any
    summary: str
    thread: str | None
    rung: tuple[str, ...] = ()


class World(Protocol):
    """A school's Teams around a messenger, and the troubles that it can be put in."""

    messenger: Messenger
    chat: Address
    channel: Address
    team: str
    people: tuple[Member, ...]

    def shown(self, address: Address) -> list[Seen]: ...
    def answer_next_with(self, status: int, code: str) -> None: ...
    def lose_the_next_answer(self) -> None: ...
    def lose_the_next_call(self) -> None: ...
    def block_the_chat(self) -> None: ...
    def add_channel(self, name: str, kind: ChannelKind) -> str: ...
    def unplugged(self) -> AbstractAsyncContextManager[None]: ...


class Real:
    """TeamsMessenger over HTTP against bot/rehearsal/."""

    def __init__(self, school: Rehearsal, messenger: Messenger) -> None:
        self.messenger = messenger
        self._school = school
        tenant = school.tenant
        dsl = school.person("dsl")
        tenant.installed.add(dsl.id)
        tenant.team.installed = True
        self._dsl = dsl.id
        self._tenant = tenant.school.tenant
        self.team = tenant.team.id
        self.chat = self._address(tenant.chat_of(dsl.id))
        self.channel = self._address(tenant.channel(tenant.school.channel).id)
        self.people = tuple(
            Member(
                member=tenant.member_id(person),
                account=f"{self._tenant}/{person}".lower(),
                name=tenant.people[person].name,
                guest=tenant.people[person].kind == "guest",
            )
            for person in tenant.team.members
        )

    def shown(self, address: Address) -> list[Seen]:
        tenant = self._school.tenant
        return [
            Seen(
                id=message.id,
                text=message.text,
                card=message.card,
                summary=message.summary,
                thread=message.thread,
                rung=tuple(tenant.member_id(person) for person in message.mentions),
            )
            for message in tenant.messages(address.conversation)
            if not message.deleted
        ]

    def answer_next_with(self, status: int, code: str) -> None:
        self._school.faults.next(1, str(status))

    def lose_the_next_answer(self) -> None:
        self._school.faults.next(1, "cut")

    def lose_the_next_call(self) -> None:
        self._school.faults.next(1, "drop")

    def block_the_chat(self) -> None:
        self._school.tenant.blocked.add(self._dsl)

    def add_channel(self, name: str, kind: ChannelKind) -> str:
        channel = f"19:{name.replace(' ', '')}@thread.tacv2"
        self._school.tenant.team.channels.append(Channel(id=channel, name=name, kind=kind))
        return channel

    def unplugged(self) -> AbstractAsyncContextManager[None]:
        return self._school.unplugged()

    def _address(self, conversation: str) -> Address:
        return Address(tenant=self._tenant, service_url=self._school.service_url, conversation=conversation)


class InMemory:
    """FakeMessenger."""

    def __init__(self, fake: FakeMessenger) -> None:
        self.messenger: Messenger = fake
        self._fake = fake
        self.team = "19:team@thread.tacv2"
        self.chat = Address(tenant="t", service_url="http://127.0.0.1/", conversation="a:1")
        self.channel = Address(tenant="t", service_url="http://127.0.0.1/", conversation="19:c@thread.tacv2")
        self.people = tuple(
            Member(member=f"29:{number}", account=f"t/{number}", name=f"Demo {number}") for number in range(3)
        )
        fake.open(self.chat.conversation, self.people[0])
        fake.open(self.channel.conversation, *self.people)
        fake.kinds[self.team, self.channel.conversation] = "standard"

    def shown(self, address: Address) -> list[Seen]:
        return [
            Seen(
                id=one.id,
                text=one.message.text,
                card=one.message.card,
                summary=one.message.summary,
                thread=one.thread,
                rung=tuple(mention.member for mention in one.message.mentions),
            )
            for one in self._fake.shown(address.conversation)
        ]

    def answer_next_with(self, status: int, code: str) -> None:
        wait = 1.0 if status == 429 else None
        self._fake.fail_next(refusal(status, code, retry_after_seconds=wait))

    def lose_the_next_answer(self) -> None:
        self._fake.fail_next(no_answer(), carried_out=True)

    def lose_the_next_call(self) -> None:
        self._fake.fail_next(no_answer())

    def block_the_chat(self) -> None:
        self._fake.refused[self.chat.conversation] = refusal(403, "ConversationBlockedByUser")

    def add_channel(self, name: str, kind: ChannelKind) -> str:
        self._fake.kinds[self.team, name] = kind
        return name

    @asynccontextmanager
    async def unplugged(self) -> AsyncIterator[None]:
        self._fake.fail_next(not_connected())
        yield


@pytest.fixture(params=["real", "fake"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        yield InMemory(FakeMessenger())
        return
    rules = Rules(sends=PLENTY, reads=PLENTY, app=PLENTY, page_size_least=1, page_size_most=2)
    async with Rehearsal(rules=rules) as school, open_session(total_seconds=5) as session:
        yield Real(school, TeamsMessenger(session, NoCredentials(), allowed_service_hosts=LOOPBACK_HOSTS))


def in_thread(address: Address, thread: str) -> Address:
    return Address(
        tenant=address.tenant,
        service_url=address.service_url,
        conversation=address.conversation,
        thread=thread,
    )


async def failure(call: Awaitable[Any]) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        await call
    return failed.value


async def test_a_text_arrives_under_the_id_that_is_given_back(world: World) -> None:
    sent = await world.messenger.send(world.chat, Outgoing(text="Seen by the DSL.", summary="KS-7Q4F-2"))
    [seen] = world.shown(world.chat)
    assert (seen.id, seen.text, seen.card, seen.summary) == (sent, "Seen by the DSL.", None, "KS-7Q4F-2")


async def test_a_card_arrives_whole_with_its_summary(world: World) -> None:
    await world.messenger.send(world.chat, Outgoing(card=CARD, summary="KS-7Q4F-2"))
    [seen] = world.shown(world.chat)
    assert (seen.text, seen.card, seen.summary) == ("", CARD, "KS-7Q4F-2")


@pytest.mark.parametrize("wrong", [Outgoing(), Outgoing(text="x", card=CARD)])
async def test_text_and_card_never_travel_together_and_nothing_never_travels(
    world: World, wrong: Outgoing
) -> None:
    with pytest.raises(ValueError, match="either text or a card"):
        await world.messenger.send(world.chat, wrong)
    assert world.shown(world.chat) == []


async def test_a_channel_post_begins_a_thread_and_a_reply_joins_it(world: World) -> None:
    root = await world.messenger.send(world.channel, Outgoing(card=CARD, summary="KS-7Q4F-2"))
    reply = await world.messenger.send(in_thread(world.channel, root), Outgoing(text="Nobody yet."))
    another = await world.messenger.send(world.channel, Outgoing(text="KS-8R5G-3"))
    seen = {one.id: one.thread or None for one in world.shown(world.channel)}
    assert seen[reply] == root
    assert seen[root] in (None, root)
    assert seen[another] in (None, another)


async def test_whoever_is_mentioned_is_rung(world: World) -> None:
    lead = world.people[0]
    text = f"<at>{lead.name}</at> KS-7Q4F-2 is urgent."
    await world.messenger.send(
        world.channel,
        Outgoing(text=text, summary="KS-7Q4F-2", mentions=(Mention(member=lead.member, name=lead.name),)),
    )
    assert world.shown(world.channel)[0].rung == (lead.member,)


async def test_an_update_replaces_a_message_and_keeps_its_id(world: World) -> None:
    sent = await world.messenger.send(world.chat, Outgoing(text="Waiting"))
    await world.messenger.update(world.chat, sent, Outgoing(card=CARD, summary="KS-7Q4F-2"))
    [seen] = world.shown(world.chat)
    assert (seen.id, seen.text, seen.card) == (sent, "", CARD)


async def test_a_reply_in_a_thread_can_be_updated_and_withdrawn(world: World) -> None:
    root = await world.messenger.send(world.channel, Outgoing(text="KS-7Q4F-2"))
    thread = in_thread(world.channel, root)
    reply = await world.messenger.send(thread, Outgoing(text="Waiting"))
    await world.messenger.update(thread, reply, Outgoing(text="Taken"))
    assert [one.text for one in world.shown(world.channel)] == ["KS-7Q4F-2", "Taken"]
    await world.messenger.delete(thread, reply)
    assert [one.text for one in world.shown(world.channel)] == ["KS-7Q4F-2"]


async def test_a_withdrawn_message_is_gone_and_cannot_be_updated(world: World) -> None:
    sent = await world.messenger.send(world.chat, Outgoing(text="Waiting"))
    await world.messenger.delete(world.chat, sent)
    assert world.shown(world.chat) == []
    failed = await failure(world.messenger.update(world.chat, sent, Outgoing(text="Taken")))
    assert (failed.status, failed.code) == (404, "ActivityNotFoundInConversation")
    assert (failed.known, failed.again) == (True, False)


async def test_the_roster_is_everyone_of_all_pages_by_entra_id(world: World) -> None:
    assert set(await world.messenger.members(world.channel)) == set(world.people)


async def test_the_roster_of_a_thread_is_that_of_its_channel(world: World) -> None:
    root = await world.messenger.send(world.channel, Outgoing(text="KS-7Q4F-2"))
    assert set(await world.messenger.members(in_thread(world.channel, root))) == set(world.people)


@pytest.mark.parametrize("kind", ["private", "shared", "standard"])
async def test_the_kind_of_a_channel_is_what_its_team_says(world: World, kind: ChannelKind) -> None:
    channel = world.add_channel(f"A {kind} one", kind)
    assert await world.messenger.team_channel_kind(world.channel, team=world.team, channel=channel) == kind


async def test_a_channel_that_its_team_does_not_list_is_of_unknown_kind(world: World) -> None:
    assert (
        await world.messenger.team_channel_kind(world.channel, team=world.team, channel="19:x") == "unknown"
    )


async def test_an_unknown_conversation_is_not_worth_another_attempt(world: World) -> None:
    nowhere = Address(tenant=world.chat.tenant, service_url=world.chat.service_url, conversation="a:none")
    failed = await failure(world.messenger.send(nowhere, Outgoing(text="x")))
    assert (failed.status, failed.code) == (404, "ConversationNotFound")
    assert (failed.known, failed.again) == (True, False)


async def test_a_person_who_blocked_the_bot_is_not_worth_another_attempt(world: World) -> None:
    world.block_the_chat()
    failed = await failure(world.messenger.send(world.chat, Outgoing(text="x")))
    assert (failed.status, failed.code) == (403, "ConversationBlockedByUser")
    assert (failed.known, failed.again) == (True, False)


@pytest.mark.parametrize(
    ("status", "code", "known", "again"),
    [
        (403, "BotNotInConversationRoster", True, False),
        (404, "ConversationNotFound", True, False),
        (412, "PreconditionFailed", True, True),
        (429, "Throttled", True, True),
        (500, "ServiceError", False, True),
        (502, "BadGateway", False, True),
        (503, "ServiceUnavailable", False, True),
    ],
)
async def test_each_refusal_says_whether_it_was_carried_out_and_may_be_repeated(
    world: World, status: int, code: str, *, known: bool, again: bool
) -> None:
    world.answer_next_with(status, code)
    failed = await failure(world.messenger.send(world.chat, Outgoing(text="x")))
    assert (failed.status, failed.code, failed.known, failed.again) == (status, code, known, again)
    assert (failed.retry_after_seconds is not None) == (status == 429)


Lose = Callable[[World], None]


@pytest.mark.parametrize("lose", [lambda w: w.lose_the_next_answer(), lambda w: w.lose_the_next_call()])
async def test_a_send_without_an_answer_may_or_may_not_have_arrived(world: World, lose: Lose) -> None:
    lose(world)
    failed = await failure(world.messenger.send(world.chat, Outgoing(text="x")))
    assert (failed.status, failed.known, failed.again) == (0, False, True)


async def test_a_lost_answer_leaves_the_message_where_it_is(world: World) -> None:
    world.lose_the_next_answer()
    await failure(world.messenger.send(world.chat, Outgoing(text="x")))
    assert [one.text for one in world.shown(world.chat)] == ["x"]


async def test_a_send_that_found_no_connection_surely_did_not_arrive(world: World) -> None:
    async with world.unplugged():
        failed = await failure(world.messenger.send(world.chat, Outgoing(text="x")))
    assert (failed.status, failed.known, failed.again) == (0, True, True)
    assert world.shown(world.chat) == []


async def test_after_trouble_the_next_send_arrives(world: World) -> None:
    world.lose_the_next_call()
    await failure(world.messenger.send(world.chat, Outgoing(text="first")))
    await world.messenger.send(world.chat, Outgoing(text="second"))
    assert [one.text for one in world.shown(world.chat)] == ["second"]
