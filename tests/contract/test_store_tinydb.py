"""TinyDB is the database: its API works over the record, and its one internal is where we need it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import tinydb
from tinydb import Query, where

from bot.store import JournalStore
from bot.store.tables import JournalTable, NamedDocument
from tests.unit.store.samples import CASES, LINKS, Case, Link, entry, keep, link, reopen

MOVED = (
    "TinyDB {what}. bot/store/tables.py leans on it: read TinyDB's table.py again, mend tables.py, and only "
    "then raise the pin in requirements.txt."
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JournalStore]:
    journal = reopen(tmp_path / "data")
    yield journal
    journal.close()


def test_the_pinned_tinydb_is_the_one_installed() -> None:
    assert version("tinydb") == "4.9.0", MOVED.format(what="is another version")


def test_tinydb_still_writes_through_one_door() -> None:
    assert list(inspect.signature(tinydb.table.Table._update_table).parameters) == ["self", "updater"], (
        MOVED.format(what="has moved Table._update_table")
    )
    source = inspect.getsource(tinydb.table.Table)
    writes = source.count("self._storage.write(")
    assert writes == 1, MOVED.format(what=f"writes its storage in {writes} places of Table")


def test_tinydb_still_reads_a_table_out_of_storage_read() -> None:
    source = inspect.getsource(tinydb.table.Table._read_table)
    assert "self._storage.read()" in source, MOVED.format(what="no longer reads through Storage.read")
    assert "copy" not in source, MOVED.format(what="copies a table at each read")


def test_the_hooks_are_the_documented_ones(store: JournalStore) -> None:
    table = store.database.table("cases")
    assert type(table) is JournalTable
    assert isinstance(store.database, tinydb.TinyDB)
    assert JournalTable.document_class is NamedDocument
    assert JournalTable.document_id_class is str


def test_search_get_contains_count_and_len_see_what_is_staged(store: JournalStore) -> None:
    for number in range(4):
        store.stage(keep(Case(id=f"c{number}", owner="dsl" if number % 2 else "head")))
    # TinyDB's own hints say that an id is a number; here it is text.
    table: Any = store.database.table("cases")
    assert [str(document.doc_id) for document in table.search(where("owner") == "dsl")] == ["c1", "c3"]
    assert table.get(doc_id="c2")["owner"] == "head"
    assert table.get(doc_ids=["c1", "c9"]) == [table.get(Query().id == "c1")]
    assert table.get(where("owner") == "nobody") is None
    assert table.contains(where("id") == "c3")
    assert table.count(where("owner") == "dsl") == 2
    assert len(table) == 4
    assert store.database.tables() == {"cases", "links"}


def test_a_search_never_answers_with_what_it_found_before(store: JournalStore) -> None:
    table = store.database.table("links")
    query = where("channel") == "a"
    assert table.search(query) == []
    store.stage(link("l1", Link(channel="a")))
    found = table.search(query)
    found[0]["channel"] = "scribbled on"
    assert table.search(query) == [{"channel": "a", "rank": 0.0, "seen": None}]
    assert store.get(LINKS, "l1") == Link(channel="a")


async def test_a_write_through_tinydb_is_one_durable_commit(store: JournalStore, tmp_path: Path) -> None:
    table: Any = store.database.table("links")
    table.insert(NamedDocument({"channel": "a"}, "l1"))
    table.insert(NamedDocument({"channel": "a"}, "l2"))
    assert len(table.update({"rank": 2.0}, where("channel") == "a")) == 2
    assert store.get(LINKS, "l2") == Link(channel="a", rank=2.0)
    table.remove(doc_ids=["l1"])
    table.upsert(NamedDocument({"channel": "b"}, "l2"))
    await store.settled()
    assert store.stats().staged == 5
    store.close()
    again = reopen(tmp_path / "data")
    assert again.get(LINKS, "l1") is None
    assert again.get(LINKS, "l2") == Link(channel="b", rank=2.0)
    again.close()


def test_an_update_that_changes_nothing_writes_nothing(store: JournalStore) -> None:
    store.stage(link("l1", Link(channel="a")))
    store.database.table("links").update({"channel": "a"})
    assert store.stats().staged == 1


def test_tinydb_cannot_go_round_the_type_or_the_history(store: JournalStore) -> None:
    store.stage(keep(Case(id="c1"), entry("c1")))
    with pytest.raises(ValueError, match="history"):
        store.database.table("cases").update({"owner": "head"})
    with pytest.raises(ValueError, match="Link"):
        store.database.table("links").insert(NamedDocument({"channel": 7}, "l1"))
    assert store.get(CASES, "c1") == Case(id="c1")


def test_documents_need_an_id_of_their_own(store: JournalStore) -> None:
    with pytest.raises(TypeError, match="id of its own"):
        store.database.table("links").insert({"channel": "a"})


def test_a_table_that_the_record_does_not_have_is_empty_and_cannot_be_written(store: JournalStore) -> None:
    assert store.database.table("unknown").all() == []
    with pytest.raises(ValueError, match="unknown"):
        store.database.table("unknown").truncate()


def test_no_table_is_dropped_as_a_whole(store: JournalStore) -> None:
    with pytest.raises(TypeError):
        store.database.drop_table("cases")
    with pytest.raises(TypeError):
        store.database.drop_tables()
