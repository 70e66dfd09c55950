"""A value changed by `bot.model.changed` is what the standard library makes of it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pytest

from bot.model.cases import Case, Climb, Note, Routed
from bot.model.changed import equal, replace
from bot.model.people import Directory, Person
from bot.model.procedures import Procedure
from bot.model.runs import Run

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
RUN = Run(
    id="r1", flow="report", definition="d", person="t/p", step="what", state="open", revision=1, visit=1,
    begun_at=NOW, touched_at=NOW,
)  # fmt: skip
PROCEDURE = Procedure(
    id="p1", case="c1", flow="trio", definition="d", step="first", state="open", revision=1, visit=1,
    began_at=NOW, step_began_at=NOW,
)  # fmt: skip
CLIMB = Climb(role=None, began_at=NOW)
SLOTTED = Note(by="t/p", role="dsl", at=NOW, text="Seen.")


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (RUN, {"step": "who", "visit": 2}),
        (PROCEDURE, {"flags": ("seen",)}),
        (CLIMB, {}),
        (SLOTTED, {"text": "x"}),
        (SLOTTED, {"by": "t/q", "role": "slt", "at": NOW, "text": "All of it."}),
    ],
)
def test_a_changed_value_is_the_one_that_the_standard_library_makes(
    value: Any, changes: dict[str, Any]
) -> None:
    before = dataclasses.asdict(value)
    changed = replace(value, **changes)
    assert changed == dataclasses.replace(value, **changes)
    assert type(changed) is type(value)
    assert changed is not value
    assert dataclasses.asdict(value) == before


@pytest.mark.parametrize("value", [RUN, SLOTTED])
def test_a_name_that_the_value_does_not_have_is_refused(value: Any) -> None:
    unknown: dict[str, Any] = {"colour": "red"}
    with pytest.raises(TypeError, match="colour"):
        replace(value, **unknown)


def test_what_a_value_worked_out_of_its_fields_is_not_carried_into_the_copy() -> None:
    tutor = Person(id="t/p", name="Tilly Tutor-Demo", tutor_of=("7A",))
    before = Directory(tenant="t", version="1", people={tutor.id: tutor}, pupils={}, roles={}, last_resort=())
    assert before.tutors == {"7A": (tutor,)}
    assert replace(before, people={}).tutors == {}


def test_a_changed_value_stays_frozen() -> None:
    changed: Any = replace(RUN, step="who")
    with pytest.raises(dataclasses.FrozenInstanceError):
        changed.step = "what"


@pytest.mark.parametrize(("value", "changes"), [(RUN, {"step": "who"}), (CLIMB, {"stage": 1})])
def test_values_are_equal_when_all_their_fields_are(value: Any, changes: dict[str, Any]) -> None:
    made = type(value)(**{f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    assert value == made
    assert value == replace(value)
    assert value != replace(value, **changes)
    assert value != vars(value)
    assert value != PROCEDURE


def test_equal_values_count_once_in_a_set() -> None:
    assert {CLIMB, replace(CLIMB), replace(CLIMB, stage=1)} == {CLIMB, replace(CLIMB, stage=1)}
    assert len({CLIMB, replace(CLIMB)}) == 1


@pytest.mark.parametrize("kind", [Case, Climb, Routed, Run, Procedure])
def test_what_is_compared_at_once_keeps_nothing_beside_its_fields(kind: type) -> None:
    assert vars(kind)["__eq__"] is equal
    assert not [name for name, held in vars(kind).items() if isinstance(held, cached_property)]


@pytest.mark.parametrize("kind", [Case, Climb, Routed, Run, Procedure])
def test_what_is_copied_at_once_has_neither_slots_nor_work_after_init(kind: type) -> None:
    assert "__slots__" not in vars(kind)
    assert not hasattr(kind, "__post_init__")
