"""`python -m bot simulate PACK FLOW …`: walks a flow without Teams and prints who sees what, when, and why.

Must not know real people: every role has one made-up holder, and there is one made-up pupil.
"""

from __future__ import annotations

import random
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.names import NameUnknown, one_of
from bot.definitions.loader import load
from bot.definitions.reader import read_yaml
from bot.definitions.wording import said_value
from bot.engine.choosing import at_random, first_choice, made_up
from bot.engine.report import Facts
from bot.engine.simulation import MOST_TRIES, Choose, Seen, Told, walk_procedure, walk_report
from bot.engine.step_form import Known, form_of
from bot.errors import DefinitionFaulty
from bot.model.conditions import FACTS
from bot.model.definition import Definition
from bot.model.flows import Field

HELP = "walk a flow without Teams: who sees what, when, and why"
BEGINS = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
"""A Monday morning of term, so that the same walk prints the same."""


def arguments(parser: ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("pack", metavar="PACK", help="a folder, or a name under flows/")
    parser.add_argument("flow", metavar="FLOW", help="the flow's key, such as report")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--answers", type=Path, metavar="FILE", help="YAML: field or step.field, then the answer"
    )
    ways.add_argument("--random", type=int, metavar="N", help="walk N times at random and count the steps")


def run(options: Namespace) -> int:
    """Exit code 0; 1 when a walk did not come to an end. Raises NameUnknown, DefinitionFaulty."""
    definition = load(options.pack)
    if options.flow not in definition.flows:
        raise NameUnknown(
            f"{definition.pack} has no flow {options.flow!r}. {one_of(options.flow, definition.flows)}"
        )
    if options.random:
        return _many(definition, options.flow, options.random)
    given = _given(options.answers) if options.answers else {}
    told = walk(definition, options.flow, first_choice(definition, given), facts=given, most_tries=0)
    sys.stdout.writelines(line + "\n" for line in _lines(definition, told))
    return 0 if told.ended else 1


def walk(
    definition: Definition, flow: str, choose: Choose, *, facts: Mapping[str, str], most_tries: int
) -> Told:
    """One walk over a made-up school; `facts` of a case by name, where a procedure asks for them."""
    directory = made_up(definition)
    report = Facts(directory=directory, reporter=f"{directory.tenant}/staff")
    if definition.flows[flow].use == "report":
        return walk_report(definition, flow, choose, report, BEGINS, most_tries=most_tries)
    stated = {name: facts.get(name, "no") for name in FACTS}
    known = Known(facts=stated, flags=frozenset(), report=report)
    return walk_procedure(definition, flow, choose, known, BEGINS, most_tries=most_tries)


def _given(path: Path) -> Mapping[str, str]:
    root, problems = read_yaml(path, path.name)
    if root is None or problems or not isinstance(root.content, dict):
        raise DefinitionFaulty(problems=tuple(problems))
    return {key: node.content for key, node in root.content.items() if isinstance(node.content, str)}


def _many(definition: Definition, flow: str, count: int) -> int:
    chance = random.Random(count)  # noqa: S311  # walks, not secrets
    steps: Counter[str] = Counter()
    stuck = 0
    for _ in range(count):
        facts = {name: chance.choice(values) for name, values in FACTS.items()}
        told = walk(definition, flow, at_random(definition, chance), facts=facts, most_tries=MOST_TRIES)
        steps.update({seen.step for seen in told.seen})
        stuck += not told.ended
    sys.stdout.write(f"{count} walks, {count - stuck} came to an end.\n")
    for step in definition.flows[flow].steps.values():
        if step.kind != "decision":
            sys.stdout.write(f"{steps[step.key]:>9}  {step.key}\n")
    return 1 if stuck else 0


def _lines(definition: Definition, told: Told) -> Iterator[str]:
    for seen in told.seen:
        yield from _seen(definition, seen)
    if told.routed is not None:
        routed = told.routed
        owner = _role(definition, routed.owner.role) if routed.owner else "the outside route"
        yield f"The case is {owner}'s ({routed.urgency}, rule {routed.rule}, {routed.source})."
        yield from (f"  told: {_role(definition, t.role.role)}: {t.why}" for t in routed.also)
    yield "It ends." if told.ended else "It does not end: see the last line."


def _seen(definition: Definition, seen: Seen) -> Iterator[str]:
    flow = definition.flows[seen.flow]
    step = flow.steps[seen.step]
    title = step.title.say(definition.school.language) or step.key
    who = ", ".join(_role(definition, role) for role in seen.who)
    at = f"{seen.at:%H:%M}"
    if seen.kind in ("card", "clock"):
        does = "the time runs out at" if seen.kind == "clock" else "answers"
        yield f"{at}  {who or 'the owner'} {does} {title!r} ({seen.why or 'no source'})"
        asked = form_of(definition, flow, step)
        for key, answer in seen.answers.items():
            yield f"         {_label(definition, asked.get(key) or flow.fields[key])}: " + ", ".join(
                said_value(definition, flow, key, value, definition.school.language)
                for value in answer.split(",")
            )
        return
    yield f"{at}    {seen.kind}: {title!r} {who} {seen.outcome}".rstrip()


def _label(definition: Definition, field: Field) -> str:
    return field.label.say(definition.school.language)


def _role(definition: Definition, key: str) -> str:
    return definition.roles[key].label if key in definition.roles else key
