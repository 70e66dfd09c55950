"""The people file, as far as the rehearsal needs it: who has an account, and who sits in which team.

Must not know what a role means: role keys are only words by which a person can be found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DEFAULT_PEOPLE_FILE = Path(__file__).with_name("people.yaml")
TEAM_ROLES = ("dsl", "deputy_dsl", "headteacher", "online_safety_officer")
DEFAULT_CHAT_ROLES = ("tutor", "dsl", "head_of_year")


class PeopleFileUnusable(ValueError):
    """The people file cannot be used. Mend what is named, then start again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account in the pretend tenant. `id` is the Entra object id.

    `kind` is staff, governor, volunteer, pupil or guest.
    """

    id: str
    name: str
    kind: str = "staff"
    roles: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    """A line of the school's list of pupils; `account` is None for most."""

    id: str
    name: str
    form: str
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """The pretend tenant as the file describes it. `members` and `default_chats` are Entra ids."""

    tenant: str
    people: tuple[Person, ...]
    pupils: tuple[Pupil, ...]
    team: str
    channel: str
    private_channel: str
    members: tuple[str, ...]
    default_chats: tuple[str, ...]

    def find(self, wanted: str) -> Person:
        """The person by Entra id, by name, or the first who holds the role key. Raises KeyError."""
        for person in self.people:
            if wanted in (person.id, person.name):
                return person
        for person in self.people:
            if wanted in person.roles:
                return person
        raise KeyError(wanted)


def read_people(path: Path) -> School:
    """Read the file. Without a key `rehearsal` the team is the safeguarding roles' holders.

    Raises PeopleFileUnusable when it is no such file or names somebody twice or nobody.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as problem:
        raise PeopleFileUnusable(f"{path.name}: {problem}") from problem
    if not isinstance(found, Mapping) or not isinstance(found.get("people"), Sequence):
        raise PeopleFileUnusable(f"{path.name}: a list named `people` is missing")
    try:
        return _school(found)
    except (KeyError, TypeError, AttributeError) as problem:
        raise PeopleFileUnusable(f"{path.name}: an entry lacks {problem}") from problem


def _school(found: Mapping[str, Any]) -> School:
    own = found.get("rehearsal") or {}
    pupils = tuple(_pupil(entry) for entry in found.get("pupils") or ())
    people = (
        *(_person(entry) for entry in found["people"] if not entry.get("former")),
        *(
            Person(id=pupil.account, name=pupil.name, kind="pupil", about=f"Pupil, {pupil.form}")
            for pupil in pupils
            if pupil.account
        ),
        *(_person(entry) for entry in own.get("outsiders") or ()),
    )
    _check_ids(people, [*own.get("members", ()), *own.get("default_chats", ())])
    return School(
        tenant=str(found["tenant"]),
        people=people,
        pupils=pupils,
        team=str(own.get("team", "Safeguarding (rehearsal)")),
        channel=str(own.get("channel", "DSL alerts")),
        private_channel=str(own.get("private_channel", "Private notes")),
        members=tuple(own.get("members") or _holders(people, TEAM_ROLES)),
        default_chats=tuple(own.get("default_chats") or _first_holders(people, DEFAULT_CHAT_ROLES)),
    )


def _person(entry: Mapping[str, Any]) -> Person:
    roles = tuple(str(role) for role in entry.get("roles") or ())
    kind = str(entry.get("kind", "staff"))
    return Person(
        id=str(entry["id"]), name=str(entry["name"]), kind=kind, roles=roles, about=_about(entry, kind, roles)
    )


def _pupil(entry: Mapping[str, Any]) -> Pupil:
    account = entry.get("account")
    return Pupil(
        id=str(entry["id"]),
        name=str(entry["name"]),
        form=str(entry.get("form", "")),
        account=str(account) if account else None,
    )


def _about(entry: Mapping[str, Any], kind: str, roles: Sequence[str]) -> str:
    spelt = {"dsl": "DSL", "deputy_dsl": "deputy DSL", "ict_lead": "ICT lead", "slt": "senior leadership"}
    said = [spelt.get(role, role.replace("_", " ")) for role in roles] or [kind]
    belongs = [*entry.get("tutor_of", ()), *(f"Year {year}" for year in entry.get("head_of_year_of", ()))]
    line = ", ".join([*said, *(str(part) for part in belongs)])
    return line[:1].upper() + line[1:]


def _holders(people: Sequence[Person], roles: Sequence[str]) -> tuple[str, ...]:
    return tuple(person.id for person in people if set(person.roles) & set(roles))


def _first_holders(people: Sequence[Person], roles: Sequence[str]) -> tuple[str, ...]:
    first = (next((person.id for person in people if role in person.roles), None) for role in roles)
    return tuple(found for found in first if found)


def _check_ids(people: Sequence[Person], named: Sequence[str]) -> None:
    known = [person.id for person in people]
    twice = sorted({each for each in known if known.count(each) > 1})
    nobody = sorted(set(map(str, named)) - set(known))
    if twice or nobody:
        raise PeopleFileUnusable(f"ids used twice: {twice}; ids of nobody: {nobody}")
