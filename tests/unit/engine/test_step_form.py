"""Two questions that must name different people refuse whoever stands in both."""

from __future__ import annotations

from tests.unit.engine.procedures import Walk, definition_with

PAIR = """
flow: pair
title: Two people
use: case
start: both
fields:
  first: {kind: adults, label: Who?, needed: Say who.}
  second: {kind: adults, label: Who else?, needed: Say who else., differs_from: first}
steps:
  both: {kind: form, title: Two people, fields: [first, second], next: over}
  over: {kind: end, does: done}
"""


def test_nobody_is_both_of_two_people() -> None:
    walk = Walk(definition_with(PAIR))
    walk.act(first="t/a", second="t/a")
    assert walk.procedure.errors == {"second": "same_person"}
    walk.act(first="t/a", second="t/a,t/b")
    assert walk.procedure.errors == {"second": "same_person"}
    walk.act(first="t/a", second="t/b")
    assert walk.procedure.state == "done"
