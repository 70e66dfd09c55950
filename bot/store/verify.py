"""Checking the record: every hash of every chain, and every case document rebuilt from its history.

Must not know what a case is: documents are JSON here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag

from bot.model.problems import Problem
from bot.store.changes import apply
from bot.store.contents import Contents
from bot.store.history import START, Body, digests_fit, link
from bot.store.line import StoredEntry

REMEDY = "Keep the folder as it is and compare it with a backup"

WRITTEN_ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Where a record stood: its last commit, and its newest history entry's hash (zeros before the first).

    Written down outside the server it shows whether anything was cut off since. It says nothing of anybody.
    """

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"


def read_anchor(text: str) -> Anchor:
    """An anchor as it was written down. Raises ValueError."""
    found = WRITTEN_ANCHOR.fullmatch(text.strip())
    if found is None:
        raise ValueError("An anchor is a position, a colon and 64 digits of a hash")
    return Anchor(position=int(found[1]), hash=bytes.fromhex(found[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What verifying found. `anchor` is None when the files could not be read to their end."""

    problems: tuple[Problem, ...]
    anchor: Anchor | None


_value = msgspec.json.Decoder().decode
_canonical = msgspec.json.Encoder(order="deterministic").encode


def verify_contents(contents: Contents, name: str) -> tuple[Problem, ...]:
    """What does not agree, each with the case's id as its place and the entry's number as its line."""
    return tuple(
        Problem(file=name, line=seq, place=case_id, what=what, remedy=REMEDY)
        for case_id, seq, what in _faults(contents)
    )


def verify_since(contents: Contents, name: str, now: Anchor, since: Anchor) -> tuple[Problem, ...]:
    """What of `since` the record no longer holds."""
    lacks = []
    if now.position < since.position:
        lacks.append(f"it ends at commit {now.position}, and commit {since.position} was written down")
    if since.hash != START and all(stored.hash != since.hash for stored in contents.chain):
        lacks.append("it does not hold the history entry whose hash was written down")
    return tuple(Problem(file=name, line=0, place="anchor", what=what, remedy=REMEDY) for what in lacks)


def _faults(contents: Contents) -> Iterator[tuple[str, int, str]]:
    last_of_store = START
    last_of_case: dict[str, tuple[int, bytes]] = {}
    rebuilt: dict[str, Any] = {}
    unreadable: set[str] = set()
    for stored in contents.chain:
        seq, prev_case = last_of_case.get(stored.case_id, (0, START))
        if stored.seq != seq + 1:
            yield stored.case_id, seq + 1, "this entry is missing"
        body, what = _check(contents, stored, link_from=(prev_case, last_of_store))
        if what:
            yield stored.case_id, stored.seq, what
        last_of_store = stored.hash
        last_of_case[stored.case_id] = (stored.seq, stored.hash)
        if body is None:
            unreadable.add(stored.case_id)
        elif stored.case_id not in unreadable:
            try:
                rebuilt[stored.case_id] = apply(rebuilt.get(stored.case_id), _value(body.change))
            except (LookupError, TypeError, msgspec.DecodeError):
                unreadable.add(stored.case_id)
                yield stored.case_id, stored.seq, "the change in this entry does not fit the case before it"
    yield from _compare(contents, rebuilt, unreadable)


def _check(
    contents: Contents, stored: StoredEntry, *, link_from: tuple[bytes, bytes]
) -> tuple[Body | None, str]:
    """The entry's body if it can still be read, and what is wrong with the entry, or ''."""
    try:
        head = contents.chain.head(stored)
        body = contents.chain.body(stored)
    except (InvalidTag, KeyError, msgspec.DecodeError):
        return None, "this entry was changed: it does not open with its key"
    if stored.hash != link(*link_from, stored.seq, head):
        return body, "this entry's hash does not follow from the entry and the ones before it"
    if body is not None and not digests_fit(head, body):
        return body, "the content of this entry is not what its hash was made from"
    return body, ""


def _compare(
    contents: Contents, rebuilt: dict[str, Any], unreadable: set[str]
) -> Iterator[tuple[str, int, str]]:
    # A record that holds no case yet has no rows of that table either, when opened without knowing tables.
    cases = contents.table(contents.case_table) if contents.case_table in contents.rows else {}
    for case_id in cases:
        if case_id in contents.ring.destroyed:
            yield case_id, 0, "the case stands in the record although its key is destroyed"
        elif case_id not in unreadable and _canonical(cases[case_id]) != _canonical(
            rebuilt.pop(case_id, None)
        ):
            yield case_id, 0, "the stored case is not what its history adds up to"
    for case_id, document in rebuilt.items():
        if document is not None and case_id not in unreadable and case_id not in cases:
            yield case_id, 0, "the case is missing, and its history does not say that it was deleted"
