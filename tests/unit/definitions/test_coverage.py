"""Which duties a pack carries out is read from the sources that its parts name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.commands.coverage import LISTED, PAGE, coverage_page
from bot.definitions.coverage import covered, numbers_in, unknown_duties
from bot.definitions.loader import FLOWS, load, pack_names, read_pack
from bot.errors import DefinitionFaulty
from tests.unit.definitions.small_pack import SCHOOL, write


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("Kingsmead: Scope (duty 15)", {15}),
        ("Kingsmead: Sexting (duties 5, 22, 60)", {5, 22, 60}),
        ("Kingsmead: Students (duties 34 to 36, 40)", {34, 35, 36, 40}),
        ("Ashford 9.3 (duties 68 and 70); Kingsmead (duty 1)", {1, 68, 70}),
        ("Ashford 9.3, row 12", set()),
        ("", set()),
    ],
)
def test_a_source_names_its_duties_in_words(source: str, numbers: set[int]) -> None:
    assert numbers_in(source) == numbers


def test_a_duty_is_carried_out_where_a_part_names_it() -> None:
    for each in covered([load("kingsmead")]):
        for carrier in each.by:
            assert carrier.pack == "kingsmead"
            assert carrier.mark.line > 0


def test_the_page_is_as_the_packs_are() -> None:
    """When it fails: `python -m bot coverage --write`, and look at what has changed."""
    assert PAGE.read_text("utf-8") == coverage_page()


def test_a_copy_that_is_being_edited_is_not_on_the_page(tmp_path: Path) -> None:
    """flows/README.md has the copy made beside the pack; while it is edited it may have faults."""
    flows = tmp_path / "flows"
    shutil.copytree(FLOWS, flows)
    shutil.copytree(FLOWS / "kingsmead", flows / "kingsmead_next")
    (flows / "kingsmead_next" / "school.yaml").write_text("school: {}\n", encoding="utf-8")
    assert coverage_page(flows) == coverage_page()


def test_a_pack_whose_faults_hide_what_it_does_is_told_instead_of_a_page(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(FLOWS, flows)
    (flows / "kingsmead" / "school.yaml").write_text("school: {}\n", encoding="utf-8")
    with pytest.raises(DefinitionFaulty):
        coverage_page(flows)


def test_nearly_all_of_the_ninety_are_carried_out_in_every_school_that_has_them() -> None:
    duties = [each for each in covered(map(load, pack_names())) if each.duty.number <= LISTED]
    assert [each.duty.number for each in duties] == list(range(1, LISTED + 1))
    assert sum(bool(each.by) and not each.missing for each in duties) >= 85
    for each in duties:
        assert each.by or each.duty.why_not_yet


@pytest.mark.parametrize("pack", pack_names())
def test_no_part_names_a_duty_that_is_in_no_list(pack: str) -> None:
    assert unknown_duties(load(pack)) == ()


def test_a_step_that_nobody_can_reach_carries_nothing_out(tmp_path: Path) -> None:
    report = SCHOOL["flows/report.yaml"] + "  idle:\n    kind: end\n    does: sent\n    source: (duty 1)\n"
    definition, problems = read_pack(write(tmp_path, {**SCHOOL, "flows/report.yaml": report}))
    assert definition is None
    assert ["no step leads here" in problem.what for problem in problems if problem.grave] == [True]
