"""The record: TinyDB tables in RAM on an encrypted, checksummed journal. Only this package imports tinydb."""

from bot.store.backup import back_up
from bot.store.opening import open_store, verify_folder
from bot.store.store import JournalStore
from bot.store.verify import Anchor, Verified, read_anchor

__all__ = ["Anchor", "JournalStore", "Verified", "back_up", "open_store", "read_anchor", "verify_folder"]
