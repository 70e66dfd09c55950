"""`python -m bot table PACK NAME [--csv]`: a pack's table as it stands in the policy.

Must not know routing or people.
"""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from bot.commands.names import NameUnknown, one_of
from bot.commands.packs import definition_of
from bot.model.definition import Definition
from bot.model.tables import Grid, SanctionTable

HELP = "show a table of a pack"


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("pack", metavar="PACK", help="a folder, or a name under flows/")
    parser.add_argument("name", metavar="NAME", help="students, staff, actions, communications")
    parser.add_argument(
        "--csv", action="store_true", help="row,key,label, then a column each; x where marked"
    )


def run(options: Namespace) -> int:
    """Exit code 0. Raises NameUnknown for a table that is not there, DefinitionFaulty for a faulty pack."""
    definition = definition_of(options.pack)
    table = find_table(definition, options.name)
    columns = tuple(key for key, _ in table.columns) if isinstance(table, Grid) else _keys(table)
    if options.csv:
        _write_csv(table, columns)
    else:
        sys.stdout.writelines(line + "\n" for line in _plain(table, columns, definition.school.language))
    return 0


def find_table(definition: Definition, name: str) -> SanctionTable | Grid:
    """A sanction table or grid by its key. Raises NameUnknown, also where a pack has none at all."""
    known: dict[str, SanctionTable | Grid] = {**definition.tables, **definition.grids}
    if not known:
        raise NameUnknown(f"{definition.pack} has no tables: its policy has none.")
    if name not in known:
        raise NameUnknown(f"{definition.pack} has no table {name!r}. {one_of(name, known)}")
    return known[name]


def _keys(table: SanctionTable) -> tuple[str, ...]:
    return tuple(column.key for column in table.columns)


def _write_csv(table: SanctionTable | Grid, columns: Sequence[str]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["row", "key", "label", *columns])
    for row in table.rows:
        marks = ["x" if column in row.marks else "" for column in columns]
        out.writerow([row.number, row.key, row.label.say(), *marks])


def _plain(table: SanctionTable | Grid, columns: Sequence[str], language: str) -> Iterator[str]:
    yield f"{table.title.say(language)} ({table.source})"
    for row in table.rows:
        marked = [column for column in columns if column in row.marks]
        yield f"{row.number:>3}  {row.key}: {row.label.say(language)}"
        yield f"     {', '.join(marked) or 'no mark'}"
