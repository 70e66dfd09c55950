"""What was typed comes back with what is wrong, but never more of it than a card can carry."""

from __future__ import annotations

from bot.casework.views.forms import ECHOED, form_blocks
from bot.casework.words import Words
from bot.definitions.loader import load
from bot.engine.choosing import made_up
from bot.model.flows import Field
from bot.model.text import plain
from bot.model.views import Input


def test_words_without_end_are_cut_where_the_card_would_be_too_big() -> None:
    definition = load("kingsmead")
    asked = Field(key="why", kind="paragraph", label=plain("Why?"), max_length=1000)
    blocks = form_blocks(
        Words(definition=definition),
        [asked],
        answers={"why": "x" * 30_000},
        errors={"why": "too_long"},
        directory=made_up(definition),
    )
    (shown,) = (block for block in blocks if isinstance(block, Input))
    assert len(shown.value) == 1000 * ECHOED
    assert shown.error
