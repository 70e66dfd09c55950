"""The SDK's part: one turn through `CloudAdapterBase`, without what makes a stock turn dear.

A stock turn builds a connector client and a user token client (62 % of its cost) and reads the whole
activity through msrest. Here the turn gets an envelope, and nothing is sent from inside a turn: replies
go through the outbox and bot/teams/messenger.py. Must not know events or cards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import Activity as SdkActivity
from botframework.connector.auth import BotFrameworkAuthentication, ClaimsIdentity
from botframework.connector.auth.authenticate_request_result import AuthenticateRequestResult
from botframework.connector.auth.connector_factory import ConnectorFactory

from bot.errors import NotVerified
from bot.teams.verifier import Claims
from bot.teams.wire import Activity

Handle = Callable[[Activity], Awaitable[InvokeResponse | None]]


class NoConnector:
    """Stands where the SDK keeps its client. Whoever tries to send through it meets AttributeError."""


class NoConnectorFactory(ConnectorFactory):
    """Builds no client."""

    async def create(self, service_url: str, audience: str) -> NoConnector:  # noqa: ARG002 -- the SDK's shape
        """The stand-in."""
        return _NO_CONNECTOR


class VerifiedBefore(BotFrameworkAuthentication):
    """The route has verified the request before the SDK sees it: whatever asks again is refused."""

    async def authenticate_request(
        self,
        activity: SdkActivity,  # noqa: ARG002 -- the SDK's shape
        auth_header: str,  # noqa: ARG002 -- the SDK's shape
    ) -> AuthenticateRequestResult:
        """Raise NotVerified."""
        raise NotVerified

    async def authenticate_streaming_request(
        self,
        auth_header: str,  # noqa: ARG002 -- the SDK's shape
        channel_id_header: str,  # noqa: ARG002 -- the SDK's shape
    ) -> AuthenticateRequestResult:
        """Raise NotVerified."""
        raise NotVerified

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:  # noqa: ARG002 -- the SDK's shape
        """The factory that builds no client."""
        return _NO_CONNECTORS

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        """None: nobody signs in through the bot."""


class Adapter(CloudAdapterBase):
    """Runs one verified activity through the SDK's pipeline, middleware included."""

    def __init__(self) -> None:
        super().__init__(VerifiedBefore())

    async def run(self, claims: Claims, activity: Activity, handle: Handle) -> InvokeResponse | None:
        """What an invoke is answered with; None for every other type. Lets `handle`'s exceptions through."""

        async def logic(context: TurnContext) -> None:
            response = await handle(activity)
            if response is not None:
                # What `context.send_activity` ends in for this type, less an activity and two deep copies.
                context.turn_state[self._INVOKE_RESPONSE_KEY] = SimpleNamespace(value=response)

        result: InvokeResponse | None = await self.process_activity(
            _authenticated(claims), _envelope(activity), logic
        )
        return result


def _authenticated(claims: Claims) -> AuthenticateRequestResult:
    result = AuthenticateRequestResult()
    result.audience = claims.audience
    result.claims_identity = ClaimsIdentity(dict(claims.claims), is_authenticated=not claims.local)
    result.connector_factory = _NO_CONNECTORS
    return result


def _envelope(activity: Activity) -> Any:
    """What the SDK's pipeline reads of an activity. Reading all of it costs forty times more."""
    return SdkActivity(
        type=activity.type,
        id=activity.id,
        name=activity.name,
        channel_id=activity.channel_id,
        service_url=activity.service_url,
    )


_NO_CONNECTOR = NoConnector()
_NO_CONNECTORS = NoConnectorFactory()
