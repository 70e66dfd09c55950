"""Ashford's pack as a whole: no faults, every duty of its policy, and nothing in it that must not be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands.names import NameUnknown
from bot.commands.table import find_table
from bot.definitions.loader import FLOWS, find_pack, read_pack
from bot.engine.holders import own_holders
from bot.engine.step_form import form_of
from bot.model.people import RoleRef
from bot.people.file import read_people
from bot.people.proof import check_holders, people_check
from tests.flows.ashford import NOW, pack
from tests.flows.test_commands import call

FILES = sorted((FLOWS / "ashford").rglob("*.yaml"))
PEOPLE = FLOWS.parent / "bot" / "rehearsal" / "people-ashford.yaml"
NAMED = re.compile(r"\((?:duty|duties) ([^)]*)\)")
MOST_INPUTS = 5
ADDRESSES = {"www.iwf.org.uk", "http://www.ceop.police.uk/safety-centre/"}
"""The addresses that the policy prints; no other may stand in a pack."""


def sources() -> Iterator[str]:
    """Of everything that can carry out a duty."""
    definition = pack()
    for flow in definition.flows.values():
        yield from (step.source for step in flow.steps.values())
    for table in definition.decisions.values():
        yield from (row.source for row in (*table.rows, *table.overlays))
    yield from (rule.source for rule in (*definition.routing.rules, *definition.routing.overlays))
    yield from (action.source for action in definition.actions.values())


def duties_in(source: str) -> set[int]:
    found: set[int] = set()
    for named in NAMED.findall(source):
        for part in named.split(","):
            first, _, last = part.strip().partition(" to ")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def test_the_pack_has_no_faults_and_somebody_always_has_the_case() -> None:
    definition, problems = read_pack(find_pack("ashford"))

    assert problems == ()
    assert definition is not None
    assert check_holders(definition) == ()


def test_every_duty_of_its_policy_is_carried_out_by_something() -> None:
    carried = {number for source in sources() for number in duties_in(source)}
    wanted = {duty.number for duty in pack().duties if "ashford" in duty.schools and not duty.why_not_yet}

    assert len(wanted) >= 59
    assert sorted(wanted - carried) == []


def test_what_comes_round_by_the_calendar_says_that_its_clock_comes_later() -> None:
    for flow, duty in {
        "filter_check": 72,
        "ceop_button": 67,
        "safety_report": 89,
        "yearly_review": 90,
    }.items():
        carrying = [s for s in pack().flows[flow].steps.values() if duty in duties_in(s.source)]
        assert carrying, flow
        assert all(step.fires for step in carrying), flow


def test_what_is_national_practice_says_so() -> None:
    national = [s for f in pack().flows.values() for s in f.steps.values() if s.origin == "national"]

    assert national
    assert [s.key for s in national if not s.source.startswith("national practice, check before use:")] == []


def test_every_procedure_can_begin() -> None:
    flows = pack().flows.values()
    started = {start.flow for f in flows for step in f.steps.values() for start in step.starts}
    for flow in flows:
        if flow.use == "case":
            assert flow.begins_when or flow.begun_by or flow.key in started, flow.key
        elif flow.use != "report":
            assert flow.words, flow.key
            assert flow.begun_by, flow.key


def test_no_two_things_are_asked_for_in_the_same_words() -> None:
    words = [word for flow in pack().flows.values() for word in flow.words]

    commands = {
        typed
        for key, text in pack().texts.items()
        if key.startswith("command_")
        for typed in text.say().split("|")
    }

    assert sorted({word for word in words if words.count(word) > 1}) == []
    assert commands
    assert sorted(commands & set(words)) == []


def test_no_card_asks_more_than_five_things() -> None:
    asked = {
        f"{flow.key}.{step.key}": len(form_of(pack(), flow, step))
        for flow in pack().flows.values()
        for step in flow.steps.values()
    }

    assert {key: many for key, many in asked.items() if many > MOST_INPUTS} == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_number_or_address_but_the_policys_own_stands_in_the_pack(path: Path) -> None:
    text = path.read_text("utf-8")

    assert "@" not in text
    assert set(re.findall(r"(?:https?://|www\.)[^\s\"',]+[\w/]", text)) <= ADDRESSES
    # Anything that could be dialled: five digits or more, or a number that begins with nought.
    assert set(re.findall(r"\b(?:0[\d ]{8,}|\+\d[\d ]{6,})", text)) == set()


def test_it_has_no_sanction_tables_and_says_so() -> None:
    assert pack().tables == {}
    with pytest.raises(NameUnknown, match="has no tables"):
        find_table(pack(), "students")

    asked = call("route", "ashford", "--table", "students", "--row", "1")
    assert asked.returncode == 2
    assert "ashford has no sanction tables" in asked.stderr


def test_what_needs_a_sanction_table_cannot_be_done() -> None:
    assert not {"release", "staff_row"} & set(pack().actions)


def test_the_demo_people_hold_every_role_and_nobody_is_left_without_a_case_owner() -> None:
    directory, problems = read_people(PEOPLE, pack())

    assert problems == ()
    assert directory is not None
    held = {key for key in pack().roles if own_holders(RoleRef(role=key), directory)}
    assert set(pack().roles) - held == {"line_manager", "class_teacher"}
    assert own_holders(RoleRef(role="class_teacher", of="pupil:a01"), directory)
    assert people_check(pack(), directory, NOW) == ()
