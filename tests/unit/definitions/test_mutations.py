"""A slip of the pen in either school's pack is caught by the checker, or does no harm.

Harmless is what can be shown to be: the content is the same, or everybody still finds a holder, and random
walks of the engine through every flow that changed come to an end with none of the ten rules broken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

from bot.definitions.loader import FLOWS as FOLDERS
from bot.definitions.loader import Piece, load, put_together, read_folder, read_piece
from bot.definitions.reader import read_text
from bot.model.definition import Definition
from bot.model.problems import Problem
from bot.people.proof import check_holders
from tests.flows.walks import Pack, walk
from tests.unit.definitions.mutations import MUTATIONS, Mutation

WALKS = 12
"""Random walks through each flow that an uncaught slip has changed."""


@cache
def pieces(pack: str) -> Mapping[str, Piece]:
    return {piece.file: piece for piece in read_folder(FOLDERS / pack)}


@cache
def unharmed(pack: str) -> Definition:
    return load(pack)


def slipped(
    pack: str, mutation: Mutation, chance: Random
) -> tuple[Definition | None, tuple[Problem, ...], str]:
    """The pack with the slip in one of its files, and in which."""
    names = [name for name in pieces(pack) if re.fullmatch(mutation.file, name.removeprefix(f"{pack}/"))]
    chance.shuffle(names)
    for name in names:
        text = mutation.applied((FOLDERS / name).read_text(encoding="utf-8"), chance)
        if text is not None:
            root, problems = read_text(text, name)
            piece = read_piece(Path(name).relative_to(pack), name, root, problems)
            own = {**pieces(pack), name: piece}
            return *put_together(pack, pieces("common").values(), own.values()), name
    pytest.fail(f"{pack} has no place for: {mutation.name}")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
@pytest.mark.parametrize("pack", ["kingsmead", "ashford"])
def test_a_slip_is_caught_or_does_no_harm(pack: str, mutation: Mutation) -> None:
    if (pack, mutation.name) in NO_PLACE:
        return
    definition, problems, file = slipped(pack, mutation, Random(f"{pack}/{mutation.name}"))

    if definition is None:
        _told_where_it_is(problems)
    elif definition.hash != unharmed(pack).hash:
        _does_no_harm(pack, definition, file)


def _told_where_it_is(problems: tuple[Problem, ...]) -> None:
    assert all(p.line >= 1 and p.what and p.remedy.endswith((".", "?")) for p in problems if p.grave)


def _does_no_harm(pack: str, definition: Definition, file: str) -> None:
    assert check_holders(definition) == ()
    before = unharmed(pack).flows
    changed = {key: flow for key, flow in definition.flows.items() if flow != before.get(key)}
    if not changed or definition.routing != unharmed(pack).routing:
        changed["report"] = definition.flows["report"]
    chance = Random(file)
    for key, flow in changed.items():
        alone = Pack(definition)
        alone.definition = replace(definition, flows={key: flow})
        for _ in range(WALKS):
            walk(alone, chance)


NO_PLACE = frozenset(
    ("ashford", name) for name in ("swap two rows", "mark what is no column", "count wrongly")
)
"""Slips for which a pack has no place: Ashford has no sanction table and no grid."""


def test_there_are_more_than_forty_kinds_of_slip() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) > 40
