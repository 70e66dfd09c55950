"""`python -m bot diff OLD NEW`: what an edit of a pack changes, in words.

Must not know how packs are published.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from bot.commands.packs import definition_of
from bot.definitions.difference import difference, touches_who_is_told

HELP = "say in words what an edit of a pack changes"


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("old", metavar="OLD", help="a folder, or a name under flows/")
    parser.add_argument("new", metavar="NEW", help="the edited folder")


def run(options: Namespace) -> int:
    """Exit code 0, whether or not anything differs. Raises DefinitionFaulty for a faulty pack."""
    old, new = definition_of(options.old), definition_of(options.new)
    changes = difference(old, new)
    for change in changes:
        sys.stdout.write(f"- {change}\n")
    if not changes and old.hash == new.hash:
        sys.stdout.write("Nothing that counts has changed.\n")
    elif not changes:
        sys.stdout.write("Only wording and the like have changed.\n")
    if touches_who_is_told(old, new):
        sys.stdout.write("This changes who is told, or when: a second person must agree to it.\n")
    return 0
