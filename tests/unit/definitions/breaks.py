"""One fault that a person can make in a pack, and how it has to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.definitions.loader import read_pack
from tests.unit.definitions.small_pack import write


@dataclass(frozen=True, kw_only=True)
class Break:
    """With `old` replaced by `new` in `file`, the line holding `at` has a fault: `what`, and its `remedy`."""

    name: str
    file: str
    old: str
    new: str
    at: str
    what: str
    remedy: str


def assert_told(root: Path, school: Mapping[str, str], common: Mapping[str, str], fault: Break) -> None:
    """The fault is told once, at its line, with what would mend it."""
    text = school[fault.file]
    assert text.count(fault.old) >= 1
    broken = text.replace(fault.old, fault.new, 1)
    folder = write(root, {**school, fault.file: broken}, common)

    definition, problems = read_pack(folder)

    line = next(n for n, row in enumerate(broken.splitlines(), 1) if fault.at in row)
    said = [p for p in problems if fault.what in p.what and fault.remedy in p.remedy]
    assert definition is None
    assert [(p.file, p.line) for p in said] == [(f"small/{fault.file}", line)], [str(p) for p in problems]
