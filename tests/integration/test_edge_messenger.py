"""The messenger over real HTTP against a connector that answers what the test tells it to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.casework.ports import Address, Mention, Outgoing, SendFailed
from bot.errors import TokenNotGiven
from bot.teams.credentials import Credentials
from bot.teams.hosts import LOOPBACK_HOSTS
from bot.teams.messenger import MOST_PAGES, TeamsMessenger, open_session

CHANNEL = "19:c@thread.tacv2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the connector was asked, path as it travelled."""

    method: str
    path: str
    authorization: str | None
    body: Any


@dataclass(slots=True)
class Connector:
    """Answers each call with `status`, `content` and `headers`, or never while `silent`."""

    status: int = 201
    content: str = '{"id": "1763"}'
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    calls: list[Call] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        text = await request.text()
        authorization = request.headers.get("Authorization")
        self.calls.append(
            Call(
                method=request.method,
                path=request.raw_path,
                authorization=authorization,
                body=json.loads(text) if text else None,
            )
        )
        if self.silent:
            await asyncio.Event().wait()
        return web.Response(status=self.status, text=self.content, headers=self.headers)

    def address(self, conversation: str = "a:1", *, thread: str | None = None) -> Address:
        return Address(tenant="t", service_url=self.url, conversation=conversation, thread=thread)


@dataclass(slots=True)
class Tokens:
    """Credentials that count how often they are asked."""

    text: str = "secret"
    asked: int = 0
    fault: TokenNotGiven | None = None

    async def token(self) -> str:
        self.asked += 1
        if self.fault:
            raise self.fault
        return self.text


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    connector = Connector()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", connector.handle)
    async with TestServer(app) as server:
        connector.url = str(server.make_url("/uk/"))
        yield connector


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


def as_credentials(tokens: Tokens) -> Credentials:
    return tokens


@pytest.fixture
async def messenger(tokens: Tokens) -> AsyncIterator[TeamsMessenger]:
    async with open_session(total_seconds=2) as session:
        yield TeamsMessenger(session, as_credentials(tokens), allowed_service_hosts=LOOPBACK_HOSTS)


async def failure(call: Awaitable[Any]) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        await call
    return failed.value


TEXT = Outgoing(text="KS-7Q4F-2", summary="KS-7Q4F-2")


async def test_a_message_goes_to_its_conversation_with_the_token(
    connector: Connector, messenger: TeamsMessenger
) -> None:
    assert await messenger.send(connector.address("a:1/x y"), TEXT) == "1763"
    [call] = connector.calls
    assert (call.method, call.path) == ("POST", "/uk/v3/conversations/a%3A1%2Fx%20y/activities")
    assert call.authorization == "Bearer secret"
    assert call.body == {"type": "message", "text": "KS-7Q4F-2", "summary": "KS-7Q4F-2"}


async def test_a_reply_goes_to_the_thread_and_a_new_post_makes_one(
    connector: Connector, messenger: TeamsMessenger
) -> None:
    await messenger.send(connector.address(CHANNEL, thread="17"), TEXT)
    connector.content = json.dumps({"id": f"{CHANNEL};messageid=18", "activityId": "18"})
    assert await messenger.send(connector.address(CHANNEL), TEXT) == "18"
    reply, post = connector.calls
    assert reply.path == "/uk/v3/conversations/19%3Ac%40thread.tacv2%3Bmessageid%3D17/activities"
    assert post.path == "/uk/v3/conversations"
    assert (post.body["isGroup"], post.body["channelData"]["channel"]["id"]) == (True, CHANNEL)
    assert post.body["activity"]["text"] == "KS-7Q4F-2"


async def test_a_mention_stands_in_the_entities_as_it_stands_in_the_text(
    connector: Connector, messenger: TeamsMessenger
) -> None:
    mention = Mention(member="29:1", name="Dee Lead-Demo")
    text = "<at>Dee Lead-Demo</at> KS-7Q4F-2"
    await messenger.send(connector.address(CHANNEL, thread="17"), Outgoing(text=text, mentions=(mention,)))
    [entity] = connector.calls[0].body["entities"]
    assert entity["mentioned"] == {"id": "29:1", "name": "Dee Lead-Demo"}
    assert entity["text"] in text


async def test_no_token_is_fetched_for_a_host_that_is_not_listed(
    messenger: TeamsMessenger, tokens: Tokens
) -> None:
    address = Address(tenant="t", service_url="https://example.org/", conversation="a:1")
    failed = await failure(messenger.send(address, TEXT))
    assert (failed.status, failed.code, failed.known, failed.again) == (
        0,
        "ServiceHostNotAllowed",
        True,
        False,
    )
    assert tokens.asked == 0


async def test_a_redirect_is_not_followed(connector: Connector, messenger: TeamsMessenger) -> None:
    connector.status, connector.headers = 307, {"Location": f"{connector.url}elsewhere"}
    failed = await failure(messenger.send(connector.address(), TEXT))
    assert (failed.status, failed.known, failed.again) == (307, True, False)
    assert len(connector.calls) == 1


async def test_without_a_token_nothing_is_sent_and_it_may_be_tried_again(
    connector: Connector, messenger: TeamsMessenger, tokens: Tokens
) -> None:
    tokens.fault = TokenNotGiven()
    failed = await failure(messenger.send(connector.address(), TEXT))
    assert (failed.code, failed.known, failed.again) == ("TokenNotGiven", True, True)
    assert connector.calls == []


@pytest.mark.parametrize(
    ("status", "known", "again"),
    [
        (400, True, False),
        (401, True, False),
        (408, False, True),
        (409, True, False),
        (413, True, False),
        (501, False, True),
        (504, False, True),
        (599, False, True),
    ],
)
async def test_statuses_that_the_stand_in_never_gives_are_judged_too(
    connector: Connector, messenger: TeamsMessenger, status: int, *, known: bool, again: bool
) -> None:
    connector.status, connector.content = status, "<html>no JSON</html>"
    failed = await failure(messenger.send(connector.address(), TEXT))
    assert (failed.status, failed.code, failed.known, failed.again) == (
        status,
        f"Status{status}",
        known,
        again,
    )


async def test_a_lookup_that_failed_has_changed_nothing(
    connector: Connector, messenger: TeamsMessenger
) -> None:
    connector.status = 503
    failed = await failure(messenger.members(connector.address()))
    assert (failed.known, failed.again) == (True, True)


async def test_silence_is_an_unknown_outcome(connector: Connector, tokens: Tokens) -> None:
    connector.silent = True
    async with open_session(total_seconds=0.2) as session:
        impatient = TeamsMessenger(session, tokens, allowed_service_hosts=LOOPBACK_HOSTS)
        failed = await failure(impatient.send(connector.address(), TEXT))
    assert (failed.status, failed.code, failed.known, failed.again) == (0, "TimedOut", False, True)


@pytest.mark.parametrize("content", ["", "<html>Sign in to the network</html>", "[]", '{"id": 5}'])
async def test_a_success_that_is_not_of_teams_says_nothing_about_the_message(
    connector: Connector, messenger: TeamsMessenger, content: str
) -> None:
    connector.status, connector.content = 200, content
    failed = await failure(messenger.send(connector.address(), TEXT))
    assert (failed.code, failed.known, failed.again) == ("NotUnderstood", False, True)


async def test_a_message_that_teams_gave_no_id_is_sent_all_the_same(
    connector: Connector, messenger: TeamsMessenger
) -> None:
    connector.content = "{}"
    assert await messenger.send(connector.address(), TEXT) == ""


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("-1", None),
        ("nan", None),
        ("soon", None),
        ("Sat, 21 Nov 2026 08:00:00 GMT", None),
    ],
)
async def test_teams_is_believed_how_long_to_wait_where_it_makes_sense(
    connector: Connector, messenger: TeamsMessenger, header: str, seconds: float | None
) -> None:
    connector.status, connector.headers = 429, {"Retry-After": header}
    assert (await failure(messenger.send(connector.address(), TEXT))).retry_after_seconds == seconds


async def test_only_the_code_of_an_error_is_kept_and_only_if_it_is_one(
    connector: Connector, messenger: TeamsMessenger
) -> None:
    connector.status = 403
    connector.content = '{"error": {"code": "BotNotInConversationRoster", "message": "Terry Demo"}}'
    failed = await failure(messenger.send(connector.address(), TEXT))
    assert failed.code == "BotNotInConversationRoster"
    assert "Terry" not in repr(vars(failed))
    connector.content = '{"error": {"code": "Terry Demo is not here"}}'
    assert (await failure(messenger.send(connector.address(), TEXT))).code == "Status403"


async def test_a_guest_an_app_and_either_name_of_the_entra_id_are_told_apart(
    connector: Connector, messenger: TeamsMessenger
) -> None:
    connector.status, connector.content = (
        200,
        json.dumps(
            {
                "members": [
                    {"id": "29:1", "name": "A", "objectId": "AA", "userRole": "user"},
                    {"id": "29:2", "name": "B", "aadObjectId": "BB", "userRole": "guest"},
                    {"id": "28:3", "name": None},
                    {"id": "29:4", "aadObjectId": "DD", "userRole": "anonymous"},
                ]
            }
        ),
    )
    found = await messenger.members(connector.address())
    assert [(one.account, one.guest) for one in found] == [
        ("t/aa", False),
        ("t/bb", True),
        (None, False),
        ("t/dd", True),
    ]


async def test_a_roster_without_an_end_is_no_roster(connector: Connector, messenger: TeamsMessenger) -> None:
    connector.status, connector.content = 200, '{"members": [], "continuationToken": "a b&c"}'
    failed = await failure(messenger.members(connector.address()))
    assert (failed.code, failed.again) == ("TooManyMembers", False)
    assert len(connector.calls) == MOST_PAGES
    assert connector.calls[1].path.endswith("continuationToken=a+b%26c")


async def test_a_channel_of_a_kind_that_teams_invents_later_is_unknown(
    connector: Connector, messenger: TeamsMessenger
) -> None:
    channels = [{"id": "1", "type": "Standard"}, {"id": "2", "type": "secret"}, {"id": "3"}]
    connector.status, connector.content = 200, json.dumps({"conversations": channels})
    address = connector.address(CHANNEL)
    kinds = [await messenger.team_channel_kind(address, team="19:t", channel=one) for one in "123"]
    assert kinds == ["standard", "unknown", "unknown"]
    assert connector.calls[0].path == "/uk/v3/teams/19%3At/conversations"
