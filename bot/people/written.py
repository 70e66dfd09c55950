"""The shape of a people file, as written: persons, pupils, absences. Must not know roles or who names whom.

Format: `tenant`, `people` (id, name, roles, deputies, absences, tutor_of, head_of_year_of, line_manager,
head_of_department, former, kind), `pupils` (id, name, form, year, account). What stands under `rehearsal` is
for the local rehearsal and is not read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.definitions.reader import Node
from bot.definitions.shape import Kind, Notes, Record, key, list_of, word, yes_no
from bot.model.people import Absence

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of an absence that names none."""

_TENANT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """An absence as written: a day, or a day and a time. No `until`: until further notice."""

    start: str
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPerson:
    """A person as written; ids are the school's, without the tenant."""

    id: str
    name: str
    roles: tuple[str, ...] = ()
    deputies: tuple[str, ...] = ()
    absences: tuple[Away, ...] = ()
    tutor_of: tuple[str, ...] = ()
    head_of_year_of: tuple[str, ...] = ()
    line_manager: str = ""
    head_of_department: str = ""
    former: bool = False
    kind: str = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPupil:
    """A pupil as written."""

    id: str
    name: str
    form: str
    year: str
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """Everything of a people file that the service reads."""

    tenant: str = ""
    people: tuple[WrittenPerson, ...] = ()
    pupils: tuple[WrittenPupil, ...] = ()


def _read_tenant(node: Node, place: str, notes: Notes) -> str:
    value = word.read(node, place, notes)
    if not _TENANT.match(value):
        remedy = "Copy the directory (tenant) ID from Entra: 32 digits in five groups."
        notes.fault(node.line, place, f"{value!r} is no tenant id", remedy)
    return value


def _read_id(node: Node, place: str, notes: Notes) -> str:
    value = word.read(node, place, notes)
    if not value or re.search(r"[\s/,|]", value):
        notes.fault(node.line, place, f"{value!r} is no id", "Write it without spaces, commas and strokes.")
    return value


def _read_moment(node: Node, place: str, notes: Notes) -> str:
    value = word.read(node, place, notes)
    try:
        if _DAY.match(value) or _MOMENT.match(value):
            datetime.fromisoformat(value)
            return value
    except ValueError:
        pass
    notes.fault(node.line, place, f"{value!r} is no day", "Write 2026-11-09, or 2026-11-09 13:00.")
    return ""


_id = Kind(_read_id, "")
_moment = Kind(_read_moment, "")
_words = list_of(word)

_away = Record(
    make=Away, keys={"from": _moment, "until": _moment}, needed=("from",), rename={"from": "start"}
).kind()
_person = Record(
    make=WrittenPerson,
    keys={
        "id": _id,
        "name": word,
        "roles": list_of(key),
        "deputies": list_of(_id),
        "absences": list_of(_away),
        "tutor_of": _words,
        "head_of_year_of": _words,
        "line_manager": _id,
        "head_of_department": _id,
        "former": yes_no,
        "kind": word,
    },
    needed=("id", "name"),
).kind()
_pupil = Record(
    make=WrittenPupil,
    keys={"id": _id, "name": word, "form": word, "year": word, "account": _id},
    needed=("id", "name", "form", "year"),
).kind()


def _not_read(_node: Node, _place: str, _notes: Notes) -> str:
    return ""


def _written(
    tenant: str,
    people: tuple[WrittenPerson, ...] = (),
    pupils: tuple[WrittenPupil, ...] = (),
    rehearsal: str = "",
) -> WrittenFile:
    del rehearsal
    return WrittenFile(tenant=tenant, people=people, pupils=pupils)


written_file: Kind[WrittenFile] = Record(
    make=_written,
    keys={
        "tenant": Kind(_read_tenant, ""),
        "people": list_of(_person),
        "pupils": list_of(_pupil),
        "rehearsal": Kind(_not_read, ""),
    },
    needed=("tenant", "people"),
).kind()


def absence_of(away: Away, zone: tzinfo) -> Absence:
    """From the beginning of the first day to the end of the last, or from time to time, in the zone."""
    start = _moment_of(away.start, zone)
    if not away.until:
        return Absence(start=start, end=FOREVER)
    if _DAY.match(away.until):
        last = date.fromisoformat(away.until)
        return Absence(start=start, end=datetime.combine(last + timedelta(days=1), time(0), tzinfo=zone))
    return Absence(start=start, end=_moment_of(away.until, zone))


def _moment_of(written: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=zone)
