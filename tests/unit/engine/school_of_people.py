"""A small school of made-up people for tests of holders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.model.people import Absence, Directory, Person, Pupil, Role

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AWAY = (Absence(start=NOW - timedelta(hours=1), end=NOW + timedelta(hours=1)),)

ROLES = (
    Role(key="dsl", label="DSL", substitutes=("deputy_dsl",)),
    Role(key="deputy_dsl", label="Deputy", substitutes=("dsl", "headteacher")),
    Role(key="headteacher", label="Head", substitutes=("slt",)),
    Role(key="slt", label="SLT", substitutes=("headteacher",)),
    Role(key="chair", label="Chair"),
    Role(key="tutor", label="Tutor", relation="tutor", substitutes=("head_of_year",)),
    Role(key="head_of_year", label="Head of year", relation="head_of_year"),
    Role(key="class_teacher", label="Teacher", relation="class_teacher"),
    Role(key="head_of_department", label="HoD", relation="head_of_department"),
    Role(key="line_manager", label="Manager", relation="line_manager", substitutes=("headteacher",)),
    Role(key="staff", label="Staff"),
)


def person(
    name: str,
    *roles: str,
    deputies: tuple[str, ...] = (),
    away: bool = False,
    former: bool = False,
    tutor_of: tuple[str, ...] = (),
    head_of_year_of: tuple[str, ...] = (),
    line_manager: str | None = None,
    head_of_department: str | None = None,
) -> Person:
    return Person(
        id=name,
        name=name,
        roles=roles,
        deputies=deputies,
        absences=AWAY if away else (),
        former=former,
        tutor_of=tutor_of,
        head_of_year_of=head_of_year_of,
        line_manager=line_manager,
        head_of_department=head_of_department,
    )


def school(people: Iterable[Person], last_resort: tuple[str, ...] = ("headteacher", "chair")) -> Directory:
    return Directory(
        tenant="t",
        version="1",
        people={p.id: p for p in people},
        pupils={"pupil:1": Pupil(id="pupil:1", name="A pupil", form="7A", year="7")},
        roles={role.key: role for role in ROLES},
        last_resort=last_resort,
    )
