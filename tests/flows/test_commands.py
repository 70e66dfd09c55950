"""The command line as people and scripts call it: a process of its own, exit codes, exact shapes."""

from __future__ import annotations

import csv
import io
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.flows.kingsmead import transcribed

ROOT = Path(__file__).resolve().parents[2]


def call(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def asked(*words: str) -> Any:
    done = call("route", "kingsmead", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["students", "staff", "actions", "communications"])
def test_a_table_as_csv_is_the_policys(name: str) -> None:
    done = call("table", "kingsmead", name, "--csv")

    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    policy = transcribed(name)
    assert done.returncode == 0
    assert list(rows[0]) == ["row", "key", *list(policy[0])[1:]]
    assert [{k: v for k, v in row.items() if k != "key"} for row in rows] == policy


def test_a_pack_can_be_named_by_its_folder() -> None:
    assert call("table", str(ROOT / "flows" / "kingsmead"), "staff", "--csv").returncode == 0


def test_a_route_has_the_agreed_shape() -> None:
    told = asked("--table", "students", "--row", "illegal_material", "--earlier", "1")

    assert list(told) == [
        "table",
        "row",
        "key",
        "source",
        "offence",
        "first",
        "also",
        "passed_over",
        "proposed",
        "restricted",
        "urgency",
        "channel",
    ]
    assert (told["table"], told["row"], told["key"], told["offence"]) == (
        "students",
        1,
        "illegal_material",
        2,
    )
    assert told["first"] == {"role": "headteacher", "column": "oso_head"}
    assert {role["role"] for role in told["also"]} == {"dsl", "online_safety_officer"}
    assert {"action": "further_sanction", "marked": True, "may_decide": ["headteacher"]} in told["proposed"]
    assert (told["restricted"], told["urgency"], told["channel"]) == (False, "serious", "urgent")


def test_a_row_by_number_is_the_row_by_key() -> None:
    by_number = asked("--table", "staff", "--row", "9")

    assert by_number == asked("--table", "staff", "--row", "personal_contact")
    assert (by_number["restricted"], by_number["channel"]) == (True, "none")


@pytest.mark.parametrize("alias", ["online_safety_officer", "OSO", "E Safety Manager", "Coordinator"])
def test_a_role_is_left_out_by_any_of_its_names(alias: str) -> None:
    told = asked("--table", "students", "--row", "14", "--excluded-role", alias)

    assert told["first"] == {"role": "headteacher", "column": "oso_head"}
    assert told["passed_over"] == [{"role": "online_safety_officer", "rule": "excluded"}]


def test_aggravated_begins_at_the_highest_mark() -> None:
    told = asked("--table", "students", "--row", "10", "--aggravated")

    assert told["first"] == {"role": "head_of_year", "column": "hod_hoy"}


def test_with_everybody_left_out_the_outside_route_is_left() -> None:
    roles = ["oso", "head", "slt", "chair", "dsl", "deputy dsl"]
    told = asked("--table", "students", "--row", "14", *(w for r in roles for w in ("--excluded-role", r)))

    assert told["first"] == {"role": None, "column": "oso_head"}


@pytest.mark.parametrize(
    "words",
    [
        ("table", "kingsmead", "studnts", "--csv"),
        ("table", "nowhere", "students"),
        ("route", "kingsmead", "--table", "pupils", "--row", "1"),
        ("route", "kingsmead", "--table", "students", "--row", "15"),
        ("route", "kingsmead", "--table", "students", "--row", "1", "--excluded-role", "wizard"),
        ("route", "kingsmead", "--table", "students", "--row", "1", "--earlier", "many"),
        ("tabel", "kingsmead"),
        (),
    ],
)
def test_an_unknown_name_ends_with_two_and_a_sentence(words: tuple[str, ...]) -> None:
    done = call(*words)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.split()) > 4


def test_plain_output_reads_as_sentences() -> None:
    done = call("route", "kingsmead", "--table", "staff", "--row", "8", "--excluded-role", "head")

    assert "Goes to: Chair of Governors (column head)" in done.stdout
    assert "Passed over: Headteacher (excluded)" in done.stdout
    assert "mark" in call("table", "kingsmead", "actions").stdout


def test_a_faulty_pack_ends_with_one_and_its_faults(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    done = call("table", str(tmp_path / "empty"), "students")

    assert done.returncode == 1
    assert "says nothing about the school" in done.stderr


def test_a_command_starts_fast() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    call("route", "kingsmead", "--table", "students", "--row", "1", "--json")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    # Of the processor, not of the clock: other work on the machine is not the command's.
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    assert used < 1.0
