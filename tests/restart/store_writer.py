"""A process of its own that writes to a record until it is killed, and says what is durable.

    python -m tests.restart.store_writer FOLDER FIRST SEGMENT_BYTES

Commit number n writes link n % LINKS_KEPT, the case n % CASES_KEPT with an entry, and now and then erases
a case of its own. A line on standard output is the number of a commit that is durable.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from dataclasses import replace
from pathlib import Path

from bot.model.record import Commit, Put
from bot.store import JournalStore
from tests.unit.store.samples import LINKS, Case, Link, erase, keep, reopen

LINKS_KEPT = 40
CASES_KEPT = 7
ERASE_EVERY = 60
TASKS = 4


def commit(number: int) -> Commit:
    """What commit `number` writes."""
    case = Case(id=f"c{number % CASES_KEPT}", revision=number, words="w" * (number % 97))
    put = Put(table=LINKS, id=f"l{number % LINKS_KEPT}", value=Link(channel="x" * 200, rank=float(number)))
    kept = keep(case)
    return replace(kept, puts=(*kept.puts, put))


async def write(store: JournalStore, numbers: itertools.count[int]) -> None:
    """Write for ever."""
    for number in numbers:
        ticket = store.stage(commit(number))
        if number % ERASE_EVERY == 0:
            store.stage(keep(Case(id=f"erased-{number}")))
            ticket = store.stage(erase(f"erased-{number}"))
        await store.durable(ticket)
        os.write(1, b"%d\n" % number)


async def main(folder: str, first: str, segment_bytes: str) -> None:
    """Several tasks, as in the service, so that commits share a write."""
    store = reopen(Path(folder), segment_bytes=int(segment_bytes))
    numbers = itertools.count(int(first))
    await asyncio.gather(*(write(store, numbers) for _ in range(TASKS)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
