"""Who holds a role on the day, in which order, and never anybody who must not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.holders import absent, barred, holders, managed_by
from bot.model.people import Directory, Person, PersonId, RoleRef
from tests.unit.engine.school_of_people import AWAY, NOW, ROLES, person, school

DSL = RoleRef(role="dsl")
HEAD = RoleRef(role="headteacher")


def order(role: RoleRef, directory: Directory, *excluded: PersonId) -> list[tuple[str, str, str]]:
    found = holders(role, directory, excluded=frozenset(excluded), at=NOW)
    return [(h.person, h.role, h.how) for h in found]


def test_the_holder_on_duty_is_first_then_substitutes_then_the_last_resort() -> None:
    directory = school(
        [
            person("dee", "dsl"),
            person("dan", "deputy_dsl"),
            person("hetty", "headteacher"),
            person("gwen", "chair"),
        ]
    )

    assert order(DSL, directory) == [
        ("dee", "dsl", "holder"),
        ("dan", "deputy_dsl", "substitute"),
        ("hetty", "headteacher", "substitute"),
        ("gwen", "chair", "last_resort"),
    ]


def test_for_an_absent_holder_the_deputy_comes_before_another_holder() -> None:
    directory = school(
        [person("dee", "dsl", deputies=("pat",), away=True), person("don", "dsl"), person("pat")]
    )

    assert order(DSL, directory) == [("pat", "dsl", "deputy"), ("don", "dsl", "another")]


def test_the_deputy_of_somebody_on_duty_is_no_holder() -> None:
    directory = school([person("dee", "dsl", deputies=("pat",)), person("pat")])

    assert order(DSL, directory) == [("dee", "dsl", "holder")]


def test_a_second_holder_who_is_away_leaves_the_first_in_place() -> None:
    directory = school(
        [person("dee", "dsl"), person("don", "dsl", deputies=("pat",), away=True), person("pat")]
    )

    assert order(DSL, directory) == [("dee", "dsl", "holder"), ("pat", "dsl", "deputy")]


def test_an_excluded_persons_deputy_counts_unless_excluded_too() -> None:
    directory = school([person("dee", "dsl", deputies=("pat",)), person("pat")])

    assert order(DSL, directory, "dee") == [("pat", "dsl", "deputy")]
    assert order(DSL, directory, "dee", "pat") == []


def test_whoever_has_left_holds_nothing_and_stands_in_for_nobody() -> None:
    directory = school(
        [
            person("dee", "dsl", former=True),
            person("don", "dsl", deputies=("fay", "pat"), away=True),
            person("fay", former=True),
            person("pat"),
        ]
    )

    assert order(DSL, directory) == [("pat", "dsl", "deputy")]


def test_substitutes_that_go_round_in_a_circle_are_each_asked_once() -> None:
    directory = school([person("sal", "slt"), person("hetty", "headteacher", away=True)])

    assert order(HEAD, directory) == [("sal", "slt", "substitute")]


def test_roles_by_relation_are_held_towards_somebody() -> None:
    directory = school(
        [
            person("tess", tutor_of=("7A",), line_manager="yara", head_of_department="dora"),
            person("yara", head_of_year_of=("7",)),
            person("dora"),
            person("tom", tutor_of=("8A",)),
        ]
    )

    assert order(RoleRef(role="tutor", of="pupil:1"), directory)[0] == ("tess", "tutor", "holder")
    assert order(RoleRef(role="head_of_year", of="pupil:1"), directory) == [
        ("yara", "head_of_year", "holder")
    ]
    assert order(RoleRef(role="class_teacher", of="tess"), directory) == [("tess", "class_teacher", "holder")]
    assert order(RoleRef(role="head_of_department", of="tess"), directory)[0][0] == "dora"
    assert order(RoleRef(role="line_manager", of="tess"), directory)[0][0] == "yara"


def test_a_tutor_nobody_knows_leaves_the_head_of_year() -> None:
    directory = school([person("yara", head_of_year_of=("7",))])

    assert order(RoleRef(role="tutor", of="pupil:1"), directory) == [("yara", "head_of_year", "substitute")]
    assert order(RoleRef(role="tutor"), directory) == []


def test_every_adult_who_has_not_left_is_staff() -> None:
    directory = school([person("paul"), person("fay", former=True)])

    assert order(RoleRef(role="staff"), directory) == [("paul", "staff", "holder")]


def test_everybody_below_a_manager_is_managed_even_in_a_circle() -> None:
    directory = school(
        [
            person("hetty"),
            person("sal", line_manager="hetty"),
            person("tess", line_manager="sal"),
            person("a", line_manager="b"),
            person("b", line_manager="a"),
        ]
    )

    assert managed_by("hetty", directory) == {"sal", "tess"}
    assert managed_by("a", directory) == {"b"}
    assert managed_by("tess", directory) == frozenset()


def test_an_absence_ends_just_before_its_end() -> None:
    somebody = person("dee", away=True)

    assert absent(somebody, AWAY[0].start)
    assert not absent(somebody, AWAY[0].end)


def why(role: RoleRef, directory: Directory, *excluded: PersonId) -> str:
    return barred(role, directory, excluded=frozenset(excluded), at=NOW)


def test_a_role_is_barred_only_when_nobody_of_it_can_act() -> None:
    pat = person("pat")

    assert why(DSL, school([person("dee", "dsl")])) == ""
    assert why(DSL, school([])) == "nobody"
    assert why(DSL, school([person("dee", "dsl")]), "dee") == "excluded"
    assert why(DSL, school([person("dee", "dsl", away=True)])) == "absent"
    assert why(DSL, school([person("dee", "dsl", away=True, deputies=("pat",)), pat])) == ""


def test_whoever_deputises_for_an_excluded_head_does_not_take_the_case() -> None:
    directory = school([person("hetty", "headteacher", deputies=("sal",)), person("sal", "slt")])

    assert why(HEAD, directory, "hetty") == "excluded"


NAMES = ("a", "b", "c", "d", "e")
HELD = ("dsl", "deputy_dsl", "headteacher", "slt", "chair")


@st.composite
def schools(draw: st.DrawFn) -> Directory:
    def some_person(name: str) -> Person:
        return person(
            name,
            *draw(st.lists(st.sampled_from(HELD), max_size=2, unique=True)),
            deputies=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True))),
            away=draw(st.booleans()),
            former=draw(st.integers(0, 4)) == 0,
            tutor_of=tuple(draw(st.lists(st.sampled_from(("7A", "8A")), max_size=1))),
            line_manager=draw(st.none() | st.sampled_from(NAMES)),
        )

    return school([some_person(name) for name in NAMES])


def could_act(one: Person, excluded: frozenset[str]) -> bool:
    return one.id not in excluded and not one.former and not one.absences


@given(schools(), st.frozensets(st.sampled_from(NAMES)), st.sampled_from([r.key for r in ROLES]))
def test_nobody_excluded_absent_or_former_is_ever_a_holder(
    directory: Directory, excluded: frozenset[str], role: str
) -> None:
    for of in (None, "pupil:1", "a"):
        found = holders(RoleRef(role=role, of=of), directory, excluded=excluded, at=NOW)
        assert len({h.person for h in found}) == len(found)
        assert all(could_act(directory.people[h.person], excluded) for h in found)


@given(schools(), st.frozensets(st.sampled_from(NAMES)))
def test_it_is_empty_only_when_truly_nobody_is_left(directory: Directory, excluded: frozenset[str]) -> None:
    found = holders(DSL, directory, excluded=excluded, at=NOW)

    # dsl, its substitutes deputy_dsl, headteacher and slt, and the last resort: all roles that are held here.
    entered = [p for p in directory.people.values() if not p.former and set(p.roles) & set(HELD)]
    stand_ins = [
        directory.people[deputy]
        for p in entered
        if p.id in excluded or p.absences
        for deputy in p.deputies
        if deputy in directory.people
    ]
    able = {p.id for p in (*entered, *stand_ins) if could_act(p, excluded)}
    assert {h.person for h in found} == able


@given(schools(), st.frozensets(st.sampled_from(NAMES)), st.sampled_from(HELD))
def test_a_role_that_is_not_barred_has_a_holder_of_its_own(
    directory: Directory, excluded: frozenset[str], role: str
) -> None:
    reference = RoleRef(role=role)
    free = not barred(reference, directory, excluded=excluded, at=NOW)
    found = holders(reference, directory, excluded=excluded, at=NOW)

    assert not free or (found and found[0].role == role)
