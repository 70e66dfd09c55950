"""The bodies that Teams takes as the answer to an invoke, as bytes. Teams wants HTTP 200 for all of them.

Must not know why an answer is given. Source: Universal Actions and the typeahead search of Adaptive Cards.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.model.views import Choice

CARD = "application/vnd.microsoft.card.adaptive"
MESSAGE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
SEARCH_RESPONSE = "application/vnd.microsoft.search.searchResponse"

_encode = msgspec.json.Encoder().encode


def card_answer(card: bytes) -> bytes:
    """A card, given as JSON, in place of the pressed one, for the presser alone."""
    return _encode({"statusCode": 200, "type": CARD, "value": msgspec.Raw(card)})


def message_answer(sentence: str) -> bytes:
    """A sentence, shown by every client as it stands."""
    return _encode({"statusCode": 200, "type": MESSAGE, "value": sentence})


def error_answer(status: int, code: str, sentence: str) -> bytes:
    """An error. Clients may replace the sentence by one of their own, and may press again."""
    return _encode({"statusCode": status, "type": ERROR, "value": {"code": code, "message": sentence}})


def search_answer(choices: Sequence[Choice]) -> bytes:
    """Choices for a picker, in the order given."""
    results = [{"title": choice.label, "value": choice.value} for choice in choices]
    return _encode({"statusCode": 200, "type": SEARCH_RESPONSE, "value": {"results": results}})


def plain_answer(sentence: str) -> bytes:
    """The body of a refusal that no person sees."""
    return _encode({"error": sentence})
