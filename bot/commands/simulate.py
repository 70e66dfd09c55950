"""`python -m bot simulate PACK FLOW …`: walks a flow without Teams and prints who sees what, when, and why.

Must not know real people: every role has one made-up holder, and there is one made-up pupil.
"""

from __future__ import annotations

import random
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.names import NameUnknown, one_of
from bot.commands.packs import definition_of
from bot.commands.telling import told_lines
from bot.definitions.checks.scope import raised_in
from bot.definitions.reader import read_yaml
from bot.definitions.wording import said_fact
from bot.engine.choosing import at_random, first_choice, made_up
from bot.engine.report import Facts
from bot.engine.simulation import LATE, MOST_TRIES, Choose, Told, walk_procedure, walk_report
from bot.engine.step_form import Known, form_of
from bot.errors import DefinitionFaulty
from bot.model.conditions import FACTS
from bot.model.definition import Definition
from bot.model.flows import Flow

HELP = "walk a flow without Teams: who sees what, when, and why"
BEGINS = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
"""A Monday morning of term, so that the same walk prints the same."""

NO_FACTS = {name: "open" if "open" in values else "no" for name, values in FACTS.items()}
"""A case of which nothing is known yet."""


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("pack", metavar="PACK", help="a folder, or a name under flows/")
    parser.add_argument("flow", metavar="FLOW", help="the flow's key, such as report")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--answers", type=Path, metavar="FILE", help="YAML: question or step.question, then the answer"
    )
    ways.add_argument("--random", type=_count, metavar="N", help="walk N times at random and count the steps")
    parser.add_argument(
        "--fact",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the case, for a procedure: crime=yes; may be given several times",
    )
    parser.add_argument(
        "--flag", action="append", default=[], metavar="NAME", help="a flag that the case has; several times"
    )


def run(options: Namespace) -> int:
    """Exit code 0; 1 when a walk did not come to an end. Raises NameUnknown, DefinitionFaulty."""
    definition = definition_of(options.pack)
    if options.flow not in definition.flows:
        raise NameUnknown(
            f"{definition.pack} has no flow {options.flow!r}. {one_of(options.flow, definition.flows)}"
        )
    flow = definition.flows[options.flow]
    facts, flags = _facts(flow, options.fact), _flags(definition, flow, options.flag)
    if options.random:
        return _many(definition, flow, options.random, facts=facts, flags=flags)
    given = _given(definition, flow, options.answers) if options.answers else {}
    choose = first_choice(definition, given)
    told = walk(definition, flow.key, choose, facts={**NO_FACTS, **facts}, flags=flags, most_tries=0)
    for name, value in facts.items():
        sys.stdout.write(f"Of the case: {said_fact(name, (value,))}.\n")
    sys.stdout.writelines(line + "\n" for line in told_lines(definition, flow, told))
    return 0 if told.ended else 1


def walk(
    definition: Definition,
    flow: str,
    choose: Choose,
    *,
    facts: Mapping[str, str],
    flags: frozenset[str] = frozenset(),
    most_tries: int,
) -> Told:
    """One walk over a made-up school; `facts` of a case by name and its flags, where a procedure asks."""
    directory = made_up(definition)
    report = Facts(directory=directory, reporter=f"{directory.tenant}/staff")
    if definition.flows[flow].use == "report":
        return walk_report(definition, flow, choose, report, BEGINS, most_tries=most_tries)
    known = Known(facts=facts, flags=flags, report=report)
    return walk_procedure(definition, flow, choose, known, BEGINS, most_tries=most_tries)


# --- what was said on the command line ---


def _facts(flow: Flow, said: Iterable[str]) -> Mapping[str, str]:
    facts: dict[str, str] = {}
    for each in said:
        name, _, value = each.partition("=")
        _not_of_a_report(flow, "--fact")
        if name not in FACTS:
            raise NameUnknown(f"There is no fact {name!r}. {one_of(name, FACTS)}")
        if value not in FACTS[name]:
            known = ", ".join(f"{name}={each}" for each in FACTS[name])
            raise NameUnknown(f"The fact {name} cannot be {value!r}. Write one of: {known}.")
        facts[name] = value
    return facts


def _flags(definition: Definition, flow: Flow, said: Iterable[str]) -> frozenset[str]:
    flags = frozenset(said)
    known = {flag for each in definition.flows.values() for flag in raised_in(definition, each)}
    known |= {flag for table in definition.tables.values() for row in table.rows for flag in row.flags}
    for name in sorted(flags - known):
        raise NameUnknown(f"{definition.pack} has no flag {name!r}. {one_of(name, sorted(known))}")
    if flags:
        _not_of_a_report(flow, "--flag")
    return flags


def _not_of_a_report(flow: Flow, option: str) -> None:
    if flow.use == "report":
        raise NameUnknown(
            f"{option} is for procedures. What a report knows comes from its answers: --answers FILE."
        )


def _given(definition: Definition, flow: Flow, path: Path) -> Mapping[str, str]:
    if not path.is_file():
        raise NameUnknown(f"There is no file {path}. Look at the spelling.")
    root, problems = read_yaml(path, path.name)
    if problems:
        raise DefinitionFaulty(problems=tuple(problems))
    if root is None or not isinstance(root.content, dict):
        raise NameUnknown(f"{path.name} does not hold answers. Write a line for each: question: answer.")
    known = _questions(definition, flow)
    for name in root.content:
        if name not in known:
            raise NameUnknown(f"{path.name}: {flow.key} asks nothing called {name!r}. {one_of(name, known)}")
    return {key: node.content for key, node in root.content.items() if isinstance(node.content, str)}


def _questions(definition: Definition, flow: Flow) -> tuple[str, ...]:
    """All that can be answered: its questions, those of its steps' kinds, whether a time runs out."""
    asked = [key for step in flow.steps.values() for key in form_of(definition, flow, step)]
    late = [f"{s.key}.{LATE.key}" for s in flow.steps.values() if s.kind in ("wait", "approval")]
    return tuple(dict.fromkeys((*flow.fields, *asked, *late)))


def _count(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word)):
        raise ArgumentTypeError(f"{word!r} is no number of walks")
    return int(word)


# --- many walks ---


def _many(
    definition: Definition, flow: Flow, count: int, *, facts: Mapping[str, str], flags: frozenset[str]
) -> int:
    chance = random.Random(count)  # noqa: S311  # walks, not secrets
    steps: Counter[str] = Counter()
    stuck = 0
    for _ in range(count):
        any_facts = {**{name: chance.choice(values) for name, values in FACTS.items()}, **facts}
        choose = at_random(definition, chance)
        told = walk(definition, flow.key, choose, facts=any_facts, flags=flags, most_tries=MOST_TRIES)
        steps.update({seen.step for seen in told.seen})
        stuck += not told.ended
    sys.stdout.write(f"{count} walks, {count - stuck} came to an end.\n")
    for step in flow.steps.values():
        if step.kind != "decision":
            title = step.title.say(definition.school.language)
            sys.stdout.write(f"{steps[step.key]:>9}  {step.key}{': ' + title if title else ''}\n")
    return 1 if stuck else 0
