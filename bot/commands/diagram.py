"""`python -m bot diagram PACK FLOW`: a flow as a Mermaid flowchart, to be pasted into a page or a wiki.

Must not know how a flow is walked.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from bot.commands.names import NameUnknown, one_of
from bot.commands.packs import definition_of
from bot.definitions.diagram import diagram

HELP = "draw a flow of a pack as a Mermaid flowchart"


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("pack", metavar="PACK", help="a folder, or a name under flows/")
    parser.add_argument("flow", metavar="FLOW", help="the flow's key, such as report")


def run(options: Namespace) -> int:
    """Exit code 0. Raises NameUnknown for a flow that is not there, DefinitionFaulty for a faulty pack."""
    definition = definition_of(options.pack)
    if options.flow not in definition.flows:
        raise NameUnknown(
            f"{definition.pack} has no flow {options.flow!r}. {one_of(options.flow, definition.flows)}"
        )
    flow = definition.flows[options.flow]
    sys.stdout.write(diagram(definition, flow, definition.school.language))
    return 0
