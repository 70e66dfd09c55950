"""The chain of history entries: each hash covers the one before it in its case and in the store.

    hash = SHA-256(prev_case ‖ prev_store ‖ seq as 8 bytes ‖ head)
    head = JSON [at, actor digest, role, kind, definition, content digest]
    a digest = SHA-256(salt ‖ what it stands for), in hexadecimal

The head is sealed for the school and outlives the case's key, so the chain can be checked when actor,
salt, content and change are gone. Must not know files or tables.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from bot.model.record import SYSTEM_SCOPE, Entry, Kept
from bot.store.keys import KeyRing, bound
from bot.store.line import StoredEntry, encode

START = bytes(32)
SALT_BYTES = 16
NOTHING = b"[]"


class Head(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What stays readable to the school for good."""

    at: datetime
    actor_digest: str
    role: str
    kind: str
    definition: str
    content_digest: str


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What goes with the case's key. `change` is what this entry did to the case document."""

    actor: str
    salt: bytes
    content: msgspec.Raw
    change: msgspec.Raw


_head = msgspec.json.Decoder(Head).decode
_body = msgspec.json.Decoder(Body).decode
_canonical = msgspec.json.Encoder(order="deterministic").encode
_value = msgspec.json.Decoder().decode


def plain(content: Any) -> bytes:
    """The content's canonical JSON. Raises ValueError for what is not plain JSON."""
    try:
        encoded = _canonical(content)
        same = bool(_value(encoded) == content)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        same = False
    if not same:
        raise ValueError("The content of a history entry must be plain JSON values only")
    return encoded


def digest(salt: bytes, *parts: bytes) -> str:
    """SHA-256 of the salt and the parts, one per line."""
    return hashlib.sha256(salt + b"\n".join(parts)).hexdigest()


def link(prev_case: bytes, prev_store: bytes, seq: int, head: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(prev_case + prev_store + seq.to_bytes(8, "big") + head).digest()


class Chain:
    """All entries, in the order of the store and by case."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._all: list[StoredEntry] = []
        self._cases: dict[str, list[StoredEntry]] = {}
        self.size = 0

    def __iter__(self) -> Iterator[StoredEntry]:
        """All entries of the store, oldest first."""
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def newest(self) -> bytes:
        """The hash of the last entry of the store, which covers every entry before it."""
        return self._all[-1].hash if self._all else START

    def case(self, case_id: str) -> tuple[Kept, ...]:
        """The entries of a case as they are read; of a destroyed one what stays."""
        return tuple(self._read(stored) for stored in self._cases.get(case_id, ()))

    def has(self, case_id: str) -> bool:
        """Whether the case has any entry."""
        return case_id in self._cases

    def seal(self, entry: Entry, content: bytes, change: bytes) -> StoredEntry:
        """Append the next entry of its case. A destroyed case's goes under the school."""
        scope = SYSTEM_SCOPE if entry.case_id in self._ring.destroyed else entry.case_id
        before = self._cases.get(entry.case_id)
        seq = len(before) + 1 if before else 1
        salt = os.urandom(SALT_BYTES)
        head = encode(
            Head(
                entry.at,
                digest(salt, entry.actor.encode()),
                entry.role,
                entry.kind,
                entry.definition,
                digest(salt, content, change),
            )
        )
        body = Body(actor=entry.actor, salt=salt, content=msgspec.Raw(content), change=msgspec.Raw(change))
        stored = StoredEntry(
            scope,
            entry.case_id,
            seq,
            link(before[-1].hash if before else START, self.newest(), seq, head),
            self._ring.seal(SYSTEM_SCOPE, head, _place("head", entry.case_id, seq)),
            self._ring.seal(scope, encode(body), _place("body", entry.case_id, seq)),
        )
        self.add(stored)
        return stored

    def add(self, stored: StoredEntry) -> None:
        """Append an entry as it was sealed."""
        self._all.append(stored)
        self._cases.setdefault(stored.case_id, []).append(stored)
        self.size += len(stored.head) + len(stored.body)

    def head(self, stored: StoredEntry) -> bytes:
        """The encoded head. Raises InvalidTag."""
        return self._ring.open(SYSTEM_SCOPE, stored.head, _place("head", stored.case_id, stored.seq))

    def body(self, stored: StoredEntry) -> Body | None:
        """The body, None once its scope is destroyed. Raises InvalidTag."""
        if stored.scope in self._ring.destroyed:
            return None
        return _body(self._ring.open(stored.scope, stored.body, _place("body", stored.case_id, stored.seq)))

    def _read(self, stored: StoredEntry) -> Kept:
        head = _head(self.head(stored))
        body = self.body(stored)
        entry = Entry(
            case_id=stored.case_id,
            at=head.at,
            actor=body.actor if body else "",
            role=head.role,
            kind=head.kind,
            definition=head.definition,
            content=_value(body.content) if body else {},
        )
        return Kept(seq=stored.seq, entry=entry, hash=stored.hash.hex())


def _place(part: str, case_id: str, seq: int) -> bytes:
    return bound((part, case_id, str(seq)))


def digests_fit(head: bytes, body: Body) -> bool:
    """Whether actor, content and change are those that the head was made for."""
    parsed = _head(head)
    return parsed.actor_digest == digest(body.salt, body.actor.encode()) and parsed.content_digest == digest(
        body.salt, bytes(body.content), bytes(body.change)
    )
