"""`python -m bot coverage`: the page flows/COVERAGE.md, each duty with the steps that carry it out.

Must not know what a step does.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.commands.packs import definition_of
from bot.definitions.coverage import Carrier, Covered, covered
from bot.definitions.loader import FLOWS, pack_names, read_piece
from bot.definitions.reader import read_yaml

HELP = "list every duty of the policies with the steps that carry it out"
PAGE = FLOWS / "COVERAGE.md"
DUTIES = "duties.yaml"
MOST_SHOWN = 4
LISTED = 90
"""The last number of the first list of duties; the smaller ones that it missed come behind it."""


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


def coverage_page(flows: Path = FLOWS) -> str:
    """The page as it should stand, from the packs as they are. Raises DefinitionFaulty for a faulty pack."""
    packs = _packs(flows)
    return "\n".join(_lines(packs, covered(definition_of(flows / pack) for pack in packs))) + "\n"


def _packs(flows: Path) -> tuple[str, ...]:
    """Those that a list of duties names: a copy beside them, that somebody is editing, is none of these."""
    named = {
        school
        for path in flows.glob(f"*/{DUTIES}")
        for _, duties, _ in read_piece(Path(DUTIES), str(path), *read_yaml(path, str(path))).values
        for duty in duties
        for school in duty.schools
    }
    return tuple(pack for pack in pack_names(flows) if pack in named)


def _lines(packs: Sequence[str], duties: Sequence[Covered]) -> Iterator[str]:
    listed = [each for each in duties if each.duty.number <= LISTED]
    smaller = [each for each in duties if each.duty.number > LISTED]
    yield "# What of the two policies is carried out, and where"
    yield ""
    yield "Made by `python -m bot coverage --write` from the `source:` of every step, row, rule and action."
    yield f"Packs: {', '.join(packs)}."
    yield ""
    yield f"- Of the {len(listed)} duties, {_done(listed)} are carried out. {_numbers(listed)}"
    yield f"- Of {len(smaller)} smaller ones, met on the way, {_done(smaller)} are. {_numbers(smaller)}"
    yield "- A step counts only where it can be reached: the check refuses a pack with one that cannot be."
    yield "- *Fires since* says where a clock or a report comes later. Until then somebody begins it by hand."
    yield from _table("The duties", listed)
    yield from _table("Smaller duties", smaller)


def _done(duties: Sequence[Covered]) -> int:
    return sum(bool(each.by) and not each.missing for each in duties)


def _numbers(duties: Sequence[Covered]) -> str:
    lacking = [str(each.duty.number) for each in duties if not each.by or each.missing]
    return (
        f"Not yet, or not in each school that has it: {', '.join(lacking)}." if lacking else "None is left."
    )


def _table(title: str, duties: Sequence[Covered]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
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
    later = dict.fromkeys(carrier.fires for carrier in each.by if carrier.fires)
    now = [] if all(carrier.fires for carrier in each.by) else ["now"]
    return "<br>".join((*now, *later))
