"""`python -m bot coverage`: the page flows/COVERAGE.md, each duty with the steps that carry it out.

Must not know what a step does.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from bot.definitions.coverage import Carrier, Covered, covered
from bot.definitions.loader import FLOWS, load, pack_names

HELP = "list every duty of the policies with the steps that carry it out"
PAGE = FLOWS / "COVERAGE.md"
MOST_SHOWN = 4


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("--write", action="store_true", help="write flows/COVERAGE.md anew")


def run(options: Namespace) -> int:
    """Print the page, or write it; 0. Raises DefinitionFaulty for a faulty pack."""
    page = coverage_page()
    if options.write:
        PAGE.write_text(page, encoding="utf-8")
        sys.stdout.write("flows/COVERAGE.md is written.\n")
    else:
        sys.stdout.write(page)
    return 0


def coverage_page() -> str:
    """The page as it should stand, from the packs as they are."""
    packs = pack_names()
    return "\n".join(_lines(packs, covered(load(pack) for pack in packs))) + "\n"


def _lines(packs: Sequence[str], duties: Sequence[Covered]) -> Iterator[str]:
    done = sum(bool(each.by) for each in duties)
    yield "# What of the two policies is carried out, and where"
    yield ""
    yield "Made by `python -m bot coverage --write` from the `source:` of every step."
    yield f"Carried out: {done} of {len(duties)}. Packs: {', '.join(packs)}."
    yield "*Fires since* says where a clock or a report comes later; until then somebody begins it by hand."
    yield ""
    yield "| duty | what | carried out by | fires since |"
    yield "|---|---|---|---|"
    for each in duties:
        yield f"| {each.duty.number} | {each.duty.duty} | {_by(each)} | {_fires(each)} |"


def _by(each: Covered) -> str:
    if not each.by:
        return f"not yet: {each.duty.why_not_yet}"
    return "<br>".join((*_of_each_pack(each.by), *_missing(each)))


def _of_each_pack(carriers: Sequence[Carrier]) -> Iterator[str]:
    for pack in dict.fromkeys(carrier.pack for carrier in carriers):
        own = [carrier for carrier in carriers if carrier.pack == pack]
        links = [f"[{c.place}]({c.mark.file}#L{c.mark.line}) line {c.mark.line}" for c in own[:MOST_SHOWN]]
        more = f" and {len(own) - MOST_SHOWN} more" if len(own) > MOST_SHOWN else ""
        yield f"{pack}: {', '.join(links)}{more}"


def _missing(each: Covered) -> Iterator[str]:
    for pack in each.missing:
        yield f"{pack}: not yet"


def _fires(each: Covered) -> str:
    if not each.by:
        return "-"
    later = [carrier.fires for carrier in each.by if carrier.fires]
    return "<br>".join(dict.fromkeys(later)) if later and len(later) == len(each.by) else "now"
