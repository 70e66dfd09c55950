"""What the checker proves of the ways through a flow, and how it tells the shortest of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.definitions.loader import read_pack
from bot.model.problems import Problem
from tests.unit.definitions.small_pack import write
from tests.unit.definitions.small_procedures import COMMON, DEBRIEF, PROCEDURE, REQUEST, SCHOOL

DEVICE = "flows/device.yaml"


def told(root: Path, flow: str, *, file: str = DEVICE) -> list[Problem]:
    """What the checker says of the pack with this flow in place of its own."""
    _, problems = read_pack(write(root, {**SCHOOL, file: flow}, COMMON))
    return list(problems)


def changed(old: str, new: str, flow: str = PROCEDURE) -> str:
    assert old in flow
    return flow.replace(old, new, 1)


def test_a_step_that_requires_what_a_way_leaves_out_is_told_with_that_way(tmp_path: Path) -> None:
    flow = changed('{field: search, is: "no"}, go: keep', '{field: search, is: "no"}, go: look')

    problems = told(tmp_path, flow)

    assert [p.place for p in problems] == ["flows.device.steps.look.requires.0"]
    assert problems[0].what == (
        "requires sign, and there is a way here that does not pass it. "
        "Shortest way here: The flag strong of the case = yes, Is a search needed? = No"
    )
    assert problems[0].remedy == "Lead every way here through sign, or delete it from requires:."


def test_what_was_deleted_cannot_be_used_any_more(tmp_path: Path) -> None:
    flow = changed("    title: Where is it?\n", "    title: Where is it?\n    uses: [material]\n")

    problems = told(tmp_path, flow)

    assert [p.place for p in problems] == ["flows.device.steps.keep.uses.0"]
    assert problems[0].what.startswith(
        "uses material, which may have been deleted by then. Shortest way here: "
        "The flag strong of the case = yes, Is a search needed? = Yes, May it be searched? = granted"
    )


def test_a_branch_that_contradicts_what_was_answered_is_never_taken(tmp_path: Path) -> None:
    flow = changed(
        "      - {when: {field: sign, is: granted}, go: look}\n",
        '      - {when: {field: search, is: "no"}, go: look}\n',
    )

    problems = told(tmp_path, flow)

    assert [p.place for p in problems] == ["flows.device.steps.sign.next.0.when"]
    assert problems[0].what == (
        "no answers ever lead this way. Shortest way here: The flag strong of the case = yes, "
        "Is a search needed? = Yes"
    )


def test_a_question_that_is_asked_later_is_named(tmp_path: Path) -> None:
    flow = changed(
        "    body: Leave it as it is.\n    next: ask_search\n",
        "    body: Leave it as it is.\n    next:\n"
        '      - {when: {field: search, is: "yes"}, go: keep}\n      - otherwise: ask_search\n',
    )

    problems = told(tmp_path, flow)

    early = next(p for p in problems if p.place == "flows.device.steps.read.next.0.when")
    assert early.what.startswith("reads search, which no step asks before.")
    assert "Ask search in an earlier step" in early.remedy


def test_a_flow_that_never_begins_what_it_says_is_told(tmp_path: Path) -> None:
    flow = changed(
        "starts: [{flow: debrief}]",
        'starts: [{flow: debrief, when: {all: [{field: search, is: "no"}, {field: sign, is: granted}]}}]',
    )

    problems = told(tmp_path, flow)

    begun = next(p for p in problems if p.place == "flows.device.steps.pause.starts.0")
    assert begun.what.startswith("no answers ever begin debrief here.")


def test_answers_that_go_round_for_ever_are_told_once_with_the_way_in(tmp_path: Path) -> None:
    flow = changed(
        "  over: {kind: end, does: done}\n",
        "  again:\n    kind: guidance\n    title: Again\n    body: Go on.\n    next: pause\n"
        "  over: {kind: end, does: done}\n",
    ).replace(
        "    until_field: until\n    next: over\n",
        "    until_field: until\n    next:\n"
        '      - {when: {field: search, is: "no"}, go: again}\n      - otherwise: over\n',
    )

    problems = told(tmp_path, flow)

    assert len(problems) == 1
    assert problems[0].what == (
        "whoever comes here with these answers goes round for ever and never ends. "
        "Shortest way here: The flag strong of the case = yes, Is a search needed? = No"
    )


def test_a_loop_that_an_answer_can_leave_is_no_fault(tmp_path: Path) -> None:
    flow = changed(
        "  over: {kind: end, does: done}\n",
        "  again: {kind: form, title: Again, fields: [search], next: pause}\n"
        "  over: {kind: end, does: done}\n",
    ).replace(
        "    until_field: until\n    next: over\n",
        "    until_field: until\n    next:\n"
        '      - {when: {field: search, is: "no"}, go: again}\n      - otherwise: over\n',
    )

    assert told(tmp_path, flow) == []


def test_a_fact_that_may_change_while_people_act_is_asked_anew(tmp_path: Path) -> None:
    """Could it be a crime? may be answered between two steps; what the case is about stays."""
    flow = changed(
        "body: With all., next: over}",
        'body: With all., next: [{when: {fact: crime, is: "yes"}, go: again}, {otherwise: over}]}\n'
        '  again: {kind: task, title: Again, body: It., next: [{when: {fact: crime, is: "no"}, go: talk}, '
        "{otherwise: over}]}",
        DEBRIEF,
    )
    fixed = flow.replace("fact: crime", "fact: pupil_subject")

    assert told(tmp_path / "a", flow, file="flows/debrief.yaml") == []
    problems = told(tmp_path / "b", fixed, file="flows/debrief.yaml")
    assert [p.place for p in problems] == ["flows.debrief.steps.again.next.0.when"]
    assert "A pupil may have done it = yes" in problems[0].what


def test_an_answer_hidden_by_show_is_not_there(tmp_path: Path) -> None:
    flow = changed(
        "  until: {kind: date, label: Until when?, needed: Please give the day.}\n",
        "  until: {kind: date, label: Until when?, needed: Please give the day., "
        'show: {field: search, is: "yes"}}\n',
    )

    problems = told(tmp_path, flow)

    assert [p.place for p in problems] == ["flows.device.steps.pause.until_field"]
    assert problems[0].what.endswith("Is a search needed? = No, Until when? = nothing")


def test_what_has_to_be_answered_is_never_empty(tmp_path: Path) -> None:
    flow = changed(
        "title: Which site?, fields: [site], next: sign}",
        "title: Which site?, fields: [site], "
        'next: [{when: {field: site, is: ""}, go: over}, {otherwise: sign}]}',
        REQUEST,
    )

    problems = told(tmp_path, flow, file="flows/unblock.yaml")

    assert [p.place for p in problems] == ["flows.unblock.steps.ask.next.0.when"]


def _tangle(questions: int) -> str:
    """A flow in which every one of many answers is asked for again at the very end."""
    keys = [f"q{at}" for at in range(questions)]
    options = '{"yes": {label: "Yes"}, "no": {label: "No"}}'
    fields = "".join(f"  {k}: {{kind: choice, label: {k}?, needed: x, options: {options}}}\n" for k in keys)
    steps = "".join(
        f"  ask_{k}:\n    kind: form\n    title: {k}\n    fields: [{k}]\n    next:\n"
        f'      - {{when: {{field: {k}, is: "yes"}}, go: {after}}}\n      - otherwise: {after}\n'
        for k, after in zip(keys, [*(f"ask_{k}" for k in keys[1:]), "last"], strict=True)
    )
    branches = "".join(f'      - {{when: {{field: {k}, is: "yes"}}, go: over}}\n' for k in keys)
    return (
        "flow: device\ntitle: T\nuse: case\nsource: x\nbegins_when: {flag: strong}\nstart: ask_q0\n"
        f"fields:\n{fields}steps:\n{steps}  last:\n    kind: task\n    title: T\n    body: B\n    next:\n"
        f"{branches}      - otherwise: over\n  over: {{kind: end, does: done}}\n"
    )


def test_a_tangle_of_more_than_a_hundred_thousand_states_is_refused(tmp_path: Path) -> None:
    school = {key: text for key, text in SCHOOL.items() if key != "tables/weight.yaml"}

    _, problems = read_pack(write(tmp_path, {**school, DEVICE: _tangle(17)}, COMMON))

    assert [p.place for p in problems if p.remedy.startswith("Split this form")] == ["flows.device"]


@pytest.mark.parametrize("questions", [3, 8])
def test_a_small_tangle_is_proved(tmp_path: Path, questions: int) -> None:
    school = {key: text for key, text in SCHOOL.items() if key != "tables/weight.yaml"}
    school["flows/debrief.yaml"] = DEBRIEF.replace("start: talk", "offered_when: {flag: strong}\nstart: talk")

    _, problems = read_pack(write(tmp_path, {**school, DEVICE: _tangle(questions)}, COMMON))

    assert [*map(str, problems)] == []
