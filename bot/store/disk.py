"""What the store asks of the operating system beyond reading and writing, and its failures in words.

Must not know the format of what is written.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from bot.errors import StoreFailed

LOG = logging.getLogger(__name__)

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CLOSED_TO_US = {errno.EACCES, errno.EPERM, errno.EROFS}


def create(path: Path, *, buffering: int = -1) -> BinaryIO:
    """A file to write that this user alone may read; what stood there goes. Raises OSError."""
    return open(  # Path.open has no opener, and a mode set afterwards would come too late
        path, "wb", buffering=buffering, opener=lambda name, flags: os.open(name, flags, 0o600)
    )


def keep_private(folder: Path, files: Iterable[Path]) -> None:
    """Close a folder and files in it to every other user, where the system knows of that."""
    if os.name != "posix":
        return
    for path, mode in ((folder, 0o700), *((file, 0o600) for file in files)):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            try:
                path.chmod(mode)
            except PermissionError:
                # Somebody else's folder that we may write in: what is in it is sealed all the same.
                LOG.warning(
                    "others on this server may open %s", path.name, extra={"action": "folder_exposed"}
                )


def sync_data(descriptor: int) -> None:
    """Return when what was written survives a power cut."""
    getattr(os, "fdatasync", os.fsync)(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a rename or a removal in `folder` survive a power cut, where the system can do that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def preallocate(descriptor: int, size: int) -> None:
    """Take `size` bytes of zeros from the disk now, so that a later write neither waits nor runs out."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:
        os.truncate(descriptor, size)


def put_in_place(unfinished: Path, final: Path) -> None:
    """Give a written and synced file its name for good. A crash leaves either name, never half a file."""
    unfinished.replace(final)
    sync_folder(final.parent)


def shortage(folder: Path, least_bytes: int) -> str | None:
    """What to do when less than `least_bytes` are left for us on the folder's disk."""
    free = shutil.disk_usage(folder).free
    if free >= least_bytes:
        return None
    return (
        f"Only {free >> 20} MB are free on the disk under {folder}, and Handrail needs {least_bytes >> 20}. "
        "Free space before writing has to stop."
    )


def failure(error: OSError, folder: Path) -> StoreFailed:
    """The sentence for whoever runs the server."""
    reason = error.strerror or type(error).__name__
    if error.errno in FULL:
        return StoreFailed(
            f"The disk under {folder} is full ({reason}). Free space, then start Handrail again."
        )
    if error.errno in CLOSED_TO_US:
        return StoreFailed(
            f"Handrail may not write in {folder} ({reason}). Give its user the folder, then start again."
        )
    return StoreFailed(
        f"Writing in {folder} failed ({reason}). Check the disk, then start Handrail again: it reads "
        "what is safely on it."
    )
