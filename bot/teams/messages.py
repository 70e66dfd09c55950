"""What a person typed, and whether a picture came along. Nothing of a picture is kept.

Must not know what is done with it.
"""

from __future__ import annotations

import html
import re

from bot.teams.wire import Activity, Attachment, Entity, read_html

_TAG = re.compile(r"<[^>]*>")
_AT_TAG = re.compile(r"</?at(?:\s[^>]*)?>", re.IGNORECASE)
_IMAGE = re.compile(r"<\s*(?:img|svg|picture|image|video|object|embed|iframe)\b[^>]*>?", re.IGNORECASE)
_AROUND = re.compile(r"<\s*(/?)\s*(?:svg|picture|video|object|style)\b[^<>]*>?", re.IGNORECASE)
"""Opens or closes an element that is a picture, or may bring one, with all that stands in it."""
_STYLE_SHEET = re.compile(r"<\s*style\b", re.IGNORECASE)
_BYTES = re.compile(r"data:\s*image/[^\s\"'<>)]*", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[a-z/][^<>]*>", re.IGNORECASE)
_FETCHED = re.compile(r"\burl\s*\(|\bimage-set\s*\(|data:\s*image/", re.IGNORECASE)
"""How a tag's own attributes, or a style sheet, bring a picture along: by its address or as bytes."""
_SPACES = " \t\N{NO-BREAK SPACE}"


def typed_text(activity: Activity) -> str:
    """The words as typed: the mention of the bot cut out, other mentions as their bare names.

    The bot's name typed as a word stays. Whatever draws a picture goes: it holds an address, or the bytes.
    """
    text = activity.text or ""
    bot = activity.recipient.id if activity.recipient else ""
    for entity in activity.entities or ():
        if entity.type == "mention" and entity.mentioned and bot and entity.mentioned.id == bot:
            text = _without_mention(text, entity)
    return _without_pictures(_AT_TAG.sub("", text)).strip(_SPACES + "\r\n")


def carries_picture(activity: Activity) -> bool:
    """Whether a file or picture came along: any attachment but a rich text without an image."""
    if _draws(activity.text or ""):
        return True
    return any(not _only_rich_text(attachment) for attachment in activity.attachments or ())


def _only_rich_text(attachment: Attachment) -> bool:
    kind = (attachment.content_type or "").partition(";")[0].strip().lower()
    content = read_html(attachment) if kind == "text/html" else None
    return content is not None and not _draws(content)


def _draws(text: str) -> bool:
    """Whether a client would draw a picture from this: by a tag, by a tag's style, or from bytes in it."""
    if _IMAGE.search(text) or _BYTES.search(text):
        return True
    sheet = bool(_STYLE_SHEET.search(text)) and bool(_FETCHED.search(html.unescape(text)))
    return sheet or any(_fetches(tag[0]) for tag in _ANY_TAG.finditer(text))


def _fetches(tag: str) -> bool:
    return bool(_FETCHED.search(html.unescape(tag)))


def _without_pictures(text: str) -> str:
    text = _BYTES.sub("", _IMAGE.sub("", _without_elements(text)))
    return _ANY_TAG.sub(lambda tag: "" if _fetches(tag[0]) else tag[0], text)


def _without_elements(text: str) -> str:
    """The text less whole pictures, what is drawn in them too. One pass: a hostile text may be long."""
    kept, opened, end = [], None, 0
    for tag in _AROUND.finditer(text):
        if not tag[1] and opened is None:
            opened = tag.start()
        elif tag[1] and opened is not None:
            kept.append(text[end:opened])
            opened, end = None, tag.end()
    return "".join((*kept, text[end:]))


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
