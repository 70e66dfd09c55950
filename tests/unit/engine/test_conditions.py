"""Conditions compare a named thing with listed values, and join with all and any."""

from __future__ import annotations

from typing import Literal

import pytest

from bot.engine.conditions import holds
from bot.model.conditions import AllOf, AnyOf, Ask, Condition

ANSWERS = {"what": "rules", "ticks": "threats,hate", "happened": "Well, it was rude", "empty": ""}


def ask(subject: Literal["field", "fact", "flag"], name: str, *values: str) -> Ask:
    return Ask(subject=subject, name=name, values=values)


def says(condition: Condition | None) -> bool:
    return holds(condition, ANSWERS, flags={"strong"}, facts={"danger": "not_sure"})


@pytest.mark.parametrize(
    "condition",
    [
        None,
        ask("field", "what", "rules", "dealt"),
        ask("field", "ticks", "hate"),
        ask("field", "ticks", "threats"),
        ask("field", "empty", ""),
        ask("field", "never_asked", ""),
        ask("field", "happened", "Well, it was rude"),
        ask("flag", "strong", "yes"),
        ask("flag", "aimed", "no"),
        ask("fact", "danger", "yes", "not_sure"),
        AllOf(conditions=(ask("flag", "strong", "yes"), ask("field", "what", "rules"))),
        AnyOf(conditions=(ask("flag", "aimed", "yes"), ask("field", "what", "rules"))),
        AllOf(conditions=()),
    ],
)
def test_holds(condition: Condition | None) -> None:
    assert says(condition)


@pytest.mark.parametrize(
    "condition",
    [
        ask("field", "what", "child"),
        ask("field", "what", ""),
        ask("field", "ticks", "none"),
        ask("field", "ticks", ""),
        ask("flag", "aimed", "yes"),
        ask("flag", "strong", "no"),
        ask("fact", "danger", "no"),
        ask("fact", "never_given", "no"),
        AllOf(conditions=(ask("flag", "strong", "yes"), ask("field", "what", "child"))),
        AnyOf(conditions=(ask("flag", "aimed", "yes"), ask("field", "what", "child"))),
        AnyOf(conditions=()),
    ],
)
def test_does_not_hold(condition: Condition) -> None:
    assert not says(condition)
