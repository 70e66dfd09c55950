"""The token that goes with calls to Teams.

Must not know what is called. No method ever blocks the event loop: MSAL speaks `requests`, so it runs
in a thread, and a token is renewed while the old one is still good.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msal

from bot.errors import TokenNotGiven

logger = logging.getLogger(__name__)

CONNECTOR_SCOPE = "https://api.botframework.com/.default"
RENEW_BEFORE_SECONDS = 290.0
"""Just inside the 300 seconds before expiry in which MSAL stops answering from its own cache."""
PAUSE_SECONDS = 30.0
"""Between two attempts to renew a token that is still good."""
LOGIN_SECONDS = 10


class Credentials(Protocol):
    """Where the messenger gets its token."""

    async def token(self) -> str | None:
        """A bearer token, or None where none is needed. Raises TokenNotGiven."""
        ...


class NoCredentials:
    """Local mode: the stand-in for Teams asks for no token, and none leaves the machine."""

    async def token(self) -> None:
        """None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """`expires` and `renew` are moments of the monotonic clock, in seconds."""

    text: str
    expires: float
    renew: float


class MsalCredentials:
    """A token of the app registration, by client secret or certificate.

    `authority` is `https://login.microsoftonline.com/TENANT`. `credential` is what MSAL takes: a secret,
    or a mapping with `private_key` and `thumbprint`. `instance_discovery` false is for an authority that
    is not Microsoft's. A proxy and further certificates come from the environment, as `requests` has it.
    """

    def __init__(
        self,
        app_id: str,
        credential: str | Mapping[str, str],
        *,
        authority: str,
        scope: str = CONNECTOR_SCOPE,
        instance_discovery: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = {
            "client_credential": credential,
            "authority": authority,
            "instance_discovery": instance_discovery,
            "timeout": LOGIN_SECONDS,
        }
        self._app_id = app_id
        self._scope = scope
        self._monotonic = monotonic
        self._app: Any = None
        self._token: _Token | None = None
        self._fetching: asyncio.Task[_Token] | None = None
        self._next_try = 0.0

    async def token(self) -> str:
        """The token at hand, else a new one; callers at the same time share one sign-in."""
        now, token = self._monotonic(), self._token
        if token is None or now >= token.expires:
            return (await asyncio.shield(self._fetch())).text
        if now >= max(token.renew, self._next_try):
            self._next_try = now + PAUSE_SECONDS
            self._fetch()
        return token.text

    def _fetch(self) -> asyncio.Task[_Token]:
        if self._fetching is None:
            self._fetching = asyncio.create_task(asyncio.to_thread(self._ask))
            self._fetching.add_done_callback(self._keep)
        return self._fetching

    def _keep(self, fetching: asyncio.Task[_Token]) -> None:
        self._fetching = None
        if fetching.cancelled():
            return
        if fetching.exception() is None:
            self._token = fetching.result()
        else:
            logger.warning("No new token for sending", extra={"action": TokenNotGiven.action})

    def _ask(self) -> _Token:
        """Sign in; in a thread of its own. What Microsoft says beyond its error code is not passed on."""
        app, self._app = self._app, None
        try:
            app = app or msal.ConfidentialClientApplication(self._app_id, **self._options)
            given = app.acquire_token_for_client([self._scope])
        except Exception as fault:  # noqa: BLE001 -- MSAL raises its own, those of `requests` and plain ones
            raise TokenNotGiven(f"{TokenNotGiven.__doc__} ({type(fault).__name__})") from None
        if "access_token" not in given:
            raise TokenNotGiven(f"{TokenNotGiven.__doc__} ({given.get('error', 'no token')})")
        # Kept only after a success: MSAL answers a failure from its own memory for a minute.
        self._app = app
        now, lasts = self._monotonic(), float(given["expires_in"])
        renew = now + max(lasts - RENEW_BEFORE_SECONDS, lasts / 2)
        return _Token(text=given["access_token"], expires=now + lasts, renew=renew)
