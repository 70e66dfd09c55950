"""`python -m bot schema`: the JSON Schema of a pack's files, for editors that complete and underline.

Must not know packs.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace

from bot.definitions.schema import pack_schema

HELP = "print the JSON Schema of a pack's files, for editors"


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("--indent", type=int, default=2, help="spaces for each level; 0 for one line a value")


def run(options: Namespace) -> int:
    """Exit code 0."""
    sys.stdout.write(json.dumps(pack_schema(), indent=options.indent or None) + "\n")
    return 0
