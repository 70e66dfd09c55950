"""A backup is a record: it opens, verifies, and holds all that was acknowledged before it began."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.errors import RecordDamaged, StoreFailed
from bot.store import back_up, verify_folder
from tests.restart.store_writer import LINKS_KEPT
from tests.restart.test_store_kill import start_writer
from tests.unit.store.samples import LINKS, Link, journal_files, link, reopen


def test_a_backup_taken_while_a_process_writes_holds_what_it_had_acknowledged(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with start_writer(folder, 1, 8 << 10) as process:
        assert process.stdout is not None
        for copy in range(6):
            acknowledged = {int(process.stdout.readline()) for _ in range(100)}
            target = tmp_path / f"copy-{copy}"
            assert back_up(folder, target) >= max(acknowledged)
            assert not (target / "school.key").exists()
            assert verify_folder(target, key_file=folder / "school.key").problems == ()
            shutil.copy(folder / "school.key", target)
            store = reopen(target)
            for number in sorted(acknowledged)[-LINKS_KEPT // 2 :]:
                kept = store.get(LINKS, f"l{number % LINKS_KEPT}")
                assert kept is not None
                assert kept.rank >= number
            store.close()
        process.kill()


def test_a_backup_never_goes_over_another(tmp_path: Path) -> None:
    reopen(tmp_path / "data").close()
    back_up(tmp_path / "data", tmp_path / "copy")
    with pytest.raises(StoreFailed, match="exists"):
        back_up(tmp_path / "data", tmp_path / "copy")


def test_a_folder_without_a_record_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="no record"):
        back_up(tmp_path, tmp_path / "copy")


@pytest.mark.parametrize("which", [0, -1])
async def test_a_damaged_record_is_not_passed_off_as_a_backup(tmp_path: Path, which: int) -> None:
    folder = tmp_path / "data"
    store = reopen(folder, segment_bytes=4096)
    for number in range(20):
        store.stage(link(f"l{number}", Link(channel="x" * 400)))
        await store.settled()
    store.close()
    path = journal_files(folder)[which]
    good = path.read_bytes()
    path.write_bytes(good[:900] + b"?" + good[901:])
    with pytest.raises(RecordDamaged):
        back_up(folder, tmp_path / "copy")
