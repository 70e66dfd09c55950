"""An edit is said in words: which rows go elsewhere, which questions came, which roles gained something."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.definitions.difference import difference, touches_who_is_told
from bot.definitions.leaves import touched
from bot.definitions.loader import FLOWS, load
from bot.model.definition import Definition
from bot.model.flows import Flow


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    shutil.copytree(FLOWS / "common", tmp_path / "common")
    return Path(shutil.copytree(FLOWS / "kingsmead", tmp_path / "kingsmead"))


def edited(pack: Path, file: str, old: str, new: str) -> tuple[Definition, tuple[str, ...]]:
    path = pack / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    after = load(pack)
    return after, difference(load("kingsmead"), after)


def test_a_pack_does_not_differ_from_itself() -> None:
    assert difference(load("kingsmead"), load("kingsmead")) == ()


def test_a_comment_or_another_line_is_no_change(pack: Path) -> None:
    after, changes = edited(pack, "school.yaml", "school:", "# A remark\nschool:")
    assert changes == ()
    assert not touches_who_is_told(load("kingsmead"), after)


def test_a_role_that_is_reached_later_is_said_with_both_times(pack: Path) -> None:
    after, changes = edited(
        pack, "school.yaml", "remind_minutes: 2, climb_minutes: 5", "remind_minutes: 2, climb_minutes: 9"
    )
    assert changes == (
        "Immediate cases: reminded after 2, next after 5, outside after 20 minutes; now 2, 9 and 20.",
    )
    assert touches_who_is_told(load("kingsmead"), after)


def test_another_owner_of_a_rule_is_said_by_name(pack: Path) -> None:
    after, changes = edited(
        pack, "tables/routing.yaml", "owner: [online_safety_officer, headteacher]", "owner: [headteacher]"
    )
    assert changes == (
        "Routing, technical: went to Online Safety Officer or Headteacher, now goes to Headteacher.",
    )
    assert touches_who_is_told(load("kingsmead"), after)


STEPS = (
    ("approvers: [dsl, online_safety_officer, headteacher]", "approvers: [dsl, slt, headteacher]"),
    ("needs: 3\n", "needs: 2\n"),
    ("expires_minutes: 1440", "expires_minutes: 2880"),
    ("who: [online_safety_officer]", "who: [ict_lead]"),
)


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_who_is_asked_or_signs_in_a_procedure_and_by_when_touches_who_is_told(
    pack: Path, old: str, new: str
) -> None:
    after, changes = edited(pack, "flows/pupil_account.yaml", old, new)
    assert changes
    assert touches_who_is_told(load("kingsmead"), after)


def test_a_procedure_that_tells_others_begins_otherwise_or_is_new_touches_who_is_told() -> None:
    before = load("kingsmead")
    flow = next(f for f in before.flows.values() if any(s.tell for s in f.steps.values()))
    step = next(s for s in flow.steps.values() if s.tell)

    def with_flow(changed: Flow) -> Definition:
        return replace(before, flows={**before.flows, flow.key: changed})

    silent = replace(flow, steps={**flow.steps, step.key: replace(step, tell=())})
    assert touches_who_is_told(before, with_flow(silent))
    assert touches_who_is_told(before, with_flow(replace(flow, begun_by=(*flow.begun_by, "slt"))))
    less = {key: each for key, each in before.flows.items() if key != flow.key}
    assert touches_who_is_told(replace(before, flows=less), before)


def test_the_words_of_a_step_and_what_a_question_is_called_touch_nobody(pack: Path) -> None:
    before = load("kingsmead")
    after, changes = edited(
        pack, "flows/pupil_account.yaml", "title: May this pupil's account be entered?", "title: Enter it?"
    )
    assert changes
    assert not touches_who_is_told(before, after)


def test_an_approval_that_the_asker_may_no_longer_sign_is_said() -> None:
    before = load("kingsmead")
    flow = before.flows["pupil_account"]
    own = replace(flow.steps["three_sign"], others_only=True)
    after = replace(
        before,
        flows={**before.flows, flow.key: replace(flow, steps={**flow.steps, "three_sign": own})},
    )
    (said,) = difference(before, after)
    assert said.endswith("whoever asked may not sign now.")
    assert touches_who_is_told(before, after)


def test_a_mark_taken_away_changes_to_whom_the_row_goes(pack: Path) -> None:
    path = pack / "tables" / "students.yaml"
    row = next(
        line for line in path.read_text("utf-8").splitlines() if "marks:" in line and "tutor, hod_hoy" in line
    )
    _, changes = edited(pack, "tables/students.yaml", row, row.replace("tutor, hod_hoy", "hod_hoy"))
    (change,) = changes
    assert change.startswith("Students")
    assert "went to Tutor" in change
    assert "now goes to Head of Year" in change


def test_a_verb_taken_from_a_role_is_said(pack: Path) -> None:
    _, changes = edited(
        pack,
        "roles.yaml",
        "- {verb: [open, note, list], role: online_safety_officer, scope: all}",
        "- {verb: [open, list], role: online_safety_officer, scope: all}",
    )
    assert changes == ("Online Safety Officer may no longer note (all).",)


def test_a_new_answer_and_a_question_that_must_be_answered_are_said(pack: Path) -> None:
    _, changes = edited(
        pack,
        "flows/report.yaml",
        "      unknown: {label: I don't know}\n",
        "      unknown: {label: I don't know}\n      bus: {label: On the bus}\n",
    )
    assert len(changes) == 1
    assert changes[0].endswith("offers other answers than before.")


def test_a_sentence_that_reads_otherwise_is_said_as_it_was_and_as_it_is(pack: Path) -> None:
    _, changes = edited(pack, "school.yaml", "Ask at reception for", "Ask at the office for")
    (change,) = changes
    assert change.startswith("Wording, texts, where_to_find_dsl: was “Ask at reception for")
    assert "now “Ask at the office for" in change


def test_every_place_that_changed_is_named_and_of_what_came_only_the_highest(pack: Path) -> None:
    before = load(pack)
    after = edited(pack, "roles.yaml", "reach: teams", "reach: mail")[0]
    assert touched(before, after) == ("roles, chair_of_governors, reach",)
    flows = {key: flow for key, flow in before.flows.items() if key != "report"}
    assert touched(before, replace(before, flows=flows)) == ("flows, report",)
    assert touched(replace(before, flows=flows), before) == ("flows, report",)
    assert touched(before, before) == ()
