"""One process owns the data folder. The lock is the operating system's, so a crash lets go of it.

Must not know what the folder holds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from bot.errors import StoreLocked

if sys.platform == "win32":
    import msvcrt

    def _seize(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _seize(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def hold(folder: Path) -> IO[bytes]:
    """Take the folder's lock; closing the returned file lets go. Raises StoreLocked."""
    file = (folder / "lock").open("a+b")
    try:
        _seize(file)
    except OSError:
        file.close()
        raise StoreLocked from None
    return file
