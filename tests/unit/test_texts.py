"""The sentences of the definitions: all that the code asks for exist, none lies idle, and all read easily."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.definitions.loader import FLOWS, find_pack, load
from tests.reading import reading_faults

CASEWORK = Path(__file__).parents[2] / "bot" / "casework"
TEXTS = set(load(find_pack("kingsmead")).texts)
SAYING = ("say", "maybe")
NOT_READ = {"source", "origin", "aliases", "danger_words"}
MAY_BE_TYPED = ("command_", "spot_")
"""How lists begin of what people may type: nobody reads them as sentences."""
ON_PAPER = "paper_"
"""How sentences begin that casework never says; tests/unit/definitions/test_paper.py sees to these."""
POLICYS_OWN = "tables"
"""The folder whose sentences are the policy's own and stand as it has them, but for the `plain` ones."""


def trees() -> Iterator[ast.Module]:
    for path in sorted(CASEWORK.rglob("*.py")):
        yield ast.parse(path.read_text("utf-8"))


def said() -> Iterator[ast.expr]:
    """The first argument of every `words.say(…)` and `words.maybe(…)`."""
    for tree in trees():
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Call) and isinstance(called, ast.Attribute) and called.attr in SAYING:
                yield from node.args[:1]


def literals() -> set[str]:
    """Every plain string of casework: a key may be chosen far from where it is said."""
    found = (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in found if isinstance(node.value, str)}


def families() -> set[str]:
    """Patterns of the keys that are put together: `f"state_{state}"` says `state_.+`."""
    made = (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return {pattern for node in made if (pattern := pattern_of(node)).strip(".+")}


def pattern_of(made: ast.JoinedStr) -> str:
    parts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in made.values)
    return "".join(parts)


def test_every_sentence_that_is_said_exists() -> None:
    keys = {node.value for node in said() if isinstance(node, ast.Constant)}
    assert keys
    assert keys - TEXTS - {"where_to_find_dsl", "whistleblowing"} == set()


def test_every_family_of_sentences_has_at_least_one() -> None:
    patterns = {pattern_of(node) for node in said() if isinstance(node, ast.JoinedStr)}
    assert patterns
    assert [p for p in sorted(patterns) if not any(re.fullmatch(p, key) for key in TEXTS)] == []


def test_no_sentence_lies_idle() -> None:
    known, patterns = literals(), families()
    idle = [key for key in TEXTS - known if not any(re.fullmatch(p, key) for p in patterns)]
    assert sorted(key for key in idle if not key.startswith(ON_PAPER)) == []


def sentences(path: Path) -> Iterator[str]:
    """What people read in a file: texts, labels, titles, hints; not sources, not what may be typed."""
    ours = path.parent.name != POLICYS_OWN

    def walk(value: object, *, read: bool) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key not in NOT_READ and not str(key).startswith(MAY_BE_TYPED):
                    yield from walk(inner, read=read or key == "plain")
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner, read=read)
        elif isinstance(value, str) and read and " " in value:
            yield value.replace("*", "")

    yield from walk(yaml.load(path.read_text("utf-8"), Loader=yaml.CBaseLoader), read=ours)


@pytest.mark.parametrize(
    "path", sorted(FLOWS.rglob("*.yaml")), ids=lambda path: path.relative_to(FLOWS).as_posix()
)
def test_long_sentences_read_easily(path: Path) -> None:
    assert reading_faults(sentences(path)) == []
