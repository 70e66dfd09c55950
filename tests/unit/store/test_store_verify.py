"""`verify` against somebody who holds the key and mends every checksum after them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from bot.model.problems import Problem
from bot.model.record import SYSTEM_SCOPE
from bot.store import verify_folder
from bot.store.history import Body, Head, digest
from bot.store.journal import list_files
from bot.store.keys import KeyRing, bound, read_school_key
from bot.store.line import Line, encode, frame, read_line, unframe
from tests.unit.store.samples import Case, Link, entry, erase, journal_files, keep, link, reopen, until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Commits 1 to 5: a case, another, a link, the first case again, and an entry alone for it."""
    folder = tmp_path / "data"
    store = reopen(folder)
    store.stage(keep(Case(id="c1"), entry("c1", "decided", level=1)))
    store.stage(keep(Case(id="c2")))
    store.stage(link("l1", Link(channel="a")))
    store.stage(keep(Case(id="c1", revision=2, notes=("added",))))
    store.stage(dataclasses.replace(keep(Case(id="c1")), puts=()))
    store.close()
    return folder


class Forger:
    """Rewrites commits of a stopped record, every checksum right again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = journal_files(folder)[0]
        header, *raws = self.path.read_bytes().rstrip(b"\0").splitlines(keepends=True)
        self.header = header
        framed = [unframe(raw) for raw in raws]
        self.lines = {line.position: read_line(line.payload) for line in framed if line}
        self.ring = KeyRing(read_school_key(folder / "school.key"))
        for line in self.lines.values():
            for key in line.keys:
                self.ring.add(key)

    def change(self, position: int, forge: Callable[[Line], Line]) -> None:
        self.lines[position] = forge(self.lines[position])

    def write(self) -> tuple[Problem, ...]:
        """Put the files back, and what verify says of them."""
        rows = (frame(place, place - 1, encode(line)) for place, line in self.lines.items())
        self.path.write_bytes(self.header + b"".join(rows))
        return verify_folder(self.folder).problems


def test_a_record_that_nobody_touched_has_no_problems(folder: Path) -> None:
    assert verify_folder(folder).problems == ()
    assert Forger(folder).write() == ()


def test_a_changed_byte_in_an_entry_is_found(folder: Path) -> None:
    def flip(line: Line) -> Line:
        first, *rest = line.entries
        return replace(
            line, entries=(replace(first, body=first.body[:-1] + bytes([first.body[-1] ^ 1])), *rest)
        )

    forger = Forger(folder)
    forger.change(4, flip)
    (problem,) = forger.write()
    assert (problem.place, problem.line) == ("c1", 3)
    assert "changed" in problem.what


def test_an_entry_rewritten_with_the_right_key_is_found(folder: Path) -> None:
    forger = Forger(folder)

    def rewrite(line: Line) -> Line:
        first, second = line.entries
        place = bound(("body", "c1", "2"))
        body = msgspec.json.decode(forger.ring.open("c1", second.body, place), type=Body)
        forged = replace(body, content=msgspec.Raw(b'{"level":9}'))
        sealed = forger.ring.seal("c1", encode(forged), place)
        return replace(line, entries=(first, replace(second, body=sealed)))

    forger.change(1, rewrite)
    (problem,) = forger.write()
    assert (problem.place, problem.line) == ("c1", 2)
    assert "hash" in problem.what


def test_an_entry_rewritten_with_its_head_breaks_the_chain(folder: Path) -> None:
    forger = Forger(folder)

    def rewrite(line: Line) -> Line:
        (stored,) = line.entries
        head = msgspec.json.decode(
            forger.ring.open(SYSTEM_SCOPE, stored.head, bound(("head", "c2", "1"))), type=Head
        )
        body = Body(actor="x", salt=bytes(16), content=msgspec.Raw(b"{}"), change=msgspec.Raw(b"[]"))
        forged = replace(
            head, actor_digest=digest(bytes(16), b"x"), content_digest=digest(bytes(16), b"{}", b"[]")
        )
        return replace(
            line,
            entries=(
                replace(
                    stored,
                    head=forger.ring.seal(SYSTEM_SCOPE, encode(forged), bound(("head", "c2", "1"))),
                    body=forger.ring.seal("c2", encode(body), bound(("body", "c2", "1"))),
                ),
            ),
        )

    forger.change(2, rewrite)
    problems = forger.write()
    assert ("c2", 1) in {(problem.place, problem.line) for problem in problems}
    assert any("hash" in problem.what for problem in problems)


@pytest.mark.parametrize("position", [1, 2, 4])
def test_a_dropped_entry_is_found(folder: Path, position: int) -> None:
    forger = Forger(folder)
    forger.change(position, lambda line: replace(line, entries=line.entries[1:]))
    problems = forger.write()
    assert problems
    assert {problem.place for problem in problems} <= {"c1", "c2"}


def test_the_last_entry_of_all_dropped_is_found_by_the_case_it_changed(folder: Path) -> None:
    forger = Forger(folder)
    forger.change(5, lambda line: replace(line, entries=()))
    forger.change(4, lambda line: replace(line, entries=()))
    (problem,) = forger.write()
    assert "not what its history adds up to" in problem.what


def test_entries_in_another_order_are_found(folder: Path) -> None:
    forger = Forger(folder)
    forger.change(1, lambda line: replace(line, entries=line.entries[::-1]))
    assert any("missing" in problem.what for problem in forger.write())


def test_a_changed_case_document_is_found(folder: Path) -> None:
    forger = Forger(folder)

    def rewrite(line: Line) -> Line:
        (put,) = line.puts
        place = bound(("document", "cases", forger.ring.name("cases", "c1")))
        document = forger.ring.open("c1", put.sealed, place).replace(b'"dsl"', b'"nobody"')
        return replace(line, puts=(replace(put, sealed=forger.ring.seal("c1", document, place)),))

    forger.change(4, rewrite)
    (problem,) = forger.write()
    assert (problem.place, problem.what) == ("c1", "the stored case is not what its history adds up to")


def test_a_case_document_that_was_taken_away_is_found(folder: Path) -> None:
    forger = Forger(folder)
    forger.change(2, lambda line: replace(line, puts=()))
    (problem,) = forger.write()
    assert problem.place == "c2"
    assert "missing" in problem.what


def test_a_document_that_does_not_open_is_a_problem_of_its_file(folder: Path) -> None:
    forger = Forger(folder)

    def flip(line: Line) -> Line:
        (put,) = line.puts
        return replace(line, puts=(replace(put, sealed=put.sealed[:-1] + b"\0\0"),))

    forger.change(3, flip)
    (problem,) = forger.write()
    assert forger.path.name in problem.what


async def test_a_destroyed_case_still_verifies_and_a_forged_line_of_it_does_not(folder: Path) -> None:
    store = reopen(folder)
    store.stage(erase("c1"))
    await store.settled()
    await until(lambda: list_files(folder).base is not None and store._compactor.idle())
    store.close()
    assert verify_folder(folder).problems == ()
    forger = Forger(folder)

    def forge(line: Line) -> Line:
        return replace(line, entries=tuple(replace(stored, hash=bytes(32)) for stored in line.entries))

    forger.change(1, forge)
    assert any("hash" in problem.what for problem in forger.write())
