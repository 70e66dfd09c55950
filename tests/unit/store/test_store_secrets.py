"""Nothing that a person wrote can be read in the folder; what is destroyed cannot be read with any key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from bot.model.record import Commit
from bot.store import JournalStore
from bot.store.journal import list_files
from bot.store.keys import KeyRing, bound, read_school_key
from bot.store.line import Line, read_line, unframe
from tests.unit.store.samples import (
    LINKS,
    MARKER,
    NOW,
    Case,
    Link,
    entry,
    erase,
    journal_files,
    keep,
    link,
    reopen,
    until,
)

SEGMENT_BYTES = 16 << 10
# Long enough never to stand in sealed bytes by chance.
LONG_NUMBER = 739120468739120468


def lines_in(folder: Path) -> list[Line]:
    """Every commit in the files."""
    framed = (
        unframe(raw) for path in journal_files(folder) for raw in path.read_bytes().splitlines(keepends=True)
    )
    return [read_line(line.payload) for line in framed if line and line.position]


async def compacted(store: JournalStore, folder: Path, through: int) -> None:
    """Wait until segments up to `through` are compacted."""
    await until(lambda: list_files(folder).through >= through and store._compactor.idle())


async def test_no_word_number_time_owner_or_actor_is_readable(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    for number in range(60):
        case = Case(
            id=f"{number:x}", owner="owner-word", notes=("index-word",), due=NOW + timedelta(minutes=number)
        )
        store.stage(keep(case, entry(case.id, "kind-word", level=LONG_NUMBER)))
        store.stage(link(f"l{number}", Link(channel="channel-word")))
    store.stage(erase("a"))
    await store.settled()
    store.close()
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    for word in (
        MARKER,
        "owner-word",
        "index-word",
        "kind-word",
        "channel-word",
        "pack-1",
        str(LONG_NUMBER),
        "2026-",
    ):
        assert word.encode() not in everything
    assert b"links" in everything


async def test_each_sealed_part_has_a_nonce_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder)
    for number in range(200):
        store.stage(keep(Case(id="c1", revision=number)))
    store.close()
    lines = lines_in(folder)
    sealed = [put.sealed for line in lines for put in line.puts]
    sealed += [part for line in lines for kept in line.entries for part in (kept.head, kept.body)]
    assert len({part[:12] for part in sealed}) == len(sealed) == 600


async def test_a_destroyed_key_is_gone_from_the_files_and_so_is_what_it_sealed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    store.stage(keep(Case(id="c1")))
    store.stage(keep(Case(id="c2")))
    await store.settled()
    before = lines_in(folder)[0]
    assert before.keys
    assert before.puts[0].scope == "c1"
    store.stage(erase("c1"))
    await store.settled()
    await compacted(store, folder, 1)
    after = lines_in(folder)
    assert "c1" not in {key.scope for line in after for key in line.keys}
    assert "c1" not in {put.scope for line in after for put in line.puts}
    assert {kept.body for line in after for kept in line.entries if kept.scope == "c1"} == {b""}
    assert "c2" in {put.scope for line in after for put in line.puts}
    assert store.verify() == ()
    store.close()


async def test_a_key_that_a_crash_left_in_the_files_goes_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder)
    store.stage(keep(Case(id="c1")))
    await store.settled()
    saved = {path: path.read_bytes() for path in journal_files(folder)}
    store.stage(erase("c1"))
    await store.settled()
    await compacted(store, folder, 1)
    base, active = journal_files(folder)
    erased = base.read_bytes().splitlines(keepends=True)[2]
    store.close()
    base.unlink()
    active.unlink()
    for path, data in saved.items():
        path.write_bytes(data.rstrip(b"\0") + erased)
    store = reopen(folder)
    await compacted(store, folder, 1)
    assert "c1" not in {key.scope for line in lines_in(folder) for key in line.keys}
    store.close()


def test_a_sealed_part_opens_in_its_own_place_only(tmp_path: Path) -> None:
    store = reopen(tmp_path / "data")
    store.stage(keep(Case(id="c1")))
    store.close()
    line = lines_in(tmp_path / "data")[0]
    ring = KeyRing(read_school_key(tmp_path / "data" / "school.key"))
    for key in line.keys:
        ring.add(key)
    put = line.puts[0]
    name = ring.name("cases", "c1")
    assert put.name == name
    assert MARKER.encode() in ring.open("c1", put.sealed, bound(("document", "cases", name)))
    other = ring.name("cases", "c2")
    for place in (bound(("document", "cases", other)), bound(("document", "links", name)), b""):
        with pytest.raises(InvalidTag):
            ring.open("c1", put.sealed, place)


async def test_no_file_tells_which_person_was_told_of_which_case(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = reopen(folder, segment_bytes=SEGMENT_BYTES)
    key = "alert/case-word/person-word"
    store.stage(link(key, Link(channel="a")))
    store.stage(link("person-word", Link(channel="b")))
    store.stage(Commit(at=NOW, deletes=((LINKS, "person-word"),)))
    store.stage(keep(Case(id="other")))
    store.stage(erase("other"))
    await store.settled()
    await compacted(store, folder, 1)
    store.stage(link(key, Link(channel="c")))
    await store.settled()
    store.close()
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"person-word" not in everything
    assert b"case-word" not in everything
    store = reopen(folder)
    assert store.get(LINKS, key) == Link(channel="c")
    assert store.get(LINKS, "person-word") is None
    assert store.find(LINKS, "channel", "c") == (key,)
    store.close()


def test_another_school_has_other_names_for_the_same_ids(tmp_path: Path) -> None:
    names = set()
    for school in ("one", "two"):
        reopen(tmp_path / school).close()
        ring = KeyRing(read_school_key(tmp_path / school / "school.key"))
        assert ring.name("links", "l1") == ring.name("links", "l1")
        names |= {ring.name("links", "l1"), ring.name("links", "l2"), ring.name("cases", "l1")}
    assert len(names) == 6
