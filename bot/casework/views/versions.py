"""What admins and whoever confirms a change read: a draft's difference by pages, faults, how things stand.

Pure. The difference is in words already. Must not know files, nor who may do what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.casework import verbs
from bot.casework.views.forms import PICTURES, titled
from bot.casework.views.room import clipped
from bot.casework.words import Words
from bot.model.people import PersonId
from bot.model.problems import Problem
from bot.model.text import literal
from bot.model.versions import Draft, Published
from bot.model.views import Action, Block, Facts, Input, Notice, Paragraph, View

PAGE_BYTES = 9_000
"""What the sentences of one page may take on the wire: a card holds 28 KB with all that stands round them."""

LINE_BYTES = 200
LONGEST_PIECE = 1_500
SHORT_HASH = 12
NAMED = 8
TOLD_FIRST, LONGEST_TOLD = 3, 200
"""Of a save that took effect: how many of its changes are told, and the length of each in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One person before a draft: which page (from 0), whether they may ask for it or answer it."""

    page: int
    asks: bool
    answers: bool
    names: Mapping[PersonId, str] = field(default_factory=dict)
    why: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand, for an admin. `since` None: no switch is on record yet. Names are ready to show."""

    version: str
    since: Published | None
    by: str
    draft: Draft | None
    faults: tuple[Problem, ...]
    out_of_reach: tuple[str, ...]
    linked_at: datetime | None
    banner: tuple[Notice, ...] = ()


def short(content_hash: str) -> str:
    """A version as people name it."""
    return content_hash[:SHORT_HASH]


def offer_of(draft: Draft) -> str:
    """The action_id of what is offered on a draft: stale once it has moved."""
    return f"{verbs.DRAFT}.{draft.revision}"


def pages_of(changes: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The sentences, as they are drawn, parted so that each page fits on a card. At least one page."""
    pages: list[list[str]] = [[]]
    left = PAGE_BYTES
    for piece in (piece for change in changes for piece in _pieces(change)):
        shown = literal(piece)
        cost = len(json.dumps(shown)) + LINE_BYTES
        if cost > left and pages[-1]:
            pages.append([])
            left = PAGE_BYTES
        pages[-1].append(shown)
        left -= cost
    return tuple(tuple(page) for page in pages)


def _pieces(change: str) -> tuple[str, ...]:
    return tuple(change[at : at + LONGEST_PIECE] for at in range(0, len(change), LONGEST_PIECE)) or ("",)


def draft_view(words: Words, draft: Draft, reading: Reading) -> View:
    """One page of a draft. What can be done with it stands on the last page, below all that is to be read."""
    pages = pages_of(draft.changes)
    page = min(reading.page, len(pages) - 1)
    last = page == len(pages) - 1
    said = [Paragraph(text=line) for line in pages[page]] or [Paragraph(text=words.say("draft_no_words"))]
    told = (Notice(text=words.say("draft_who_is_told"), tone="warning"),) if draft.who_is_told else ()
    count = (Paragraph(text=words.say("draft_page", page=page + 1, pages=len(pages)), subtle=True),)
    blocks: list[Block] = [
        *titled(words.say("draft_title", version=short(draft.hash)), _state(words, draft, reading)),
        *told,
        *said,
        *(count if len(pages) > 1 else ()),
        *(_reason(words, reading) if last and reading.answers else ()),
    ]
    return View(
        summary=words.say("draft_summary"),
        blocks=tuple(blocks),
        actions=(*(_doing(words, draft, reading) if last else ()), *_turning(words, draft, page, len(pages))),
        language=words.language,
        revision=draft.revision,
    )


def _state(words: Words, draft: Draft, reading: Reading) -> str:
    who = draft.answered_by or draft.asked_by
    key = "draft_waits" if draft.state == "asked" and not reading.answers else f"draft_{draft.state}"
    return words.say(
        key, who=reading.names.get(who or "", words.say("someone_picked")),
        why=literal(draft.why),
    )  # fmt: skip


def _reason(words: Words, reading: Reading) -> tuple[Block, ...]:
    pictures = Notice(text=words.text(words.definition.guidance[PICTURES]), tone="warning")
    asked = Input(
        key="why", kind="paragraph", label=words.say("draft_why"), max_length=1000,
        value=reading.why, error=reading.error,
    )  # fmt: skip
    return pictures, asked


def _doing(words: Words, draft: Draft, reading: Reading) -> tuple[Action, ...]:
    def offer(verb: str, label: str) -> Action:
        return _offer(words, draft, verb, label)

    if reading.asks:
        return (offer(verbs.DRAFT_ASK, asking_label(draft)),)
    if reading.answers:
        return offer(verbs.DRAFT_YES, "button_draft_yes"), offer(verbs.DRAFT_NO, "button_draft_no")
    return ()


def asking_label(draft: Draft) -> str:
    """What the button says that asks a second person for the draft."""
    return "button_draft_again" if draft.state == "declined" else "button_draft_ask"


def _offer(words: Words, draft: Draft, verb: str, label: str) -> Action:
    return Action(
        verb=verb, label=words.say(label), target=draft.id, action_id=offer_of(draft),
        tone="positive" if verb != verbs.DRAFT_NO else "default",
    )  # fmt: skip


def _turning(words: Words, draft: Draft, page: int, pages: int) -> tuple[Action, ...]:
    turns = []
    if page + 1 < pages:
        turns.append(read_action(words, draft, "button_draft_next", page=page + 1))
    if page > 0:
        turns.append(read_action(words, draft, "button_draft_before", page=page - 1))
    return tuple(turns)


def read_action(words: Words, draft: Draft, label: str, *, page: int = 0) -> Action:
    """The button that shows a page of the draft."""
    return Action(
        verb=verbs.DRAFT, label=words.say(label), target=draft.id, action_id=offer_of(draft),
        values=(("page", str(page)),), sends_inputs=False,
    )  # fmt: skip


def faults_view(words: Words, first: Problem, count: int) -> View:
    """A set with faults was saved: the first of them, and that nothing has changed for anybody."""
    return View(
        summary=words.say("pack_faults_title"),
        blocks=(
            *titled(words.say("pack_faults_title"), words.say("pack_faults_body", count=count)),
            Facts(rows=fault_rows(words, first)),
        ),
        language=words.language,
    )


def taken_line(words: Words, version: str, changes: tuple[str, ...]) -> str:
    """One line: a save is in force now, and the first of what it changes."""
    first = " ".join(literal(clipped(change, LONGEST_TOLD)) for change in changes[:TOLD_FIRST])
    more = len(changes) - TOLD_FIRST
    if more > 0:
        first = words.say("set_taken_more", changes=first, count=more)
    return words.say("set_taken", version=short(version), changes=first or words.say("draft_no_words"))


def fault_rows(words: Words, fault: Problem) -> tuple[tuple[str, str], ...]:
    """Where it is, what is wrong, what would mend it."""
    return (
        (words.say("fault_file"), literal(fault.file)),
        (words.say("fault_line"), str(fault.line)),
        (words.say("fault_place"), literal(fault.place)),
        (words.say("fault_what"), literal(fault.what)),
        (words.say("fault_remedy"), literal(fault.remedy)),
    )


def admin_view(words: Words, standing: Standing) -> View:
    """What an admin wants to know: the version in force, what waits, what is wrong, who cannot be reached."""
    since = standing.since
    by = words.say("admin_since", when=words.moment(since.at), who=standing.by) if since is not None else ""
    rows = [(words.say("admin_version"), f"{short(standing.version)}, {by}".strip(", "))]
    waits = standing.draft
    draft = words.say(f"admin_draft_{waits.state}") if waits is not None else words.say("admin_none")
    rows.append((words.say("admin_draft"), draft))
    linked = standing.linked_at
    channel = words.say("admin_linked", when=words.moment(linked)) if linked else words.say("admin_unlinked")
    rows.append((words.say("admin_channel"), channel))
    missing = ", ".join(standing.out_of_reach[:NAMED])
    more = len(standing.out_of_reach) - NAMED
    if more > 0:
        missing = words.say("admin_and_more", names=missing, count=more)
    rows.append((words.say("admin_out_of_reach"), missing or words.say("admin_none")))
    return View(
        summary=words.say("admin_title"),
        blocks=(
            *titled(words.say("admin_title")),
            *standing.banner,
            Facts(rows=tuple(rows)),
            *_faults(words, standing.faults),
        ),
        actions=_draft_actions(words, waits) if waits is not None else (),
        language=words.language,
    )


def _draft_actions(words: Words, draft: Draft) -> tuple[Action, ...]:
    """It is read from here; what was declined is also asked for again."""
    read = read_action(words, draft, "button_draft_read")
    if draft.state != "declined":
        return (read,)
    return read, _offer(words, draft, verbs.DRAFT_ASK, asking_label(draft))


def _faults(words: Words, faults: tuple[Problem, ...]) -> tuple[Block, ...]:
    if not faults:
        return (Paragraph(text=words.say("admin_no_faults")),)
    told = Notice(text=words.say("pack_faults_body", count=len(faults)), tone="attention")
    return told, Facts(rows=fault_rows(words, faults[0]))
