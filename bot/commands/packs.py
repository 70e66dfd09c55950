"""A pack as the command line names it. Its faults are told by paths that open where the command was run.

Must not know which command reads it.
"""

from __future__ import annotations

from pathlib import Path

from bot.definitions.loader import find_pack, opened, read_pack
from bot.errors import DefinitionFaulty
from bot.model.definition import Definition


def definition_of(pack: Path | str) -> Definition:
    """The definition of a pack, by folder or name. Raises DefinitionFaulty if it is faulty or unknown."""
    folder = find_pack(pack)
    definition, problems = read_pack(folder)
    if definition is None:
        raise DefinitionFaulty(problems=opened(folder, problems))
    return definition
