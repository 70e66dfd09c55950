"""Which one role gets each row's case, at each offence, whoever is left out.

The oracle below is written from casework 3 by hand and shares no code with the engine.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

import pytest

from tests.flows.kingsmead import ADULT, PUPIL, owner, pack, send, told, transcribed

LEVELS = {
    "students": ["tutor", "hod_hoy", "oso_head"],
    "staff": ["line_manager_oso", "head", "governors"],
}
ROLES = {
    "tutor": ["tutor"],
    "hod_hoy": ["head_of_year", "head_of_department"],
    "oso_head": ["online_safety_officer", "headteacher"],
    "headteacher behind": ["headteacher", "online_safety_officer"],
    "line_manager_oso": ["line_manager", "online_safety_officer"],
    "head": ["headteacher", "chair_of_governors"],
    "governors": ["chair_of_governors"],
}
STANDS_IN = {
    "tutor": ["head_of_year"],
    "head_of_year": ["online_safety_officer", "slt"],
    "head_of_department": ["slt"],
    "online_safety_officer": ["slt"],
    "headteacher": ["slt"],
    "line_manager": ["headteacher"],
}
LAST = ["headteacher", "chair_of_governors", "dsl"]
EVERYONE = [
    "tutor",
    "head_of_year",
    "head_of_department",
    "online_safety_officer",
    "headteacher",
    "line_manager",
    "chair_of_governors",
    "slt",
    "dsl",
]


def expected(table: str, row: dict[str, str], offence: int, left_out: Collection[str]) -> str:
    """Walk up level by level, then look for somebody on that level, below it, and at last anywhere."""
    marked = [level for level in LEVELS[table] if row[level]]
    above = LEVELS[table][LEVELS[table].index(marked[-1]) + 1 :]
    way = marked + above + (["headteacher behind"] if table == "students" else [])
    level = way[offence - 1] if offence <= len(way) else way[-1]
    wanted = list(ROLES[level])
    looked_at: list[str] = []
    while wanted:
        for role in wanted:
            if role not in left_out:
                return role
        looked_at += wanted
        wanted = [s for role in wanted for s in STANDS_IN.get(role, []) if s not in looked_at]
    return next(role for role in LAST if role not in left_out)


@pytest.mark.parametrize("table", ["students", "staff"])
@pytest.mark.parametrize("offence", [1, 2, 3, 4])
def test_every_row_goes_to_the_expected_role_whoever_is_left_out(table: str, offence: int) -> None:
    groups: list[tuple[str, ...]] = [(), *((r,) for r in EVERYONE), *combinations(EVERYONE, 2)]
    facts, answers = (PUPIL, {"what": "rules"}) if table == "students" else (ADULT, {"harm": "no"})
    for row in transcribed(table):
        key = pack().tables[table].rows[int(row["row"]) - 1].key
        for left_out in groups:
            routed = send(
                answers=answers, facts=facts, rows={table: key}, earlier=offence - 1, excluded=left_out
            )
            assert owner(routed) == expected(table, row, offence, left_out), (key, offence, left_out)
            assert routed.offence == offence
            assert not set(told(routed)) & set(left_out)
            assert {passed.role for passed in routed.passed_over} <= set(left_out)


BY_HAND = (
    # table, row, earlier cases, left out, role, column
    ("students", "non_educational_sites", 0, (), "tutor", "tutor"),
    ("students", "non_educational_sites", 1, (), "head_of_year", "hod_hoy"),
    ("students", "non_educational_sites", 2, (), "online_safety_officer", "oso_head"),
    ("students", "non_educational_sites", 3, (), "headteacher", "oso_head"),
    ("students", "non_educational_sites", 9, (), "headteacher", "oso_head"),
    ("students", "non_educational_sites", 0, ("tutor",), "head_of_year", "tutor"),
    ("students", "illegal_material", 0, (), "online_safety_officer", "oso_head"),
    ("students", "illegal_material", 0, ("online_safety_officer",), "headteacher", "oso_head"),
    ("students", "illegal_material", 0, ("online_safety_officer", "headteacher"), "slt", "oso_head"),
    ("students", "copyright", 1, (), "headteacher", "oso_head"),
    ("students", "staff_account", 1, (), "online_safety_officer", "oso_head"),
    ("students", "data_damage", 0, ("head_of_year",), "head_of_department", "hod_hoy"),
    ("staff", "personal_use", 0, (), "line_manager", "line_manager_oso"),
    ("staff", "personal_use", 0, ("line_manager",), "online_safety_officer", "line_manager_oso"),
    ("staff", "personal_use", 1, (), "headteacher", "head"),
    ("staff", "personal_use", 2, (), "chair_of_governors", "governors"),
    ("staff", "personal_use", 7, (), "chair_of_governors", "governors"),
    ("staff", "illegal_material", 0, (), "headteacher", "head"),
    ("staff", "illegal_material", 0, ("headteacher",), "chair_of_governors", "head"),
    ("staff", "illegal_material", 1, (), "chair_of_governors", "governors"),
)


@pytest.mark.parametrize(("table", "row", "earlier", "left_out", "role", "column"), BY_HAND)
def test_a_dozen_cells_by_hand(
    table: str, row: str, earlier: int, left_out: tuple[str, ...], role: str, column: str
) -> None:
    facts, answers = (PUPIL, {"what": "rules"}) if table == "students" else (ADULT, {"harm": "no"})

    routed = send(answers=answers, facts=facts, rows={table: row}, earlier=earlier, excluded=left_out)

    assert (owner(routed), routed.column) == (role, column)
    assert [(p.role, p.rule) for p in routed.passed_over] == [(r, "excluded") for r in left_out]


def test_repetition_never_adds_exclusion_or_police_to_a_row() -> None:
    for row in pack().tables["students"].rows:
        for earlier in range(6):
            routed = send(answers={"what": "rules"}, rows={"students": row.key}, earlier=earlier)
            actions = {proposal.action for proposal in routed.proposed}
            assert actions == {mark for mark in row.marks if mark not in LEVELS["students"]}


def test_an_aggravated_case_begins_at_the_highest_mark_and_steps_up_from_there() -> None:
    def column(earlier: int, row: str = "offensive_material") -> str:
        answers = {"what": "rules", "intent": "unknown"}
        return send(answers=answers, rows={"students": row}, flags=["aggravated"], earlier=earlier).column

    assert column(0) == "oso_head"
    assert column(0, "device_misuse") == "hod_hoy"
    assert column(1, "device_misuse") == "oso_head"
    assert column(0, "non_educational_sites") == "tutor"


def test_in_a_lesson_the_class_teacher_has_it_and_the_head_of_department_behind() -> None:
    here = {"what": "rules", "where": "my_lesson"}

    assert owner(send(answers=here, rows={"students": "device_misuse"})) == "class_teacher"
    assert (
        owner(send(answers=here, rows={"students": "device_misuse"}, excluded=["class_teacher"])) == "tutor"
    )
    assert owner(send(answers=here, rows={"students": "device_misuse"}, earlier=1)) == "head_of_department"
