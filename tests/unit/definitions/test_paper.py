"""On paper stands everything that is needed when Teams is down: the form, who gets it, the ways outside."""

from __future__ import annotations

import pytest

from bot.definitions.loader import load, pack_names
from bot.definitions.paper import paper


@pytest.mark.parametrize("pack", pack_names())
def test_the_paper_asks_every_question_and_names_every_way(pack: str) -> None:
    definition = load(pack)
    printed = paper(definition)
    for asked in definition.flows["report"].fields.values():
        assert asked.label.say() in printed
    for table in definition.tables.values():
        for row in table.rows:
            assert f"| {row.number} | {row.label.say()} |" in printed
    for rule in definition.routing.rules:
        assert rule.why.say() in printed
    assert definition.texts["outside_route"].say() in printed
    assert "999" in printed
    assert definition.guidance["pictures"].say() in printed


def test_the_first_row_at_kingsmead_goes_to_the_officer_then_the_head() -> None:
    printed = paper(load("kingsmead"))
    students = printed.split("## Students")[1]
    row = next(line for line in students.splitlines() if line.startswith("| 1 | "))
    assert "Online Safety Officer or Headteacher" in row
