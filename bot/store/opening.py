"""Opening the data folder: lock, key, replay, and the writer set on where the journal ends.

Must not know what the tables are about.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bot.errors import RecordDamaged, StoreFailed
from bot.model.problems import Problem
from bot.model.record import Table
from bot.store import disk
from bot.store.compaction import Compactor
from bot.store.contents import Contents
from bot.store.journal import SUFFIX, End, Files, header_of, list_files, replay, tidy
from bot.store.keys import KeyRing, SchoolKey, make_school_key, read_school_key
from bot.store.line import Header
from bot.store.lock import hold
from bot.store.store import JournalStore
from bot.store.verify import Anchor, Verified, verify_contents, verify_since
from bot.store.writer import Writer

SEGMENT_BYTES = 16 << 20
FREE_BYTES = 256 << 20
"""Room for some segments, and for a compaction of a small school's record."""
KEY_NAME = "school.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A record as read. `erase`: a destroyed scope's key still stands in a segment."""

    contents: Contents
    end: End
    erase: bool


def open_store(
    folder: Path,
    tables: Sequence[Table[Any]],
    *,
    case_table: Table[Any],
    key_file: Path | None = None,
    segment_bytes: int = SEGMENT_BYTES,
    free_bytes: int = FREE_BYTES,
) -> JournalStore:
    """Open the record in `folder`, or begin one. `key_file` is where the school's key stands, or is made
    on first start: `folder/school.key` unless given. With less than `free_bytes` on the disk it does not
    start, and `ready` says so. Folder and files are closed to other users of the server.

    Raises StoreLocked, RecordDamaged, StoreFailed, each with what to do.
    """
    lock: IO[bytes] | None = None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = hold(folder)
        store, erase = _open(
            folder,
            tables,
            case_table=case_table.name,
            key_file=key_file or folder / KEY_NAME,
            segment_bytes=segment_bytes,
            free_bytes=free_bytes,
        )
        store.start(lock, erase=erase)
    except OSError as error:
        if lock:
            lock.close()
        raise disk.failure(error, folder) from None
    except BaseException:
        if lock:
            lock.close()
        raise
    return store


def _open(
    folder: Path,
    tables: Sequence[Table[Any]],
    *,
    case_table: str,
    key_file: Path,
    segment_bytes: int,
    free_bytes: int,
) -> tuple[JournalStore, bool]:
    shortage = disk.shortage(folder, free_bytes)
    if shortage:
        raise StoreFailed(shortage)
    tidy(folder)
    disk.keep_private(folder, (folder / "lock", *folder.glob(f"*{SUFFIX}")))
    files = list_files(folder)
    if not files.segments and not key_file.exists():
        make_school_key(key_file)
    opened = read_record(files, read_school_key(key_file), tables, case_table=case_table)
    contents, end = opened.contents, opened.end

    def make_header(first: int) -> Header:
        return Header(kind="segment", first=first, case_table=case_table, check=contents.ring.check())

    writer = Writer(folder, make_header=make_header, segment_bytes=segment_bytes)
    if files.segments:
        writer.go_on(number=end.number, offset=end.offset, position=end.position, version=end.version)
    else:
        writer.begin(end.position)
    compactor = Compactor(folder, contents.size, slack_bytes=2 * segment_bytes)
    store = JournalStore(
        folder, contents, writer=writer, compactor=compactor, position=end.position, free_bytes=free_bytes
    )
    return store, opened.erase


def read_record(
    files: Files,
    school: SchoolKey,
    tables: Sequence[Table[Any]],
    *,
    case_table: str,
    any_table: bool = False,
) -> Opened:
    """Replay the journal. `any_table`: take tables that nobody described as plain JSON.

    Raises RecordDamaged, StoreFailed.
    """
    ring = KeyRing(school)
    for path in [files.base, *(path for _, path in files.segments)]:
        if path is not None:
            _check_header(header_of(path), path, ring, case_table)
    contents = Contents(ring, tables, case_table=case_table)
    end = End()
    erase = False
    with _collector_at_rest():
        for path, _, line in replay(files, end):
            erase = erase or (bool(line.destroyed) and path != files.base)
            if any_table:
                contents.load_unknown_tables(line)
            contents.load(line, path.name)
        contents.settle()
    return Opened(contents=contents, end=end, erase=erase)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Reading makes objects that all stay: looking through them for garbage takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check_header(header: Header, path: Path, ring: KeyRing, case_table: str) -> None:
    if not ring.fits(header.check):
        raise StoreFailed(
            f"The school's key does not fit {path.name}. Put back the key that this record was written with."
        )
    if header.case_table != case_table:
        raise StoreFailed(
            f"{path.name} keeps the history of {header.case_table}, not of {case_table}. "
            "Open the right folder."
        )


def verify_folder(folder: Path, *, key_file: Path | None = None, since: Anchor | None = None) -> Verified:
    """Read a record that no service is using, and check all of it. Nothing is written but the lock.

    `since`: check too that nothing was cut off of what stood there then.

    Raises StoreLocked, and StoreFailed when there is no record or its key is missing or wrong.
    """
    try:
        files = list_files(folder)
        if not files.segments:
            raise StoreFailed(
                f"There is no record in {folder}. Name the folder that holds the journal files."
            )
        with hold(folder):
            case_table = header_of(files.segments[-1][1]).case_table
            opened = read_record(
                files,
                read_school_key(key_file or folder / KEY_NAME),
                (),
                case_table=case_table,
                any_table=True,
            )
    except RecordDamaged as error:
        fault = Problem(file=str(folder), line=0, place="journal", what=str(error), remedy="")
        return Verified(problems=(fault,), anchor=None)
    except OSError as error:
        raise disk.failure(error, folder) from None
    contents = opened.contents
    anchor = Anchor(position=opened.end.position, hash=contents.chain.newest())
    problems = verify_contents(contents, str(folder))
    if since is not None:
        problems += verify_since(contents, str(folder), anchor, since)
    return Verified(problems=problems, anchor=anchor)
