"""Everything written in a case, in full and page by page: what does not fit on its card.

Pure. Whoever calls has asked `standing` first.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.casework import verbs
from bot.casework.views.forms import titled
from bot.casework.views.room import fits, pieces
from bot.casework.words import Words
from bot.model.cases import Case
from bot.model.people import Directory, PersonId
from bot.model.text import literal
from bot.model.views import Action, Block, Paragraph, View

RECORD = "record"
LONGEST_PIECE = 2000


def record_button(words: Words, case: Case, *, start: int = 0) -> Action:
    """Leads to the page that begins with that entry."""
    return Action(
        verb=verbs.MORE,
        label=words.say("button_record" if start == 0 else "button_record_on"),
        target=case.id,
        action_id=f"{RECORD}.{start}",
        sends_inputs=False,
    )


def record_view(words: Words, case: Case, directory: Directory, *, start: int, back: Action) -> View:
    """One page of it: as many entries from `start` on as a card carries, and at least one."""
    entries = tuple(_entries(words, case, directory))
    start = start if start < len(entries) else 0
    blocks: list[Block] = [*titled(words.say("record_title", number=case.number))]
    at = start
    while at < len(entries) and (at == start or fits([*blocks, entries[at]])):
        blocks.append(entries[at])
        at += 1
    onward = (record_button(words, case, start=at),) if at < len(entries) else ()
    return View(
        summary=words.say("case_summary", number=case.number),
        blocks=tuple(blocks),
        actions=(*onward, back),
        language=words.language,
        revision=case.revision,
    )


def _entries(words: Words, case: Case, directory: Directory) -> Iterator[Paragraph]:
    reported = words.say(
        "record_note",
        who=name_of(words, case.reporter, directory),
        when=words.moment(case.opened_at),
        text="{text}",
    )
    yield from _in_pieces(reported, case.answers.get("happened", ""))
    for note in case.notes:
        line = words.say(
            "record_note",
            who=name_of(words, note.by, directory),
            when=words.moment(note.at),
            text="{text}",
        )
        yield from _in_pieces(line, note.text)


def _in_pieces(line: str, text: str) -> Iterator[Paragraph]:
    for at, piece in enumerate(pieces(text, LONGEST_PIECE)):
        said = literal(piece)
        yield Paragraph(text=line.replace("{text}", said) if at == 0 else said)


def name_of(words: Words, person: PersonId, directory: Directory) -> str:
    """The name of a colleague, or that it is somebody."""
    member = directory.people.get(person)
    return literal(member.name) if member else words.say("someone_picked")
