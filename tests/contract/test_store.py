"""The contract of the Store port, over the journal and over the fake."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.casework.ports import Store
from bot.errors import RevisionMoved, ZoneMissing
from bot.model.record import SYSTEM_SCOPE, Commit, Put, Table
from tests.fakes.store import MemoryStore
from tests.unit.store.samples import (
    CASES,
    LINKS,
    NOW,
    TABLES,
    UNKNOWN,
    Case,
    Link,
    entry,
    erase,
    keep,
    link,
    reopen,
)

UNTYPED: Any = Link
UNTYPED_CASE: Any = Case
"""As code that no type checker saw would make them."""


@pytest.fixture(params=["journal", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore(TABLES, CASES)
        return
    journal = reopen(tmp_path / "data")
    yield journal
    assert journal.verify() == ()
    journal.close()


def test_a_staged_document_is_read_at_once(store: Store) -> None:
    store.stage(keep(Case(id="c1", notes=("a", "b"), marks={"x": None, "y": 1.5})))
    assert store.get(CASES, "c1") == Case(id="c1", notes=("a", "b"), marks={"x": None, "y": 1.5})


def test_an_unknown_id_is_none_and_an_unknown_key_finds_nothing(store: Store) -> None:
    assert store.get(CASES, "nobody") is None
    assert store.find(CASES, "owner", "nobody") == ()
    assert store.find(CASES, "no such index", "dsl") == ()
    assert store.earliest(CASES, NOW, 10) == ()
    assert store.history("nobody") == ()


def test_what_is_read_is_frozen_and_of_its_own_type(store: Store) -> None:
    store.stage(link("l1", Link(channel="19:x")))
    read = store.get(LINKS, "l1")
    assert type(read) is Link
    unchecked: Any = read
    with pytest.raises(FrozenInstanceError):
        unchecked.channel = "19:y"


async def test_durable_and_settled_return_after_staging(store: Store) -> None:
    first = store.stage(link("l1", Link(channel="a")))
    second = store.stage(link("l2", Link(channel="b")))
    assert second.position == first.position + 1
    async with asyncio.timeout(10):
        await store.durable(second)
        await store.durable(first)
        await store.settled()


async def test_many_can_wait_for_the_same_write(store: Store) -> None:
    tickets = [store.stage(link(f"l{n}", Link(channel="a"))) for n in range(50)]
    async with asyncio.timeout(10):
        await asyncio.gather(*(store.durable(ticket) for ticket in tickets), store.settled())


def test_must_be_new_refuses_what_is_there(store: Store) -> None:
    store.stage(keep(Case(id="c1"), expect=None))
    with pytest.raises(RevisionMoved):
        store.stage(keep(Case(id="c1"), expect=None))
    assert len(store.history("c1")) == 1


def test_an_expected_revision_must_be_the_one_that_is_there(store: Store) -> None:
    store.stage(keep(Case(id="c1", revision=4)))
    with pytest.raises(RevisionMoved):
        store.stage(keep(Case(id="c1", revision=5), expect=3))
    store.stage(keep(Case(id="c1", revision=5), expect=4))
    assert store.get(CASES, "c1") == Case(id="c1", revision=5)


def test_an_expected_revision_of_a_missing_document_has_moved(store: Store) -> None:
    with pytest.raises(RevisionMoved):
        store.stage(keep(Case(id="c1"), expect=1))
    store.stage(link("l1", Link(channel="a")))
    with pytest.raises(RevisionMoved):
        store.stage(link("l1", Link(channel="b"), expect=1))


def test_a_refused_commit_changes_nothing(store: Store) -> None:
    store.stage(keep(Case(id="c1")))
    both = Commit(
        at=NOW,
        puts=(
            Put(table=LINKS, id="l1", value=Link(channel="a")),
            Put(table=CASES, id="c1", value=Case(id="c1", revision=2), expect=7),
        ),
        entries=(entry("c1"),),
    )
    with pytest.raises(RevisionMoved):
        store.stage(both)
    assert store.get(LINKS, "l1") is None
    assert store.get(CASES, "c1") == Case(id="c1")
    assert len(store.history("c1")) == 1


def test_find_gives_the_oldest_first_and_follows_a_change_of_key(store: Store) -> None:
    for name in ("c3", "c1", "c2"):
        store.stage(keep(Case(id=name)))
    store.stage(keep(Case(id="c3", revision=2, owner="head")))
    assert store.find(CASES, "owner", "dsl") == ("c1", "c2")
    store.stage(keep(Case(id="c3", revision=3)))
    assert store.find(CASES, "owner", "dsl") == ("c3", "c1", "c2")
    assert store.find(CASES, "owner", "head") == ()


def test_a_document_stands_under_each_of_its_keys_once(store: Store) -> None:
    store.stage(keep(Case(id="c1", notes=("a", "b", "a"))))
    assert store.find(CASES, "note", "a") == ("c1",)
    assert store.find(CASES, "note", "b") == ("c1",)
    store.stage(keep(Case(id="c1", revision=2, notes=("b",))))
    assert store.find(CASES, "note", "a") == ()


def test_a_deleted_document_is_gone_and_young_again_when_it_returns(store: Store) -> None:
    store.stage(link("l1", Link(channel="a")))
    store.stage(link("l2", Link(channel="a")))
    store.stage(Commit(at=NOW, deletes=((LINKS, "l1"),)))
    assert store.get(LINKS, "l1") is None
    assert store.find(LINKS, "channel", "a") == ("l2",)
    store.stage(link("l1", Link(channel="a"), expect=None))
    assert store.find(LINKS, "channel", "a") == ("l2", "l1")


def test_deleting_what_is_not_there_is_no_error(store: Store) -> None:
    store.stage(Commit(at=NOW, deletes=((LINKS, "l1"),)))
    assert store.get(LINKS, "l1") is None


def test_earliest_is_in_order_up_to_and_including_the_bound(store: Store) -> None:
    for minutes in (30, 10, 20):
        store.stage(keep(Case(id=f"c{minutes}", due=NOW + timedelta(minutes=minutes))))
    store.stage(keep(Case(id="never")))
    until = NOW + timedelta(minutes=20)
    assert store.earliest(CASES, until, 10) == ("c10", "c20")
    assert store.earliest(CASES, until, 1) == ("c10",)
    assert store.earliest(CASES, until, 0) == ()
    store.stage(keep(Case(id="c10", revision=2)))
    assert store.earliest(CASES, until, 10) == ("c20",)


def test_history_counts_from_one_and_keeps_what_was_given(store: Store) -> None:
    store.stage(keep(Case(id="c1"), entry("c1", "decided", level=2, why=["a", None, True, 1.5])))
    first, second = store.history("c1")
    assert (first.seq, second.seq) == (1, 2)
    assert second.entry == entry("c1", "decided", level=2, why=["a", None, True, 1.5])
    assert len({first.hash, second.hash}) == 2
    assert bytes.fromhex(first.hash)


def test_a_case_cannot_change_without_a_line_of_history(store: Store) -> None:
    put = Put(table=CASES, id="c1", value=Case(id="c1"))
    with pytest.raises(ValueError, match="history"):
        store.stage(Commit(at=NOW, puts=(put,)))
    with pytest.raises(ValueError, match="history"):
        store.stage(Commit(at=NOW, puts=(put,), entries=(entry("c2"),)))
    with pytest.raises(ValueError, match="history"):
        store.stage(Commit(at=NOW, deletes=((CASES, "c1"),)))


def test_history_may_grow_without_a_change_of_the_case(store: Store) -> None:
    store.stage(keep(Case(id="c1")))
    store.stage(Commit(at=NOW, entries=(entry("c1", "seen"),)))
    assert [kept.entry.kind for kept in store.history("c1")] == ["noted", "seen"]


def test_one_commit_names_a_document_once(store: Store) -> None:
    put = Put(table=LINKS, id="l1", value=Link(channel="a"))
    with pytest.raises(ValueError, match="twice"):
        store.stage(Commit(at=NOW, puts=(put, put)))
    with pytest.raises(ValueError, match="twice"):
        store.stage(Commit(at=NOW, puts=(put,), deletes=((LINKS, "l1"),)))


def test_a_table_that_the_store_was_not_opened_with_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="unknown"):
        store.get(UNKNOWN, "x")
    with pytest.raises(ValueError, match="unknown"):
        store.stage(Commit(at=NOW, puts=(Put(table=UNKNOWN, id="x", value=Link(channel="a")),)))
    with pytest.raises(ValueError, match="unknown"):
        store.stage(Commit(at=NOW, deletes=((UNKNOWN, "x"),)))


@pytest.mark.parametrize(
    "value",
    [
        Link(channel="a", rank=float("nan")),
        Link(channel="a", rank=float("inf")),
        Link(channel="lone \ud800"),
        UNTYPED(channel=7),
        UNTYPED(channel=None),
        Case(id="c1"),
        "words",
    ],
)
def test_a_document_that_would_not_be_read_back_the_same_is_refused(store: Store, value: Any) -> None:
    with pytest.raises(ValueError):
        store.stage(link("l1", value))
    assert store.get(LINKS, "l1") is None


def test_a_list_where_the_type_says_tuple_is_refused(store: Store) -> None:
    with pytest.raises(ValueError):
        store.stage(keep(UNTYPED_CASE(id="c1", notes=["a"])))


@pytest.mark.parametrize(
    "content",
    [float("nan"), ("a",), {1: "a"}, NOW, b"bytes", {"a"}, object(), "lone \ud800", Link(channel="a")],
)
def test_history_takes_plain_json_values_only(store: Store, content: Any) -> None:
    with pytest.raises(ValueError):
        store.stage(Commit(at=NOW, entries=(entry("c1", value=content),)))
    assert store.history("c1") == ()


def test_a_history_entry_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001  # the point of the test
    with pytest.raises(ZoneMissing):
        store.stage(Commit(at=NOW, entries=(replace(entry("c1"), at=naive),)))


@pytest.mark.parametrize("micro", [0, 250_000])
def test_a_document_with_a_time_without_a_zone_is_refused_whole(store: Store, micro: int) -> None:
    naive = datetime(2026, 3, 2, 9, 30, 0, micro)  # noqa: DTZ001  # the point of the test
    with pytest.raises(ZoneMissing):
        store.stage(keep(Case(id="c1", due=naive)))
    with pytest.raises(ZoneMissing):
        store.stage(link("l1", Link(channel="a", seen={"x": (NOW, naive)})))
    assert store.get(CASES, "c1") is None
    assert store.history("c1") == ()
    assert store.get(LINKS, "l1") is None


def test_words_that_look_like_a_time_are_words(store: Store) -> None:
    store.stage(keep(Case(id="c1", words="2026-03-02T09:30:00", notes=("2026-03-02T09:30:00.5",), due=NOW)))
    read = store.get(CASES, "c1")
    assert read is not None
    assert read.words == "2026-03-02T09:30:00"
    store.stage(link("l1", Link(channel="2026-03-02T09:30:00", seen={"x": (NOW,)})))
    assert store.get(LINKS, "l1") == Link(channel="2026-03-02T09:30:00", seen={"x": (NOW,)})


def test_destroying_a_case_leaves_its_hashes_and_the_words_of_its_deletion(store: Store) -> None:
    store.stage(keep(Case(id="c1"), entry("c1", "decided")))
    before = store.history("c1")
    store.stage(erase("c1"))
    after = store.history("c1")
    assert [kept.hash for kept in after[:2]] == [kept.hash for kept in before]
    assert [kept.entry.kind for kept in after] == ["noted", "decided", "deleted"]
    assert [kept.entry.actor for kept in after[:2]] == ["", ""]
    assert [kept.entry.content for kept in after[:2]] == [{}, {}]
    assert after[2].entry == entry("c1", "deleted")
    assert store.get(CASES, "c1") is None


def test_destroying_a_scope_takes_every_document_under_it(store: Store) -> None:
    store.stage(keep(Case(id="c1")))
    store.stage(keep(Case(id="c2")))
    store.stage(Commit(at=NOW, entries=(entry("c1", "deleted"),), destroy=("c1",)))
    assert store.get(CASES, "c1") is None
    assert store.find(CASES, "owner", "dsl") == ("c2",)


def test_nothing_is_written_under_a_destroyed_scope(store: Store) -> None:
    store.stage(keep(Case(id="c1")))
    with pytest.raises(ValueError, match="destroyed"):
        store.stage(replace(keep(Case(id="c1", revision=2)), destroy=("c1",)))
    store.stage(erase("c1"))
    with pytest.raises(ValueError, match="destroyed"):
        store.stage(keep(Case(id="c1")))


def test_a_case_is_destroyed_on_record_only_and_the_systems_scope_never(store: Store) -> None:
    store.stage(keep(Case(id="c1")))
    with pytest.raises(ValueError, match="history"):
        store.stage(Commit(at=NOW, destroy=("c1",)))
    with pytest.raises(ValueError, match="never"):
        store.stage(Commit(at=NOW, destroy=(SYSTEM_SCOPE,)))
    assert store.get(CASES, "c1") == Case(id="c1")


def test_destroying_twice_keeps_the_entry_of_the_first_time(store: Store) -> None:
    store.stage(keep(Case(id="c1")))
    store.stage(erase("c1"))
    store.stage(erase("c1"))
    assert [kept.entry.content != {} for kept in store.history("c1")] == [False, True, True]


def test_a_table_object_with_the_same_name_reads_the_same_documents(store: Store) -> None:
    store.stage(link("l1", Link(channel="a")))
    assert store.get(Table(name="links", type=Link), "l1") == Link(channel="a")
