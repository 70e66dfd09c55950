"""The bodies in which Teams answers a bot. Must not know what a call does."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.rehearsal.conversations import Channel, Refused, read_content
from bot.rehearsal.faults import STATUS_CODES, Fault
from bot.rehearsal.people import Person


def account(person: Person, *, member_id: str, tenant: str) -> dict[str, Any]:
    """A member as rosters list them."""
    given, _, surname = person.name.partition(" ")
    address = f"{person.id}@rehearsal.example"
    if person.kind == "guest":
        address = f"{person.id}_elsewhere.example#EXT#@rehearsal.example"
    return {
        "id": member_id,
        "name": person.name,
        "objectId": person.id,
        "aadObjectId": person.id,
        "givenName": given,
        "surname": surname,
        "email": address,
        "userPrincipalName": address,
        "tenantId": tenant,
        "userRole": "guest" if person.kind == "guest" else "user",
    }


def faulty(fault: Fault | None) -> web.Response | None:
    """The answer that a fault gives in place of the work; None when it gives none."""
    if fault is None or fault.status is None:
        return None
    wait = fault.seconds if fault.status == 429 else None
    return refusal(fault.status, STATUS_CODES[fault.kind], "On demand.", retry_after_seconds=wait)


def refusal(
    status: int, code: str, message: str, *, retry_after_seconds: float | None = None
) -> web.Response:
    """Teams\' error body."""
    headers = {}
    if retry_after_seconds is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after_seconds)))
    return web.json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)


async def read_body(request: web.Request) -> dict[str, Any]:
    """A call's JSON object; Teams' 400 for anything else."""
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict):
        problem = {"error": {"code": "BadArgument", "message": "The body is not a JSON object."}}
        raise web.HTTPBadRequest(text=json.dumps(problem), content_type="application/json")
    return body


def messages_in(activity: Mapping[str, Any]) -> int:
    """How many messages an activity becomes, for the limits."""
    try:
        return 2 if read_content(activity).split else 1
    except Refused:
        return 1


def listed(channel: Channel, team: str) -> dict[str, Any]:
    """A channel in a team's list; General comes without a name."""
    listed: dict[str, Any] = {"id": channel.id, "name": channel.name, "type": channel.kind}
    if channel.id == team:
        listed["name"] = None
    return listed


def figure(text: str | None, otherwise: int) -> int:
    """A whole number of a query string."""
    return int(text) if text and text.isdecimal() else otherwise
