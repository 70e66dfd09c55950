"""Which of the policies' duties each pack carries out, and where: read from what each part names as source.

Pure. Must not know how the page is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.model.definition import Definition, Duty
from bot.model.flows import Mark
from bot.model.tables import Grid, SanctionTable

_NAMED = re.compile(r"\bdut(?:y|ies)\s+((?:\d+(?:\s+to\s+\d+)?(?:,\s*|\s+and\s+)?)+)")
_RANGE = re.compile(r"(\d+)(?:\s+to\s+(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A part of a pack that carries a duty out. `fires`: why it does not ring by itself yet, if so."""

    pack: str
    place: str
    mark: Mark
    fires: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A duty, and everything that carries it out; nothing: `duty.why_not_yet` says why."""

    duty: Duty
    by: tuple[Carrier, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Schools that have the duty, and in whose pack nothing carries it out."""
        found = {carrier.pack for carrier in self.by}
        return tuple(school for school in self.duty.schools if school not in found)


def numbers_in(source: str) -> frozenset[int]:
    """The duties that a source names: "(duty 5)", "(duties 5, 22)", "(duties 34 to 42)"."""
    found: set[int] = set()
    for named in _NAMED.finditer(source):
        for first, last in _RANGE.findall(named[1]):
            found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)


def covered(definitions: Iterable[Definition]) -> tuple[Covered, ...]:
    """Every duty in order of its number. A carrier in a pack that does not have the duty counts as well."""
    packs = tuple(definitions)
    duties = {duty.number: duty for definition in packs for duty in definition.duties}
    carriers: dict[int, list[Carrier]] = {number: [] for number in duties}
    for definition in packs:
        for source, carrier in _carriers(definition):
            for number in numbers_in(source):
                carriers.setdefault(number, []).append(carrier)
    return tuple(
        Covered(duty=duties[number], by=tuple(sorted(carriers[number], key=_place)))
        for number in sorted(duties)
    )


def unknown_duties(definition: Definition) -> tuple[Carrier, ...]:
    """Parts whose source names a duty that is in no list."""
    known = {duty.number for duty in definition.duties}
    return tuple(carrier for source, carrier in _carriers(definition) if numbers_in(source) - known)


def _place(carrier: Carrier) -> tuple[str, str, int]:
    return carrier.pack, carrier.mark.file, carrier.mark.line


def _carriers(definition: Definition) -> Iterator[tuple[str, Carrier]]:
    for place, source, mark, fires in _parts(definition):
        if source and mark is not None:
            yield source, Carrier(pack=definition.pack, place=place, mark=mark, fires=fires)


def _parts(definition: Definition) -> Iterator[tuple[str, str, Mark | None, str]]:
    for flow in definition.flows.values():
        for step in flow.steps.values():
            yield f"{flow.key}.{step.key}", step.source, step.mark, step.fires
    for action in definition.actions.values():
        yield action.key, action.source, action.mark, ""
    tables: tuple[SanctionTable | Grid, ...] = (*definition.tables.values(), *definition.grids.values())
    for table in tables:
        for row in table.rows:
            yield f"{table.key}.{row.key}", f"{row.source} {table.source}", row.mark, ""
    for rule in (*definition.routing.rules, *definition.routing.overlays):
        yield f"routing.{rule.key}", rule.source, rule.mark, ""
    for decision in definition.decisions.values():
        for line in (*decision.rows, *decision.overlays):
            yield f"{decision.key}.{line.key}", line.source or decision.source, line.mark, ""
