"""The door over real HTTP: what gets to the desk, what does not, and what people are answered."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.errors import HandrailError, NotVerified, StoreFailed
from bot.model.events import Answer, Lived, Pressed, Said, Searched
from bot.model.views import Action, Choice, Input, Paragraph, View
from bot.teams.hosts import TEAMS_HOSTS
from bot.teams.route import BODY_SECONDS, MOST_BYTES, PATH, SERVER_OPTIONS, add_routes
from bot.teams.verifier import Claims, LoopbackVerifier, Presented, Verifier
from tests.fakes.desk import FakeDesk
from tests.fakes.messenger import FakeMessenger, refusal
from tests.unit.teams.recorded import CHANNEL, NAMES, TENANT, body, recorded

CARD = "application/vnd.microsoft.card.adaptive"
MESSAGE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
OWN_CHAT = "a:1demoPersonalConversation"
JSON = {"Content-Type": "application/json"}
VIEW = View(
    summary="KS-7Q4F-2",
    blocks=(Paragraph(text="What happened?"), Input(key="what", kind="text", label="What")),
    actions=(Action(verb="send", label="Send", target="run-1", action_id="offer-1"),),
    revision=3,
)


class Edge:
    """The door with a desk that notes everything behind it."""

    def __init__(self) -> None:
        self.desk = FakeDesk()
        self.messenger = FakeMessenger()
        self.messenger.open(OWN_CHAT)
        self.verifier: Verifier = LoopbackVerifier()
        self.http: TestClient[web.Request, web.Application]

    async def verify(
        self, presented: Presented, *, channel_id: str, service_url: str, recipient: str
    ) -> Claims:
        return await self.verifier.verify(
            presented, channel_id=channel_id, service_url=service_url, recipient=recipient
        )

    def app(self) -> web.Application:
        app = web.Application()
        add_routes(
            app,
            self.desk,
            verifier=self,
            allowed_tenants=(TENANT.upper(),),
            allowed_service_hosts=TEAMS_HOSTS,
            apologies=self.messenger,
        )
        return app

    async def post(self, content: Any, **headers: str) -> tuple[int, Any]:
        sent = {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
        data = content if isinstance(content, bytes) else body(content)
        async with self.http.post(PATH, data=data, headers=sent) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def invoke(self, name: str = "invoke-execute", /, **changes: Any) -> dict[str, Any]:
        status, answer = await self.post(recorded(name, **changes))
        assert status == 200
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    edge = Edge()
    server = TestServer(edge.app())
    await server.start_server(**SERVER_OPTIONS)
    async with TestClient(server) as client:
        edge.http = client
        yield edge


# What gets in, and how it is answered


async def test_a_press_is_answered_with_the_card_in_place_of_the_pressed_one(edge: Edge) -> None:
    edge.desk.answer = Answer(view=VIEW)
    answer = await edge.invoke()
    assert (answer["statusCode"], answer["type"]) == (200, CARD)
    assert answer["value"]["type"] == "AdaptiveCard"
    assert isinstance(edge.desk.events[0], Pressed)


async def test_a_press_may_be_answered_with_a_sentence_and_a_refusal_is_one_too(edge: Edge) -> None:
    edge.desk.answer = Answer(text="Someone else has taken this.", refused=True)
    sentence = {"statusCode": 200, "type": MESSAGE, "value": "Someone else has taken this."}
    assert await edge.invoke() == sentence


async def test_a_press_is_never_answered_with_nothing(edge: Edge) -> None:
    edge.desk.answer = Answer()
    assert (await edge.invoke())["value"]


async def test_a_message_is_taken_in_with_an_empty_answer(edge: Edge) -> None:
    assert await edge.post(recorded("message-personal")) == (200, None)
    assert isinstance(edge.desk.events[0], Said)


async def test_a_submit_reaches_the_desk_as_a_press_and_is_answered_by_the_outbox_alone(edge: Edge) -> None:
    edge.desk.answer = Answer(view=VIEW)
    assert await edge.post(recorded("message-submit")) == (200, None)
    [pressed] = edge.desk.events
    assert isinstance(pressed, Pressed)
    assert pressed.fallback


async def test_a_search_is_answered_with_titles_and_values(edge: Edge) -> None:
    edge.desk.choices = (Choice(value="pupil:7", label="Bertie Demo, 7B"),)
    answer = await edge.invoke("invoke-search")
    assert answer["type"] == "application/vnd.microsoft.search.searchResponse"
    assert answer["value"] == {"results": [{"title": "Bertie Demo, 7B", "value": "pupil:7"}]}
    assert isinstance(edge.desk.events[0], Searched)


async def test_an_installation_reaches_the_desk(edge: Edge) -> None:
    assert await edge.post(recorded("install-personal")) == (200, None)
    assert isinstance(edge.desk.events[0], Lived)


async def test_an_unknown_invoke_is_not_implemented_and_an_unknown_activity_is_nothing(edge: Edge) -> None:
    status, _ = await edge.post(recorded("invoke-unknown"))
    assert status == 501
    for kind in ("typing", "messageReaction", "event", "somethingNew"):
        assert await edge.post(recorded("typing", type=kind)) == (200, None)
    assert edge.desk.events == []


async def test_charset_and_case_of_the_content_type_do_not_matter(edge: Edge) -> None:
    for kind in ("application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"'):
        status, _ = await edge.post(recorded("message-personal"), Content_Type=kind)
        assert status == 200


# What does not get in


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 1_000_000])
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_above_the_limit_is_refused_announced_or_not(
    edge: Edge, size: int, *, announced: bool
) -> None:
    content = body(recorded("message-personal", text="x" * size))

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 65_536):
            yield content[start : start + 65_536]

    async with edge.http.post(PATH, data=content if announced else in_pieces(), headers=JSON) as response:
        assert response.status == 413
    assert edge.desk.events == []


async def test_a_body_just_below_the_limit_is_taken(edge: Edge) -> None:
    content = body(recorded("message-personal", text="x" * (MOST_BYTES - 2000)))
    assert len(content) <= MOST_BYTES
    assert (await edge.post(content))[0] == 200


async def in_pieces(edge: Edge, *pieces: bytes, announced: int) -> bytes:
    """Post a body piece by piece on a connection of its own; the answer's first line."""
    port = edge.http.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {announced}\r\n\r\n".encode())
        for piece in pieces:
            # Written apart, with the server's turn between them: no piece comes along with another.
            await writer.drain()
            await asyncio.sleep(0)
            writer.write(piece)
        return await asyncio.wait_for(reader.readline(), BODY_SECONDS + 20)
    finally:
        writer.close()


async def test_a_body_that_comes_in_pieces_is_read_whole(edge: Edge) -> None:
    content = body(recorded("message-personal", text="In pieces."))
    answer = await in_pieces(edge, content[:10], content[10:200], content[200:], announced=len(content))
    assert b" 200 " in answer
    assert [event.text for event in edge.desk.events if isinstance(event, Said)] == ["In pieces."]


async def test_a_body_that_does_not_come_is_not_waited_for(edge: Edge) -> None:
    content = body(recorded("message-personal"))
    answer = await in_pieces(edge, content[:10], announced=len(content))
    assert b" 408 " in answer
    assert edge.desk.events == []


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "image/png", "", "nonsense"],
)
async def test_any_other_content_type_is_refused(edge: Edge, kind: str) -> None:
    status, _ = await edge.post(recorded("message-personal"), Content_Type=kind)
    assert (status, edge.desk.events) == (415, [])


async def test_another_character_set_is_refused(edge: Edge) -> None:
    for charset in ("utf-16", "latin-1", "nonsense"):
        content = body(recorded("message-personal"))
        status, _ = await edge.post(content, Content_Type=f"application/json; charset={charset}")
        assert status == 415


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "nonsense"])
async def test_a_compressed_body_is_refused_and_never_unpacked(edge: Edge, coding: str) -> None:
    for content in (
        gzip.compress(body(recorded("message-personal"))),
        b"not compressed",
        gzip.compress(b"0" * 10**7),
    ):
        async with edge.http.post(
            PATH,
            data=content,
            headers={**JSON, "Content-Encoding": coding},
            skip_auto_headers=["Content-Encoding"],
        ) as response:
            assert response.status == 415
    assert edge.desk.events == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_any_other_method_is_refused_and_nothing_is_allowed_across_origins(
    edge: Edge, method: str
) -> None:
    async with edge.http.request(method, PATH, headers={"Origin": "https://example.org"}) as response:
        assert response.status == 405
        assert not [name for name in response.headers if name.lower().startswith("access-control")]


BAD_BODIES = {
    "nothing": b"",
    "not JSON": b"hello",
    "half": body(recorded("message-personal"))[:-20],
    "a list": b"[]",
    "null": b"null",
    "not a number": b'{"type": NaN}',
    "not UTF-8": b'{"type": "\xff"}',
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "deep lists": b"[" * 10_000 + b"]" * 10_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep value": body(recorded("message-personal"))[:-1]
    + b',"value":'
    + b"[" * 10_000
    + b"]" * 10_000
    + b"}",
    "no channelData": body(recorded("message-personal", channelData=None)),
    "no from": body(recorded("message-personal", sender=None)),
    "no conversation": body(recorded("message-personal", conversation=None)),
    "no type": body(recorded("message-personal", type=None)),
    "no service address": body(recorded("message-personal", serviceUrl=None)),
    "no channel": body(recorded("message-personal", channelId=None)),
    "another channel": body(recorded("message-personal", channelId="webchat")),
    "number as text": body(recorded("message-personal", text=5)),
    "number as sender": body(recorded("message-personal", sender={"id": 7})),
    "number as tenant": body(recorded("message-personal", channelData={"tenant": {"id": 7}})),
    "list as conversation": body(recorded("message-personal", conversation=["a:1"])),
    "a message without an id": body(recorded("message-personal", id=None)),
    "an unreadable submit": body(recorded("message-submit", value={"verb": ["x"]})),
    "an unreadable value": body(recorded("message-submit", value="x")),
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_body_that_is_no_activity_is_a_bad_request_and_never_reaches_the_desk(
    edge: Edge, name: str
) -> None:
    status, answer = await edge.post(BAD_BODIES[name])
    assert (status, edge.desk.events) == (400, [])
    assert answer["error"]


@pytest.mark.parametrize(
    "value", [None, 5, [], {}, {"action": {}}, {"action": {"verb": "x", "data": {"verb": "y"}}}]
)
async def test_an_unreadable_press_is_answered_with_an_error_that_a_person_can_read(
    edge: Edge, value: Any
) -> None:
    answer = await edge.invoke(value=value)
    assert (answer["statusCode"], answer["type"]) == (400, ERROR)
    assert "nothing was changed" in answer["value"]["message"]
    assert edge.desk.events == []


async def test_an_unknown_verb_is_the_desk_s_to_refuse(edge: Edge) -> None:
    data = {"verb": "no.such.verb", "target": "", "action_id": "", "revision": "0", "values": {}}
    edge.desk.answer = Answer(text="That button is no longer in use.", refused=True)
    answer = await edge.invoke(value={"action": {"verb": "no.such.verb", "data": data}})
    assert answer["type"] == MESSAGE


@pytest.mark.parametrize(
    "changes",
    [
        {"channelData": {"tenant": {"id": "another-tenant"}}},
        {"channelData": {}},
        {"conversation": {"id": OWN_CHAT, "tenantId": "another-tenant", "conversationType": "personal"}},
        {"channelData": {}, "conversation": {"id": OWN_CHAT}},
        {"channelData": {"tenant": {"id": ""}}, "conversation": {"id": OWN_CHAT, "tenantId": ""}},
    ],
)
async def test_another_tenant_or_none_is_forbidden(edge: Edge, changes: dict[str, Any]) -> None:
    if changes == {"channelData": {}}:
        changes = {"channelData": {}, "conversation": {"id": OWN_CHAT, "conversationType": "personal"}}
    status, _ = await edge.post(recorded("message-personal", **changes))
    assert (status, edge.desk.events) == (403, [])


@pytest.mark.parametrize(
    "url", ["https://example.org/", "http://smba.trafficmanager.net/", "x", "https://[/"]
)
async def test_a_service_address_that_is_not_of_teams_is_forbidden(edge: Edge, url: str) -> None:
    status, _ = await edge.post(recorded("message-personal", serviceUrl=url))
    assert (status, edge.desk.events) == (403, [])


# Who gets in, in local mode


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "handrail.example.org"},
        {"Host": "127.0.0.1.example.org:3978"},
        {"Authorization": "Bearer anything"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"X_Forwarded_For": "8.8.8.8"},
        {"Forwarded": "for=8.8.8.8"},
    ],
)
async def test_a_stranger_is_turned_away_in_local_mode(edge: Edge, headers: dict[str, str]) -> None:
    status, _ = await edge.post(recorded("message-personal"), **headers)
    assert (status, edge.desk.events) == (401, [])


async def test_two_host_headers_fit_no_name(edge: Edge) -> None:
    content = body(recorded("message-personal"))
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nHost: example.org\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.http.port)
    writer.write(head.encode() + content)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()
    assert answer.split()[1] in {b"400", b"401"}
    assert edge.desk.events == []


async def test_a_peer_without_a_loopback_address_is_turned_away(tmp_path: Path) -> None:
    edge = Edge()
    runner = web.AppRunner(edge.app())
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "door")).start()
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(tmp_path / "door"))) as session:
        content = body(recorded("message-personal"))
        async with session.post(f"http://localhost{PATH}", data=content, headers=JSON) as response:
            assert (response.status, edge.desk.events) == (401, [])
    await runner.cleanup()


class Stumbling:
    """A verifier that raises, or answers with these claims."""

    def __init__(self, outcome: Exception | Claims) -> None:
        self.outcome = outcome

    async def verify(
        self, presented: Presented, *, channel_id: str, service_url: str, recipient: str
    ) -> Claims:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.mark.parametrize(
    "outcome",
    [
        NotVerified(),
        PermissionError("no"),
        IndexError("kid"),
        KeyError("aud"),
        AttributeError("x"),
        TimeoutError(),
        Claims(),
        Claims(claims={"aud": "app"}),
    ],
)
async def test_whatever_a_verifier_stumbles_over_the_answer_is_401(
    edge: Edge, outcome: Exception | Claims
) -> None:
    edge.verifier = Stumbling(outcome)
    status, _ = await edge.post(recorded("message-personal"))
    assert (status, edge.desk.events) == (401, [])


async def test_a_token_that_was_checked_and_ends_lets_in(edge: Edge) -> None:
    edge.verifier = Stumbling(Claims(claims={"aud": "app", "exp": "1763629000"}, audience="app"))
    assert (await edge.post(recorded("message-personal")))[0] == 200


async def test_the_verifier_is_told_nothing_but_channel_service_address_and_recipient(edge: Edge) -> None:
    told: dict[str, str] = {}

    class Noting(LoopbackVerifier):
        async def verify(self, presented: Presented, **more: str) -> Claims:
            told.update(more)
            return await super().verify(presented, **more)

    edge.verifier = Noting()
    await edge.post(recorded("message-personal"))
    assert sorted(told) == ["channel_id", "recipient", "service_url"]
    assert told["recipient"] == "28:00000000-0000-4000-8000-0000000000b0"


# What people are told when it goes wrong


async def test_an_invoke_of_somebody_unknown_is_told_so(edge: Edge) -> None:
    stranger = {"id": "29:1demo", "name": "Nobody Demo"}
    answer = await edge.invoke(sender=stranger)
    assert answer["type"] == MESSAGE
    assert "who it is" in answer["value"]
    assert edge.desk.events == []


async def test_a_message_of_somebody_unknown_is_forbidden_and_told_so_in_the_bots_own_chat(
    edge: Edge,
) -> None:
    assert (await edge.post(recorded("message-from-nobody-known")))[0] == 403
    assert "who it is" in edge.messenger.shown(OWN_CHAT)[0].message.text


async def test_when_a_press_cannot_be_recorded_the_person_is_told_whom_to_find(edge: Edge) -> None:
    edge.desk.fault = StoreFailed()
    answer = await edge.invoke()
    assert (answer["statusCode"], answer["type"]) == (200, MESSAGE)
    assert answer["value"].startswith("Not recorded.")
    assert "in person" in answer["value"]
    assert "999" in answer["value"]
    assert edge.desk.fault.reference in answer["value"]


@pytest.mark.parametrize("name", ["message-personal", "message-submit"])
async def test_when_words_cannot_be_recorded_teams_is_told_and_the_person_too(edge: Edge, name: str) -> None:
    edge.desk.fault = StoreFailed()
    assert (await edge.post(recorded(name)))[0] == 503
    [told] = edge.messenger.shown(OWN_CHAT)
    assert told.message.text.startswith("Not recorded.")


async def test_an_installation_that_cannot_be_recorded_is_503_and_writes_to_nobody(edge: Edge) -> None:
    edge.desk.fault = StoreFailed()
    assert (await edge.post(recorded("install-personal")))[0] == 503
    assert edge.messenger.posted == []


async def test_a_fault_in_a_press_is_an_error_with_a_reference_that_the_log_has_too(
    edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    edge.desk.fault = ValueError("Terry Tutor-Demo said something private")
    answer = await edge.invoke()
    assert (answer["statusCode"], answer["type"]) == (500, ERROR)
    reference = answer["value"]["message"].rpartition("Reference ")[2].strip(")")
    [record] = [one for one in caplog.records if getattr(one, "action", "") == "handler_failed"]
    assert vars(record)["reference"] == reference
    assert "ValueError" in record.getMessage()
    assert "Terry" not in caplog.text
    assert "private" not in caplog.text


async def test_a_fault_in_a_message_is_not_repeated_by_teams_and_the_person_is_told(edge: Edge) -> None:
    edge.desk.fault = HandrailError()
    assert await edge.post(recorded("message-personal")) == (200, None)
    [told] = edge.messenger.shown(OWN_CHAT)
    assert edge.desk.fault.reference in told.message.text
    assert "in person" in told.message.text


async def test_a_fault_in_a_channel_message_writes_nothing_where_many_can_read(edge: Edge) -> None:
    edge.desk.fault = StoreFailed()
    edge.messenger.open(CHANNEL)
    assert (await edge.post(recorded("message-channel-mention")))[0] == 503
    assert edge.messenger.posted == []


async def test_an_apology_that_cannot_be_sent_changes_nothing(edge: Edge) -> None:
    edge.desk.fault = StoreFailed()
    edge.messenger.fail_next(refusal(403, "BotDisabledByAdmin"))
    assert (await edge.post(recorded("message-personal")))[0] == 503


async def test_a_card_that_cannot_be_drawn_is_an_error_for_the_person_and_no_500(edge: Edge) -> None:
    broken = Action(verb="a b", label="Send", target="x", action_id="y")
    edge.desk.answer = Answer(view=View(summary="", blocks=(), actions=(broken,)))
    assert (await edge.invoke())["type"] == ERROR


@pytest.mark.parametrize("name", NAMES)
async def test_no_recorded_activity_is_ever_a_500_nor_logs_words_or_names(
    edge: Edge, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        status, _ = await edge.post(recorded(name))
    assert status in {200, 403, 501}
    logged = [repr(vars(record)) for record in caplog.records if record.name.startswith("bot")]
    assert not [line for line in logged if "Demo" in line or "phone" in line]
