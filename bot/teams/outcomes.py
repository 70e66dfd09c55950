"""What an answer of Teams' connector, or none, means for whoever wants to repeat the call.

Must not know what was sent. Sources: Teams' table of status codes, and casework section 9, which goes
further: every unknown outcome may be repeated, and the repeat says so.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError

from bot.casework.ports import SendFailed

NOT_CARRIED_OUT = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS})
"""Refused before anything happened, and welcome again later."""

_CODE = re.compile(r"[A-Za-z0-9_.]{1,64}")


class _Error(msgspec.Struct, frozen=True):
    code: str = ""


class _Body(msgspec.Struct, frozen=True):
    error: _Error = _Error()
    code: str = ""


_decode = msgspec.json.Decoder(_Body).decode


def from_status(status: int, headers: Mapping[str, str], body: bytes, *, changes: bool) -> SendFailed:
    """The failure that a status other than 2xx means.

    `changes` is false for a call that only reads: nothing can have been carried out.
    """
    unknown = status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return SendFailed(
        status=status,
        code=_code(body) or f"Status{status}",
        known=not (unknown and changes),
        again=unknown or status in NOT_CARRIED_OUT,
        retry_after_seconds=_retry_after(headers.get("Retry-After")),
    )


def from_exception(fault: BaseException, *, changes: bool) -> SendFailed:
    """The failure that no answer means. A connection never opened carried nothing."""
    if isinstance(fault, ClientConnectorError | ConnectionTimeoutError):
        return SendFailed(status=0, code="NotConnected", known=True, again=True)
    code = "TimedOut" if isinstance(fault, asyncio.TimeoutError) else "ConnectionLost"
    return SendFailed(status=0, code=code, known=not changes, again=True)


def not_understood(status: int, *, changes: bool) -> SendFailed:
    """The failure of a 2xx that is not Teams' JSON: a proxy's page says nothing about the message."""
    return SendFailed(status=status, code="NotUnderstood", known=not changes, again=True)


def refused_here(code: str, *, again: bool) -> SendFailed:
    """The failure of a call that never left this process."""
    return SendFailed(status=0, code=code, known=True, again=again)


NO_ANSWER = (ClientError, asyncio.TimeoutError, OSError)
"""What the client raises when there is no answer."""


def _code(body: bytes) -> str:
    """Teams' own word for it; its sentence is not kept, since it may quote the message."""
    try:
        read = _decode(body)
    except (msgspec.DecodeError, RecursionError):
        return ""
    code = read.error.code or read.code
    return code if _CODE.fullmatch(code) else ""


def _retry_after(value: str | None) -> float | None:
    """Seconds, as Teams writes it; a date or nonsense counts as not given."""
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
