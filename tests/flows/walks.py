"""Random walks over whole packs, and what must hold of every one of them (design 4).

`python -m tests.flows.walks 1000000` is what `make soak` calls: as many walks, over all packs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bot.definitions.loader import load, pack_names
from bot.engine.acts import Act, Walked
from bot.engine.choosing import TENANT, at_random, made_up
from bot.engine.procedure import advance, begin, open_roles
from bot.engine.report import Facts
from bot.engine.routing import Given, route
from bot.engine.simulation import LATE, Choose, answers_at, walk_report
from bot.engine.step_form import Known
from bot.model.conditions import FACTS
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.procedures import Procedure

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
MOST_ACTS = 150
MOSTLY = 0.85


@dataclass(slots=True)
class Pack:
    """A definition, and what its walks have in common."""

    definition: Definition
    flags: tuple[str, ...] = ()
    known: Facts = field(init=False)

    def __post_init__(self) -> None:
        directory = made_up(self.definition)
        self.known = Facts(directory=directory, reporter=f"{TENANT}/staff")
        flows = self.definition.flows.values()
        raised = {flag for flow in flows for f in flow.fields.values() for o in f.options for flag in o.flags}
        rows = {flag for table in self.definition.tables.values() for row in table.rows for flag in row.flags}
        self.flags = tuple(sorted(raised | rows))


def packs() -> tuple[Pack, ...]:
    """Every pack that the program brings along."""
    return tuple(Pack(load(name)) for name in pack_names())


def walk(pack: Pack, chance: Random) -> None:
    """One walk through a flow picked by chance. An AssertionError says which rule broke, and where."""
    flow = chance.choice(tuple(pack.definition.flows.values()))
    if flow.use == "report":
        _report(pack, flow, chance)
    else:
        _procedure(pack, flow, chance)


def _report(pack: Pack, flow: Flow, chance: Random) -> None:
    """Rules 1, 2, 5: whoever is left out, somebody who is not has it, or the way outside is shown."""
    definition = pack.definition
    told = walk_report(definition, flow.key, at_random(definition, chance), pack.known, NOW)
    assert told.ended, f"{flow.key} does not end: {told.seen[-1]}"
    assert told.routed is not None
    for seen in told.seen:
        if seen.kind == "end":
            assert seen.outcome in ("sent", "dealt", "unfinished")
    left_out = set(chance.sample(sorted(definition.roles), chance.randint(0, 2)))
    facts = {name: chance.choice(values) for name, values in FACTS.items()}
    answers = {key: value for seen in told.seen for key, value in seen.answers.items()}
    given = Given(answers=answers, flags=chance.sample(pack.flags, chance.randint(0, 4)), facts=facts)
    routed = route(definition, given, barred=lambda role: "excluded" if role.role in left_out else "")
    roles = [told.role.role for told in routed.also] + ([routed.owner.role] if routed.owner else [])
    assert not left_out & set(roles), f"{left_out} left out, and {roles} told"
    assert routed.owner is not None or routed.only or left_out >= set(routed.roles)
    if routed.restricted:
        assert routed.channel == "none"


def _procedure(pack: Pack, flow: Flow, chance: Random) -> None:
    """Rules 6, 7, 9 and casework 5: different hands, nothing undone, deletion behind its gate."""
    facts = {name: chance.choice(values) for name, values in FACTS.items()}
    flags = frozenset(chance.sample(pack.flags, chance.randint(0, 4)))
    known = Known(facts=facts, flags=flags, report=pack.known)
    choose = at_random(pack.definition, chance)
    now = NOW
    walked = begin(pack.definition, flow.key, known, procedure_id="p", case="c", now=now, asked_by="x/asked")
    for _ in range(MOST_ACTS):
        before = walked[0]
        if before.state != "open":
            _ended_well(pack.definition, flow, before)
            return
        act, now = _act(pack.definition, flow, before, choose, known=known, now=now, chance=chance)
        walked = advance(pack.definition, before, act, known, now)
        _held(flow, before, walked, act)
    raise AssertionError(f"{flow.key} does not end: it is at {walked[0].step} after {MOST_ACTS} acts")


def _act(
    definition: Definition,
    flow: Flow,
    procedure: Procedure,
    choose: Choose,
    *,
    known: Known,
    now: datetime,
    chance: Random,
) -> tuple[Act, datetime]:
    step = flow.steps[procedure.step]
    due = procedure.expires_at or procedure.wakes_at
    if due is not None and (choose(f"{step.key}.late", LATE) == "yes" or not step.event.by_language):
        return Act(kind="wake"), max(due, now)
    values = answers_at(definition, procedure, choose, known)
    now += timedelta(minutes=1)
    if step.kind == "approval":
        role = chance.choice(open_roles(step, procedure))
        # Mostly yes and mostly by another: what lies behind an approval must be walked as well.
        if chance.random() < MOSTLY:
            values = {**values, f"{step.key}.answer": "yes"}
        by = f"x/{role}" if chance.random() < MOSTLY else "x/one"
        return Act(kind="sign", values=values, by=by, role=role), now
    return Act(kind="answer", values=values, by="x/one", role=step.who[0] if step.who else ""), now


def _held(flow: Flow, before: Procedure, walked: Walked, act: Act) -> None:
    after, _ = walked
    assert after.done[: len(before.done)] == before.done, "rule 9: what was done is rewritten"
    assert after.signatures[: len(before.signatures)] == before.signatures
    assert after.hand_overs[: len(before.hand_overs)] == before.hand_overs
    step = flow.steps[before.step]
    passed = [done for done in after.done[len(before.done) :] if done.step == before.step]
    if passed and step.kind == "approval" and passed[0].outcome == "granted":
        _signed_well(step, after)
    for done in after.done[len(before.done) :]:
        gates = set(flow.steps[done.step].requires)
        earlier = {each.step for each in after.done[: after.done.index(done)]}
        assert gates <= earlier, f"{flow.key}.{done.step} was passed without {gates - earlier}"
    if passed and step.kind == "referral":
        made = passed[0].outcome
        needed = f"{step.key}.to" if made == "made" else f"{step.key}.why"
        assert passed[0].answers.get(needed), f"rule 7: {made}, and {needed} is empty"
    assert act.kind != "wake" or not after.errors


def _signed_well(step: Step, procedure: Procedure) -> None:
    signed = [s for s in procedure.signatures if s.step == step.key][-(step.needs or len(step.approvers)) :]
    assert len({s.by for s in signed}) == len(signed), "rule 7: one person signed twice"
    assert {s.role for s in signed} <= set(step.approvers)
    assert len({s.role for s in signed}) == len(signed)
    assert not step.others_only or procedure.asked_by not in {s.by for s in signed}


def _ended_well(definition: Definition, flow: Flow, procedure: Procedure) -> None:
    """Nothing after a deletion needed what was deleted (casework 5)."""
    gone: set[str] = set()
    for done in procedure.done:
        step = flow.steps[done.step]
        assert not gone & set(step.uses), (
            f"{flow.key}.{step.key} needs {gone & set(step.uses)}, deleted before"
        )
        if done.outcome not in ("not_done", "not_made"):
            gone |= set(step.deletes)
    assert definition.flows[flow.key].steps[procedure.step].kind == "end" or procedure.state == "stopped"


def walks(count: int, seed: int) -> Iterator[int]:
    """That many walks over the packs in turn, each with a chance of its own; gives the number of each."""
    every = packs()
    for number in range(count):
        pack = every[number % len(every)]
        try:
            walk(pack, Random(f"{seed}/{number}"))  # walks, not secrets
        except AssertionError as broken:
            raise AssertionError(f"{pack.definition.pack}, walk {seed}/{number}: {broken}") from broken
        yield number


def main(words: Sequence[str]) -> int:
    """As many walks as were asked for, and a line for each tenth."""
    count = int(words[0]) if words else 1_000_000
    for number in walks(count, seed=int(words[1]) if len(words) > 1 else 1):
        if (number + 1) % max(1, count // 10) == 0:
            sys.stdout.write(f"{number + 1} walks, nothing broken\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
