"""Every step of every procedure of a pack, opened at the desk by whom it waits for: empty, then filled in.

Steps at random through the engine find how a procedure comes to each of them; it is then put there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from bot.casework import verbs
from bot.casework.office import new_id
from bot.casework.procedures.asking import handles, may_ask, may_do, may_let_others
from bot.casework.procedures.knowing import open_ones
from bot.casework.tables import PROCEDURES
from bot.casework.views.procedures import PICKED
from bot.engine.acts import Act
from bot.engine.choosing import at_random
from bot.engine.passage import SILENT
from bot.engine.procedure import advance, begin, open_roles
from bot.engine.simulation import answers_at
from bot.engine.step_form import Known
from bot.model.cases import Case
from bot.model.conditions import FACTS
from bot.model.definition import Definition
from bot.model.flows import Flow
from bot.model.people import PersonId
from bot.model.procedures import Procedure
from tests.cards_ways import cases, fill, the_case
from tests.flows.walks import Pack
from tests.stage import Stage

MOST_ACTS = 5_000
MOSTLY = 0.9


def flows_of(definition: Definition, use: str) -> tuple[Flow, ...]:
    """The pack's flows of that use."""
    return tuple(flow for flow in definition.flows.values() if flow.use == use)


def asking_steps(flow: Flow) -> set[str]:
    """The steps that ask somebody or wait for something."""
    return {step.key for step in flow.steps.values() if step.kind not in SILENT}


async def every_request(on: Stage) -> None:
    """Whatever somebody can ask for, asked for and dealt with."""
    for flow in flows_of(on.definition, "request"):
        await show_steps(on, flow, but=await ask_for(on, flow))


async def every_question(on: Stage) -> None:
    """Whatever somebody can ask about, at each of its steps, to the answer."""
    for flow in flows_of(on.definition, "question"):
        person = _who_asks(on, flow)
        for walked in _places(Pack(on.definition), flow, asking_steps(flow), on.office.now()).values():
            procedure = _write(on, replace(walked, id=new_id(), asked_by=person, case="", revision=1))
            await on.send(person, verbs.STEP, target=procedure.id, action_id=verbs.step_id(procedure))
            assert on.answered is not None
            await fill(on, person, on.answered)


async def show_steps(on: Stage, flow: Flow, *, but: frozenset[str] = frozenset()) -> None:
    """In the newest case: each step of the flow `but` these, by whom it waits for."""
    wanted = asking_steps(flow) - but
    for walked in _places(Pack(on.definition), flow, wanted, on.office.now()).values():
        case = the_case(on)
        await _do(on, case, _put(on, case, walked))
        _put_away(on, case)


async def ask_for(on: Stage, flow: Flow) -> frozenset[str]:
    """Somebody asks for it, until it is a case of its own. The steps that they went through."""
    person, before, passed = _who_asks(on, flow), len(cases(on)), set[str]()
    await on.send(person, verbs.ASK_DO, action_id="ask", values={PICKED: flow.key})
    while len(cases(on)) == before:
        (key,) = on.store.find(PROCEDURES, "asked", person)
        procedure = on.store.get(PROCEDURES, key)
        assert procedure is not None
        assert procedure.step not in passed, (flow.key, procedure.errors)
        passed.add(procedure.step)
        await fill(on, person, on.last(person))
    return frozenset(passed)


def _who_asks(on: Stage, flow: Flow) -> PersonId:
    directory = on.office.directory()
    return [p for p in directory.people if flow in may_ask(on.definition, directory, p)][-1]


def _places(pack: Pack, flow: Flow, wanted: set[str], now: datetime) -> Mapping[str, Procedure]:
    """The procedure as it first comes to each of those steps: from wherever one stands, on by chance."""
    chance, first, last = Random(flow.key), dict[str, Procedure](), dict[str, Procedure]()  # no secrets
    for _ in range(MOST_ACTS):
        if wanted <= set(first):
            return {key: first[key] for key in flow.steps if key in wanted}
        facts = {name: chance.choice(values) for name, values in FACTS.items()}
        flags = frozenset(chance.sample(pack.flags, chance.randint(0, 4)))
        known = Known(facts=facts, flags=flags, report=pack.known)
        if not last or chance.random() > MOSTLY:
            moved, _ = begin(pack.definition, flow.key, known, procedure_id="p", case="c", now=now)
        else:
            moved = _moved(pack, last[chance.choice(sorted(last))], known, chance)
        if moved.state == "open" and not moved.errors:
            first.setdefault(moved.step, moved)
            last[moved.step] = moved
    raise AssertionError(f"no walk of {flow.key} comes to {wanted - set(first)}")


def _moved(pack: Pack, procedure: Procedure, known: Known, chance: Random) -> Procedure:
    """One act further: most sign with yes, and few let the time run out."""
    definition, choose = pack.definition, at_random(pack.definition, chance)
    step = definition.flows[procedure.flow].steps[procedure.step]
    due, now = procedure.expires_at or procedure.wakes_at, procedure.step_began_at + timedelta(minutes=1)
    waiting = step.kind == "wait" and not step.event.by_language
    if due is not None and (waiting or chance.random() > MOSTLY):
        done, now = Act(kind="wake"), max(due, now)
    elif step.kind == "approval":
        role, yes = chance.choice(open_roles(step, procedure)), chance.random() < MOSTLY
        values = {f"{step.key}.answer": "yes" if yes else "no", f"{step.key}.why": "In a few words"}
        done = Act(kind="sign", values=values, by=f"simulated/{role}", role=role)
    else:
        values = dict(answers_at(definition, procedure, choose, known))
        role = step.who[0] if step.who else ""
        done = Act(kind="answer", values=values, by=f"simulated/{role}", role=role)
    return advance(definition, procedure, done, known, now)[0]


def _put(on: Stage, case: Case, walked: Procedure) -> Procedure:
    """The procedure in this case, as if it had come to its step this minute."""
    now = on.office.now()
    since = now - walked.step_began_at
    procedure = replace(
        walked, id=new_id(), case=case.id, asked_by=case.reporter, revision=1, errors={},
        began_at=now, step_began_at=now,
        due_at=walked.due_at and walked.due_at + since,
        expires_at=walked.expires_at and walked.expires_at + since,
        wakes_at=walked.wakes_at and walked.wakes_at + since,
    )  # fmt: skip
    return _write(on, procedure)


def _write(on: Stage, procedure: Procedure) -> Procedure:
    unit = on.office.unit()
    unit.put(PROCEDURES, procedure.id, procedure)
    unit.stage()
    return procedure


def _put_away(on: Stage, case: Case) -> None:
    unit = on.office.unit()
    for procedure in open_ones(unit, case):
        unit.put(
            PROCEDURES, procedure.id, replace(procedure, state="stopped", revision=procedure.revision + 1)
        )
    unit.stage()


async def _do(on: Stage, case: Case, procedure: Procedure) -> None:
    """Whoever it waits for opens it, sends it empty, and then filled in; nobody does what only time ends."""
    step, unit = on.definition.flows[procedure.flow].steps[procedure.step], on.office.unit()
    people, press = on.office.directory().people, verbs.step_id(procedure)
    if step.kind == "wait" and not step.event.by_language:
        handler = next(p for p in people if handles(on.office, unit, case, p))
        await on.send(handler, verbs.STEPS, target=case.id, action_id="steps.0", name=step.key)
        return
    lets = next((p for p in people if may_let_others(on.office, unit, case, procedure, p)), "")
    if lets:
        await on.send(lets, verbs.STEP, target=case.id, action_id=press, name=step.key)
        await on.send(lets, verbs.STEP_RELEASE, target=case.id, action_id=press, name=step.key)
        procedure = on.store.get(PROCEDURES, procedure.id) or procedure
    who = next((p for p in people if may_do(on.office, unit, case, procedure, p)), "")
    assert who, f"nobody can do {procedure.flow}.{step.key}"
    action_id = verbs.step_id(procedure)
    await on.send(who, verbs.STEP, target=case.id, action_id=action_id, name=f"{procedure.flow}.{step.key}")
    assert on.answered is not None
    await fill(on, who, on.answered)
