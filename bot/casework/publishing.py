"""Switches the version of the definitions in force: the folder is looked at, and `publish` is the one way.

Source: casework 9. `files`: a saved set that checks takes effect. `two-people`: it becomes a draft, and only
an accepted one takes effect. A set with faults never does. Must not know how a card is drawn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, Protocol

from bot.casework import drafts
from bot.casework.admin import tell_faults, tell_taken
from bot.casework.gaps import tell_gaps
from bot.casework.office import HANDRAIL, Office
from bot.casework.packs import (
    PackReader,
    PackShelf,
    Saved,
    Stamp,
    read_kept,
    read_saved,
    stamp_of,
    version_id,
)
from bot.casework.tables import EVERY, PACKS, VERSIONS
from bot.casework.unit import Unit
from bot.definitions.difference import difference
from bot.errors import DefinitionFaulty, StoreFailed
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.people import PersonId
from bot.model.problems import Problem
from bot.model.versions import Draft, Published

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often the folder is looked at. A set counts as saved once two looks in a row find it the same."""

SAVED = "saved"
"""Why a version took effect that nobody accepted: a checked set was saved."""

WARMED = 8
"""How many of the newest versions are read again when the service has started."""

Mode = Literal["files", "two-people"]


class Staffing(Protocol):
    """The people of the school, who must fit the roles of whatever version is in force."""

    def fit(self, definition: Definition) -> tuple[Problem, ...]:
        """Why today's people do not go with that version. Blocks on the disk: for a worker thread."""
        ...

    def use(self, definition: Definition) -> None:
        """Go by that version from now on."""
        ...


class Publishing:
    """The folder, the drafts and the switch. One task looks at a time; disk and reading are a thread's.

    `mode` is asked at each look; `prove` finds what the reader of a pack does not (holders of every outcome).
    """

    def __init__(
        self,
        office: Office,
        shelf: PackShelf,
        *,
        folder: Path,
        people_file: Path,
        read: PackReader,
        staffing: Staffing,
        mode: Callable[[], Mode],
        prove: Callable[[Definition], tuple[Problem, ...]],
    ) -> None:
        self._office, self._shelf = office, shelf
        self._folder, self._people_file, self._read = folder, people_file, read
        self._staffing, self._mode, self._prove = staffing, mode, prove
        self._faults: tuple[Problem, ...] = ()
        self._seen: Stamp = ()
        self._taken: Stamp = ()
        self._lock = asyncio.Lock()

    def faults(self) -> tuple[Problem, ...]:
        """What is wrong with the set that lies in the folder; nothing when it checks."""
        return self._faults

    async def begin(self) -> None:
        """Take what lay in the folder at the start, and what was accepted before it."""
        async with self._lock:
            self._seen = self._taken = await asyncio.to_thread(stamp_of, self._folder, self._people_file)
            await self._publish_accepted()
            await self._take(self._shelf.first_saved())

    async def watch(self) -> None:
        """Look until cancelled, or until the record fails. What else goes wrong is logged."""
        await self._warm()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except StoreFailed:
                return
            except Exception:
                log.exception("The pack's folder was not looked at", extra={"action": "look_failed"})

    async def _warm(self) -> None:
        """Have the versions of late at hand before a case asks for one: reading takes a thread some time."""
        store = self._office.store
        lines = [store.get(VERSIONS, key) for key in store.find(VERSIONS, "all", EVERY)[-WARMED:]]
        for line in lines:
            if line is not None:
                with suppress(DefinitionFaulty):
                    await self._definition(line.hash)

    async def look(self) -> None:
        """One look: publish what was accepted, and take the folder's set when it is a new one."""
        async with self._lock:
            await self._publish_accepted()
            stamp = await asyncio.to_thread(stamp_of, self._folder, self._people_file)
            if stamp in (self._taken, ()) or stamp != self._seen:
                self._seen = stamp
                return
            saved = await asyncio.to_thread(read_saved, self._folder, self._read)
            if await asyncio.to_thread(stamp_of, self._folder, self._people_file) != stamp:
                return
            self._taken = stamp
            await self._take(saved)

    async def _take(self, saved: Saved) -> None:
        faults, definition = saved.faults, saved.definition
        if definition is not None:
            faults = await asyncio.to_thread(self._faults_of, definition)
        self._faults = faults
        if definition is None or faults:
            unit = self._office.unit()
            self._refuse(unit, faults, mark=saved.mark)
            await self._stage(unit)
            return
        # Whatever is accepted while this is looked at comes first: a save never takes an acceptance away.
        await self._publish_accepted()
        while not await self._taken_up(definition, saved):
            await self._publish_accepted()

    async def _taken_up(self, definition: Definition, saved: Saved) -> bool:
        """Let a checked save follow what is in force; False, with nothing done, where that changes first."""
        current = self._shelf.current()
        if definition.hash == current.hash:
            unit = self._office.unit()
            drafts.set_aside(self._office, unit)
            await self._stage(unit)
            return True
        self._shelf.learn(definition, saved.files)
        if self._mode() == "files":
            changes = await asyncio.to_thread(difference, current, definition)
            if drafts.accepted(self._office):
                return False
            await self._publish(definition.hash, HANDRAIL, SAVED, changes=changes)
            return True
        now = self._office.now()
        draft = await asyncio.to_thread(drafts.drawn_up, current, definition, now)
        if drafts.accepted(self._office):
            return False
        unit = self._office.unit()
        self._keep(unit, definition)
        drafts.warn_if_unreached(self._office, drafts.propose(self._office, unit, draft))
        await self._stage(unit)
        return True

    def _faults_of(self, definition: Definition) -> tuple[Problem, ...]:
        return tuple(p for p in (*self._prove(definition), *self._staffing.fit(definition)) if p.grave)

    def _refuse(self, unit: Unit, faults: tuple[Problem, ...], *, mark: str) -> None:
        log.warning("A pack with faults does not take effect", extra={"action": "pack_faulty"})
        tell_faults(self._office, unit, faults, mark=mark)

    async def _publish_accepted(self) -> None:
        """What two people have agreed on takes effect, also when the service was stopped in between.

        They agreed on a difference from one version: once another is in force it is set aside, and told.
        """
        for draft in drafts.accepted(self._office):
            if draft.base != self._shelf.current().hash:
                unit = self._office.unit()
                drafts.overtake(self._office, unit, draft)
                await self._stage(unit)
                # What lies in the folder is drawn up anew, against what is in force now.
                self._taken = ()
                continue
            try:
                await self._publish(
                    draft.hash, draft.answered_by or "", draft.why, role=draft.answered_role, draft=draft
                )
            except DefinitionFaulty as faulty:
                self._faults = tuple(p for p in faulty.problems if isinstance(p, Problem))
                unit = self._office.unit()
                drafts.settle(self._office, unit, draft, published=False)
                self._refuse(unit, self._faults, mark=draft.id)
                await self._stage(unit)

    async def publish(self, version: str, by: PersonId, why: str) -> None:
        """Put the version with this hash in force, for everything that begins from now on.

        It is on record, fsynced, before it counts. Cases go on by the version that they began with.
        Raises DefinitionFaulty, with nothing changed, when the version was never kept or has faults today.
        """
        async with self._lock:
            await self._publish_accepted()
            await self._publish(version, by, why)

    async def _publish(
        self,
        version: str,
        by: PersonId,
        why: str,
        *,
        role: str = "",
        draft: Draft | None = None,
        changes: tuple[str, ...] | None = None,
    ) -> None:
        """The switch itself. `changes`: of a save that takes effect at once, what the admins are told."""
        definition = await self._definition(version)
        if faults := await asyncio.to_thread(self._faults_of, definition):
            raise DefinitionFaulty(problems=faults)
        unit, before = self._office.unit(), self._shelf.current().hash
        self._keep(unit, definition)
        switch = version_id(self._office.store)
        if changes is not None:
            tell_taken(self._office, unit, definition, changes, mark=switch)
        unit.put(
            VERSIONS,
            switch,
            Published(
                hash=version, before=before, by=by, role=role, why=why, at=unit.now,
                draft=draft.id if draft is not None else "",
            ),
        )  # fmt: skip
        if draft is not None:
            drafts.settle(self._office, unit, draft, published=True)
        drafts.set_aside(self._office, unit)
        await self._stage(unit)
        self._staffing.use(definition)
        self._shelf.switch(version)
        log.info("Another version is in force", extra={"action": "published", "version": version[:12]})
        told = self._office.unit()
        tell_gaps(self._office, told)
        await self._stage(told)

    async def _definition(self, version: str) -> Definition:
        """A version at hand, or read from its kept files in a thread."""
        if not self._shelf.knows(version):
            kept = self._office.store.get(PACKS, version)
            if kept is not None:
                found = await asyncio.to_thread(read_kept, kept)
                if found is not None:
                    self._shelf.learn(replace(found, hash=version), kept.files)
        if not self._shelf.knows(version):
            raise DefinitionFaulty
        return self._shelf.by_hash(version)

    def _keep(self, unit: Unit, definition: Definition) -> None:
        pack = self._shelf.kept(definition, unit.now)
        if pack is not None:
            unit.put(PACKS, pack.hash, pack)

    async def _stage(self, unit: Unit) -> None:
        if unit.stage() is not None:
            await self._office.store.settled()
            self._office.wake()
