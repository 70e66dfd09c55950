"""What happened to the files while nobody looked: a torn tail is cut, anything else is refused by name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import RecordDamaged, StoreFailed
from bot.store import verify_folder
from bot.store.journal import list_files
from bot.store.line import OLDEST, VERSION, Header, encode, frame, read_line
from tests.unit.store.samples import (
    CASES,
    LINKS,
    Case,
    Link,
    erase,
    journal_files,
    keep,
    link,
    reopen,
    until,
)

SEGMENT_BYTES = 8 << 10
DATA = Path(__file__).parent.parent / "data"


async def crashed(folder: Path, commits: int) -> Path:
    """The segment of a record that was copied while in use: no closing line."""
    store = reopen(folder / "running", segment_bytes=SEGMENT_BYTES)
    for number in range(commits):
        store.stage(link(f"l{number}", Link(channel="a")))
        await store.settled()
    shutil.copytree(folder / "running", folder / "copy")
    store.close()
    return journal_files(folder / "copy")[-1]


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file without the zeros behind them."""
    return path.read_bytes().rstrip(b"\0").splitlines(keepends=True)


async def test_a_tail_torn_at_any_byte_is_cut_and_writing_goes_on(tmp_path: Path) -> None:
    path = await crashed(tmp_path, 3)
    *whole, last = lines_of(path)
    for length in range(len(last)):
        for padding in (b"", bytes(400)):
            path.write_bytes(b"".join(whole) + last[:length] + padding)
            store = reopen(path.parent, segment_bytes=SEGMENT_BYTES)
            assert store.get(LINKS, "l1") == Link(channel="a")
            assert store.get(LINKS, "l2") is None
            store.stage(link("l2", Link(channel="b")))
            store.close()
            store = reopen(path.parent, segment_bytes=SEGMENT_BYTES)
            assert store.get(LINKS, "l2") == Link(channel="b")
            store.close()


async def test_the_sectors_of_a_torn_write_may_reach_the_disk_in_any_order(tmp_path: Path) -> None:
    path = await crashed(tmp_path, 2)
    together = [frame(number, 2, b"{}") for number in (3, 4, 5)]
    path.write_bytes(b"".join([*lines_of(path), bytes(len(together[0])), *together[1:]]))
    store = reopen(path.parent, segment_bytes=SEGMENT_BYTES)
    assert store.stats().durable == 2
    store.close()


async def test_a_line_that_a_later_one_calls_durable_is_damaged_not_torn(tmp_path: Path) -> None:
    path = await crashed(tmp_path, 2)
    lines = lines_of(path)
    path.write_bytes(b"".join([*lines[:-1], bytes(len(lines[-1])), frame(3, 2, b"{}")]))
    with pytest.raises(RecordDamaged, match=path.name):
        reopen(path.parent)


async def test_a_flipped_bit_in_any_byte_but_the_tail_is_refused_by_file(tmp_path: Path) -> None:
    path = await crashed(tmp_path, 3)
    good = path.read_bytes()
    end = len(b"".join(lines_of(path)[:-1]))
    for place in range(end):
        flipped = bytearray(good)
        flipped[place] ^= 1 << (place % 8)
        path.write_bytes(flipped)
        with pytest.raises(StoreFailed, match=path.name):
            reopen(path.parent)
        assert path.read_bytes() == flipped


def test_after_a_clean_stop_even_the_last_commit_cannot_be_damaged_unnoticed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    store.stage(link("l1", Link(channel="a")))
    store.close()
    path = journal_files(folder)[-1]
    good = path.read_bytes()
    header, commit, _closing = lines_of(path)
    for place in range(len(header), len(header) + len(commit)):
        flipped = bytearray(good)
        flipped[place] ^= 1
        path.write_bytes(flipped)
        with pytest.raises(RecordDamaged, match=path.name):
            reopen(folder)


async def rolled(folder: Path) -> list[Path]:
    """A record with a base and two segments."""
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    for number in range(30):
        store.stage(keep(Case(id=f"c{number}", words="w" * 300)))
    store.stage(erase("c7"))
    await store.settled()
    await until(lambda: list_files(folder).base is not None and store._compactor.idle())
    for number in range(30):
        store.stage(keep(Case(id=f"c{number + 40}", words="w" * 300)))
        await store.settled()
    store.close()
    files = journal_files(folder)
    assert [path.name.split("-")[0] for path in files[:3]] == ["base", "segment", "segment"]
    return files


def cut_last_line(path: Path) -> None:
    path.write_bytes(b"".join(lines_of(path)[:-1]))


def cut_a_middle_line(path: Path) -> None:
    lines = lines_of(path)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))


def tear_the_end(path: Path) -> None:
    path.write_bytes(path.read_bytes().rstrip(b"\0")[:-20])


def empty(path: Path) -> None:
    path.write_bytes(b"")


# A base has gaps by its nature: what is missing from the middle of one, verify finds.
HARMS = [(harm, which) for harm in (cut_last_line, tear_the_end, empty, Path.unlink) for which in (0, 1)]


@pytest.mark.parametrize(("harm", "which"), [*HARMS, (cut_a_middle_line, 1)])
async def test_a_sealed_file_that_lacks_anything_is_refused(
    tmp_path: Path, harm: Callable[[Path], None], which: int
) -> None:
    folder = tmp_path / "data"
    files = await rolled(folder)
    harm(files[which])
    with pytest.raises(RecordDamaged, match=r"segment-|base-"):
        reopen(folder, segment_bytes=SEGMENT_BYTES)
    assert [problem.place for problem in verify_folder(folder).problems] == ["journal"]


async def test_half_done_files_of_a_crash_are_of_no_account(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    files = await rolled(folder)
    number = int(files[0].stem.split("-")[1])
    (folder / "segment-00000099.journal.new").write_bytes(b"half a header")
    shutil.copy(files[1], folder / f"segment-{number:08d}.journal")
    shutil.copy(files[0], folder / f"base-{number - 1:08d}.journal")
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    assert store.get(CASES, "c7") is None
    assert store.get(CASES, "c8") is not None
    store.close()
    assert set(files) <= set(journal_files(folder))
    assert not list(folder.glob("*.new"))
    assert f"segment-{number:08d}.journal" not in {path.name for path in journal_files(folder)}


def test_a_file_of_a_newer_handrail_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    reopen(folder).close()
    path = journal_files(folder)[0]
    newer = Header(version=VERSION + 1, kind="segment", first=1, case_table="cases", check=b"")
    path.write_bytes(frame(0, 0, encode(newer)))
    with pytest.raises(StoreFailed, match="newer Handrail"):
        reopen(folder)


def test_a_record_with_ids_in_clear_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    reopen(folder).close()
    (path,) = journal_files(folder)
    older = Header(version=OLDEST - 1, kind="segment", first=1, case_table="cases", check=b"")
    path.write_bytes(frame(0, 0, encode(older)))
    with pytest.raises(StoreFailed, match="Remove that data folder, or name another"):
        reopen(folder)


def test_a_record_kept_since_version_2_still_opens(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DATA / "record-version-2", folder)
    store = reopen(folder)
    assert store.get(CASES, "c1") == Case(id="c1", revision=2, owner="head", notes=("first",))
    assert [kept.entry.kind for kept in store.history("c1")] == ["noted", "decided", "noted"]
    assert store.get(CASES, "c2") is None
    assert store.verify() == ()
    store.close()


def test_a_commit_of_an_older_version_is_brought_up_step_by_step() -> None:
    line = read_line(
        b'{"gone":[["links","l1"]]}', VERSION - 1, {VERSION - 1: lambda old: old.replace(b"gone", b"deletes")}
    )
    assert line.deletes == (("links", "l1"),)
