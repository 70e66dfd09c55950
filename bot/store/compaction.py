"""Compaction: the sealed segments become one base that leaves out what was overwritten or destroyed.

A thread beside the writer reads sealed files and writes a new one; it opens nothing that is sealed and
touches nothing in RAM. Must not know keys, tables or documents.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from bot.store import disk
from bot.store.journal import End, Files, Replayed, base_path, header_of, list_files, replay
from bot.store.line import VERSION, Line, encode, frame

LOG = logging.getLogger(__name__)

REST_SECONDS = 0.001
"""Given up after each slice of work, so that a press waiting for the interpreter goes first."""
SLICE_SECONDS = 0.001

Places = dict[tuple[str, str], int]


class Compactor:
    """At most one compaction at a time, begun when enough of the sealed files is dead."""

    def __init__(self, folder: Path, live_bytes: Callable[[], int], *, slack_bytes: int) -> None:
        self._folder = folder
        self._live_bytes = live_bytes
        self._slack_bytes = slack_bytes
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._next: int | None = None
        self._erase = False
        self._stopping = threading.Event()

    def sealed(self, through: int, erase: bool) -> None:  # noqa: FBT001
        """Segments up to `through` are sealed. `erase`: compact whatever the size. Never waits."""
        with self._lock:
            self._next, self._erase = through, self._erase or erase
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal-compaction", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Give up what is under way; the files stay as they are."""
        self._stopping.set()
        thread = self._thread
        if thread:
            thread.join()

    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._thread is None

    def _worth_it(self, through: int) -> bool:
        files = up_to(list_files(self._folder), through)
        size = sum(path.stat().st_size for path in _paths(files))
        return size > 2 * self._live_bytes() + self._slack_bytes

    def _run(self) -> None:
        while True:
            with self._lock:
                through, self._next = self._next, None
                erase, self._erase = self._erase, False
                if through is None or self._stopping.is_set():
                    self._thread = None
                    return
            try:
                if erase or self._worth_it(through):
                    compact(self._folder, through, self._stopping)
            except Exception:
                # The journal is whole without it; the next sealed segment tries again.
                LOG.exception("compaction failed", extra={"action": "compaction_failed"})


def up_to(files: Files, through: int) -> Files:
    """The base and the segments up to a number."""
    return files._replace(segments=tuple(s for s in files.segments if s[0] <= through))


def compact(folder: Path, through: int, stopping: threading.Event) -> None:
    """Write the base of segments up to `through` and remove what it stands for.

    Raises OSError, RecordDamaged. Killed at any moment, either the old files count or the new one.
    """
    files = up_to(list_files(folder), through)
    if not files.segments:
        return
    places, destroyed, last = _survey(files, stopping)
    final = base_path(folder, through)
    unfinished = final.with_name(final.name + ".new")
    header = header_of(_paths(files)[0])
    with disk.create(unfinished) as out:
        out.write(frame(0, 0, encode(replace(header, kind="base", version=VERSION))))
        for replayed in _gently(replay(files, End(), sealed=True), stopping):
            line = _living(replayed.line, replayed.position, places, destroyed)
            if line != Line() or replayed.position == last:
                out.write(frame(replayed.position, last, encode(line)))
        out.flush()
        os.fsync(out.fileno())
    if stopping.is_set():
        unfinished.unlink()
        return
    disk.put_in_place(unfinished, final)
    for path in _paths(files):
        path.unlink()
    disk.sync_folder(folder)


def _paths(files: Files) -> list[Path]:
    return [*([files.base] if files.base else []), *(path for _, path in files.segments)]


def _gently(commits: Iterator[Replayed], stopping: threading.Event) -> Iterator[Replayed]:
    """The commits, with a rest after each slice of work; ends early when stopping."""
    began = time.monotonic()
    for replayed in commits:
        if stopping.is_set():
            return
        yield replayed
        if time.monotonic() - began > SLICE_SECONDS:
            time.sleep(REST_SECONDS)
            began = time.monotonic()


def _survey(files: Files, stopping: threading.Event) -> tuple[Places, set[str], int]:
    """Where the last version of each living document stands, which scopes are destroyed, the last commit."""
    places: Places = {}
    destroyed: set[str] = set()
    end = End()
    for replayed in _gently(replay(files, end, sealed=True), stopping):
        line = replayed.line
        for key in line.deletes:
            places.pop(key, None)
        for put in line.puts:
            places[put.table, put.name] = replayed.position
        destroyed.update(line.destroyed)
    return places, destroyed, end.position


def _living(line: Line, position: int, places: Places, destroyed: set[str]) -> Line:
    """What of a commit still counts. Destroyed scopes keep their entries' hashes and heads."""
    return Line(
        keys=tuple(key for key in line.keys if key.scope not in destroyed),
        puts=tuple(
            put
            for put in line.puts
            if places.get((put.table, put.name)) == position and put.scope not in destroyed
        ),
        entries=tuple(
            replace(entry, body=b"") if entry.scope in destroyed else entry for entry in line.entries
        ),
        destroyed=line.destroyed,
    )
