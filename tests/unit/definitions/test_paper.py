"""On paper stands what is needed when Teams is down: the form, who gets it, what to do, the ways outside."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from bot.definitions.loader import load as load_pack
from bot.definitions.loader import pack_names
from bot.definitions.paper import paper
from bot.model.definition import Definition
from bot.model.text import Text


@cache
def load(pack: str) -> Definition:
    return load_pack(pack)


SAID = sorted(key for key in load("kingsmead").texts if key.startswith("paper_"))


def part(printed: str, heading: str) -> str:
    """What stands under one heading, up to the next of its level."""
    return printed.split(f"## {heading}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]


@pytest.mark.parametrize("pack", pack_names())
def test_the_form_asks_every_question_once(pack: str) -> None:
    definition = load(pack)
    report = definition.flows["report"]
    form = part(paper(definition), report.title.say())
    labels = [f"**{asked.label.say()}**" for asked in report.fields.values()]
    assert {label: form.count(label) for label in labels} == {label: labels.count(label) for label in labels}
    assert definition.guidance["pictures"].say() in form


@pytest.mark.parametrize("pack", pack_names())
def test_the_paper_names_every_way(pack: str) -> None:
    definition = load(pack)
    printed = paper(definition)
    for table in definition.tables.values():
        for row in table.rows:
            assert f"| {row.number} | {row.plain.say()} |" in printed
    for rule in (*definition.routing.rules, *(rule for rule in definition.routing.overlays if rule.tell)):
        assert rule.why.say() in printed
    for role in definition.last_resort:
        assert definition.roles[role].label in part(printed, "If none of them can be reached")
    assert definition.texts["outside_route"].say() in printed
    assert "999" in printed


@pytest.mark.parametrize("pack", pack_names())
def test_every_procedure_stands_there_with_who_does_what_in_order(pack: str) -> None:
    definition = load(pack)
    steps = part(paper(definition), "What to do, step by step")
    for flow in definition.flows.values():
        assert (f"### {flow.title.say()}\n" in steps) is (flow.use == "case")
    for flow in definition.flows.values():
        if flow.use == "case":
            own = steps.split(f"### {flow.title.say()}\n", maxsplit=1)[1].split("\n### ", maxsplit=1)[0]
            done = [s for s in flow.steps.values() if s.kind not in ("decision", "wait", "end")]
            lines = [line for line in own.splitlines() if line[:1].isdigit()]
            assert len(lines) == len(done)
            for step, line in zip(done, lines, strict=True):
                assert step.title.say() in line
                assert step.body.say() in line


def test_what_must_not_go_on_says_when_to_stop_before_its_first_step() -> None:
    definition = load("kingsmead")
    steps = part(paper(definition), "What to do, step by step")
    looking = steps.split("### Look into it (not illegal)\n", maxsplit=1)[1].split("\n### ", maxsplit=1)[0]
    before, _, _ = looking.partition("1. ")
    assert "Stop, at whatever step you are, as soon as this is so: it may be illegal or could it be" in before
    stopping = [f for f in definition.flows.values() if f.use == "case" and f.stops_when]
    assert steps.count("Stop, at whatever step you are") == len(stopping)


def test_the_first_row_at_kingsmead_goes_to_the_officer_then_the_head() -> None:
    students = part(paper(load("kingsmead")), "Students - Actions/ Sanctions")
    row = next(line for line in students.splitlines() if line.startswith("| 1 | "))
    assert "| **Online Safety Officer or Headteacher**, then Headteacher | A B C D F |" in row
    assert (
        "- A: Refer to Police (Online Safety Officer, Headteacher, Designated Safeguarding Lead)" in students
    )


def test_of_an_adults_case_safeguarding_is_told_of_the_children_and_no_more() -> None:
    whose = part(paper(load("kingsmead")), "Whose it is")
    line = next(line for line in whose.splitlines() if line.startswith("1. "))
    assert "It is for: Headteacher or Chair of Governors. For nobody else" in line
    assert "only which children may need help: Designated Safeguarding Lead or Deputy" in line


@pytest.mark.parametrize("key", SAID)
def test_no_sentence_of_the_paper_lies_idle(key: str) -> None:
    definition = load("kingsmead")
    changed = replace(definition, texts={**definition.texts, key: Text({"en": "quite another sentence"})})
    assert "quite another sentence" in paper(changed)


def test_it_is_said_in_the_schools_language() -> None:
    definition = load("kingsmead")
    welsh = replace(
        definition,
        school=replace(definition.school, language="cy"),
        texts={**definition.texts, "paper_owner": Text({"en": "whoever has the case", "cy": "pwy bynnag"})},
    )
    assert "pwy bynnag" in paper(welsh)
    assert "whoever has the case," not in paper(welsh)
