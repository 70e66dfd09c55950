"""The folder of the record and its backups are closed to every other user of the server."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import back_up, disk
from bot.store.journal import list_files
from tests.unit.store.samples import Case, erase, journal_files, keep, reopen, until

PRIVATE_FOLDER, PRIVATE_FILE = (0o700, 0o600) if os.name == "posix" else (0o777, 0o666)
"""Windows shows the same mode for all, and keeps a person's folder by rights of its own."""


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """A umask that forbids nothing, so that only the store decides."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """The mode of the folder, under its own name, and of each file in it."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


async def test_folder_and_files_are_closed_to_others_after_compaction_too(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder)
    store.stage(keep(Case(id="c1")))
    store.stage(erase("c1"))
    await store.settled()
    await until(lambda: list_files(folder).through >= 1 and store._compactor.idle())
    store.close()
    found = modes(folder)
    assert found.pop("data") == PRIVATE_FOLDER
    assert set(found) == {"base-00000001.journal", "segment-00000002.journal", "school.key", "lock"}
    assert set(found.values()) == {PRIVATE_FILE}


def test_a_backup_is_closed_to_others(tmp_path: Path) -> None:
    reopen(tmp_path / "data").close()
    back_up(tmp_path / "data", tmp_path / "copy")
    assert modes(tmp_path / "copy") == {"copy": PRIVATE_FOLDER, "segment-00000001.journal": PRIVATE_FILE}


def test_a_folder_that_stood_open_is_closed_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    reopen(folder).close()
    folder.chmod(0o755)
    journal_files(folder)[0].chmod(0o644)
    reopen(folder).close()
    found = modes(folder)
    assert found.pop("data") == PRIVATE_FOLDER
    assert set(found.values()) == {PRIVATE_FILE}


def test_a_folder_that_is_not_ours_to_close_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_path: Path, _mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    tmp_path.joinpath("data").mkdir(mode=0o755)
    with caplog.at_level(logging.WARNING):
        disk.keep_private(tmp_path / "data", ())
    (record,) = caplog.records
    assert record.action == "folder_exposed"  # type: ignore[attr-defined]  # given as extra
