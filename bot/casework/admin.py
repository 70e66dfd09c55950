"""What admins are shown: how things stand (they type `admin`), a draft, the first fault of a saved pack.

Read when the answer goes. Changes nothing. Must not know how a version is published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.casework import messages
from bot.casework.drafts import (
    CONFIRM,
    DRAFT,
    NO_ADMIN,
    NO_SECOND,
    admins,
    may,
    open_draft,
    shown_draft,
    unreached,
)
from bot.casework.linking import ADMIN
from bot.casework.office import HANDRAIL, Office
from bot.casework.overdue import OVERDUE, banner, overdue_view
from bot.casework.posts import linked_channel
from bot.casework.tables import CHANNELS, DRAFTS, EVERY, REFERENCES, VERSIONS
from bot.casework.unit import Unit
from bot.casework.views.alerts import blank_view
from bot.casework.views.versions import Standing, admin_view, faults_view, taken_line
from bot.casework.words import Words
from bot.model.definition import Definition
from bot.model.outbox import Item
from bot.model.people import Person
from bot.model.problems import Problem
from bot.model.text import literal
from bot.model.versions import Published
from bot.model.views import View

FAULTS = "pack_faults"


def out_of_reach(office: Office) -> tuple[Person, ...]:
    """Role holders whom no message reaches until they install Handrail."""
    return tuple(
        person
        for person in office.directory().people.values()
        if person.roles
        and not person.former
        and ((reference := office.store.get(REFERENCES, person.id)) is None or not reference.live)
    )


def unreached_draft(office: Office) -> tuple[str, ...]:
    """Why a saved change waits that nobody in Teams could ask for, or nobody could accept, with the remedy.

    Names nobody: for `/readyz`. Nothing while there is no such draft.
    """
    said = {
        NO_ADMIN: "no admin can be reached in Teams to ask for it. Let an admin add Handrail in Teams.",
        NO_SECOND: "nobody who may accept it can be reached in Teams. Let one of them add Handrail in Teams.",
    }
    draft = open_draft(office, office.unit())
    found = unreached(office, draft) if draft is not None else ()
    return tuple(f"a saved change of the definitions waits, and {said[why]}" for why in found)


def in_force(office: Office) -> Published | None:
    """The newest line of the versions' history."""
    keys = office.store.find(VERSIONS, "all", EVERY)
    return office.store.get(VERSIONS, keys[-1]) if keys else None


def admin_reply(office: Office, words: Words, item: Item, now: datetime) -> View:
    """Version, draft, faults, who cannot be reached, channel. Blank for whoever is no admin any more."""
    person = item.to_person or ""
    if not may(office, person, ADMIN, now):
        return blank_view(words)
    since = in_force(office)
    people = office.directory().people
    key = linked_channel(office)
    channel = office.store.get(CHANNELS, key) if key else None
    by = people[since.by].name if since is not None and since.by in people else HANDRAIL.capitalize()
    standing = Standing(
        version=office.shelf.current().hash,
        since=since,
        by=literal(by),
        draft=open_draft(office, office.unit()),
        faults=office.faults(),
        out_of_reach=tuple(literal(p.name) for p in out_of_reach(office)),
        linked_at=channel.asked_at if channel is not None else None,
        banner=banner(office, words, person, now),
    )
    return admin_view(words, standing)


def draft_reply(office: Office, words: Words, item: Item, now: datetime) -> View:
    """The draft as it is when its message goes. Blank for whoever may neither ask for it nor answer now."""
    draft, person = office.store.get(DRAFTS, item.params["draft"]), item.to_person or ""
    reads = any(may(office, person, verb, now) for verb in (ADMIN, CONFIRM))
    return shown_draft(office, words, draft, person, now) if draft and reads else blank_view(words)


def tell_faults(office: Office, unit: Unit, faults: tuple[Problem, ...], *, mark: str) -> None:
    """The admins hear of the first fault of a saved pack, once for each content (`mark`)."""
    if not faults:
        return
    first = faults[0]
    said = {
        "file": first.file, "line": str(first.line), "place": first.place, "what_is_wrong": first.what,
        "remedy": first.remedy, "count": str(len(faults)),
    }  # fmt: skip
    for person in admins(office.directory()):
        messages.reply(office, unit, person, FAULTS, key=f"{FAULTS}/{mark}/{person}", **said)


def tell_taken(
    office: Office, unit: Unit, definition: Definition, changes: tuple[str, ...], *, mark: str
) -> None:
    """The admins hear in one line that a save is in force, with the first of its changes; once a `mark`."""
    own = definition.school.language
    for person in admins(office.directory()):
        reference = office.store.get(REFERENCES, person)
        words = Words(definition=definition, language=reference.language if reference else own)
        said = taken_line(words, definition.hash, changes)
        messages.said_back(office, unit, person, said, key=f"taken/{mark}/{person}")


def faults_reply(_office: Office, words: Words, item: Item, _now: datetime) -> View:
    """The first fault of a set that was saved, as it was found."""
    said = item.params
    first = Problem(
        file=said["file"], line=int(said["line"]), place=said["place"], what=said["what_is_wrong"],
        remedy=said["remedy"],
    )  # fmt: skip
    return faults_view(words, first, int(said["count"]))


def overdue_reply(office: Office, words: Words, item: Item, now: datetime) -> View:
    """The week's word on policies that are overdue."""
    return overdue_view(office, words, item.to_person or "", now)


FOR_ADMINS: Mapping[str, Callable[[Office, Words, Item, datetime], View]] = {
    ADMIN: admin_reply,
    DRAFT: draft_reply,
    FAULTS: faults_reply,
    OVERDUE: overdue_reply,
}
"""The views of these replies, by what they say."""
