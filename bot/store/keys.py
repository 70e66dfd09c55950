"""The school's key and the data keys it wraps. AES-256-GCM throughout, each nonce random and used once.

Destroying a scope forgets its data key; compaction then removes the wrapped key and what it sealed.
Must not know what is sealed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import StoreFailed
from bot.store import disk
from bot.store.line import StoredKey, encode

LOG = logging.getLogger(__name__)

KEY_BYTES = 32
NONCE_BYTES = 12
CIPHERS_KEPT = 4096
FIRST_LINE = "handrail school key 1"
CHECK = b"handrail key check"
NAME_BYTES = 16
NAMES = b"handrail document names"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolKey:
    """The school's key, as the two that are made of it: one wraps data keys, one makes names."""

    cipher: AESGCM = field(repr=False)
    names: bytes = field(repr=False)


bound: Callable[[tuple[str, ...]], bytes] = encode
"""Associated data, of what names a place: what is sealed there opens nowhere else."""


def _seal(cipher: AESGCM, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, place)


def _open(cipher: AESGCM, sealed: bytes, place: bytes) -> bytes:
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)


def make_school_key(path: Path) -> None:
    """Write a new key, readable by this user alone. Raises OSError."""
    text = f"{FIRST_LINE}\n{base64.b64encode(os.urandom(KEY_BYTES)).decode()}\n"
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    disk.put_in_place(unfinished, path)


def read_school_key(path: Path) -> SchoolKey:
    """Raises StoreFailed when the file is missing or is no key."""
    try:
        lines = path.read_text("ascii").splitlines()
        key = base64.b64decode(lines[1], validate=True)
    except FileNotFoundError:
        raise StoreFailed(
            f"The school's key {path} is missing, and the record cannot be read without it. "
            "Put your copy of the key back, then start again."
        ) from None
    except OSError as error:
        raise StoreFailed(
            f"The school's key {path} cannot be read ({error.strerror}). Let Handrail's user read it."
        ) from None
    except (UnicodeDecodeError, IndexError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES or lines[0] != FIRST_LINE:
        raise StoreFailed(f"{path} does not hold a school's key. Put your copy of the key back.")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        LOG.warning("others on this server may read the school's key", extra={"action": "key_exposed"})
    names = hashlib.blake2b(NAMES, key=key, digest_size=KEY_BYTES).digest()
    return SchoolKey(cipher=AESGCM(key), names=names)


class KeyRing:
    """The data key of each scope, made on first use."""

    def __init__(self, school: SchoolKey) -> None:
        self._school = school.cipher
        self._names = hashlib.blake2b(key=school.names, digest_size=NAME_BYTES)
        self._wrapped: dict[str, bytes] = {}
        self._ciphers: dict[str, AESGCM] = {}
        self.destroyed: set[str] = set()

    def check(self) -> bytes:
        """What a header carries, so that a wrong key is told from a damaged file."""
        return _seal(self._school, b"", CHECK)

    def fits(self, check: bytes) -> bool:
        """Whether this school's key made that check."""
        try:
            _open(self._school, check, CHECK)
        except InvalidTag:
            return False
        return True

    def name(self, table: str, key: str) -> str:
        """What stands in the files for a document's id: the same each time, and nothing without the key.

        An id may hold the ids of a case and of the person who was told of it, and outlives the case's key.
        """
        keyed = self._names.copy()
        keyed.update(bound((table, key)))
        return keyed.hexdigest()

    def add(self, key: StoredKey) -> None:
        """Take a wrapped key from the journal."""
        if key.scope not in self.destroyed:
            self._wrapped[key.scope] = key.wrapped

    def lacks(self, scope: str) -> bool:
        """Whether the scope has no key yet. A destroyed one never gets another."""
        return scope not in self._wrapped and scope not in self.destroyed

    def make(self, scope: str) -> StoredKey:
        """A new key for a scope that has none. The caller puts it into the journal."""
        plain = os.urandom(KEY_BYTES)
        key = StoredKey(scope, _seal(self._school, plain, bound(("key", scope))))
        self._wrapped[scope] = key.wrapped
        self._keep(scope, plain)
        return key

    def destroy(self, scope: str) -> None:
        """Forget the key for good."""
        self.destroyed.add(scope)
        self._wrapped.pop(scope, None)
        self._ciphers.pop(scope, None)

    def seal(self, scope: str, plain: bytes, place: bytes) -> bytes:
        """Encrypt for `scope`, bound to `place`."""
        return _seal(self._ciphers.get(scope) or self._unwrap(scope), plain, place)

    def open(self, scope: str, sealed: bytes, place: bytes) -> bytes:
        """Decrypt. Raises InvalidTag when anything was changed, KeyError for a scope without a key."""
        return _open(self._ciphers.get(scope) or self._unwrap(scope), sealed, place)

    def _unwrap(self, scope: str) -> AESGCM:
        return self._keep(scope, _open(self._school, self._wrapped[scope], bound(("key", scope))))

    def _keep(self, scope: str, plain: bytes) -> AESGCM:
        if len(self._ciphers) >= CIPHERS_KEPT:
            # Any of them is unwrapped again when it is needed.
            self._ciphers.clear()
        cipher = self._ciphers[scope] = AESGCM(plain)
        return cipher
