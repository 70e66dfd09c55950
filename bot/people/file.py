"""The people file: who is at the school, read from YAML into a Directory, and again when the file changes.

Implements casework's `People`. Must not know cases. A file with any fault is not used: the last good snapshot
stays in force, and the faults are listed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.definitions.reader import Node, read_yaml
from bot.definitions.shape import Notes, nearest, read_at
from bot.engine.holders import STAFF
from bot.model.definition import Definition
from bot.model.flows import Mark
from bot.model.people import Directory, Person, PersonId, Pupil
from bot.model.problems import Problem
from bot.people.written import WrittenFile, WrittenPerson, WrittenPupil, absence_of, written_file

PUPIL = "pupil:"


class PeopleFile:
    """A people file in force. Reading blocks on the disk, so `refresh` belongs on a worker thread."""

    def __init__(self, path: Path, definition: Definition) -> None:
        """Reads the file at once. When it is faulty the directory is empty until it is mended."""
        self._path = path
        self._definition = definition
        self._directory = Directory(
            tenant="",
            version="none",
            people={},
            pupils={},
            roles=definition.roles,
            last_resort=definition.last_resort,
        )
        self._problems: tuple[Problem, ...] = ()
        self._seen: tuple[object, ...] | None = None
        self._fitted: tuple[str, Directory | None] = ("", None)
        self.refresh()

    def directory(self) -> Directory:
        """The newest snapshot; the same object until something changes."""
        return self._directory

    def problems(self) -> tuple[Problem, ...]:
        """Why the newest file could not be used, if so."""
        return self._problems

    def use(self, definition: Definition) -> None:
        """Take roles, last resort and zone from another version of the definitions: at once where `fit` has
        read the file against it, else at the next refresh."""
        self._definition, self._seen = definition, None
        fitted, directory = self._fitted
        if fitted == definition.hash and directory is not None:
            self._directory = directory

    def fit(self, definition: Definition) -> tuple[Problem, ...]:
        """Why the file as it is does not go with another version of the definitions; nothing when it does.

        Reads the file, so it belongs on a worker thread. What is in force stays as it is.
        """
        directory, problems = read_people(self._path, definition)
        self._fitted = (definition.hash, directory)
        return problems

    def refresh(self) -> bool:
        """Read the file if it changed since; True when the directory is a new one. Call every few seconds."""
        definition = self._definition
        try:
            # Before reading: a file changed meanwhile looks changed again at the next call.
            stat = self._path.stat()
            seen: tuple[object, ...] = (stat.st_mtime_ns, stat.st_size, stat.st_ino, definition.hash)
        except OSError:
            seen = ("missing", definition.hash)
        if seen == self._seen:
            return False
        self._seen = seen
        directory, problems = read_people(self._path, definition)
        if definition is not self._definition:
            # Another version took effect while this one was being read.
            self._seen = None
            return False
        self._problems = problems
        if directory is None or directory.version == self._directory.version:
            return False
        self._directory = directory
        return True


def read_people(path: Path, definition: Definition) -> tuple[Directory | None, tuple[Problem, ...]]:
    """The directory of a people file, or None and every fault in it."""
    root, problems = read_yaml(path, path.name)
    if root is None:
        return None, tuple(problems)
    notes = Notes(file=path.name, problems=problems)
    written = read_at(written_file, root, "file", notes)
    if not notes.problems:
        _Checks(written, definition, notes).all()
    if notes.problems:
        return None, tuple(sorted(notes.problems, key=lambda p: (p.line, p.place, p.what)))
    return _directory(written, definition, _version(root, definition)), ()


def _directory(written: WrittenFile, definition: Definition, version: str) -> Directory:
    tenant = written.tenant.lower()
    zone = ZoneInfo(definition.school.zone)
    people = {p.id: p for p in (_person(w, tenant, zone) for w in written.people)}
    by_role: dict[str, list[PersonId]] = {role: [] for role in definition.roles}
    for person in people.values():
        for role in person.roles:
            by_role[role].append(person.id)
    return Directory(
        tenant=tenant,
        version=version,
        people=people,
        pupils={p.id: p for p in (_pupil(w, tenant) for w in written.pupils)},
        roles=definition.roles,
        last_resort=definition.last_resort,
        by_role={role: tuple(ids) for role, ids in by_role.items()},
    )


def _person(written: WrittenPerson, tenant: str, zone: ZoneInfo) -> Person:
    roles = () if written.former else (*(r for r in written.roles if r != STAFF), STAFF)
    return Person(
        id=_person_id(tenant, written.id),
        name=written.name,
        roles=roles,
        deputies=tuple(_person_id(tenant, deputy) for deputy in written.deputies),
        absences=tuple(absence_of(away, zone) for away in written.absences),
        tutor_of=written.tutor_of,
        head_of_year_of=written.head_of_year_of,
        line_manager=_person_id(tenant, written.line_manager) if written.line_manager else None,
        head_of_department=(
            _person_id(tenant, written.head_of_department) if written.head_of_department else None
        ),
        former=written.former,
    )


def _pupil(written: WrittenPupil, tenant: str) -> Pupil:
    return Pupil(
        id=PUPIL + written.id,
        name=written.name,
        form=written.form,
        year=written.year,
        account=_person_id(tenant, written.account) if written.account else None,
    )


def _person_id(tenant: str, written: str) -> PersonId:
    return f"{tenant}/{written}".lower()


def _version(root: Node, definition: Definition) -> str:
    """Of the content, so that a file only touched, or a comment, makes no new directory."""
    digest = hashlib.sha256(definition.hash.encode())
    for piece in _pieces(root):
        digest.update(piece.encode() + b"\0")
    return digest.hexdigest()[:16]


def _pieces(node: Node) -> Iterator[str]:
    if isinstance(node.content, str):
        yield f"={node.content}"
        return
    entries = node.content.items() if isinstance(node.content, dict) else enumerate(node.content)
    for name, inner in entries:
        if name != "rehearsal":
            yield f"{name}:"
            yield from _pieces(inner)
    yield "."


class _Checks:
    """Who is named by whom, once the file could be read as such."""

    def __init__(self, written: WrittenFile, definition: Definition, notes: Notes) -> None:
        self._written, self._definition, self._notes = written, definition, notes
        self._ids = {person.id.lower() for person in written.people}

    def all(self) -> None:
        self._once("people", [person.id for person in self._written.people])
        self._once("pupils", [pupil.id for pupil in self._written.pupils])
        for at, person in enumerate(self._written.people):
            self._person(person, f"file.people.{at}")
        self._circles()

    def _person(self, person: WrittenPerson, place: str) -> None:
        for at, role in enumerate(person.roles):
            if role not in self._definition.roles:
                remedy = nearest(role, self._definition.roles, "Use a role of the school's roles.yaml.")
                self._fault(f"{place}.roles.{at}", f"there is no role {role!r}", remedy)
        named = [(f"{place}.deputies.{at}", deputy) for at, deputy in enumerate(person.deputies)]
        named += [(f"{place}.line_manager", person.line_manager)] if person.line_manager else []
        named += (
            [(f"{place}.head_of_department", person.head_of_department)] if person.head_of_department else []
        )
        for where, other in named:
            if other.lower() not in self._ids:
                remedy = nearest(other, self._ids, "Use the id of somebody in people.")
                self._fault(where, f"there is nobody with the id {other}", remedy)
            elif other.lower() == person.id.lower() and not where.endswith("department"):
                self._fault(where, "names the person themselves", "Name somebody else.")
        for at, away in enumerate(person.absences):
            absence = absence_of(away, ZoneInfo("UTC"))
            if absence.end <= absence.start:
                self._fault(f"{place}.absences.{at}", "ends before it begins", "Swap the two days.")

    def _once(self, section: str, ids: list[str]) -> None:
        first: dict[str, int] = {}
        for at, written in enumerate(ids):
            known = first.setdefault(written.lower(), at)
            if known != at:
                what = f"the id stands twice, in lines {self._line(f'file.{section}.{known}')} and "
                what += str(self._line(f"file.{section}.{at}"))
                self._fault(f"file.{section}.{at}", what, "Give each their own id, or delete one.")

    def _circles(self) -> None:
        above = {p.id.lower(): p.line_manager.lower() for p in self._written.people}
        for at, person in enumerate(self._written.people):
            seen: set[str] = set()
            manager = above[person.id.lower()]
            while manager and manager not in seen and manager != person.id.lower():
                seen.add(manager)
                manager = above.get(manager, "")
            if manager == person.id.lower() and seen:
                remedy = "Let it end with the headteacher, who has no line manager."
                self._fault(f"file.people.{at}.line_manager", "line managers go round in a circle", remedy)

    def _line(self, place: str) -> int:
        while place and place not in self._notes.lines:
            place = place.rpartition(".")[0]
        return self._notes.lines.get(place, Mark(file="", line=1)).line

    def _fault(self, place: str, what: str, remedy: str) -> None:
        self._notes.fault(self._line(place), place.removeprefix("file."), what, remedy)
