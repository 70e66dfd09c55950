"""What was read of a pack before it is checked, in layers: the school's own over what is common to all.

Where both have something under the same key, the school's replaces it whole. A common action that asks for a
row of a table that the school does not have is left out; with no sanction table, whatever needs one is. Must
not know files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.definitions.shape import Notes
from bot.model.flows import Mark
from bot.model.problems import Problem

KEYED = ("roles", "tables", "grids", "decisions", "flows", "actions", "guidance", "texts", "forms")
"""Sections in which keys are merged one by one; the others are replaced as a whole."""

OF_A_TABLE = ("decide", "task", "confirm_earlier")
"""What an action does that only a case with a row of a sanction table can be asked for."""

WHOLE = ("school", "last_resort", "permissions", "routing", "duties")

Lines = Mapping[str, Mark]
"""Where every value stands, by place: `flows.report.steps.first.next.0`."""


@dataclass(slots=True)
class Layer:
    """One folder's content by section, with the line of every value and every fault found in reading."""

    sections: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, section: str, value: Any, notes: Notes) -> None:
        """Take what one file says of a section; a key that another file has already is a fault."""
        if section not in KEYED:
            if section in self.sections:
                self._twice(section, notes)
                return
            self.sections[section] = value
        else:
            known = self.sections.setdefault(section, {})
            for key, item in value.items():
                if key in known:
                    self._twice(f"{section}.{key}", notes)
                else:
                    known[key] = item
        for place, mark in notes.lines.items():
            self.lines.setdefault(place, mark)

    def _twice(self, place: str, notes: Notes) -> None:
        first, here = self.lines.get(place), notes.lines.get(place)
        where = f"{first.file}, line {first.line}" if first else "another file"
        name = place.rsplit(".", maxsplit=1)[-1]
        line = here.line if here else 1
        what = f"{name} is there already, in {where}"
        notes.fault(line, place, what, "Delete one of the two, or give it another key.")


def merge(under: Layer, over: Layer) -> Layer:
    """The school's layer over the common one."""
    merged = Layer(problems=[*under.problems, *over.problems])
    replaced: set[str] = set()
    for section in (*KEYED, *WHOLE):
        below, above = under.sections.get(section), over.sections.get(section)
        if section in KEYED:
            merged.sections[section] = {**(below or {}), **(above or {})}
            replaced |= {f"{section}.{key}" for key in above or {}}
        elif above is not None or below is not None:
            merged.sections[section] = below if above is None else above
            if above is not None:
                replaced.add(section)
    gone = _without_table(under.sections.get("actions", {}), merged.sections) - replaced
    merged.sections["actions"] = {
        key: action for key, action in merged.sections["actions"].items() if f"actions.{key}" not in gone
    }
    replaced |= gone
    kept = {p: m for p, m in under.lines.items() if not replaced & {p.split(".", 1)[0], _head(p)}}
    merged.lines = {**kept, **over.lines}
    return merged


def _without_table(actions: Mapping[str, Any], sections: Mapping[str, Any]) -> set[str]:
    """The places of common actions that need a table which the merged pack does not have, or a row of one."""
    known = {"", *sections["tables"], *sections["grids"]}
    return {
        f"actions.{key}"
        for key, action in actions.items()
        if not known.issuperset(field.table for field in action.fields.values())
        or (action.does in OF_A_TABLE and not sections["tables"])
    }


def _head(place: str) -> str:
    """`flows.report` of `flows.report.steps.first`."""
    return ".".join(place.split(".", 2)[:2])


def line_of(lines: Lines, place: str) -> Mark:
    """Where a place stands, or the nearest thing around it."""
    while place and place not in lines:
        place = place.rpartition(".")[0]
    return lines.get(place) or Mark(file="school.yaml", line=1)
