"""Sentences that many can read at once: in a channel post or on a lock screen stands no field of a report.

Which they are is fixed by the code that posts (bot/casework/channel_posts.py and views/alerts.py).
"""

from __future__ import annotations

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.sentences import names_in
from bot.definitions.shape import listed

CHANNEL_TEXTS = (
    "alert_summary",
    "case_title",
    "label_urgency",
    "label_received",
    "label_owner",
    "label_oversight",
    "list_ending",
    "button_open",
    "may_be_repeat",
    "may_be_repeat_card",
)
CHANNEL_FAMILIES = ("post_", "thread_", "daily_", "channel_", "urgency_", "line_")

HARMLESS = ("number", "urgency", "time", "day", "count", "who", "text", "route")
"""All that such a sentence may have put in: `who` is the DSL of today, `text` another such sentence, `route`
the school's own sentence on the way outside."""


def check_channel(findings: Findings) -> None:
    """Every sentence that a channel post is made of."""
    for key, said in findings.definition.texts.items():
        if key not in CHANNEL_TEXTS and not key.startswith(CHANNEL_FAMILIES):
            continue
        for language, line in said.by_language.items():
            for name in names_in(line) or ():
                if name not in HARMLESS:
                    place = f"texts.{key}.{language}"
                    here = place if place in findings.lines else f"texts.{key}"
                    what = f"many can read this sentence, and {{{name}}} could put a name or a fact into it"
                    remedy = f"Take it out. Such a sentence can have: {listed(HARMLESS)}."
                    findings.fault(here, what, remedy)
