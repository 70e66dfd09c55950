"""What one step of a flow costs the engine, and what reading and checking a pack costs.

    python -m tests.benchmarks.bench_procedures [--quick] [--json]

Walks through every flow of every pack, chosen by chance, are taken again with a clock around each `advance`
alone. Time is that of this thread.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

from bot.definitions.loader import COMMON, FLOWS, find_pack, load, pack_names, read_folder, read_pack
from bot.engine.acts import Act
from bot.engine.advance import Event
from bot.engine.advance import advance as advance_run
from bot.engine.advance import begin as begin_run
from bot.engine.choosing import at_random, made_up
from bot.engine.procedure import advance as advance_procedure
from bot.engine.procedure import begin as begin_procedure
from bot.engine.report import Facts
from bot.engine.simulation import Seen, Told, walk_procedure, walk_report
from bot.engine.step_form import Known
from bot.model.conditions import FACTS
from bot.model.definition import Definition
from bot.model.flows import Flow
from tests.benchmarks.tables import markdown

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
T = TypeVar("T")


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """What it gave, and the microseconds of this thread that it took."""
    begun = time.thread_time_ns()
    given = call()
    return given, (time.thread_time_ns() - begun) / 1000


def steps(definition: Definition, count: int) -> Iterator[tuple[str, float]]:
    """So many walks over a pack: for each `advance` whether it was a report's, and its microseconds."""
    directory = made_up(definition)
    report = Facts(directory=directory, reporter=f"{directory.tenant}/staff")
    flows = tuple(definition.flows.values())
    for number in range(count):
        chance = Random(number)  # walks, not secrets
        flow, choose = chance.choice(flows), at_random(definition, chance)
        if flow.use == "report":
            told = walk_report(definition, flow.key, choose, report, NOW)
            yield from (("report", took) for took in again_report(definition, flow, told, report))
        else:
            facts = {name: chance.choice(values) for name, values in FACTS.items()}
            known = Known(facts=facts, flags=frozenset(), report=report)
            told = walk_procedure(definition, flow.key, choose, known, NOW)
            yield from (("procedure", took) for took in again_procedure(definition, flow, told, known))


def again_report(definition: Definition, flow: Flow, told: Told, facts: Facts) -> Iterator[float]:
    """The same answers once more."""
    run = begin_run(definition, flow.key, run_id="bench", person=facts.reporter, now=NOW)
    for seen in told.seen:
        if seen.kind != "card":
            continue
        event, before = Event(kind="answer", values=seen.answers), run
        (run, effects), took = timed(lambda: advance_run(definition, before, event, facts, seen.at))  # noqa: B023  # called at once
        if any(effect.does == "danger" for effect in effects):
            facts = replace(facts, recorded=True)
        yield took


def again_procedure(definition: Definition, flow: Flow, told: Told, known: Known) -> Iterator[float]:
    """The same acts once more."""
    procedure, _ = begin_procedure(definition, flow.key, known, procedure_id="bench", case="bench", now=NOW)
    for seen in told.seen:
        if seen.kind not in ("card", "clock"):
            continue
        act, before = act_of(flow, seen), procedure
        (procedure, _), took = timed(lambda: advance_procedure(definition, before, act, known, seen.at))  # noqa: B023  # called at once
        yield took


def act_of(flow: Flow, seen: Seen) -> Act:
    """What was done there, by the first role that was asked."""
    role = seen.who[0] if seen.who else ""
    if seen.kind == "clock":
        return Act(kind="wake")
    if flow.steps[seen.step].kind == "approval":
        return Act(kind="sign", values=seen.answers, by=f"bench/{role}", role=role)
    return Act(kind="answer", values=seen.answers, by=f"bench/{role}", role=role)


def figures(*, walks: int, rounds: int) -> dict[str, dict[str, float]]:
    """By pack: reading its files, and that with every proof of the check, in ms; advance in microseconds."""
    found: dict[str, dict[str, float]] = {}
    for pack in pack_names():
        took: dict[str, list[float]] = {"report": [], "procedure": []}
        for kind, microseconds in steps(load(pack), walks):
            took[kind].append(microseconds)
        folder = find_pack(pack)
        reads = [timed(lambda: (read_folder(FLOWS / COMMON), read_folder(folder)))[1] for _ in range(rounds)]  # noqa: B023  # called at once
        loads = [timed(lambda: read_pack(folder))[1] for _ in range(rounds)]  # noqa: B023  # called at once
        found[pack] = {
            "read_ms": statistics.median(reads) / 1000,
            "load_ms": statistics.median(loads) / 1000,
            "all_p50": statistics.median([*took["report"], *took["procedure"]]),
        }
        for kind, each in took.items():
            found[pack] |= {
                f"{kind}_p50": statistics.median(each),
                f"{kind}_p99": statistics.quantiles(each, n=100)[98],
                f"{kind}s": len(each),
            }
    return found


def main() -> None:
    """Print a table, or with --json the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer walks")
    parser.add_argument("--json", action="store_true", help="the figures alone")
    asked = parser.parse_args()
    found = figures(walks=300 if asked.quick else 5_000, rounds=3 if asked.quick else 9)
    if asked.json:
        print(json.dumps(found))
        return
    heads = (
        "pack",
        "read, ms",
        "read and check, ms",
        "advance p50, µs",
        "report p50, µs",
        "p99",
        "steps",
        "procedure p50, µs",
        "p99",
        "steps",
    )
    keys = (
        "read_ms", "load_ms", "all_p50", "report_p50", "report_p99", "reports", "procedure_p50",
        "procedure_p99", "procedures",
    )  # fmt: skip
    print(markdown(heads, [(pack, *(f"{each[key]:.0f}" for key in keys)) for pack, each in found.items()]))


if __name__ == "__main__":
    main()
