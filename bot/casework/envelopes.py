"""What composing an item can come to, and how a View gets into its envelope.

Must not know any kind of message.
"""

from __future__ import annotations

from bot.casework.ports import Envelope, Lapsed, NoWay
from bot.casework.words import Words
from bot.model.changed import replace
from bot.model.views import Notice, View

Composed = Envelope | Lapsed | NoWay
NOBODY = "nobody"
EXCLUDED_READS = "excluded_in_channel"
STRANGER_READS = "stranger_in_channel"
NO_CHANNEL = "no_channel"


def with_view(envelope: Envelope, view: View | None, words: Words, *, again: bool) -> Envelope:
    """The envelope with its card; a repeat after an unknown outcome says that it may be one."""
    if view is None:
        return replace(envelope, summary=envelope.summary or envelope.text)
    if again:
        repeat = Notice(text=words.say("may_be_repeat_card"), tone="plain")
        view = replace(view, blocks=(repeat, *view.blocks))
    return replace(envelope, view=view, summary=view.summary)
