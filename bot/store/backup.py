"""A copy of a record, taken while a service writes to it or not.

Must not know keys: the copy is as unreadable as the record, and the school's key is kept elsewhere.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bot.errors import StoreFailed
from bot.store import disk
from bot.store.journal import End, Files, damaged, list_files, replay
from bot.store.line import unframe

TRIES = 5


def back_up(folder: Path, target: Path) -> int:
    """Copy the record in `folder` into the new folder `target`, without the key, and read the copy back.

    Returns the last commit that is in the copy. A commit that is being written is in it whole or not at
    all. Raises StoreFailed, RecordDamaged.
    """
    try:
        for _ in range(TRIES):
            target.mkdir(mode=0o700, parents=True)
            try:
                _copy(list_files(folder), target)
            except FileNotFoundError:
                # Compaction put another file in the place of one that was to be copied: begin again.
                shutil.rmtree(target)
            else:
                return _read_back(target)
    except OSError as error:
        raise disk.failure(error, target) from None
    raise StoreFailed(f"The files in {folder} kept changing. Start the backup again in a quieter hour.")


def _copy(files: Files, target: Path) -> None:
    if not files.segments:
        raise StoreFailed("There is no record to copy. Name the folder that holds the journal files.")
    for path in [*([files.base] if files.base else []), *(path for _, path in files.segments)]:
        with path.open("rb") as source, disk.create(target / path.name) as out:
            for raw in source:
                if unframe(raw) is None:
                    if raw.endswith(b"\n") and b"\0" not in raw:
                        raise damaged(path.name, "has a line that does not match its checksum")
                    # Zeros, or a line on its way: what is written from here on is for the next backup.
                    break
                out.write(raw)
            out.flush()
            os.fsync(out.fileno())
    disk.sync_folder(target)


def _read_back(target: Path) -> int:
    end = End()
    for _ in replay(list_files(target), end, sealed=True):
        pass
    return end.position
