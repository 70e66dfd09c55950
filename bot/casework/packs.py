"""The shelf of definitions: the one in force, and each one that a case began with, kept once per hash.

A kept definition is its own files, read again when a case needs it. What lies in the folder is only a
proposal: which version is in force stands in the record. Must not know what a definition says.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.casework.office import HANDRAIL
from bot.casework.ports import Store
from bot.casework.tables import EVERY, PACKS, VERSIONS
from bot.definitions.loader import common_of, load, read_pack
from bot.errors import DefinitionFaulty
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.outbox import KeptPack
from bot.model.problems import Problem
from bot.model.record import Commit, Put
from bot.model.versions import Published

log = logging.getLogger(__name__)

PackReader = Callable[[Path], Definition]
"""Makes a definition of a pack's folder. Raises DefinitionFaulty."""

Stamp = tuple[tuple[str, int, int], ...]
FIRST_START = "first start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What lay in the folder at one moment. `mark` is of the very bytes; `definition` None: it has faults."""

    mark: str
    files: Mapping[str, str]
    definition: Definition | None
    faults: tuple[Problem, ...] = ()


class PackShelf:
    """Implements Shelf over a pack's folder and the record."""

    def __init__(self, folder: Path, store: Store, *, read: PackReader = load) -> None:
        """The version in force is the one published last, else what lies in the folder.

        Raises DefinitionFaulty, carrying every problem, when there is neither.
        """
        self._store = store
        self._saved = read_saved(folder, read)
        self._known: dict[str, Definition] = {}
        self._files: dict[str, Mapping[str, str]] = {}
        if self._saved.definition is not None:
            self.learn(self._saved.definition, self._saved.files)
        last = self.last_published()
        published = self._read(last.hash) if last is not None else None
        if last is not None and published is None:
            log.error("The version in force cannot be read", extra={"action": "version_unreadable"})
        found = published or self._saved.definition
        if found is None:
            raise DefinitionFaulty(problems=self._saved.faults)
        self._current = found

    def current(self) -> Definition:
        """The version in force."""
        return self._current

    def first_saved(self) -> Saved:
        """What lay in the folder when the service started."""
        return self._saved

    def by_hash(self, content_hash: str) -> Definition:
        """The version with this hash; the one in force when its files were never kept."""
        return self._read(content_hash) or self._known.setdefault(content_hash, self._current)

    def knows(self, content_hash: str) -> bool:
        """Whether the version is at hand."""
        return content_hash in self._known

    def learn(self, definition: Definition, files: Mapping[str, str]) -> None:
        """Have a checked version at hand, so that it can be kept and switched to.

        Sentences that this program says, and a version of long ago did not know yet, come from the folder.
        """
        newest = self._saved.definition
        missing = newest.texts.keys() - definition.texts.keys() if newest is not None else ()
        if newest is not None and missing:
            definition = replace(definition, texts={**newest.texts, **definition.texts})
        self._known[definition.hash] = definition
        self._files[definition.hash] = files

    def switch(self, content_hash: str) -> None:
        """Put a version in force whose publication is durable. Nothing but `publish` calls this."""
        self._current = self._known[content_hash]

    def last_published(self) -> Published | None:
        """The newest line of the versions' history."""
        keys = self._store.find(VERSIONS, "all", EVERY)
        return self._store.get(VERSIONS, keys[-1]) if keys else None

    def kept(self, definition: Definition, now: datetime) -> KeptPack | None:
        """The files of a version, to be put on record; None when they are there already."""
        if self._store.get(PACKS, definition.hash) is not None:
            return None
        files = self._files[definition.hash]
        return KeptPack(hash=definition.hash, pack=definition.pack, files=files, kept_at=now)

    def keep(self, now: datetime) -> None:
        """Put the version in force on record, with its files, unless it is."""
        puts: list[Put[Any]] = []
        if (pack := self.kept(self._current, now)) is not None:
            puts.append(Put(table=PACKS, id=pack.hash, value=pack))
        last = self.last_published()
        if last is None or last.hash != self._current.hash:
            first = Published(
                hash=self._current.hash, before=last.hash if last else "", by=HANDRAIL, role="",
                why=FIRST_START, at=now,
            )  # fmt: skip
            puts.append(Put(table=VERSIONS, id=version_id(self._store), value=first))
        if puts:
            self._store.stage(Commit(at=now, puts=tuple(puts)))

    def _read(self, content_hash: str) -> Definition | None:
        """A version at hand, or its kept files read again; None when there are none that can be read."""
        if content_hash not in self._known:
            pack = self._store.get(PACKS, content_hash)
            found = read_kept(pack) if pack is not None else None
            if pack is None or found is None:
                return None
            self.learn(replace(found, hash=content_hash), pack.files)
        return self._known[content_hash]


def version_id(store: Store) -> str:
    """The id of the next line of the versions' history."""
    return f"{len(store.find(VERSIONS, 'all', EVERY)) + 1:06d}"


def stamp_of(folder: Path, *beside: Path) -> Stamp:
    """Names, times and sizes of all that a pack is read from, and of files beside it. Blocks on the disk."""
    found = []
    for path in (*(p for part in _parts(folder) for p in sorted(part.rglob("*.y*ml"))), *beside):
        try:
            seen = path.stat()
        except OSError:
            continue
        found.append((str(path), seen.st_mtime_ns, seen.st_size))
    return tuple(found)


def read_saved(folder: Path, read: PackReader) -> Saved:
    """What lies in the folder, read as one set. Blocks on the disk and takes some hundred milliseconds."""
    files = _files_of(folder)
    mark = hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in files.items()).encode()).hexdigest()
    try:
        return Saved(mark=mark, files=files, definition=read(folder))
    except DefinitionFaulty as faulty:
        faults = tuple(p for p in faulty.problems if isinstance(p, Problem) and p.grave)
        return Saved(mark=mark, files=files, definition=None, faults=faults or (_unread(folder),))


def _unread(folder: Path) -> Problem:
    """Of a folder that is not there any more."""
    remedy = "Put the folder of the pack back where it was."
    return Problem(file=folder.name, line=1, place="file", what="cannot be read", remedy=remedy)


def _parts(folder: Path) -> tuple[Path, Path]:
    return common_of(folder), folder.resolve()


def _files_of(folder: Path) -> dict[str, str]:
    return {
        f"{part.name}/{path.relative_to(part).as_posix()}": path.read_text(encoding="utf-8", errors="replace")
        for part in _parts(folder)
        for path in sorted(part.rglob("*.yaml"))
    }


def read_kept(kept: KeptPack) -> Definition | None:
    """A version from its files on record; None when this program finds faults in it. Blocks on the disk."""
    with tempfile.TemporaryDirectory() as place:
        for name, text in kept.files.items():
            path = Path(place) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        definition, _ = read_pack(Path(place) / kept.pack)
    return definition
