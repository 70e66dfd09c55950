"""The commands with which somebody who edits a pack looks at it: walk, draw, compare, print, complete."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flows.test_commands import call


def test_a_walk_says_who_answers_what_and_whose_the_case_is(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        'danger: "no"\nwhat: rules\npupils_done: "pupil:simulated"\npupils_affected: ""\nadults: ""\n'
        'others: ""\nwithheld: ""\nrow: device_misuse\nwhere: school\nticks: none\n',
        encoding="utf-8",
    )
    done = call("simulate", "kingsmead", "report", "--answers", str(answers))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "What is it?: Someone broke the rules" in done.stdout
    assert "The case is Tutor's (routine, rule rules" in done.stdout
    assert done.stdout.endswith("It ends.\n")


def test_an_answer_that_cannot_be_given_ends_with_one_and_names_the_question(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("what: nothing_of_the_kind\n", encoding="utf-8")
    done = call("simulate", "kingsmead", "report", "--answers", str(answers))
    assert done.returncode == 1
    assert "what: unknown_choice" in done.stdout


def test_many_walks_at_random_count_the_steps() -> None:
    done = call("simulate", "kingsmead", "report", "--random", "50")
    assert done.returncode == 0
    assert done.stdout.startswith("50 walks, 50 came to an end.\n")
    assert "       50  first\n" in done.stdout


@pytest.mark.parametrize("command", ["simulate", "diagram"])
def test_an_unknown_flow_ends_with_two_and_the_nearest(command: str) -> None:
    done = call(command, "kingsmead", "reprot")
    assert done.returncode == 2
    assert "Did you mean report?" in done.stderr


def test_a_flow_is_drawn_as_mermaid() -> None:
    done = call("diagram", "kingsmead", "report")
    assert done.returncode == 0
    assert done.stdout.startswith("flowchart TD\n")


def test_two_packs_are_compared_in_words() -> None:
    same = call("diff", "kingsmead", "kingsmead")
    assert (same.returncode, same.stdout) == (0, "Nothing that counts has changed.\n")


def test_the_paper_and_the_schema_are_printed() -> None:
    assert call("paper", "kingsmead").stdout.startswith("# Kingsmead School")
    assert json.loads(call("schema").stdout)["$schema"].startswith("http://json-schema.org/draft-07")


def test_the_page_of_duties_is_printed() -> None:
    done = call("coverage")
    assert done.returncode == 0
    assert "| duty | what | carried out by | fires since |" in done.stdout
