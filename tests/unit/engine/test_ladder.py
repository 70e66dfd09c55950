"""The ladder of any table: marks left to right, then what is right of the last, and there it stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.holders import towards
from bot.engine.ladder import choose, marked_rungs, place, refer, rungs
from bot.model.flows import NO_TEXT
from bot.model.people import Role, RoleRef
from bot.model.tables import Column, Row, SanctionTable

ROLES = {
    "a": Role(key="a", label="A", substitutes=("x", "y")),
    "b": Role(key="b", label="B", substitutes=("y", "z")),
    "x": Role(key="x", label="X", substitutes=("a",)),
    "y": Role(key="y", label="Y"),
    "z": Role(key="z", label="Z"),
    "tutor": Role(key="tutor", label="Tutor", relation="tutor"),
}


def level(key: str, *roles: str, beyond: tuple[str, ...] = (), in_lesson: tuple[str, ...] = ()) -> Column:
    return Column(key=key, label=NO_TEXT, kind="authority", roles=roles, beyond=beyond, in_lesson=in_lesson)


TABLE = SanctionTable(
    key="t",
    title=NO_TEXT,
    subjects="pupil",
    columns=(
        level("low", "a", in_lesson=("x", "a")),
        level("middle", "b"),
        level("high", "y", "z", beyond=("z",)),
        Column(key="police", label=NO_TEXT, kind="action", may_decide=("z",)),
    ),
    rows=(),
)


def row(*marks: str) -> Row:
    return Row(key="r", number=1, label=NO_TEXT, plain=NO_TEXT, marks=marks)


@pytest.mark.parametrize(
    ("marks", "columns"),
    [
        (("low",), ["low", "middle", "high", "high"]),
        (("low", "middle"), ["low", "middle", "high", "high"]),
        (("low", "high"), ["low", "high", "high"]),
        (("middle", "police"), ["middle", "high", "high"]),
        (("high",), ["high", "high"]),
        (("police",), []),
    ],
)
def test_the_way_up_of_a_row(marks: tuple[str, ...], columns: list[str]) -> None:
    assert [rung.column for rung in rungs(TABLE, row(*marks))] == columns


def test_the_last_rung_begins_with_the_role_behind_and_keeps_the_others() -> None:
    assert [rung.roles for rung in rungs(TABLE, row("high"))] == [("y", "z"), ("z", "y")]


def test_in_a_lesson_a_column_may_have_another_list() -> None:
    assert rungs(TABLE, row("low"), in_lesson=True)[0].roles == ("x", "a")
    assert rungs(TABLE, row("middle"), in_lesson=True)[0].roles == ("b",)


@given(
    st.lists(st.sampled_from(["low", "middle", "high"]), min_size=1, max_size=3, unique=True),
    st.integers(0, 12),
    st.booleans(),
)
def test_one_more_offence_is_one_rung_more_until_the_last(
    marks: list[str], earlier: int, highest: bool
) -> None:
    case = row(*sorted(marks, key=["low", "middle", "high"].index))
    marked, levels = marked_rungs(TABLE, case), len(rungs(TABLE, case))

    here = place(marked, levels, earlier=earlier, highest=highest)

    assert place(marked, levels, earlier=earlier + 1, highest=highest) == min(here + 1, levels - 1)
    assert place(marked, levels, earlier=0, highest=False) == 0
    assert place(marked, levels, earlier=0, highest=True) == marked - 1


def chosen(*barred: str, only: bool = False) -> tuple[str | None, list[str]]:
    found = choose(
        ("a", "b"),
        ROLES,
        ("z", "tutor"),
        towards={},
        barred=lambda role: "excluded" if role.role in barred else "",
        only=only,
    )
    return (found.role.role if found.role else None), [p.role for p in found.passed_over]


def test_the_other_named_role_comes_before_any_substitute() -> None:
    assert chosen() == ("a", [])
    assert chosen("a") == ("b", ["a"])


def test_substitutes_come_in_the_same_order_and_each_once() -> None:
    assert chosen("a", "b") == ("x", ["a", "b"])
    assert chosen("a", "b", "x") == ("y", ["a", "b", "x"])
    assert chosen("a", "b", "x", "y") == ("z", ["a", "b", "x", "y"])
    assert chosen("a", "b", "x", "y", "z") == ("tutor", ["a", "b", "x", "y", "z"])
    assert chosen("a", "b", "x", "y", "z", "tutor")[0] is None


def test_with_only_there_is_no_substitute_and_no_last_resort() -> None:
    assert chosen("a", only=True) == ("b", ["a"])
    assert chosen("a", "b", only=True) == (None, ["a", "b"])


def test_a_role_by_relation_says_towards_whom() -> None:
    case = towards(pupil="pupil:1", reporter="t/1")

    assert refer("tutor", ROLES, case) == RoleRef(role="tutor", of="pupil:1")
    assert refer("a", ROLES, case) == RoleRef(role="a")
    assert refer("tutor", ROLES, {}) == RoleRef(role="tutor")
