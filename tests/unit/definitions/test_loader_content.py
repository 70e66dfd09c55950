"""What a pack becomes: words stay words, the school's own goes first, the hash is of the content."""

from __future__ import annotations

import re
import time
from datetime import time as time_of_day
from pathlib import Path

import pytest

from bot.definitions.loader import load
from bot.model.conditions import AnyOf, Ask
from bot.model.flows import Branch
from tests.unit.definitions.small_pack import COMMON, SCHOOL, write

REPORT = "flows/report.yaml"


def test_words_that_yaml_would_turn_into_something_else_stay_words(tmp_path: Path) -> None:
    asked = SCHOOL[REPORT].replace(
        "      child: {label: A child}\n", "      no: {label: no}\n      on: {label: 09:00}\n"
    )

    definition = load(write(tmp_path, {**SCHOOL, REPORT: asked}))

    options = definition.flows["report"].fields["what"].options
    assert [(o.key, o.label.say()) for o in options] == [("rules", "Rules"), ("no", "no"), ("on", "09:00")]
    assert definition.school.clocks.daily_post == time_of_day(16, 0)


def test_every_value_has_its_line(tmp_path: Path) -> None:
    definition = load(write(tmp_path))

    flow = definition.flows["report"]
    lines = SCHOOL[REPORT].splitlines()
    assert flow.mark is not None
    assert flow.mark.file == "small/flows/report.yaml"
    for key, step in flow.steps.items():
        assert step.mark is not None
        assert lines[step.mark.line - 1] == f"  {key}:"


def test_a_single_step_is_short_for_otherwise(tmp_path: Path) -> None:
    flow = load(write(tmp_path)).flows["report"]

    assert flow.steps["which"].next == (Branch(when=None, go="route"),)
    assert flow.steps["first"].next[0].when == Ask(subject="field", name="what", values=("rules",))


def test_conditions_join_with_any(tmp_path: Path) -> None:
    asked = SCHOOL[REPORT].replace(
        "when: {field: what, is: rules}", "when: {any: [{flag: strong}, {fact: recorded, is: no}]}"
    )

    flow = load(write(tmp_path, {**SCHOOL, REPORT: asked})).flows["report"]

    assert flow.steps["first"].next[0].when == AnyOf(
        conditions=(
            Ask(subject="flag", name="strong", values=("yes",)),
            Ask(subject="fact", name="recorded", values=("no",)),
        )
    )


def test_a_school_words_a_common_sentence_in_its_own_way(tmp_path: Path) -> None:
    welsh = "Wedi ei dderbyn {number}."
    bilingual = SCHOOL["school.yaml"].replace("language: en\n", "language: en\n  languages: [cy]\n")
    said = f"texts:\n  received: {{en: Got it., cy: '{welsh}'}}\n"
    own = {**SCHOOL, "school.yaml": bilingual, "texts.yaml": said}

    texts = load(write(tmp_path, own)).texts

    assert texts["received"].say("en") == "Got it."
    assert texts["received"].say("cy-GB") == welsh
    assert load(write(tmp_path / "plain")).texts["received"].say() == "Received as {number} at {time}."


def test_a_school_replaces_a_common_action_whole(tmp_path: Path) -> None:
    own = COMMON["actions/case.yaml"].replace("Add a note", "Write it down")

    actions = load(write(tmp_path, {**SCHOOL, "actions/own.yaml": own})).actions

    assert actions["note"].label.say() == "Write it down"


def test_permissions_of_several_verbs_and_roles_are_each_with_each(tmp_path: Path) -> None:
    permissions = load(write(tmp_path)).permissions

    assert [(p.verb, p.role, p.scope) for p in permissions] == [
        ("report", "staff", "own"),
        ("note", "staff", "own"),
        ("note", "dsl", "all"),
        ("note", "deputy_dsl", "all"),
    ]


def test_the_hash_stays_under_comments_and_order(tmp_path: Path) -> None:
    plain = load(write(tmp_path / "a")).hash
    commented = {
        name: "# A comment.\n" + re.sub(r"^(start: .*|  what:)$", r"\1  # why", text, flags=re.MULTILINE)
        for name, text in SCHOOL.items()
    }
    steps = SCHOOL[REPORT].split("  route:\n")
    head, which = steps[0].split("  which:\n")
    reordered = {
        **commented,
        REPORT: head + "  route:\n" + steps[1] + "  which:\n" + which,
        "school.yaml": "texts:\n"
        + SCHOOL["school.yaml"].split("texts:\n")[1]
        + SCHOOL["school.yaml"].split("texts:\n")[0],
    }
    renamed = {("flows/zz.yaml" if name == REPORT else name): text for name, text in reordered.items()}

    assert load(write(tmp_path / "b", commented)).hash == plain
    assert load(write(tmp_path / "c", reordered)).hash == plain
    assert load(write(tmp_path / "d", renamed)).hash == plain


def test_repeating_a_default_changes_nothing(tmp_path: Path) -> None:
    said = SCHOOL[REPORT].replace("    kind: paragraph\n", "    kind: paragraph\n    max_length: 200\n")

    assert load(write(tmp_path / "a", {**SCHOOL, REPORT: said})).hash == load(write(tmp_path / "b")).hash


CHANGES = (
    (REPORT, "label: What is it?", "label: What was it?"),
    (REPORT, "flags: [strong]", "flags: [strong, child_protection]"),
    (REPORT, "kind: paragraph", "kind: text"),
    (REPORT, "      - otherwise: route", "      - otherwise: which"),
    (
        REPORT,
        "      rules: {label: Rules, flags: [strong]}\n      child: {label: A child}\n",
        "      child: {label: A child}\n      rules: {label: Rules, flags: [strong]}\n",
    ),
    ("tables/students.yaml", "marks: [tutor, parents]", "marks: [tutor]"),
    ("tables/students.yaml", "may_decide: [headteacher]", "may_decide: [headteacher, dsl]"),
    ("tables/routing.yaml", "urgency: immediate", "urgency: serious"),
    ("tables/routing.yaml", 'only: "yes"', 'only: "no"'),
    ("roles.yaml", "last_resort: [headteacher, dsl]", "last_resort: [dsl, headteacher]"),
    ("roles.yaml", "scope: own", "scope: assigned"),
    ("school.yaml", "climb_minutes: 5", "climb_minutes: 6"),
    ("school.yaml", '"16:00"', '"16:01"'),
    ("school.yaml", "Ring 999 or 101.", "Ring 999."),
)


@pytest.mark.parametrize(("file", "old", "new"), CHANGES)
def test_any_value_changes_the_hash(tmp_path: Path, file: str, old: str, new: str) -> None:
    assert old in SCHOOL[file]
    changed = {**SCHOOL, file: SCHOOL[file].replace(old, new, 1)}

    assert load(write(tmp_path / "a", changed)).hash != load(write(tmp_path / "b")).hash


@pytest.mark.parametrize("pack", ["kingsmead", "ashford"])
def test_a_pack_of_a_school_loads_fast(pack: str) -> None:
    """Under 300 ms on a machine with nothing else to do; twice that where others work at the same time."""
    took = []
    for _ in range(4):
        begun = time.process_time()
        load(pack)
        took.append(time.process_time() - begun)

    assert min(took) < 0.6
