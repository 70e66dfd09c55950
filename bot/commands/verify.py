"""`python -m bot verify FOLDER`: whether a record is whole: every chain of history, every case rebuilt.

Takes the folder's lock, so the service must not be running over it.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.store import verify_folder

HELP = "prove that a record is whole and that nothing in it was rewritten"


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of the record")
    parser.add_argument(
        "--key", type=Path, default=None, metavar="FILE", help="the school's key, if elsewhere"
    )


def run(options: Namespace) -> int:
    """Print each fault; 0 when there is none, 1 else."""
    problems = verify_folder(options.folder, key_file=options.key)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    if not problems:
        sys.stdout.write("The record is whole.\n")
    return 1 if problems else 0
