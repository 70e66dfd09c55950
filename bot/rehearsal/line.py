"""The line to the bot: one activity, one POST, one outcome. Must not know what the activity means."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

SOMETHING_WENT_WRONG = "Something went wrong. Please try again."
CARD_ANSWERS = (
    "application/vnd.microsoft.card.adaptive",
    "application/vnd.microsoft.adaptive.card",
)
MESSAGE_ANSWER = "application/vnd.microsoft.activity.message"
ERROR_PREFIX = "application/vnd.microsoft.error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An activity and how the bot answered. `status` 0: no answer in time, or none at all."""

    activity: Mapping[str, Any]
    status: int
    body: Any
    seconds: float

    @property
    def accepted(self) -> bool:
        """The bot answered with a 2xx."""
        return 200 <= self.status < 300

    @property
    def message_id(self) -> str:
        """The activity's id."""
        return str(self.activity["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a presser sees: a card in place of the pressed one, a sentence, or that something went wrong.

    `wrong` is true for no answer in time, a status that is not 200, or a body that Teams cannot read.
    `error` is the code of an error that the bot answered properly.
    """

    sent: Sent
    card: Mapping[str, Any] | None = None
    text: str = ""
    error: str = ""
    wrong: bool = False


class Line:
    """Posts to the bot.

    `bot_url` is its root, asked at each post; `authorization` gives each post's header, None for none.
    """

    def __init__(
        self,
        bot_url: Callable[[], str],
        session: aiohttp.ClientSession,
        authorization: Callable[[], str] | None = None,
    ) -> None:
        self._bot_url = bot_url
        self._session = session
        self._authorization = authorization

    async def send(self, activity: Mapping[str, Any], *, within_seconds: float) -> Sent:
        """Post one activity. Never raises for what the bot or the network does."""
        begun = time.monotonic()
        status, body = await self.post("/api/messages", activity, within_seconds=within_seconds)
        return Sent(activity=activity, status=status, body=body, seconds=time.monotonic() - begun)

    async def post(self, path: str, body: Any, *, within_seconds: float) -> tuple[int, Any]:
        """Status and JSON body; (0, None) without an answer in time."""
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self._authorization:
            headers["Authorization"] = self._authorization()
        limit = aiohttp.ClientTimeout(total=within_seconds)
        data = json.dumps(body, ensure_ascii=False).encode()
        try:
            async with self._session.post(
                self._bot_url().rstrip("/") + path, data=data, headers=headers, timeout=limit
            ) as response:
                return response.status, _read(await response.text())
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
            return 0, None


def read_answer(sent: Sent, *, card_bytes: int) -> Answered:
    """An invoke's outcome as Teams shows it."""
    body = sent.body
    if sent.status != 200 or not isinstance(body, Mapping) or not isinstance(body.get("type"), str):
        return Answered(sent=sent, text=SOMETHING_WENT_WRONG, wrong=True)
    kind, value = body["type"], body.get("value")
    if kind in CARD_ANSWERS and isinstance(value, Mapping) and value.get("type") == "AdaptiveCard":
        if len(json.dumps(value, ensure_ascii=False).encode()) <= card_bytes:
            return Answered(sent=sent, card=value)
    elif kind == MESSAGE_ANSWER and isinstance(value, str):
        return Answered(sent=sent, text=value)
    elif kind.startswith(ERROR_PREFIX) and isinstance(value, Mapping):
        said = str(value.get("message") or SOMETHING_WENT_WRONG)
        return Answered(sent=sent, text=said, error=str(value.get("code") or "error"))
    return Answered(sent=sent, text=SOMETHING_WENT_WRONG, wrong=True)


def read_choices(sent: Sent) -> list[tuple[str, str]]:
    """(title, value) pairs of a search answer; empty when it is none."""
    body = sent.body if isinstance(sent.body, Mapping) else {}
    value = body.get("value")
    results = value.get("results") if sent.status == 200 and isinstance(value, Mapping) else None
    return [
        (str(one.get("title", "")), str(one.get("value", "")))
        for one in results or ()
        if isinstance(one, Mapping)
    ]


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError:
        return None
