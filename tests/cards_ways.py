"""Ways of doing things on a stage, in the words of the cards: report, open, take, decide, do a step.

A form is first sent empty and then filled in, so that what is wrong with it is shown as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.casework import verbs
from bot.casework.procedures.knowing import known_of, open_ones, procedures_of
from bot.casework.tables import CASES, PROCEDURES
from bot.engine.step_form import shown_of
from bot.model.cases import Case
from bot.model.procedures import Procedure
from bot.rehearsal.cards import NotOnCard, buttons, inputs
from tests.stage import Shown, Stage

HOSTILE = "**bold** [a](http://bad.example) <at>Everyone</at> # x\n- one\n{number} {{DATE(2017)}} \\"
LONG = "He sent it to the whole group, and then to the other form, and laughed. " * 55
STORY = "She said: he has a picture of me and wants money. " + HOSTILE
ABI, BEN, KEMI = "pupil:p001", "pupil:p002", "pupil:p011"
ANSWERS: Mapping[str, str] = {
    "happened": STORY,
    "child_here": "here",
    "where": "home",
    "row": "offensive_message",
    "nearest": "other",
    "staff_row": "disrepute",
    "ticks": "none",
    "harm": "yes",
    "intent": "purpose",
    "place": "Room 12",
    "unlisted_name": "Somebody New",
    "unlisted_detail": "8B",
    "when": "on Friday",
}


async def report(on: Stage, who: str, danger: str = "No", /, **first: str) -> None:
    """Walk a report to its receipt. Each card is first sent empty, then filled in."""
    await on.say(who, "report")
    await on.press(who, danger)
    await on.press(who, danger, **asked(on.last(who), first))
    await walk(on, who, first)


async def walk(on: Stage, who: str, answers: Mapping[str, str], *, until: str = "") -> None:
    """From where the report is to its receipt, or to the card that has this button."""
    for _ in range(24):
        card = on.last(who).card
        labels = [one.label for one in buttons(card)]
        if "Add something" in labels or (until and until in labels):
            return
        known = asked(on.last(who), {**ANSWERS, **answers})
        forward = next(one for one in labels if one not in ("Back", "Save for later", "Cancel"))
        empty = dict.fromkeys(known, "")
        await on.press(who, forward, **empty)
        if known and set(asked(on.last(who), known)) == set(known):
            await on.press(who, forward, **known)
    raise AssertionError(f"{who} never came to a receipt: {labels}")


def asked(shown: Shown, answers: Mapping[str, str]) -> dict[str, str]:
    """Those of the answers that this card asks for."""
    keys = {one.partition("@")[0] for one in inputs(shown.card)}
    return {key: value for key, value in answers.items() if key in keys}


async def fill(on: Stage, who: str, form: Shown) -> None:
    """Send the form empty, then with something in everything that it asks, and what it asks then."""
    send = buttons(form.card)[0].label
    if inputs(form.card):
        await on.press_on(who, form, send)
    for _ in range(3):
        given = fitting(on, form)
        await on.press_on(who, form, send, **given)
        again = on.answered
        if again is None or not given or not set(given) < set(fitting(on, again)):
            return
        form = again


def fitting(on: Stage, shown: Shown) -> dict[str, str]:
    """An answer to everything that a card asks: the first that can be chosen, and much where words are."""
    people = iter(list(on.office.directory().people)[::-1])
    found: dict[str, str] = {}
    for key, one in inputs(shown.card).items():
        offered = [str(choice["value"]) for choice in one.get("choices") or ()]
        searched = next(people) if one["type"] == "Input.ChoiceSet" and not offered else ""
        by_type = {"Input.Date": (on.clock.at + timedelta(days=9)).date().isoformat(), "Input.Time": "10:00"}
        words = STORY[: one.get("maxLength") or len(STORY)]
        found[key.partition("@")[0]] = offered[0] if offered else searched or by_type.get(one["type"], words)
    return found


async def act(on: Stage, person: str, label: str, /, **typed: str) -> None:
    """Do something with the case that is open: its form is first sent empty, then filled in."""
    await find(on, person, label)
    await on.press(person, label)
    form = on.answered
    if form is None or not inputs(form.card) or not typed:
        return
    send = buttons(form.card)[0].label
    await on.press_on(person, form, send)
    await on.press_on(person, form, send, **typed)


async def find(on: Stage, who: str, label: str) -> None:
    """Turn the pages of actions until the button is there."""
    await reopen(on, who)
    for _ in range(8):
        labels = [one.label for one in buttons(on.answered.card)] if on.answered else []
        if label in labels:
            return
        if on.answered is None or "More" not in labels:
            raise NotOnCard(f"{who} sees no button {label!r}, only {labels}")
        await on.press_on(who, on.answered, "More")
    raise NotOnCard(label)


async def stop_all(on: Stage, who: str) -> None:
    """Stop every procedure of the newest case."""
    while on.office.store.find(PROCEDURES, "case", newest(on)):
        await on.send(who, verbs.STEPS, target=newest(on), action_id="steps.0")
        card = on.answered
        if card is None or "Stop a procedure" not in [b.label for b in buttons(card.card)]:
            return
        await on.press_on(who, card, "Stop a procedure")
        form = on.answered
        assert form is not None
        await on.press_on(who, form, "Stop it")
        run = open_ones(on.office.unit(), the_case(on))[0]
        await on.press_on(who, form, "Stop it", flow=run.id, why=STORY)


def the_case(on: Stage) -> Case:
    """The case that was opened last."""
    found = (on.store.get(CASES, key) for key in cases(on))
    return max((case for case in found if case is not None), key=lambda case: case.opened_at)


def running(on: Stage, flow: str) -> Procedure:
    """The latest run of that flow in the newest case."""
    return [p for p in procedures_of(on.office.unit(), the_case(on)) if p.flow == flow][-1]


async def begin(on: Stage, who: str, flow: str) -> None:
    """Begin a procedure by hand; the form is first sent empty."""
    await on.send(who, verbs.STEPS, target=newest(on), action_id="steps.0")
    await on.press(who, "Begin a procedure")
    form = on.answered
    assert form is not None
    await on.press_on(who, form, "Begin it")
    await on.press_on(who, form, "Begin it", flow=flow)


async def step(on: Stage, who: str, flow: str, **chosen: str) -> str:
    """Do the step where the procedure stands: its form is first sent empty. Where it stands then."""
    run, case = running(on, flow), the_case(on)
    if run.state != "open":
        return run.state
    await on.send(who, verbs.STEP, target=case.id, action_id=verbs.step_id(run))
    form = on.answered
    assert form is not None
    asked_now = shown_of(on.definition, run, known_of(on.office, case))
    values = {
        key: chosen.get(key.rpartition(".")[2]) or (f.options[0].key if f.options else STORY[: f.max_length])
        for key, f in asked_now.items()
    }
    send = buttons(form.card)[0].label
    if values:
        await on.press_on(who, form, send)
    await on.press_on(who, form, send, **values)
    after = running(on, flow)
    return after.step if after.state == "open" else after.state


async def reopen(on: Stage, who: str) -> None:
    """Open the newest case anew, in their own chat."""
    await on.send(who, verbs.OPEN, target=newest(on), action_id="open")


def account(on: Stage, ends: str) -> str:
    """Somebody of the tenant who is none of the staff."""
    return f"{on.people.directory().tenant}/00000000-0000-4000-8000-000000000{ends}"


def newest(on: Stage) -> str:
    """The id of the case that was opened last."""
    return the_case(on).id


def cases(on: Stage) -> list[str]:
    """The ids of all open and closed cases, oldest first."""
    return [*on.store.find(CASES, "state", "open"), *on.store.find(CASES, "state", "closed")]
