"""What a person typed, and whether a picture came along. Nothing of a picture is kept.

Must not know what is done with it.
"""

from __future__ import annotations

import html
import re

from bot.teams.wire import Activity, Attachment, Entity, read_html

_TAG = re.compile(r"<[^>]*>")
_AT_TAG = re.compile(r"</?at(?:\s[^>]*)?>", re.IGNORECASE)
_IMAGE = re.compile(r"<\s*img\b[^>]*>?", re.IGNORECASE)
_SPACES = " \t\N{NO-BREAK SPACE}"


def typed_text(activity: Activity) -> str:
    """The words as typed: the mention of the bot cut out, other mentions as their bare names.

    The bot's name typed as a word stays. An image tag goes, because it holds an address.
    """
    text = activity.text or ""
    bot = activity.recipient.id if activity.recipient else ""
    for entity in activity.entities or ():
        if entity.type == "mention" and entity.mentioned and bot and entity.mentioned.id == bot:
            text = _without_mention(text, entity)
    return _IMAGE.sub("", _AT_TAG.sub("", text)).strip(_SPACES + "\r\n")


def carries_picture(activity: Activity) -> bool:
    """Whether a file or picture came along: any attachment but a rich text without an image."""
    if _IMAGE.search(activity.text or ""):
        return True
    return any(not _only_rich_text(attachment) for attachment in activity.attachments or ())


def _only_rich_text(attachment: Attachment) -> bool:
    kind = (attachment.content_type or "").partition(";")[0].strip().lower()
    content = read_html(attachment) if kind == "text/html" else None
    return content is not None and not _IMAGE.search(content)


def _without_mention(text: str, entity: Entity) -> str:
    """The text less one mention: as the entity spells it, else with attributes or escapes in the tag."""
    name = _TAG.sub("", entity.text or "") or (entity.mentioned and entity.mentioned.name) or ""
    spelt = "|".join(re.escape(one) for one in dict.fromkeys((name, html.escape(name))))
    found = re.search(rf"<at(?:\s[^>]*)?>\s*(?:{spelt})\s*</at>(?:&nbsp;)*", text, re.IGNORECASE)
    if not found:
        return text
    before, after = text[: found.start()].rstrip(_SPACES), text[found.end() :].lstrip(_SPACES)
    joint = " " if before and after and not before.endswith("\n") else ""
    return before + joint + after
