"""The door: `POST /api/messages`, in an order in which nothing costly is done for a stranger.

Must not know events. The order and the answers: bot/teams/README.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, StreamReader, hdrs, web

from bot.casework.ports import Desk, Messenger
from bot.errors import ActivityRefused, HandrailError, NotVerified, PressUnreadable, StoreFailed
from bot.teams.activities import tenant_of
from bot.teams.adapter import Adapter
from bot.teams.answers import plain_answer
from bot.teams.dispatcher import Dispatcher
from bot.teams.hosts import service_allowed
from bot.teams.verifier import Claims, Presented, Verifier
from bot.teams.wire import Activity, read_activity
from cards.render import render_json

logger = logging.getLogger(__name__)

PATH = "/api/messages"
CHANNEL = "msteams"
MOST_BYTES = 256 * 1024
BODY_SECONDS = 10.0
JSON = "application/json"
IN_PERSON = "the Designated Safeguarding Lead or a deputy"

SERVER_OPTIONS: dict[str, Any] = {"auto_decompress": False}
"""For `web.AppRunner`: the server must not unpack what the door is about to refuse. With unpacking on,
a damaged compressed body costs the sender the answer and the log a traceback."""


def add_routes(
    app: web.Application,
    desk: Desk,
    *,
    verifier: Verifier,
    allowed_tenants: Collection[str],
    allowed_service_hosts: Collection[str],
    apologies: Messenger | None = None,
    in_person: str = IN_PERSON,
) -> None:
    """Add the door to an application, which is to be served with SERVER_OPTIONS.

    An empty list of tenants or hosts lets nobody in. `apologies` is the messenger that tells a person
    that a typed message failed; `in_person` names whom to find when nothing can be recorded.
    """
    door = Door(
        Dispatcher(desk, render=render_json, in_person=in_person, apologies=apologies),
        verifier=verifier,
        allowed_tenants=allowed_tenants,
        allowed_service_hosts=allowed_service_hosts,
    )
    app.router.add_post(PATH, door.handle)


class Door:
    """Checks one request after the other's rules; what is left is a turn."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        verifier: Verifier,
        allowed_tenants: Collection[str],
        allowed_service_hosts: Collection[str],
    ) -> None:
        self._dispatcher = dispatcher
        self._verifier = verifier
        self._tenants = frozenset(tenant.lower() for tenant in allowed_tenants)
        self._hosts = frozenset(host.lower() for host in allowed_service_hosts)
        self._adapter = Adapter()

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request. Never 500, whatever came."""
        try:
            activity, claims = await self._admit(request)
            response = await self._adapter.run(claims, activity, self._dispatcher.turn)
        except ActivityRefused as refused:
            return _refuse(refused.status, refused)
        except PressUnreadable as refused:
            return _refuse(HTTPStatus.BAD_REQUEST, refused)
        except StoreFailed as failed:
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, failed)
        if response is None:
            return web.Response()
        return web.Response(status=response.status, body=response.body, content_type=JSON)

    async def _admit(self, request: web.Request) -> tuple[Activity, Claims]:
        """The activity, when it may come in. Raises ActivityRefused."""
        activity = read_activity(await _read_body(request))
        if activity.channel_id != CHANNEL:
            raise ActivityRefused(HTTPStatus.BAD_REQUEST, "Handrail speaks with Microsoft Teams only.")
        claims = await self._verify(request, activity)
        tenant = tenant_of(activity)
        if not tenant or tenant not in self._tenants:
            raise ActivityRefused(HTTPStatus.FORBIDDEN, "This tenant is not one of this school's.")
        if not service_allowed(activity.service_url, self._hosts):
            raise ActivityRefused(HTTPStatus.FORBIDDEN, "This service address is not one of Teams'.")
        return activity, claims

    async def _verify(self, request: web.Request, activity: Activity) -> Claims:
        try:
            claims = await self._verifier.verify(
                presented_by(request),
                channel_id=activity.channel_id,
                service_url=activity.service_url,
                recipient=activity.recipient.id if activity.recipient else "",
            )
        except NotVerified:
            raise
        except Exception as fault:  # noqa: BLE001 -- whatever a verifier stumbles over, the answer is no
            logger.warning("The verifier failed: %s", type(fault).__name__, extra={"action": "not_verified"})
            raise NotVerified from None
        if not claims.local and not claims.claims.get("exp"):
            raise NotVerified("A token without an end is not accepted.")
        return claims


async def _read_body(request: web.Request) -> bytes:
    """At most MOST_BYTES, whatever length was announced. Raises ActivityRefused."""
    if (request.content_length or 0) > MOST_BYTES:
        raise ActivityRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The activity is too large.")
    if request.content_type != JSON or (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise ActivityRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send application/json in UTF-8.")
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise ActivityRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the activity uncompressed.")
    content = request.content
    try:
        # A body that came whole with its headers, as a press does, needs no clock.
        body = content.read_nowait() if content.is_eof() else await _arriving(content)
    except TimeoutError:
        raise ActivityRefused(HTTPStatus.REQUEST_TIMEOUT, "The activity came too slowly.") from None
    except (ClientError, web.RequestPayloadError):
        raise ActivityRefused(HTTPStatus.BAD_REQUEST, "The body broke off.") from None
    if len(body) > MOST_BYTES:
        raise ActivityRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The activity is too large.")
    return body


async def _arriving(content: StreamReader) -> bytes:
    """What is still on its way; not read on once it is too large. Raises TimeoutError after BODY_SECONDS."""
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in content.iter_any():
            body += chunk
            if len(body) > MOST_BYTES:
                break
    return bytes(body)


def presented_by(request: web.Request) -> Presented:
    """What a request shows of itself, for a Verifier."""
    headers = request.headers
    return Presented(
        authorization=",".join(headers.getall(hdrs.AUTHORIZATION, ())),
        peer=request.remote or "",
        host=",".join(headers.getall(hdrs.HOST, ())),
        origin=",".join(headers.getall(hdrs.ORIGIN, ())),
        fetch_site=headers.get("Sec-Fetch-Site", ""),
        forwarded=(
            hdrs.FORWARDED in headers
            or hdrs.X_FORWARDED_FOR in headers
            or hdrs.X_FORWARDED_HOST in headers
            or hdrs.VIA in headers
            or "X-Real-IP" in headers
        ),
    )


def _refuse(status: int, refused: HandrailError) -> web.Response:
    logger.info(
        "Refused a request",
        extra={"action": refused.action, "reference": refused.reference, "status": int(status)},
    )
    return web.Response(status=status, body=plain_answer(str(refused)), content_type=JSON)
