"""`python -m bot verify FOLDER`: whether a record is whole: every chain of history, every case rebuilt.

Takes the folder's lock, so the service must not be running over it.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from bot.store import Anchor, read_anchor, verify_folder

HELP = "prove that a record is whole and that nothing in it was rewritten"


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of the record")
    parser.add_argument(
        "--key", type=Path, default=None, metavar="FILE", help="the school's key, if elsewhere"
    )
    parser.add_argument(
        "--since",
        type=_anchor,
        default=None,
        metavar="POSITION:HASH",
        help="where the record stood once, from the service's log: prove that nothing was cut off since",
    )


def run(options: Namespace) -> int:
    """Print each fault, and where the record stands; 0 when there is no fault, 1 else."""
    found = verify_folder(options.folder, key_file=options.key, since=options.since)
    for problem in found.problems:
        sys.stdout.write(f"{problem}\n")
    if not found.problems:
        since = f", and holds what stood there at {options.since}" if options.since else ""
        sys.stdout.write(f"The record is whole{since}.\n")
    if found.anchor:
        sys.stdout.write(f"It stands at {found.anchor}\n")
    return 1 if found.problems else 0


def _anchor(text: str) -> Anchor:
    try:
        return read_anchor(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
