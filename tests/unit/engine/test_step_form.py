"""A step refuses whoever stands in two questions that differ, and a day that is over where it must not be."""

from __future__ import annotations

from datetime import UTC, datetime

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


DAY = """
flow: lent
title: Something is lent
use: case
start: until_when
fields:
  back: {kind: date, label: Until when?, not_past: Please choose today or a later day.}
  since: {kind: date, label: Since when?}
steps:
  until_when: {kind: form, title: Until when?, fields: [back, since], next: lent}
  lent: {kind: wait, until_field: back, title: It is lent, next: over}
  over: {kind: end, does: done}
"""


def test_a_day_that_is_over_is_refused_where_that_would_end_what_is_asked_for() -> None:
    walk = Walk(definition_with(DAY))
    walk.now = datetime(2026, 9, 7, 22, 59, tzinfo=UTC)
    walk.act(back="2026-09-06", since="2026-09-01")
    assert (walk.procedure.step, walk.procedure.errors) == ("until_when", {"back": "past"})
    walk.act(back="2026-09-07")
    assert walk.procedure.step == "lent"


def test_the_day_is_the_schools_own() -> None:
    """In London it is the eighth already, in UTC not yet."""
    walk = Walk(definition_with(DAY))
    walk.now = datetime(2026, 9, 7, 23, 1, tzinfo=UTC)
    walk.act(back="2026-09-07")
    assert walk.procedure.errors == {"back": "past"}
    walk.act(back="2026-09-08")
    assert walk.procedure.step == "lent"
