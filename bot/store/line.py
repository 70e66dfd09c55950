"""The format of the journal: one commit, one line, one checksum.

    checksum SP position SP durable SP payload LF

`checksum` is CRC-32 of all that follows it, eight hexadecimal digits. `position` counts commits from 1;
0 marks a file's header. `durable` is the position known to be fsynced when the line was written: what a
later line calls durable was acknowledged, so it can be damaged but never torn. `payload` is JSON, in
which bytes are base64.

Its types are msgspec's own structs, which cost least to make, hold and encode. Must not know files, keys
or tables.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import msgspec

VERSION = 2
OLDEST = 2
"""Version 1 never held a real report. Its ids stood in clear, so it cannot be brought up without the key."""
MIGRATIONS: Mapping[int, Callable[[bytes], bytes]] = {}
"""From a version to the next: a payload of that version in, the next version's out."""


class StoredPut(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A document. `name` stands for its id, which is sealed with it (`KeyRing.name`). `born` counts the
    store's documents by first writing, for 'oldest first'."""

    table: str
    name: str
    scope: str
    born: int
    sealed: bytes


class StoredEntry(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A line of history. `head` is sealed for the school, `body` for `scope`; empty once destroyed."""

    scope: str
    case_id: str
    seq: int
    hash: bytes
    head: bytes
    body: bytes


class StoredKey(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A scope's data key, wrapped by the school's key."""

    scope: str
    wrapped: bytes


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One commit over all tables. Replay order: keys, deletes, puts, entries, destroyed.

    `deletes` are tables and names, as in `StoredPut`.
    """

    keys: tuple[StoredKey, ...] = ()
    deletes: tuple[tuple[str, str], ...] = ()
    puts: tuple[StoredPut, ...] = ()
    entries: tuple[StoredEntry, ...] = ()
    destroyed: tuple[str, ...] = ()


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """A file's first line. `first` is the position of its first commit (a base: of the first ever).

    `check` is nothing, sealed with the school's key: it tells the right key from a wrong one.
    """

    format: Literal["handrail-journal"] = "handrail-journal"
    version: int = VERSION
    kind: Literal["segment", "base"]
    first: int
    case_table: str
    check: bytes


class Framed(NamedTuple):
    """A line whose checksum is right."""

    position: int
    durable: int
    payload: bytes


encode = msgspec.json.Encoder().encode
_decode_line = msgspec.json.Decoder(Line).decode
_decode_header = msgspec.json.Decoder(Header).decode


def frame(position: int, durable: int, payload: bytes) -> bytes:
    """The bytes of a line, LF included."""
    body = b"%d %d %b" % (position, durable, payload)
    return b"%08x %b\n" % (zlib.crc32(body), body)


def unframe(raw: bytes) -> Framed | None:
    """The parts of a line, or None when it is not whole."""
    if raw[-1:] != b"\n" or raw[8:9] != b" ":
        return None
    body = raw[9:-1]
    if raw[:8] != b"%08x" % zlib.crc32(body):
        return None
    position, durable, payload = body.split(b" ", 2)
    return Framed(int(position), int(durable), payload)


def read_header(payload: bytes) -> Header:
    """Raises msgspec.DecodeError for anything but a header of ours."""
    return _decode_header(payload)


def read_line(
    payload: bytes, version: int = VERSION, steps: Mapping[int, Callable[[bytes], bytes]] = MIGRATIONS
) -> Line:
    """The commit, brought up to this version first. Raises msgspec.DecodeError."""
    for step in range(version, VERSION):
        payload = steps[step](payload)
    return _decode_line(payload)
