"""`python -m bot paper PACK`: the form, the ladders and the ways outside, to print and keep in a drawer.

Must not know people.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from bot.commands.packs import definition_of
from bot.definitions.paper import paper

HELP = "print the form, the ladders and the ways outside, for the day when Teams is down"


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("pack", metavar="PACK", help="a folder, or a name under flows/")


def run(options: Namespace) -> int:
    """Exit code 0. Raises DefinitionFaulty for a faulty pack."""
    sys.stdout.write(paper(definition_of(options.pack)))
    return 0
