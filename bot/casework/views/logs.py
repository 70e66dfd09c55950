"""The access log of a case: who opened it, in which role, when. Kept apart from the case's history.

Whoever calls has asked for permission first. Reads the record; changes nothing.
"""

from __future__ import annotations

from bot.casework.office import Office
from bot.casework.tables import ACCESS
from bot.casework.views.forms import titled
from bot.casework.words import Words
from bot.model.cases import Case
from bot.model.text import literal
from bot.model.views import Action, Facts, Paragraph, View

LATEST = 20


def log_view(office: Office, case: Case, words: Words, *, back: Action) -> View:
    """The latest openings, newest first."""
    people = office.directory().people
    keys = office.store.find(ACCESS, "case", case.id)
    opened = [a for key in keys[-LATEST:] if (a := office.store.get(ACCESS, key)) is not None]
    rows = tuple(
        (
            words.moment(a.at),
            literal(
                f"{people[a.person].name if a.person in people else words.say('someone_picked')}"
                f" ({words.role(a.role)})"
            ),
        )
        for a in reversed(opened)
    )
    more = (
        (Paragraph(text=words.say("log_more", count=len(keys)), subtle=True),) if len(keys) > LATEST else ()
    )
    return View(
        summary=words.say("case_summary", number=case.number),
        blocks=(
            *titled(words.say("log_title", number=case.number)),
            Facts(rows=rows) if rows else Paragraph(text=words.say("log_none")),
            *more,
        ),
        actions=(back,),
        language=words.language,
        revision=case.revision,
    )
