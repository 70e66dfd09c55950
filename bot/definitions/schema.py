"""The definition language for editors: one JSON Schema for a pack's files, made of the readers themselves.

An editor that is given it completes keys and underlines what is not known. Must not know whether names exist:
that is the checker's.
"""

from __future__ import annotations

from bot.definitions.loader import KEYED_FILES, SECTIONS
from bot.definitions.parts import condition_definition
from bot.definitions.shape import Schema

DRAFT = "http://json-schema.org/draft-07/schema#"


def pack_schema() -> Schema:
    """What a file of a pack may hold, told apart by the key at its head."""
    rest: Schema = {
        "properties": {name: kind.schema() for name, (_, kind) in SECTIONS.items()},
        "additionalProperties": False,
    }
    for head, (_, kind) in reversed(KEYED_FILES.items()):
        rest = {"if": {"required": [head]}, "then": kind.schema(), "else": rest}
    return {
        "$schema": DRAFT,
        "title": "A file of a Handrail pack",
        "type": "object",
        **rest,
        "definitions": {"condition": condition_definition()},
    }
