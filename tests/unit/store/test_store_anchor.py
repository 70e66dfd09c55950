"""A record cut where a line ends is whole as far as it goes: only a line written down outside tells."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

from bot.commands import verify
from bot.store import Anchor, read_anchor, verify_folder
from bot.store.journal import list_files
from tests.unit.store.samples import Case, Link, erase, journal_files, keep, link, reopen, until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the record is."""
    return tmp_path / "data"


@pytest.fixture
def anchors(folder: Path) -> list[Anchor]:
    """Where the record stood after each of four commits; the last has no history."""
    store = reopen(folder)
    written_down = []
    changes = (keep(Case(id="c1")), keep(Case(id="c2")), keep(Case(id="c1", revision=2)))
    for commit in (*changes, link("l1", Link(channel="a"))):
        store.stage(commit)
        written_down.append(store.anchor())
    store.close()
    return written_down


def cut(folder: Path, lines: int) -> None:
    """Take whole lines off the end; the last is the one that a clean stop writes."""
    (path,) = journal_files(folder)
    kept = path.read_bytes().rstrip(b"\0").splitlines(keepends=True)[:-lines]
    path.write_bytes(b"".join(kept))


def run(*words: object) -> int:
    """The command."""
    parser = ArgumentParser()
    verify.arguments(parser)
    return verify.run(parser.parse_args([str(word) for word in words]))


def test_whatever_was_written_down_is_held_and_so_is_the_beginning(
    folder: Path, anchors: list[Anchor]
) -> None:
    for since in (Anchor(position=0, hash=bytes(32)), *anchors):
        assert verify_folder(folder, since=since).problems == ()


async def test_an_anchor_holds_after_compaction_and_destruction(folder: Path, anchors: list[Anchor]) -> None:
    store = reopen(folder)
    store.stage(erase("c2"))
    await store.settled()
    await until(lambda: list_files(folder).through >= 1 and store._compactor.idle())
    store.close()
    for since in anchors:
        assert verify_folder(folder, since=since).problems == ()


def test_a_record_cut_at_a_line_is_whole_but_for_what_was_written_down(
    folder: Path, anchors: list[Anchor]
) -> None:
    cut(folder, 3)
    assert verify_folder(folder).problems == ()
    for since in anchors[:2]:
        assert verify_folder(folder, since=since).problems == ()
    for since in anchors[2:]:
        problems = verify_folder(folder, since=since).problems
        assert [problem.place for problem in problems] == ["anchor", "anchor"]


def test_a_cut_of_what_is_in_no_history_shows_by_the_number(folder: Path, anchors: list[Anchor]) -> None:
    cut(folder, 2)
    (problem,) = verify_folder(folder, since=anchors[-1]).problems
    assert "ends at commit 3, and commit 4" in problem.what


def test_history_that_went_on_otherwise_shows_by_the_hash(folder: Path, anchors: list[Anchor]) -> None:
    cut(folder, 3)
    store = reopen(folder)
    for revision in (2, 3):
        store.stage(keep(Case(id="c1", revision=revision)))
    store.close()
    assert verify_folder(folder).problems == ()
    (problem,) = verify_folder(folder, since=anchors[-1]).problems
    assert "does not hold the history entry" in problem.what


def test_the_command_says_where_a_record_stands_and_whether_it_holds_a_line(
    folder: Path, anchors: list[Anchor], capsys: pytest.CaptureFixture[str]
) -> None:
    stands = Anchor(position=5, hash=anchors[-1].hash)
    assert run(folder, "--since", anchors[0]) == 0
    said = capsys.readouterr().out
    assert (
        said == f"The record is whole, and holds what stood there at {anchors[0]}.\nIt stands at {stands}\n"
    )
    cut(folder, 3)
    assert run(folder, "--since", stands) == 1
    assert f"It stands at {anchors[1]}\n" in capsys.readouterr().out
    assert run(folder) == 0


def test_the_command_refuses_what_is_no_anchor(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(folder, "--since", "5:ab")
    assert "a position, a colon and 64 digits" in capsys.readouterr().err


def test_an_anchor_reads_back_as_it_was_written(anchors: list[Anchor]) -> None:
    assert [read_anchor(f" {anchor}\n") for anchor in anchors] == anchors
    assert len(set(map(str, anchors))) == len(anchors)


@pytest.mark.parametrize("text", ["", "5", "5:", "5:ab", "x:" + "0" * 64, "5:" + "g" * 64, "-1:" + "0" * 64])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="position"):
        read_anchor(text)
