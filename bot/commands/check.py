"""`python -m bot check PACK`: every fault of a pack at once, each with where, what and the remedy.

Must not know people: the people check is made where the people file is.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from bot.definitions.contacts import contacts_in
from bot.definitions.loader import find_pack, opened, read_pack
from bot.people.proof import check_holders

HELP = "list every fault of a pack, and prove that every case finds an owner"


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("pack", metavar="PACK", help="a folder, or a name under flows/")


def run(options: Namespace) -> int:
    """Print each fault and each hint; 0 when there is no fault, 1 else."""
    folder = find_pack(options.pack)
    definition, problems = read_pack(folder)
    holders = check_holders(definition) if definition is not None else ()
    found = opened(folder, (*problems, *holders, *contacts_in(folder)))
    for problem in found:
        sys.stdout.write(f"{problem}\n")
    faults = any(problem.grave for problem in found)
    if not faults:
        sys.stdout.write("No faults.\n")
    return 1 if faults else 0
