"""`python -m bot COMMAND …`: each command is a module that is imported only when it is called.

A command module offers HELP, `arguments(parser)` and `run(options) -> exit code`. Exit codes: 0 done, 1 the
pack or the settings have faults, 2 something was named that is not there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

COMMANDS: Mapping[str, str] = {
    "table": "bot.commands.table",
    "route": "bot.commands.route",
    "check": "bot.commands.check",
    "schema": "bot.commands.schema",
    "diff": "bot.commands.diff",
    "paper": "bot.commands.paper",
    "simulate": "bot.commands.simulate",
    "diagram": "bot.commands.diagram",
    "coverage": "bot.commands.coverage",
    "verify": "bot.commands.verify",
}
"""Which module carries out which command. Its HELP is read only for the list of all commands."""


def main(words: Sequence[str]) -> int:
    """Carry out one command and return its exit code."""
    if not words or words[0] not in COMMANDS:
        return _without_command(words)
    from bot.errors import DefinitionFaulty, HandrailError

    command: Any = import_module(COMMANDS[words[0]])
    parser = argparse.ArgumentParser(prog=f"python -m bot {words[0]}", description=command.HELP)
    command.arguments(parser)
    options = parser.parse_args(words[1:])
    try:
        done = int(command.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough (`… | head`); what is left must not fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except HandrailError as error:
        sys.stderr.write(f"{error}\n")
        return 1 if isinstance(error, DefinitionFaulty) and error.problems else 2
    return done


def _without_command(words: Sequence[str]) -> int:
    asked = bool(words) and words[0] in ("-h", "--help")
    out = sys.stdout if asked else sys.stderr
    if words and not asked:
        out.write(f"There is no command {words[0]!r}.\n")
    out.write("Usage: python -m bot COMMAND …\n\n")
    for name, module in COMMANDS.items():
        out.write(f"  {name:<12} {import_module(module).HELP}\n")
    return 0 if asked else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
