"""Random people press random buttons of random cases while time passes: what never bends does not bend."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.casework import verbs
from bot.casework.procedures.asking import may_begin, may_do
from bot.casework.procedures.knowing import procedures_of
from bot.engine.step_form import form_of
from bot.model.cases import Case
from bot.model.definition import Definition
from bot.model.flows import Field
from bot.model.people import PersonId
from tests.unit.casework.walking import CHANNEL, SECRET, World, world

STEPS = 90
KINDS = ("child", "image", "rules", "rules", "rules", "technical", "adult", "not_sure")
TICKS = ("none", "none", "threats", "hate", "aimed", "self_harm", "not_sure")
OUTCOMES = ("found", "unfounded", "duplicate", "error", "substantiated")
STEP_WORDS = "said in a step"
ANSWERS = {
    "crime": ("yes", "no", "not_sure"),
    "same": ("yes", "no"),
    "urgency": ("routine", "serious"),
    "consulted": ("yes", "no"),
    "parents_safe": ("yes", "no", "not_sure"),
}


def _answers(world: World, reporter: PersonId) -> dict[str, str]:
    choice, directory = world.random.choice, world.office.directory()
    others = [p for p in world.staff() if p != reporter]
    what = choice(KINDS)
    given = {
        "what": what,
        "danger": choice(("no", "no", "no", "not_sure", "yes")),
        "happened": SECRET,
        "row": choice(world.office.shelf.current().tables["students"].rows).key,
        "staff_row": choice(world.office.shelf.current().tables["staff"].rows).key,
        "where": choice(("my_lesson", "school", "home")),
        "ticks": choice(TICKS),
        "harm": choice(("yes", "no", "not_sure")),
        "pupils_done": ",".join(world.random.sample(list(directory.pupils), choice((0, 1, 1, 2)))),
        "others": choice(("", "", "", "not_known", "adult_unknown")),
    }
    if what == "adult" or world.random.random() < 0.15:
        given["adults"] = choice(world.staff())
    if world.random.random() < 0.4:
        given["withheld"] = ",".join(world.random.sample(others, choice((1, 2))))
    return {k: v for k, v in given.items() if v}


def _typed(world: World, definition: Definition, case: Case, key: str) -> dict[str, str]:
    choice = world.random.choice
    # Whoever has had something of the case is named most often: then there is something to take back.
    known = world.reached(case) or world.staff()
    typed: dict[str, str] = {}
    for field in definition.actions[key].fields.values():
        if world.random.random() < 0.1:
            continue
        if field.kind == "adults":
            typed[field.key] = choice(choice((known, known, world.staff())))
        elif field.kind == "pupils":
            typed[field.key] = choice(list(world.office.directory().pupils))
        elif field.kind == "row":
            typed[field.key] = choice(definition.tables["students"].rows).key
        elif field.kind == "action":
            columns = [c for t in definition.tables.values() for c in t.columns if c.kind == "action"]
            typed[field.key] = choice(columns).key
        elif field.kind == "role":
            typed[field.key] = choice(("", *definition.roles))
        elif field.kind == "date":
            typed[field.key] = (world.time.at + timedelta(days=choice((0, 1, 5, 30)))).date().isoformat()
        elif field.options:
            typed[field.key] = choice(field.options).key
        else:
            typed[field.key] = choice((SECRET, SECRET + " " + "word " * 300))
    return typed


async def _one_step(world: World) -> None:
    random = world.random
    person = random.choice(world.staff())
    kind = random.random()
    if kind < 0.08 or not world.cases:
        stage = "danger" if random.random() < 0.1 else "sent"
        await world.report(person, stage=stage, **_answers(world, person))
        return
    case = world.case(random.choice(world.cases[-12:]))
    if kind < 0.3:
        await _procedure_press(world, person, case)
    elif kind < 0.75:
        able = [p for p in world.staff() if world.may_read(case, p)]
        if able and random.random() < 0.8:
            person = random.choice(able)
        definition = world.office.definition_of(case)
        keys = [k for k, a in definition.actions.items() if a.by == "handler"]
        key = random.choice([*keys, "cannot_see", "cannot_see", "cannot_see", "take", "take", "take", "note"])
        typed = _typed(world, definition, case, key)
        await world.press(person, verbs.DO, case, world.offer(case, key), typed)
    elif kind < 0.88:
        verb = random.choice((verbs.OPEN, verbs.FORM, verbs.MORE, verbs.STATUS))
        key = random.choice(("note.1-a", "record.0", "more.0", "close.0", "open"))
        await world.press(person, verb, case, key, channel=random.random() < 0.4)
    elif kind < 0.92:
        await world.live(random.choice(("removed", "installed")), person)
    elif kind < 0.95:
        await _team_changes(world)
    else:
        world.time.at += timedelta(minutes=random.choice((3, 12, 25, 90, 600)))
    await world.settle()


async def _procedure_press(world: World, person: PersonId, case: Case) -> None:
    """Somebody does, begins, stops or hands on something of a procedure; mostly those who may."""
    random, office = world.random, world.office
    unit = office.unit()
    runs = procedures_of(unit, case)
    run = random.choice(runs) if runs else None
    if run is None or random.random() < 0.25:
        able = [p for p in world.staff() if may_begin(office, unit, case, p)]
        person = random.choice(able) if able and random.random() < 0.9 else person
        flows = [f.key for f in may_begin(office, unit, case, person)] or ["illegal_path"]
        picked = {"flow": random.choice([*flows, *(r.id for r in runs)]), "why": STEP_WORDS}
        mark = verbs.fresh_mark(world.time.now())
        verb = random.choice((verbs.STEPS, verbs.BEGIN, verbs.STOP, *[verbs.BEGIN_DO] * 5, verbs.STOP_DO))
        await world.press(person, verb, case, f"{verb}.{mark}", picked, step=True)
        return
    able = [p for p in world.staff() if may_do(office, unit, case, run, p)]
    person = random.choice(able) if able and random.random() < 0.85 else person
    verb = random.choice((verbs.STEP, verbs.STEP_RELEASE, verbs.HAND_DO, *[verbs.STEP_DO] * 6))
    custody = next((h.step for h in run.hand_overs), "") if verb == verbs.HAND_DO else ""
    flow = office.shelf.by_hash(run.definition).flows[run.flow]
    form = form_of(office.shelf.by_hash(run.definition), flow, flow.steps[custody or run.step])
    typed = {key: _step_answer(world, field) for key, field in form.items() if random.random() < 0.95}
    visit = run if random.random() < 0.9 else replace(run, visit=max(1, run.visit - 1))
    await world.press(person, verb, case, verbs.step_id(visit, custody), typed, step=True)


def _step_answer(world: World, field: Field) -> str:
    """Something that the question takes."""
    if field.options:
        return world.random.choice(field.options).key
    if field.kind == "date":
        return (world.time.now() + timedelta(days=world.random.choice((1, 5, 20)))).date().isoformat()
    return "yes" if field.kind == "confirm" else STEP_WORDS


async def _team_changes(world: World) -> None:
    """Somebody of the team leaves or joins; now and then a stranger to it, who does not stay."""
    members = world.teams.rosters[CHANNEL]
    strange = [m.account for m in members if m.account and not world.belongs(m.account)]
    belonging = [p for p in world.staff() if world.belongs(p)]
    person = world.random.choice(strange or [*belonging, *belonging, *belonging, *world.staff()])
    if any(m.account == person for m in members):
        world.teams.rosters[CHANNEL] = tuple(m for m in members if m.account != person)
        await world.live("members_removed", person, channel=True)
    else:
        world.teams.rosters[CHANNEL] = (*members, world.member(person))
        await world.live("members_added", person, channel=True)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_people_press_nothing_that_never_bends_bends(tmp_path: Path, seed: int) -> None:
    async with world(tmp_path, seed) as walked:
        for _ in range(STEPS):
            await _one_step(walked)
            assert walked.wrongs == []
        for person in walked.staff():
            await walked.live("installed", person)
        for _ in range(20):
            walked.time.at += timedelta(hours=8)
            await walked.settle()
        assert walked.wrongs == []
        for case in map(walked.case, walked.cases):
            ended = case.closing is not None or case.owner.accepted_by is not None
            assert ended or walked.shown_outside(case), (case.routed.rule, case.urgency)
            assert len(walked.store.history(case.id)) >= 1
        assert walked.store.verify() == ()


async def test_the_walk_really_handles_cases(tmp_path: Path) -> None:
    """Else a walk in which everything is refused would prove nothing."""
    async with world(tmp_path, Random(3).randrange(1000)) as walked:
        for _ in range(3 * STEPS):
            await _one_step(walked)
        kinds = {k.entry.kind for key in walked.cases for k in walked.store.history(key)}
        assert {"procedure_begun", "step_passed", "step_asked"} <= kinds
        assert {"reported", "alerted", "accept", "note", "exclude", "climbed"} <= kinds
        assert any(posted.conversation == CHANNEL for posted in walked.teams.posted)
