"""A flow is drawn with every step, every branch and its condition in words."""

from __future__ import annotations

import re
from functools import cache

import pytest

from bot.definitions.diagram import diagram
from bot.definitions.loader import load as load_pack
from bot.definitions.loader import pack_names
from bot.model.definition import Definition


@cache
def load(pack: str) -> Definition:
    return load_pack(pack)


EVERY = [(pack, flow) for pack in pack_names() for flow in load(pack).flows]


@pytest.mark.parametrize(("pack", "flow"), EVERY)
def test_every_arrow_leads_to_a_box_that_is_drawn(pack: str, flow: str) -> None:
    definition = load(pack)
    drawn = diagram(definition, definition.flows[flow], "en")
    boxes = set(re.findall(r"^    (s_\w+)[\[{(>]", drawn, re.MULTILINE))
    arrows = set(re.findall(r"--> (s_\w+)$", drawn, re.MULTILINE))
    assert boxes == {f"s_{key}" for key in definition.flows[flow].steps}
    assert arrows <= boxes
    assert arrows


def test_a_branch_says_its_condition_in_the_words_of_the_form() -> None:
    definition = load("kingsmead")
    drawn = diagram(definition, definition.flows["report"], "en")
    assert "What is it? “A nude or sexual picture of someone under 18”" in drawn


def test_what_stops_a_flow_at_whatever_step_is_drawn_beside_it() -> None:
    definition = load("kingsmead")
    said = "it may be illegal or could it be a crime? Yes or Not sure"
    line = f'    whatever_step(["at whatever step"]) -- "{said}" --> stopped(["stopped"])'
    drawn = {key: diagram(definition, flow, "en") for key, flow in definition.flows.items()}
    assert line in drawn["investigation"].splitlines()
    assert {key for key, lines in drawn.items() if "whatever_step" in lines} == {
        key for key, flow in definition.flows.items() if flow.stops_when
    }
