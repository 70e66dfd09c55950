"""The record: TinyDB tables in RAM on an encrypted, checksummed journal. Only this package imports tinydb."""

from bot.store.opening import open_store, verify_folder
from bot.store.store import JournalStore

__all__ = ["JournalStore", "open_store", "verify_folder"]
