"""The commands with which somebody who edits a pack looks at it: walk, draw, compare, print, complete."""

from __future__ import annotations

import io
import json
import re
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.definitions.loader import FLOWS
from tests.flows.test_commands import ROOT, call

PAGES = (ROOT / "README.md", FLOWS / "README.md")
LINE = re.compile(r"^ {4,}(?:\.venv/bin/)?python -m bot (.+)$", re.MULTILINE)
NEEDS_A_RECORD = ("verify",)


def lines_of_the_pages() -> list[str]:
    found = (line for page in PAGES for line in LINE.findall(page.read_text("utf-8")))
    return [line for line in dict.fromkeys(found) if not line.startswith(NEEDS_A_RECORD)]


@pytest.mark.parametrize("line", lines_of_the_pages())
def test_every_command_of_the_pages_runs(line: str, tmp_path: Path) -> None:
    """A page's copy of a pack is made here; where it is written to is left to whoever types it."""
    shutil.copytree(FLOWS / "kingsmead", tmp_path / "kingsmead_next")
    words = line.partition(" > ")[0].replace("flows/kingsmead_next", str(tmp_path / "kingsmead_next")).split()
    done = call(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def answers(folder: Path, text: str) -> str:
    path = folder / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_walk_says_who_answers_what_and_whose_the_case_is(tmp_path: Path) -> None:
    given = answers(
        tmp_path,
        'danger: "no"\nwhat: rules\npupils_done: "pupil:simulated"\npupils_affected: ""\nadults: ""\n'
        'others: ""\nwithheld: ""\nrow: device_misuse\nwhere: school\nticks: none\n',
    )
    done = call("simulate", "kingsmead", "report", "--answers", given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "What is it? -> Someone broke the rules\n" in done.stdout
    assert "Which pupils may have done it? -> A made-up pupil\n" in done.stdout
    assert "The case goes to: Tutor. A pupil may have broken the rules. (rule rules: Kingsmead" in done.stdout
    assert "Urgency: routine. In the channel: the quiet list of the day" in done.stdout


def test_a_procedure_is_told_with_who_is_asked_what_it_says_and_why() -> None:
    done = call("simulate", "kingsmead", "filter_off")
    assert done.returncode == 0
    assert "09:00      The person who asks is asked: Where, why and for how long?\n" in done.stdout
    assert "why: May filtering be switched off? “granted”\n" in done.stdout
    assert "from: Kingsmead: Technical, this must be logged (duty 82)\n" in done.stdout
    assert "Time has run out: Filtering is off for one hour\n" in done.stdout
    assert done.stdout.endswith("It is over.\n")


def test_a_question_is_answered_with_the_row_of_the_grid_and_its_source(tmp_path: Path) -> None:
    given = answers(tmp_path, "about: doing\naction_row: pornography\n")
    done = call("simulate", "kingsmead", "is_it_allowed", "--answers", given)
    assert (
        "Pornography: Unacceptable. (Kingsmead: Unsuitable / inappropriate activities, row 5)" in done.stdout
    )


def test_what_is_known_of_the_case_decides_the_way() -> None:
    plain = call("simulate", "kingsmead", "illegal_path")
    known = call("simulate", "kingsmead", "illegal_path", "--fact", "illegal=yes", "--flag", "danger")
    assert (plain.returncode, known.returncode) == (0, 0)
    assert "Told: " in plain.stdout
    assert known.stdout.startswith("Of the case: it may be illegal.\nIllegal path (a procedure of a case)\n")
    assert "Told: Designated Safeguarding Lead" not in known.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("illegal_path", "--fact", "crine=yes"), "There is no fact 'crine'. Did you mean crime?"),
        (("illegal_path", "--fact", "crime=maybe"), "Write one of: crime=yes, crime=no"),
        (("illegal_path", "--fact", "crime"), "The fact crime cannot be ''."),
        (("illegal_path", "--flag", "dangr"), "kingsmead has no flag 'dangr'. Did you mean danger?"),
        (("report", "--fact", "crime=yes"), "--fact is for procedures."),
        (("report", "--flag", "danger"), "--flag is for procedures."),
        (("report", "--answers", "no_such_file.yaml"), "There is no file no_such_file.yaml."),
        (("report", "--random", "0"), "'0' is no number of walks"),
    ],
)
def test_an_unknown_name_ends_with_two_and_a_sentence(words: tuple[str, ...], said: str) -> None:
    done = call("simulate", "kingsmead", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_an_answer_to_a_question_that_is_not_asked_ends_with_two(tmp_path: Path) -> None:
    done = call("simulate", "kingsmead", "report", "--answers", answers(tmp_path, "whta: rules\n"))
    assert done.returncode == 2
    assert "answers.yaml: report asks nothing called 'whta'. Did you mean what?" in done.stderr


def test_an_answer_that_cannot_be_given_ends_with_one_and_names_the_question(tmp_path: Path) -> None:
    given = answers(tmp_path, "what: nothing_of_the_kind\n")
    done = call("simulate", "kingsmead", "report", "--answers", given)
    assert done.returncode == 1
    assert "Refused. What is it? (what): that cannot be chosen here.\n" in done.stdout


def test_many_walks_at_random_count_the_steps() -> None:
    done = call("simulate", "kingsmead", "report", "--random", "50")
    assert done.returncode == 0
    assert done.stdout.startswith("50 walks, 50 came to an end.\n")
    assert "       50  first: Report something you saw online\n" in done.stdout


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


def faulty(folder: Path) -> Path:
    """A copy of a pack, and of what is common, with a fault in each."""
    for name in ("kingsmead", "common"):
        shutil.copytree(FLOWS / name, folder / name)
    for file, key in (("kingsmead/flows/debrief.yaml", "start"), ("common/actions/case.yaml", "permission")):
        path = folder / file
        path.write_text(
            re.sub(rf"(?m)^( *){key}: .*$", rf"\1{key}: nowhere", path.read_text("utf-8"), count=1)
        )
    return folder / "kingsmead"


@pytest.mark.parametrize("inside", [True, False])
def test_the_place_of_a_fault_opens_as_it_stands_from_where_the_command_was_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, inside: bool
) -> None:
    """Wherever the pack lies: below that folder the path is short, elsewhere it is a whole one."""
    pack = faulty(tmp_path / "flows")
    here = tmp_path if inside else tmp_path / "elsewhere"
    here.mkdir(exist_ok=True)
    monkeypatch.chdir(here)
    named = "flows/kingsmead" if inside else str(pack)
    for words in (("check", named), ("paper", named), ("diff", "kingsmead", named)):
        code, said = run_here(*words)
        places = re.findall(r"^(\S+\.yaml):(\d+): ", said, re.MULTILINE)
        assert code == 1
        assert {Path(file).resolve() for file, _ in places} == {
            pack / "flows" / "debrief.yaml", pack.parent / "common" / "actions" / "case.yaml",
        }  # fmt: skip
        for file, line in places:
            assert "nowhere" in Path(file).read_text("utf-8").splitlines()[int(line) - 1]
            assert file.startswith("flows/") is inside


def test_an_empty_pack_names_the_file_to_write(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _, said = run_here("check", str(tmp_path / "empty"))
    assert f"{(tmp_path / 'empty').resolve().as_posix()}/school.yaml:1: " in said


def run_here(*words: str) -> tuple[int, str]:
    """A command in this process, in the folder it stands in."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = main(words)
    return code, said.getvalue()
