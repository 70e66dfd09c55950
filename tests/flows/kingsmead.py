"""Kingsmead's pack, the policy's own tables as transcribed, and a case to route: what these tests share.

The transcription in `tests/data/` was made from the policy's text line by line, never from the pack.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from bot.definitions.loader import load
from bot.engine.routing import Given, route
from bot.model.cases import Routed
from bot.model.definition import Definition

DATA = Path(__file__).resolve().parents[1] / "data"

PUPIL = {"pupil_subject": "yes", "adult_subject": "no", "someone_named": "yes"}
ADULT = {"pupil_subject": "no", "adult_subject": "yes", "adult_known": "yes", "someone_named": "yes"}


@cache
def pack() -> Definition:
    return load("kingsmead")


def transcribed(table: str) -> list[dict[str, str]]:
    """The rows of the policy's table: `row`, `label`, then a column each with x or nothing."""
    with (DATA / f"kingsmead-{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def send(
    *,
    answers: Mapping[str, str] | None = None,
    facts: Mapping[str, str] = PUPIL,
    flags: Collection[str] = (),
    rows: Mapping[str, str] | None = None,
    earlier: int = 0,
    excluded: Collection[str] = (),
) -> Routed:
    """Route a case where the excluded roles have nobody else and every other role has somebody."""
    given = Given(answers=answers or {}, flags=flags, facts=facts, rows=rows or {}, earlier=earlier)
    return route(pack(), given, barred=lambda role: "excluded" if role.role in excluded else "")


def told(routed: Routed) -> list[str]:
    """The roles told beside the owner, in order."""
    return [told.role.role for told in routed.also]


def owner(routed: Routed) -> str | None:
    """The role that has the case."""
    return routed.owner.role if routed.owner else None
