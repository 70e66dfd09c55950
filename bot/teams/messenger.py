"""Calls to Teams: the Messenger port over one shared aiohttp session.

One attempt each; waiting and repeating is delivery's business. Must not know why a message is sent.
The SDK's own client speaks `requests` in a thread pool and costs five to ten times as much.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

import aiohttp
import msgspec
from yarl import URL

from bot.casework.ports import Address, Member, Outgoing
from bot.errors import TokenNotGiven
from bot.teams.credentials import Credentials
from bot.teams.hosts import service_allowed
from bot.teams.outcomes import NO_ANSWER, from_exception, from_status, not_understood, refused_here
from bot.teams.outgoing import (
    PAGE_SIZE,
    ChannelList,
    Posted,
    RosterPage,
    conversation_url,
    member_of,
    message_activity,
    new_thread,
    service_url,
    starts_thread,
)

T = TypeVar("T")

MOST_ANSWER_BYTES = 4 * 1024 * 1024
MOST_PAGES = 200
CHANNEL_KINDS = frozenset({"standard", "private", "shared"})

_encode = msgspec.json.Encoder().encode


def open_session(
    *, total_seconds: float = 15.0, connect_seconds: float = 4.0, proxy: str | None = None
) -> aiohttp.ClientSession:
    """The session that all calls share; the caller closes it. Keeps no cookies.

    `proxy` is the school's way out to the Internet, as an address, if it has one.
    """
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=total_seconds, connect=connect_seconds),
        proxy=proxy,
    )


class TeamsMessenger:
    """The Messenger port. A token goes to hosts of the list only, and never along a redirect."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        credentials: Credentials,
        *,
        allowed_service_hosts: Collection[str],
    ) -> None:
        self._session = session
        self._credentials = credentials
        self._hosts = frozenset(host.lower() for host in allowed_service_hosts)

    async def send(self, address: Address, message: Outgoing) -> str:
        """Post and return the activity id, empty where Teams gave none. Raises SendFailed.

        To a channel without a thread it is a new post, which others can be threaded to by this id.
        """
        activity = message_activity(message)
        if starts_thread(address):
            url, body = service_url(address, "conversations"), new_thread(address, activity)
        else:
            url, body = conversation_url(address, "activities"), activity
        answer, status = await self._call("POST", url, address, body=body)
        posted = _read(answer, Posted, status=status, changes=True)
        return posted.activity_id or posted.id or ""

    async def update(self, address: Address, activity_id: str, message: Outgoing) -> None:
        """Replace a message that was sent. Raises SendFailed."""
        url = conversation_url(address, "activities", activity_id)
        await self._call("PUT", url, address, body=message_activity(message) | {"id": activity_id})

    async def delete(self, address: Address, activity_id: str) -> None:
        """Withdraw a message that was sent. Raises SendFailed."""
        await self._call("DELETE", conversation_url(address, "activities", activity_id), address)

    async def members(self, address: Address) -> tuple[Member, ...]:
        """Everyone in the conversation, all pages; of a channel, everyone in its team. Raises SendFailed."""
        url = conversation_url(address, "pagedmembers", whole=True)
        found: list[Member] = []
        token: str | None = None
        for _ in range(MOST_PAGES):
            query = {"pageSize": str(PAGE_SIZE)} | ({"continuationToken": token} if token else {})
            answer, status = await self._call("GET", url, address, query=query)
            page = _read(answer, RosterPage, status=status, changes=False)
            found += [member_of(entry, address.tenant) for entry in page.members]
            token = page.continuation_token
            if not token:
                return tuple(found)
        # Part of a roster must not pass for all of it.
        raise refused_here("TooManyMembers", again=False)

    async def team_channel_kind(self, address: Address, *, team: str, channel: str) -> str:
        """`standard`, `private`, `shared`, or `unknown` when the team does not list it. Raises SendFailed."""
        url = service_url(address, "teams", team, "conversations")
        answer, status = await self._call("GET", url, address)
        listed = _read(answer, ChannelList, status=status, changes=False).conversations
        kind = next((one.type for one in listed if one.id == channel), None)
        return kind.lower() if kind and kind.lower() in CHANNEL_KINDS else "unknown"

    async def _call(
        self,
        method: str,
        url: str,
        address: Address,
        *,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> tuple[bytes, int]:
        """One attempt: the answer's body and status. Raises SendFailed."""
        changes = method != "GET"
        headers = await self._headers(address)
        target = URL(url, encoded=True).extend_query(query or {})
        data = None if body is None else _encode(body)
        try:
            async with self._session.request(
                method, target, data=data, headers=headers, allow_redirects=False
            ) as response:
                answer = await _bounded(response)
        except NO_ANSWER as fault:
            raise from_exception(fault, changes=changes) from None
        if not 200 <= response.status < 300:
            raise from_status(response.status, response.headers, answer, changes=changes)
        return answer, response.status

    async def _headers(self, address: Address) -> dict[str, str]:
        """The headers, the token among them, if the address may have it. Raises SendFailed."""
        if not service_allowed(address.service_url, self._hosts):
            raise refused_here("ServiceHostNotAllowed", again=False)
        try:
            token = await self._credentials.token()
        except TokenNotGiven:
            raise refused_here("TokenNotGiven", again=True) from None
        headers = {"Content-Type": "application/json"}
        return headers | {"Authorization": f"Bearer {token}"} if token else headers


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """The body, cut off at a size that no answer of Teams' has."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MOST_ANSWER_BYTES:
            break
    return bytes(body)


def _read(body: bytes, kind: type[T], *, status: int, changes: bool) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError):
        raise not_understood(status, changes=changes) from None
