"""What is said to whoever was second: what happened meanwhile, and the words they had typed.

Source: casework 9 (a refused press gets its typed text back). Must not know how a press was refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.casework.office import Office
from bot.casework.views.record import name_of
from bot.casework.words import Words
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.definition import CaseAction
from bot.model.events import Pressed
from bot.model.people import PersonId
from bot.model.text import literal
from bot.model.views import Notice, View

QUIET = ("note", "log")
"""What anybody may add at any time: nobody is ever second to it."""


def typed_in(action: CaseAction | None, pressed: Pressed) -> str:
    """The free text of the press; nothing where no such action is known."""
    fields = action.fields if action else {}
    free = [k for k, f in fields.items() if f.kind in ("text", "paragraph")]
    return "\n".join(pressed.values[k] for k in free if pressed.values.get(k))


def not_kept(
    office: Office, case: Case, action: CaseAction, values: Mapping[str, str], person: PersonId
) -> str:
    """What was typed into a form that is used up, unless it stands in the record already."""
    held: set[str] = set()
    for known in office.store.history(case.id):
        if known.entry.actor == person and known.entry.kind == action.does:
            held |= set(_texts(known.entry.content))
    free = (values.get(k, "") for k, f in action.fields.items() if f.kind in ("text", "paragraph"))
    return "\n".join(text for text in free if text and text not in held)


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _texts(value)


def with_refusal(words: Words, view: View, said: str, typed: str) -> View:
    """The view below why it was not done, and the typed text."""
    notices = [Notice(text=said, tone="warning")]
    if typed:
        notices.append(Notice(text=words.say("stale_typed", text=literal(typed)), tone="plain"))
    return replace(view, blocks=(*notices, *view.blocks))


def what_happened(
    office: Office, case: Case, words: Words, action: CaseAction | None, person: PersonId
) -> str:
    """Who did what last, of what the person wanted to do or else of all; nothing if it was the person."""
    labels = {a.does: a.label for a in words.definition.actions.values() if a.by == "handler"}
    done = [k.entry for k in office.store.history(case.id) if k.entry.kind in labels]
    done = [entry for entry in done if entry.kind not in QUIET]
    same = [entry for entry in done if action is not None and entry.kind == action.does]
    last = next(reversed(same or done), None)
    if last is None or last.actor == person:
        return ""
    who = name_of(words, last.actor, office.directory())
    what = words.text(labels[last.kind])
    return words.maybe("stale_by", who=who, when=words.moment(last.at), what=what)
