"""The files of the journal: their names, a new segment, and reading them all back in order.

    base-00000007.journal       what is left of segments 1 to 7 after compaction; never written again
    segment-00000008.journal    sealed, and
    segment-00000009.journal    active: zeros after its last line
    *.new                       unfinished, of no account

Must not know tables, keys or what a commit means.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from bot.errors import RecordDamaged, StoreFailed
from bot.store import disk
from bot.store.line import (
    OLDEST,
    VERSION,
    Framed,
    Header,
    Line,
    encode,
    frame,
    read_header,
    read_line,
    unframe,
)

SUFFIX = ".journal"


class Files(NamedTuple):
    """The journal's files. `base` holds what is left of the first `through` segments."""

    through: int
    base: Path | None
    segments: tuple[tuple[int, Path], ...]


class Replayed(NamedTuple):
    """A commit as read back, and the file it stands in."""

    path: Path
    position: int
    line: Line


@dataclass(slots=True, kw_only=True)
class End:
    """Where the journal ends; filled in by reading it to the end."""

    number: int = 0
    offset: int = 0
    position: int = 0
    version: int = VERSION


def segment_path(folder: Path, number: int) -> Path:
    """The file of a segment."""
    return folder / f"segment-{number:08d}{SUFFIX}"


def base_path(folder: Path, number: int) -> Path:
    """The file that stands for the first `number` segments."""
    return folder / f"base-{number:08d}{SUFFIX}"


def _number(path: Path) -> int:
    return int(path.name.removesuffix(SUFFIX).rpartition("-")[2])


def list_files(folder: Path) -> Files:
    """What counts in the folder. Raises RecordDamaged when a file is missing."""
    base = max(folder.glob(f"base-????????{SUFFIX}"), default=None)
    through = _number(base) if base else 0
    paths = sorted(folder.glob(f"segment-????????{SUFFIX}"))
    segments = tuple((_number(path), path) for path in paths if _number(path) > through)
    for expected, (number, _) in enumerate(segments, start=through + 1):
        if number != expected:
            raise damaged(segment_path(folder, expected).name, "is missing")
    if base and not segments:
        raise damaged(segment_path(folder, through + 1).name, "is missing")
    return Files(through, base, segments)


def disk_bytes(folder: Path) -> int:
    """What the journal takes on the disk, while compaction may be removing files."""
    total = 0
    for path in folder.glob(f"*{SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def tidy(folder: Path) -> None:
    """Remove what a crash left half done: unfinished files, and files that a base stands for."""
    through, base, _ = list_files(folder)
    for path in folder.glob(f"*{SUFFIX}.new"):
        path.unlink()
    for path in folder.glob(f"*{SUFFIX}"):
        if path != base and _number(path) <= through:
            path.unlink()


def damaged(file: str, what: str) -> RecordDamaged:
    """The sentence for a damaged file."""
    return RecordDamaged(
        f"{file} {what}. Keep the data folder as it is and start Handrail on a copy from your backups."
    )


def create_segment(folder: Path, number: int, header: Header, size: int) -> tuple[BinaryIO, int]:
    """A new segment, its header durable: the open file and the offset of its first line. Raises OSError."""
    path = segment_path(folder, number)
    unfinished = path.with_name(path.name + ".new")
    first = frame(0, 0, encode(header))
    with disk.create(unfinished, buffering=0) as file:
        disk.preallocate(file.fileno(), size)
        file.write(first)
        disk.sync_data(file.fileno())
    disk.put_in_place(unfinished, path)
    return path.open("r+b", buffering=0), len(first)


def read_lines(path: Path, header: Header, *, active: bool) -> Iterator[tuple[int, Framed]]:
    """Each whole line before the offset at which it ends, the header's too. The zeros after the last line
    end it, and so does, if `active`, a line that was never acknowledged. Raises RecordDamaged for any
    other line that is not whole."""
    offset = 0
    position = header.first - 1
    with path.open("rb") as file:
        for raw in file:
            framed = unframe(raw)
            if framed is None:
                rest = raw + file.read()
                if rest.strip(b"\0") and not (active and _torn(rest, position + 1)):
                    raise damaged(path.name, f"is damaged at byte {offset}")
                return
            offset += len(raw)
            position = max(position, framed.position)
            yield offset, framed


def _torn(rest: bytes, position: int) -> bool:
    """Whether the lines from `position` on may be the unfinished last write: the first is incomplete, and
    no line after it was written knowing that one durable."""
    first, newline, _ = rest.partition(b"\n")
    if newline and b"\0" not in first:
        return False
    # A sector that never arrived is zeros, and may have taken the end of the line before it along.
    later = (unframe(raw.rpartition(b"\0")[2] + b"\n") for raw in rest.split(b"\n"))
    return not any(framed and framed.durable >= position for framed in later)


def header_of(path: Path) -> Header:
    """Raises RecordDamaged, or StoreFailed for a file of a newer Handrail."""
    try:
        with path.open("rb") as file:
            framed = unframe(file.readline())
        if framed is None or framed.position != 0:
            raise damaged(path.name, "is damaged at its first line")
        header = read_header(framed.payload)
    except msgspec.DecodeError:
        raise damaged(path.name, "does not begin as a journal does") from None
    if header.version > VERSION:
        raise StoreFailed(f"{path.name} was written by a newer Handrail. Start that version or a later one.")
    if header.version < OLDEST:
        raise StoreFailed(
            f"{path.name} was written before Handrail's first release, in a rehearsal. "
            "Remove that data folder, or name another, to begin with an empty one."
        )
    return header


def replay(files: Files, end: End, *, sealed: bool = False) -> Iterator[Replayed]:
    """Every commit in order; `end` then says where to go on. `sealed`: the last segment is not active.

    Raises RecordDamaged, naming the file.
    """
    if files.base:
        header = header_of(files.base)
        for _, framed in read_lines(files.base, header, active=False):
            if framed.position:
                yield _replayed(files.base, header, framed, end)
    for number, path in files.segments:
        header = header_of(path)
        active = not sealed and number == files.segments[-1][0]
        if header.first != end.position + 1:
            raise damaged(path.name, f"begins with commit {header.first}, not {end.position + 1}")
        end.number, end.version = number, header.version
        for offset, framed in read_lines(path, header, active=active):
            end.offset = offset
            if framed.position:
                if framed.position != end.position + 1:
                    raise damaged(path.name, f"lacks commit {end.position + 1}")
                yield _replayed(path, header, framed, end)


def _replayed(path: Path, header: Header, framed: Framed, end: End) -> Replayed:
    if framed.position <= end.position:
        raise damaged(path.name, f"has commit {framed.position} out of order")
    end.position = framed.position
    try:
        return Replayed(path, framed.position, read_line(framed.payload, header.version))
    except (msgspec.DecodeError, KeyError):
        raise damaged(path.name, f"has a commit {framed.position} that is none of ours") from None


def reopen_segment(path: Path, offset: int, size: int) -> BinaryIO:
    """The active segment, ready to go on at `offset`: what a crash left behind it is cut off, and what
    was read before it is durable. Raises OSError."""
    file = path.open("r+b", buffering=0)
    file.seek(offset)
    if file.read().strip(b"\0"):
        file.truncate(offset)
        disk.preallocate(file.fileno(), max(size, offset))
    os.fsync(file.fileno())
    file.seek(offset)
    return file
