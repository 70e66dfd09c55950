"""The shelf of definitions: the one in force, and each one that a case began with, kept once per hash.

A kept definition is its own files, read again when a case needs it. Must not know what a definition says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.casework.ports import Store
from bot.casework.tables import PACKS
from bot.definitions.loader import COMMON, FLOWS, load, read_pack
from bot.model.definition import Definition
from bot.model.outbox import KeptPack
from bot.model.record import Commit, Put

PackReader = Callable[[Path], Definition]
"""Makes a definition of a pack's folder. Raises DefinitionFaulty."""


class PackShelf:
    """Implements Shelf over a pack's folder and the record."""

    def __init__(self, folder: Path, store: Store, *, read: PackReader = load) -> None:
        """Raises DefinitionFaulty, carrying every problem, when the pack cannot be used."""
        self._store = store
        self._current = read(folder)
        self._folder = folder
        self._known: dict[str, Definition] = {self._current.hash: self._current}

    def current(self) -> Definition:
        """The version in force."""
        return self._current

    def by_hash(self, content_hash: str) -> Definition:
        """The version with this hash; the one in force when its files were never kept."""
        if content_hash not in self._known:
            kept = self._store.get(PACKS, content_hash)
            read = _read_kept(kept) if kept is not None else None
            self._known[content_hash] = read or self._current
        return self._known[content_hash]

    def keep(self, now: datetime) -> None:
        """Put the files of the version in force on record, unless they are."""
        if self._store.get(PACKS, self._current.hash) is None:
            kept = KeptPack(
                hash=self._current.hash,
                pack=self._current.pack,
                files=_files_of(self._folder),
                kept_at=now,
            )
            self._store.stage(Commit(at=now, puts=(Put(table=PACKS, id=kept.hash, value=kept),)))


def _files_of(folder: Path) -> dict[str, str]:
    folder = folder.resolve()
    beside = folder.parent / COMMON
    common = beside if beside.is_dir() else FLOWS / COMMON
    return {
        f"{part.name}/{path.relative_to(part).as_posix()}": path.read_text(encoding="utf-8")
        for part in (common, folder)
        for path in sorted(part.rglob("*.yaml"))
    }


def _read_kept(kept: KeptPack) -> Definition | None:
    with tempfile.TemporaryDirectory() as place:
        for name, text in kept.files.items():
            path = Path(place) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        definition, _ = read_pack(Path(place) / kept.pack)
    return definition
