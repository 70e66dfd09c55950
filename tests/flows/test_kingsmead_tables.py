"""Every cell of Kingsmead's tables is as in its policy."""

from __future__ import annotations

import pytest

from tests.flows.kingsmead import pack, transcribed

STUDENTS = ["tutor", "hod_hoy", "oso_head", "police", "ict", "parents"]
STUDENTS += ["network_access", "other_sanction", "further_sanction"]
STAFF = ["line_manager_oso", "head", "governors", "police", "ict", "warning", "suspension", "disciplinary"]


@pytest.mark.parametrize(("name", "columns"), [("students", STUDENTS), ("staff", STAFF)])
def test_every_cell_of_a_sanction_table_is_the_policys(name: str, columns: list[str]) -> None:
    table = pack().tables[name]
    policy = transcribed(name)

    assert [column.key for column in table.columns] == columns
    assert [row.number for row in table.rows] == [int(row["row"]) for row in policy] == list(range(1, 15))
    for ours, theirs in zip(table.rows, policy, strict=True):
        cells = {column: "x" if column in ours.marks else "" for column in columns}
        assert cells == {column: theirs[column] for column in columns}, ours.key
        assert ours.label.say() == theirs["label"]
        assert ours.source.endswith(f"row {ours.number}")


def test_there_are_238_cells() -> None:
    assert sum(len(t.columns) * len(t.rows) for t in pack().tables.values()) == 238


@pytest.mark.parametrize(("name", "rows"), [("actions", 22), ("communications", 11)])
def test_every_cell_of_a_grid_is_the_policys(name: str, rows: int) -> None:
    grid = pack().grids[name]
    policy = transcribed(name)

    assert len(grid.rows) == len(policy) == rows
    assert [key for key, _ in grid.columns] == [key for key in policy[0] if key not in ("row", "label")]
    for ours, theirs in zip(grid.rows, policy, strict=True):
        for key, _ in grid.columns:
            assert ("x" if key in ours.marks else "") == theirs[key], (ours.key, key)
        assert ours.label.say() == theirs["label"]


def test_the_shopping_row_stays_undecided() -> None:
    assert [row.key for row in pack().grids["actions"].rows if not row.marks] == ["shopping"]


def test_who_may_decide_is_as_the_school_says() -> None:
    students = {column.key: column.may_decide for column in pack().tables["students"].columns}
    staff = {column.key: column.may_decide for column in pack().tables["staff"].columns}

    assert students["further_sanction"] == ("headteacher",)
    assert set(students["police"]) == {"online_safety_officer", "headteacher", "dsl"}
    assert staff["suspension"] == staff["disciplinary"] == ("headteacher", "chair_of_governors")


def test_every_row_is_in_plain_words_of_its_own() -> None:
    for table in pack().tables.values():
        plain = [row.plain.say() for row in table.rows]
        assert len(set(plain)) == len(plain)
        assert all(len(words) <= 90 for words in plain)
