"""A record before its first case."""

from __future__ import annotations

from pathlib import Path

from bot.casework.tables import ALL, CASES
from bot.store import open_store, verify_folder


def test_a_record_without_a_case_is_whole(tmp_path: Path) -> None:
    open_store(tmp_path, ALL, case_table=CASES).close()
    assert verify_folder(tmp_path).problems == ()
