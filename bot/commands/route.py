"""`python -m bot route PACK --table NAME --row KEY|NUMBER …`: who gets a row's case, asked over roles.

Must not know people: a role is barred when it was named with --excluded-role, else it has a holder.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from typing import Any

from bot.commands.names import NameUnknown, find_role, one_of
from bot.commands.packs import definition_of
from bot.engine.routing import Given, by_rule
from bot.model.cases import Routed
from bot.model.definition import Definition
from bot.model.flows import NO_TEXT
from bot.model.people import RoleRef
from bot.model.tables import Row, Rule, SanctionTable

HELP = "show who gets the case of a table's row, who else is told, what is proposed"


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("pack", metavar="PACK", help="a folder, or a name under flows/")
    parser.add_argument("--table", required=True, metavar="NAME", help="students or staff")
    parser.add_argument("--row", required=True, metavar="KEY|NUMBER", help="a row of that table")
    parser.add_argument("--earlier", type=_count, default=0, metavar="N", help="confirmed earlier cases")
    parser.add_argument("--aggravated", action="store_true", help="begin at the highest mark of the range")
    parser.add_argument(
        "--excluded-role",
        action="append",
        default=[],
        metavar="ROLE",
        help="a role left out, by key or alias",
    )
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(options: Namespace) -> int:
    """Exit code 0. Raises NameUnknown for an unknown table, row or role."""
    definition = definition_of(options.pack)
    table = _table(definition, options.table)
    row = _row(table, options.row)
    excluded = {find_role(definition, name) for name in options.excluded_role}
    given = _given(table, row, earlier=options.earlier, aggravated=options.aggravated)
    routed = by_rule(
        definition,
        _rule(definition, table),
        given,
        barred=lambda role: "excluded" if role.role in excluded else "",
    )
    told = as_json(routed, row)
    if options.json:
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(line + "\n" for line in _plain(definition, routed, told))
    return 0


def as_json(routed: Routed, row: Row) -> dict[str, Any]:
    """The answer in the shape of casework 10. `first.role` None: the outside route is left."""
    return {
        "table": routed.table,
        "row": row.number,
        "key": row.key,
        "source": routed.source,
        "offence": routed.offence,
        "first": {"role": routed.owner.role if routed.owner else None, "column": routed.column},
        "also": [{"role": told.role.role, "why": told.why} for told in routed.also],
        "passed_over": [{"role": passed.role, "rule": passed.rule} for passed in routed.passed_over],
        "proposed": [
            {"action": p.action, "marked": p.marked, "may_decide": list(p.may_decide)}
            for p in routed.proposed
        ],
        "restricted": routed.restricted,
        "urgency": routed.urgency,
        "channel": routed.channel,
    }


def _table(definition: Definition, name: str) -> SanctionTable:
    if not definition.tables:
        raise NameUnknown(
            f"{definition.pack} has no sanction tables: its policy has none, so no row sends a case anywhere."
        )
    if name not in definition.tables:
        raise NameUnknown(
            f"{definition.pack} has no sanction table {name!r}. {one_of(name, definition.tables)}"
        )
    return definition.tables[name]


def _row(table: SanctionTable, name: str) -> Row:
    for row in table.rows:
        if name in (row.key, str(row.number)):
            return row
    keys = [row.key for row in table.rows]
    raise NameUnknown(f"The table {table.key} has no row {name!r}. {one_of(name, keys)}")


def _rule(definition: Definition, table: SanctionTable) -> Rule:
    """The routing row that sends cases by this table, so that whom it tells is shown too."""
    for rule in definition.routing.rules:
        if rule.by_table == table.key:
            return rule
    return Rule(key="", when=None, why=NO_TEXT, by_table=table.key)


def _given(table: SanctionTable, row: Row, *, earlier: int, aggravated: bool) -> Given:
    """A plain case of that row. About an adult, with the answer that no child is at risk: else there is no
    table at all (casework 4)."""
    adult = table.subjects == "adult"
    return Given(
        answers={"harm": "no"} if adult else {},
        flags=("aggravated",) if aggravated else (),
        facts={
            "pupil_subject": "no" if adult else "yes",
            "adult_subject": "yes" if adult else "no",
            "adult_known": "yes",
            "someone_named": "yes",
        },
        rows={table.key: row.key},
        earlier=earlier,
    )


def _plain(definition: Definition, routed: Routed, told: dict[str, Any]) -> Iterator[str]:
    def label(role: RoleRef) -> str:
        return definition.roles[role.role].label

    yield f"{told['table']}, row {told['row']} ({told['key']}), offence {routed.offence}. {routed.source}"
    if routed.owner:
        yield f"Goes to: {label(routed.owner)} (column {routed.column})"
    else:
        yield "Goes to: nobody inside the school. The reporter is shown the outside route."
    for passed in routed.passed_over:
        yield f"Passed over: {definition.roles[passed.role].label} ({passed.rule})"
    for also in routed.also:
        yield f"Also told: {label(also.role)}. {also.why}"
    for proposal in routed.proposed:
        deciding = ", ".join(definition.roles[role].label for role in proposal.may_decide)
        yield f"Proposed: {proposal.action}. May decide: {deciding}"
    restricted = "yes" if routed.restricted else "no"
    yield f"Urgency: {routed.urgency}. Channel: {routed.channel}. Restricted: {restricted}"


def _count(word: str) -> int:
    if not (word.isascii() and word.isdigit()) or len(word) > 4:
        raise ArgumentTypeError(f"{word!r} is not a count of earlier cases")
    return int(word)
