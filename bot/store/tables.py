"""TinyDB over the store: its Table, Storage and Document, and one internal, `_update_table`.

TinyDB's own reads (search, get, contains, count) run over the rows in RAM; its writes (insert of a
Document with an id, update, remove) become one commit of the journal. Stock TinyDB would rebuild and write
the whole database at each write. Must not know files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document, Table

from bot.store.rows import Rows

Write = Callable[[str, Mapping[str, dict[str, Any] | None]], None]
"""Takes a table's name and its changed documents by id; None for a removed one."""


class NamedDocument(Document):
    """A document whose id is a string, as all ids of the record are."""

    def __init__(self, value: Mapping[str, Any], doc_id: str) -> None:
        # TinyDB types ids as int; its hook `document_id_class` allows any.
        named: Any = doc_id
        super().__init__(value, named)


class JournalStorage(Storage):
    """Shows TinyDB the rows, and never takes a whole database from it."""

    def __init__(self, rows: Mapping[str, Rows], commit: Write) -> None:
        self._rows = rows
        self.commit = commit

    def read(self) -> dict[str, dict[str, Any]] | None:
        """The tables. Nothing is copied or decoded here: rows are mappings, all that TinyDB's reads need."""
        tables: dict[str, Any] = dict(self._rows)
        return tables

    def write(self, data: Mapping[str, Any]) -> None:  # noqa: ARG002 -- TinyDB's shape
        """Refused: TinyDB would replace everything at once, outside any commit."""
        # TinyDB calls this only to drop or replace a table, which nothing here ever does.
        raise TypeError("Tables are written document by document; none is dropped as a whole")


class Draft(MutableMapping[str, dict[str, Any]]):
    """What TinyDB's updater works on: copies of the documents it touches, compared afterwards."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._touched: dict[str, dict[str, Any] | None] = {}

    def __getitem__(self, key: str) -> dict[str, Any]:
        if key not in self._touched:
            self._touched[key] = self._rows[key]
        document = self._touched[key]
        if document is None:
            raise KeyError(key)
        return document

    def __setitem__(self, key: str, document: dict[str, Any]) -> None:
        if not isinstance(key, str):
            raise TypeError("Give the document an id of its own: insert(NamedDocument(value, doc_id))")
        self._touched[key] = document

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._touched[key] = None

    def __contains__(self, key: object) -> bool:
        if key in self._touched:
            return self._touched[str(key)] is not None
        return key in self._rows

    def __iter__(self) -> Iterator[str]:
        yield from [key for key in self._rows if key in self]
        yield from [key for key in self._touched if key not in self._rows and key in self]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def changes(self) -> dict[str, dict[str, Any] | None]:
        """What the updater left different."""
        return {key: document for key, document in self._touched.items() if document != self._rows.get(key)}


class JournalTable(Table):
    """A TinyDB table of the record."""

    # Any, because TinyDB's hooks are typed as its own defaults only.
    document_class: Any = NamedDocument
    document_id_class: Any = str

    def __init__(self, storage: JournalStorage, name: str) -> None:
        # No query cache: TinyDB hands out its cached documents shared, and would not see our commits.
        super().__init__(storage, name, cache_size=0)

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        storage: Any = self._storage
        rows = (storage.read() or {}).get(self.name)
        if rows is None:
            raise ValueError(f"The record has no table {self.name}")
        draft = Draft(rows)
        updater(draft)
        changes = draft.changes()
        if changes:
            storage.commit(self.name, changes)


class Database(TinyDB):
    """The record as a TinyDB database."""

    table_class: Any = JournalTable
