"""The connector: the HTTP side that the bot calls, with Teams' paths, answers and refusals.

Must not know what people do. Every call passes the faults on demand, then the limits, then the tenant.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.rehearsal.answers import account, faulty, figure, listed, messages_in, read_body, refusal
from bot.rehearsal.conversations import (
    THREAD_MARK,
    Refused,
    card_bytes,
    message_bytes,
    read_content,
)
from bot.rehearsal.faults import Faults
from bot.rehearsal.people import Person
from bot.rehearsal.rules import Meter, Rules, Windows
from bot.rehearsal.tenant import Tenant

Work = Callable[[], web.Response]
KEPT_CALLS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of the bot's as it was answered. `status` 0: the connection was dropped without an answer."""

    method: str
    operation: str
    conversation: str
    status: int
    carried_out: bool
    at_seconds: float


class Connector:
    """The handlers under `connector/v3/`. `calls` keeps the newest calls for tests to count."""

    def __init__(self, tenant: Tenant, *, rules: Rules, faults: Faults) -> None:
        self.tenant = tenant
        self.rules = rules
        self.faults = faults
        self.meter = Meter()
        self.calls: deque[Call] = deque(maxlen=KEPT_CALLS)

    def routes(self) -> list[web.RouteDef]:
        """The routes, to be added to an application."""
        conversations = "/connector/v3/conversations"
        activity = conversations + "/{conversation}/activities/{activity}"
        return [
            web.post(conversations, self.create),
            web.post(conversations + "/{conversation}/activities", self.send),
            web.post(activity, self.send),
            web.put(activity, self.update),
            web.delete(activity, self.delete),
            web.get(conversations + "/{conversation}/pagedmembers", self.paged_members),
            web.get(conversations + "/{conversation}/members/{member}", self.member),
            web.get("/connector/v3/teams/{team}", self.team),
            web.get("/connector/v3/teams/{team}/conversations", self.channels),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """A 1:1 chat, or a new post in a channel when `channelData.channel.id` is given."""
        body = await read_body(request)
        channel = str(((body.get("channelData") or {}).get("channel") or {}).get("id") or "")
        members = body.get("members") or []
        target = channel or str(members[0].get("id", "") if members else "")
        activity = body.get("activity") or {}

        def work() -> web.Response:
            if not channel:
                return self._create_chat(target, activity)
            self._check_size(activity)
            posted = self.tenant.post(channel, activity)
            thread = f"{channel}{THREAD_MARK}{posted}" if posted else channel
            return web.json_response({"id": thread, "activityId": posted}, status=201)

        return await self._run(request, "create", target, self.rules.sends, work)

    async def send(self, request: web.Request) -> web.Response:
        """A message; in a channel a new post, or a reply when the thread is named."""
        body = await read_body(request)
        conversation = request.match_info["conversation"]

        def work() -> web.Response:
            self._check_size(body)
            posted = self.tenant.post(conversation, body, reply_to=request.match_info.get("activity", ""))
            return web.json_response({"id": posted} if posted else {}, status=201)

        return await self._run(request, "send", conversation, self.rules.sends, work, cost=messages_in(body))

    async def update(self, request: web.Request) -> web.Response:
        """Replace a message of the bot's."""
        body = await read_body(request)
        conversation, activity = request.match_info["conversation"], request.match_info["activity"]

        def work() -> web.Response:
            self._check_size(body)
            self.tenant.edit(conversation, activity, body)
            return web.json_response({"id": activity})

        return await self._run(request, "send", conversation, self.rules.sends, work)

    async def delete(self, request: web.Request) -> web.Response:
        """Withdraw a message of the bot's."""
        conversation, activity = request.match_info["conversation"], request.match_info["activity"]

        def work() -> web.Response:
            self.tenant.delete(conversation, activity)
            return web.json_response({})

        return await self._run(request, "send", conversation, self.rules.sends, work)

    async def paged_members(self, request: web.Request) -> web.Response:
        """A page of the roster; `continuationToken` leads to the next."""
        conversation = request.match_info["conversation"]

        def work() -> web.Response:
            start = figure(request.query.get("continuationToken"), 0)
            asked = figure(request.query.get("pageSize"), 200)
            size = min(max(asked, self.rules.page_size_least), self.rules.page_size_most)
            everybody = self.tenant.roster(conversation)
            answer: dict[str, Any] = {
                "members": [self._account_of(person) for person in everybody[start : start + size]]
            }
            if start + size < len(everybody):
                answer["continuationToken"] = str(start + size)
            return web.json_response(answer)

        return await self._run(request, "members", conversation, self.rules.reads, work)

    async def member(self, request: web.Request) -> web.Response:
        """One member, by `29:` or Entra id."""
        conversation, wanted = request.match_info["conversation"], request.match_info["member"]

        def work() -> web.Response:
            return web.json_response(self._account_of(self.tenant.member(conversation, wanted)))

        return await self._run(request, "members", conversation, self.rules.reads, work)

    async def team(self, request: web.Request) -> web.Response:
        """A team's details."""
        wanted = request.match_info["team"]

        def work() -> web.Response:
            team = self.tenant.team_by_id(wanted)
            present = [channel for channel in team.channels if not channel.deleted]
            return web.json_response(
                {
                    "id": team.id,
                    "name": team.name,
                    "aadGroupId": team.group,
                    "tenantId": self.tenant.school.tenant,
                    "type": "standard",
                    "channelCount": len(present),
                    "memberCount": len(team.members),
                }
            )

        return await self._run(request, "conversations", wanted, self.rules.reads, work)

    async def channels(self, request: web.Request) -> web.Response:
        """A team's channels with their type; General comes without a name, as in Teams."""
        wanted = request.match_info["team"]

        def work() -> web.Response:
            team = self.tenant.team_by_id(wanted)
            present = [channel for channel in team.channels if not channel.deleted]
            return web.json_response({"conversations": [listed(channel, team.id) for channel in present]})

        return await self._run(request, "conversations", wanted, self.rules.reads, work)

    async def _run(
        self,
        request: web.Request,
        operation: str,
        target: str,
        windows: Windows,
        work: Work,
        *,
        cost: int = 1,
    ) -> web.Response:
        conversation = target.partition(THREAD_MARK)[0]
        fault = self.faults.take(request.method, conversation)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "drop":
            return self._dropped(request, operation, conversation, carried_out=False)
        answer = faulty(fault) or self._throttled(operation, conversation, windows, cost) or _carry_out(work)
        if fault and fault.kind == "cut":
            return self._dropped(request, operation, conversation, carried_out=answer.status < 400)
        self._note(request, operation, conversation, status=answer.status, carried_out=answer.status < 400)
        return answer

    def _throttled(
        self, operation: str, conversation: str, windows: Windows, cost: int
    ) -> web.Response | None:
        now = self.tenant.clock.steady()
        limits = ((operation, conversation, windows, cost), ("app", "", self.rules.app, 1))
        waits = [
            self.meter.wait_seconds(kind, key, windows=allowed, now=now, cost=calls)
            for kind, key, allowed, calls in limits
        ]
        longest = max((wait for wait in waits if wait), default=None)
        if longest is not None:
            return refusal(429, "Throttled", "Too many requests.", retry_after_seconds=longest)
        for kind, key, allowed, calls in limits:
            self.meter.count(kind, key, windows=allowed, now=now, cost=calls)
        return None

    def _check_size(self, activity: Mapping[str, Any]) -> None:
        card = read_content(activity).card if activity.get("type") == "message" else None
        too_big = card_bytes(card) > self.rules.card_bytes
        if too_big or message_bytes(activity) > self.rules.message_bytes:
            raise Refused(413, "MessageSizeTooBig", "Message size too large.")

    def _create_chat(self, member: str, activity: Mapping[str, Any]) -> web.Response:
        conversation = self.tenant.open_chat(member)
        if not activity:
            return web.json_response({"id": conversation}, status=201)
        self._check_size(activity)
        posted = self.tenant.post(conversation, activity)
        return web.json_response({"id": conversation, "activityId": posted}, status=201)

    def _account_of(self, person: Person) -> dict[str, Any]:
        member = self.tenant.member_id(person.id)
        return account(person, member_id=member, tenant=self.tenant.school.tenant)

    def _dropped(
        self, request: web.Request, operation: str, conversation: str, *, carried_out: bool
    ) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        self._note(request, operation, conversation, status=0, carried_out=carried_out)
        return web.Response(status=500)

    def _note(
        self, request: web.Request, operation: str, conversation: str, *, status: int, carried_out: bool
    ) -> None:
        self.calls.append(
            Call(
                method=request.method,
                operation=operation,
                conversation=conversation,
                status=status,
                carried_out=carried_out,
                at_seconds=self.tenant.clock.steady(),
            )
        )


def _carry_out(work: Work) -> web.Response:
    try:
        return work()
    except Refused as refused:
        return refusal(refused.status, refused.code, refused.message)
