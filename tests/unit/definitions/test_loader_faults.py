"""Each fault a person can make in a pack is told with its file, its line and what would mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.definitions.loader import load, read_pack
from bot.errors import DefinitionFaulty
from tests.unit.definitions.breaks import Break, assert_told
from tests.unit.definitions.small_pack import COMMON, SCHOOL, write

REPORT = "flows/report.yaml"
STUDENTS = "tables/students.yaml"
ROUTING = "tables/routing.yaml"

BREAKS = (
    Break(
        name="an unknown key, with the nearest one",
        file=REPORT,
        old="    table: students\n",
        new="    tabel: students\n",
        at="tabel",
        what="'tabel' is not known",
        remedy="Did you mean table?",
    ),
    Break(
        name="a missing key",
        file=REPORT,
        old="    kind: row\n",
        new="",
        at="  row:",
        what="the key kind is missing",
        remedy="Add kind:",
    ),
    Break(
        name="a key that stands twice",
        file=REPORT,
        old="start: first\n",
        new="start: first\nstart: which\n",
        at="start: which",
        what="stands twice, in lines 3 and 4",
        remedy="Delete one",
    ),
    Break(
        name="a list where a word belongs",
        file=REPORT,
        old="start: first\n",
        new="start: [first]\n",
        at="start: [first]",
        what="is a list, not a word",
        remedy="Write one word",
    ),
    Break(
        name="a word where a list belongs",
        file=REPORT,
        old="fields: [row]",
        new="fields: row",
        at="fields: row",
        what="not a list",
        remedy="Write it as a list",
    ),
    Break(
        name="a word where a mapping belongs",
        file=REPORT,
        old="  done:\n    kind: end\n    does: sent\n",
        new="  done: end\n",
        at="  done: end",
        what="is a word or sentence",
        remedy="Write these keys here",
    ),
    Break(
        name="a kind of step that does not exist",
        file=REPORT,
        old="kind: decision",
        new="kind: decison",
        at="decison",
        what="none of the known words",
        remedy="Did you mean decision?",
    ),
    Break(
        name="a key with capital letters",
        file=REPORT,
        old="      child: {label",
        new="      Child: {label",
        at="Child",
        what="is not a key",
        remedy="small letters",
    ),
    Break(
        name="a step that does not exist",
        file=REPORT,
        old="    next: route\n",
        new="    next: rout\n",
        at="next: rout",
        what="no step 'rout'",
        remedy="Did you mean route?",
    ),
    Break(
        name="a branch to a step that does not exist",
        file=REPORT,
        old="go: which",
        new="go: whihc",
        at="go: whihc",
        what="no step 'whihc'",
        remedy="Did you mean which?",
    ),
    Break(
        name="a field that does not exist",
        file=REPORT,
        old="fields: [row]",
        new="fields: [row, wher]",
        at="[row, wher]",
        what="no field 'wher'",
        remedy="Known are",
    ),
    Break(
        name="a start that does not exist",
        file=REPORT,
        old="start: first",
        new="start: frist",
        at="frist",
        what="no step 'frist'",
        remedy="Did you mean first?",
    ),
    Break(
        name="guidance that does not exist",
        file=REPORT,
        old="notices: [pictures]",
        new="notices: [picture]",
        at="[picture]",
        what="no guidance 'picture'",
        remedy="Did you mean pictures?",
    ),
    Break(
        name="a condition on a field that does not exist",
        file=REPORT,
        old="when: {field: what, is: rules}",
        new="when: {field: waht, is: rules}",
        at="waht",
        what="no field 'waht'",
        remedy="Did you mean what?",
    ),
    Break(
        name="a value that is no option",
        file=REPORT,
        old="when: {field: what, is: rules}",
        new="when: {field: what, is: [rules, dealt]}",
        at="dealt",
        what="can never be 'dealt'",
        remedy="It can be",
    ),
    Break(
        name="a flag that nothing raises",
        file=REPORT,
        old="when: {flag: strong}",
        new="when: {flag: storng}",
        at="storng",
        what="no flag 'storng'",
        remedy="Did you mean strong?",
    ),
    Break(
        name="a fact that does not exist",
        file=REPORT,
        old="when: {field: what, is: rules}",
        new="when: {fact: own_techer}",
        at="own_techer",
        what="no fact 'own_techer'",
        remedy="Did you mean own_teacher?",
    ),
    Break(
        name="a fact compared with what it can never be",
        file=REPORT,
        old="when: {field: what, is: rules}",
        new="when: {fact: recorded, is: true}",
        at="is: true",
        what="can never be 'true'",
        remedy="It can be: yes, no",
    ),
    Break(
        name="a condition that compares with nothing",
        file=REPORT,
        old="when: {field: what, is: rules}",
        new="when: {field: what}",
        at="when: {field: what}",
        what="does not say what what is compared with",
        remedy="Add is:",
    ),
    Break(
        name="a condition that asks two things",
        file=REPORT,
        old="when: {field: what, is: rules}",
        new="when: {field: what, flag: strong, is: rules}",
        at="flag: strong, is: rules",
        what="two things at once",
        remedy="Ask one thing",
    ),
    Break(
        name="no otherwise",
        file=REPORT,
        old="      - otherwise: route\n",
        new="",
        at="    next:",
        what="has no otherwise",
        remedy="Add as the last line",
    ),
    Break(
        name="an otherwise that is not last",
        file=REPORT,
        old="      - when: {field: what, is: rules}\n        go: which\n      - otherwise: route\n",
        new="      - otherwise: route\n      - when: {field: what, is: rules}\n        go: which\n",
        at="- otherwise: route",
        what="not the last branch",
        remedy="Move it to the end",
    ),
    Break(
        name="a second start, which no step leads to",
        file=REPORT,
        old="  which:\n",
        new="  other:\n    kind: guidance\n    title: Hm\n    body: Hm\n    next: route\n  which:\n",
        at="  other:",
        what="no step leads here",
        remedy="a flow has one start",
    ),
    Break(
        name="a step without a way out",
        file=REPORT,
        old="    does: sent\n    next: done\n",
        new="    does: sent\n",
        at="  tell:",
        what="has no way out",
        remedy="Add next:",
    ),
    Break(
        name="a circle that never ends",
        file=REPORT,
        old="    does: sent\n    next: done\n",
        new="    does: sent\n    next: route\n",
        at="  route:",
        what="never ends",
        remedy="kind end",
    ),
    Break(
        name="an end that goes on",
        file=REPORT,
        old="    kind: end\n    does: sent\n",
        new="    kind: end\n    does: sent\n    next: first\n",
        at="    next: first",
        what="an end leads nowhere",
        remedy="Delete next:",
    ),
    Break(
        name="a field that no step asks",
        file=REPORT,
        old="fields: [what, happened]",
        new="fields: [what]",
        at="  happened:",
        what="no step asks happened",
        remedy="Name it in the fields",
    ),
    Break(
        name="six fields on a card",
        file=REPORT,
        old="fields: [row]",
        new="fields: [row, row, row, row, row, row]",
        at="[row, row",
        what="asks 6 things",
        remedy="further step",
    ),
    Break(
        name="a choice without options",
        file=REPORT,
        old="    kind: paragraph\n",
        new="    kind: choice\n",
        at="  happened:",
        what="nothing to choose",
        remedy="Add options:",
    ),
    Break(
        name="a placeholder where nothing fills it",
        file=REPORT,
        old="title: Which?",
        new='title: "Which, {name}?"',
        at="{name}",
        what="{name} is not known here",
        remedy="Write the words themselves",
    ),
    Break(
        name="a placeholder that the common sentence has not",
        file="school.yaml",
        old="texts:\n",
        new='texts:\n  received: "You are {numbr}."\n',
        at="{numbr}",
        what="{numbr} is not known here",
        remedy="Did you mean number?",
    ),
    Break(
        name="a table that does not exist",
        file=REPORT,
        old="    table: students\n",
        new="    table: student\n",
        at="    table: student",
        what="no table 'student'",
        remedy="Did you mean students?",
    ),
    Break(
        name="a column naming an unknown role",
        file=STUDENTS,
        old="roles: [tutor]}",
        new="roles: [tutur]}",
        at="tutur",
        what="no role 'tutur'",
        remedy="Did you mean tutor?",
    ),
    Break(
        name="an action that nobody may decide",
        file=STUDENTS,
        old=", may_decide: [headteacher]",
        new="",
        at="key: parents",
        what="nobody may decide",
        remedy="Add may_decide:",
    ),
    Break(
        name="a row that marks an unknown column",
        file=STUDENTS,
        old="marks: [tutor, parents]",
        new="marks: [tutor, parent]",
        at="[tutor, parent]",
        what="no column 'parent'",
        remedy="Did you mean parents?",
    ),
    Break(
        name="a row that nobody deals with",
        file=STUDENTS,
        old="marks: [tutor, parents]",
        new="marks: [parents]",
        at="[parents]",
        what="nobody deals with this row",
        remedy="level of authority",
    ),
    Break(
        name="a row that is counted wrongly",
        file=STUDENTS,
        old="number: 2",
        new="number: 3",
        at="number: 3",
        what="is row 2 of the table but says 3",
        remedy="number: 2",
    ),
    Break(
        name="a row that stands twice",
        file=STUDENTS,
        old="key: filter",
        new="key: phones",
        at="number: 2",
        what="the row phones stands twice",
        remedy="rename it",
    ),
    Break(
        name="a number in words",
        file=STUDENTS,
        old="number: 2",
        new="number: two",
        at="number: two",
        what="'two' is not a number",
        remedy="whole number",
    ),
    Break(
        name="a rule that goes by an unknown table",
        file=ROUTING,
        old="by_table: students",
        new="by_table: pupils",
        at="by_table",
        what="no table 'pupils'",
        remedy="Known are: students",
    ),
    Break(
        name="routing without otherwise",
        file=ROUTING,
        old="    - key: otherwise\n      why: Not clear yet.\n"
        '      source: "Small: Safeguarding"\n      owner: [dsl]\n',
        new="",
        at="  rules:",
        what="has no otherwise",
        remedy="no when:",
    ),
    Break(
        name="a rule that always hits before others",
        file=ROUTING,
        old="      when: {field: what, is: rules}\n",
        new="",
        at="- key: rules",
        what="hits always",
        remedy="Move it to the end",
    ),
    Break(
        name="an overlay that gives the case away",
        file=ROUTING,
        old="      urgency: immediate\n",
        new="      urgency: immediate\n      owner: [dsl]\n",
        at="- key: danger",
        what="an overlay cannot give",
        remedy="an overlay adds",
    ),
    Break(
        name="telling an unknown role",
        file=ROUTING,
        old="{role: dsl, why",
        new="{role: dls, why",
        at="dls",
        what="no role 'dls'",
        remedy="Did you mean dsl?",
    ),
    Break(
        name="a role with an unknown relation",
        file="roles.yaml",
        old="relation: tutor",
        new="relation: tuto",
        at="relation: tuto",
        what="none of the known words",
        remedy="Did you mean tutor?",
    ),
    Break(
        name="a last resort of one role",
        file="roles.yaml",
        old="last_resort: [headteacher, dsl]",
        new="last_resort: [headteacher]",
        at="last_resort",
        what="fewer than two roles",
        remedy="Name two roles or more",
    ),
    Break(
        name="a role that every school needs is missing",
        file="roles.yaml",
        old="  chair_of_governors: {label: Chair}\n",
        new="",
        at="roles:",
        what="chair_of_governors is missing",
        remedy="Add chair_of_governors:",
    ),
    Break(
        name="a substitute that does not exist",
        file="roles.yaml",
        old="substitutes: [deputy_dsl]",
        new="substitutes: [deputy]",
        at="[deputy]",
        what="no role 'deputy'",
        remedy="Did you mean",
    ),
    Break(
        name="an alias of two roles",
        file="roles.yaml",
        old="deputy_dsl: {label: Deputy}",
        new="deputy_dsl: {label: Deputy, aliases: [Head]}",
        at="headteacher:",
        what="means deputy_dsl already",
        remedy="Keep it with one",
    ),
    Break(
        name="an unknown verb in the permissions",
        file="roles.yaml",
        old="verb: [report, note]",
        new="verb: [report, notes]",
        at="permissions:",
        what="no verb 'notes'",
        remedy="Did you mean note?",
    ),
    Break(
        name="a zone that does not exist",
        file="school.yaml",
        old="Europe/London",
        new="Europe/Londen",
        at="Londen",
        what="no time zone",
        remedy="Europe/London",
    ),
    Break(
        name="hours that end before they begin",
        file="school.yaml",
        old='"08:00-16:30"',
        new='"16:30-08:00"',
        at="16:30-08:00",
        what="closes before it opens",
        remedy="earlier time first",
    ),
    Break(
        name="a truth value in other words",
        file="school.yaml",
        old='outside_minutes: 20, in_school_hours: "no"',
        new='outside_minutes: 20, in_school_hours: "false"',
        at='"false"',
        what="neither yes nor no",
        remedy='"yes" or "no"',
    ),
    Break(
        name="no way outside the school",
        file="school.yaml",
        old="  outside_route: Ring 999 or 101.\n",
        new="",
        at="school:",
        what="outside_route is missing",
        remedy="Add outside_route:",
    ),
    Break(
        name="indentation that is no YAML",
        file="school.yaml",
        old="  prefix: SM\n",
        new="   prefix: SM\n",
        at="   prefix: SM",
        what="is not YAML here",
        remedy="indentation",
    ),
    Break(
        name="an alias of another value",
        file="roles.yaml",
        old="last_resort: [headteacher, dsl]",
        new="last_resort: [&first headteacher, *first]",
        at="last_resort",
        what="is an alias",
        remedy="Write the value out",
    ),
    Break(
        name="a tag",
        file="school.yaml",
        old="name: Small School",
        new="name: !!python/name:os.system Small School",
        at="python",
        what="carries the tag",
        remedy="Delete the tag",
    ),
)


@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: fault.name)
def test_a_fault_is_told_with_file_line_and_remedy(tmp_path: Path, fault: Break) -> None:
    assert_told(tmp_path, SCHOOL, COMMON, fault)


def test_the_small_pack_has_no_fault(tmp_path: Path) -> None:
    definition, problems = read_pack(write(tmp_path))

    assert problems == ()
    assert definition is not None


def test_all_faults_are_told_at_once_and_in_order(tmp_path: Path) -> None:
    school = {
        **SCHOOL,
        "roles.yaml": SCHOOL["roles.yaml"].replace("relation: tutor", "relation: x"),
        REPORT: SCHOOL[REPORT].replace("next: route", "next: rout").replace("kind: end", "kind: ending"),
        STUDENTS: SCHOOL[STUDENTS].replace("[tutor, parents]", "[tutor, parent]"),
    }

    with pytest.raises(DefinitionFaulty) as told:
        load(write(tmp_path, school))

    problems = told.value.problems
    assert {p.file for p in problems} == {  # type: ignore[attr-defined]  # errors knows no problems
        "small/flows/report.yaml",
        "small/roles.yaml",
        "small/tables/students.yaml",
    }
    assert [str(p) for p in problems] == [str(p) for p in sorted(problems, key=lambda p: (p.file, p.line))]  # type: ignore[attr-defined]
    assert "small/roles.yaml:6:" in str(told.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        (REPORT, "start: first\n", "start: first: now\n", "is not YAML here"),
        (REPORT, "next: route", "next: rout", "there is no step 'rout'"),
        ("school.yaml", "unfinished_tell_minutes: 30", "unfinished_tell_minutes: soon", "is not a number"),
    ],
)
def test_one_slip_is_one_fault_and_what_follows_from_it_is_not_told(
    tmp_path: Path, file: str, old: str, new: str, what: str
) -> None:
    assert old in SCHOOL[file]

    _, problems = read_pack(write(tmp_path, {**SCHOOL, file: SCHOOL[file].replace(old, new)}))

    assert len(problems) == 1, "\n".join(map(str, problems))
    assert what in problems[0].what


def test_a_key_in_two_files_names_both(tmp_path: Path) -> None:
    twice = {**SCHOOL, "flows/second.yaml": SCHOOL[REPORT]}

    _, problems = read_pack(write(tmp_path, twice))

    assert [(p.file, p.line) for p in problems] == [("small/flows/second.yaml", 1)]
    assert "small/flows/report.yaml, line 1" in problems[0].what


@pytest.mark.parametrize("name", ["flows/more.yml", "tabels/x.yaml", "schol.yaml"])
def test_a_file_that_would_not_be_read_is_a_fault(tmp_path: Path, name: str) -> None:
    _, problems = read_pack(write(tmp_path, {**SCHOOL, name: "x: y\n"}))

    assert [p.file for p in problems] == [f"small/{name}"]
    assert problems[0].remedy


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    _, problems = read_pack(write(tmp_path, {"README.md": "nothing\n"}, {}))

    assert any("says nothing about the school" in p.what for p in problems)
    assert any("has no otherwise" in p.what for p in problems)


def test_an_unknown_pack_is_told_with_the_nearest_name() -> None:
    with pytest.raises(DefinitionFaulty, match="Did you mean kingsmead"):
        load("kingsmaed")


def test_a_fault_in_what_is_common_is_told_there(tmp_path: Path) -> None:
    common = {
        **COMMON,
        "actions/case.yaml": COMMON["actions/case.yaml"].replace("does: note", "does: nothing"),
    }

    _, problems = read_pack(write(tmp_path, SCHOOL, common))

    assert [(p.file, p.line) for p in problems] == [("common/actions/case.yaml", 3)]
