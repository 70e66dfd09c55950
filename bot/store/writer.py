"""The one thread that writes: whatever waits becomes one write and one fdatasync (group commit).

A failure is final: the thread ends, says so once, and nothing after it is written. Must not know tables,
keys or what a commit means.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, NamedTuple

from bot.store import disk
from bot.store.journal import create_segment, reopen_segment, segment_path
from bot.store.line import VERSION, Header, Line, encode, frame

BATCH_JOBS = 1024


class Job(NamedTuple):
    """A commit to write. `seal`: end the segment after it, so that compaction can reach it."""

    position: int
    line: Line
    seal: bool


class Reports(NamedTuple):
    """What the writer tells, from its own thread: the position now durable, its end and why, a number up
    to which segments are sealed (`erase`: compaction must not wait)."""

    durable: Callable[[int], None]
    failed: Callable[[Exception], None]
    sealed: Callable[[int, bool], None]


class Writer:
    """Appends to the active segment and rolls to the next."""

    def __init__(self, folder: Path, *, make_header: Callable[[int], Header], segment_bytes: int) -> None:
        self._folder = folder
        self._make_header = make_header
        self._segment_bytes = segment_bytes
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._file: BinaryIO
        self._number = 0
        self._offset = 0
        self._durable = 0
        self._reports: Reports

    def begin(self, position: int) -> None:
        """Write the first segment, which follows commit `position`. Raises OSError."""
        self._durable = position
        self._start_segment(self._number + 1)

    def go_on(self, *, number: int, offset: int, position: int, version: int) -> None:
        """Continue where the journal ended; in a new segment if it is of an older version. Raises OSError."""
        self._number, self._offset, self._durable = number, offset, position
        self._file = reopen_segment(segment_path(self._folder, number), offset, self._segment_bytes)
        if version != VERSION:
            self._roll()

    def start(self, reports: Reports, *, erase: bool = False) -> None:
        """Take jobs from now on. `erase`: destroyed keys still stand in the files."""
        self._reports = reports
        if erase:
            self._roll()
            reports.sealed(self._number - 1, True)  # noqa: FBT003
        self._thread.start()

    def take(self, job: Job) -> None:
        """Queue a commit. Never waits."""
        self._jobs.put(job)

    def stop(self) -> None:
        """Write what is queued and a closing line, then end."""
        self._jobs.put(None)
        self._thread.join()
        self._file.close()

    def _run(self) -> None:
        try:
            while self._write(self._batch()):
                pass
        except Exception as error:  # noqa: BLE001  # whatever it is, writing is over and waiters must hear it
            self._reports.failed(error)

    def _batch(self) -> list[Job | None]:
        """All that waits, at least one."""
        batch = [self._jobs.get()]
        while batch[-1] is not None and not batch[-1].seal and len(batch) < BATCH_JOBS:
            if self._jobs.empty():
                break
            batch.append(self._jobs.get())
        return batch

    def _write(self, batch: list[Job | None]) -> bool:
        """Make a batch durable. False after the last."""
        jobs = [job for job in batch if job is not None]
        lines = [frame(job.position, self._durable, encode(job.line)) for job in jobs]
        position = jobs[-1].position if jobs else self._durable
        closing = len(jobs) < len(batch)
        if closing:
            # It knows the last commit durable, so that damage to that one cannot pass for a torn tail.
            self._append(b"".join(lines))
            self._durable = position
            position += 1
            lines = [frame(position, self._durable, encode(Line()))]
        self._append(b"".join(lines))
        self._durable = position
        self._reports.durable(position)
        if jobs and jobs[-1].seal and not closing:
            self._roll()
            self._reports.sealed(self._number - 1, True)  # noqa: FBT003
        return not closing

    def _append(self, data: bytes) -> None:
        if self._offset + len(data) > self._segment_bytes:
            self._roll()
            self._reports.sealed(self._number - 1, False)  # noqa: FBT003
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        disk.sync_data(self._file.fileno())
        self._offset += len(data)

    def _roll(self) -> None:
        """Begin the next segment; what lay ready behind this one's end goes back to the disk."""
        sealed, length = self._file, self._offset
        self._start_segment(self._number + 1)
        sealed.truncate(length)
        disk.sync_data(sealed.fileno())
        sealed.close()

    def _start_segment(self, number: int) -> None:
        header = self._make_header(self._durable + 1)
        self._file, self._offset = create_segment(self._folder, number, header, self._segment_bytes)
        self._file.seek(self._offset)
        self._number = number
