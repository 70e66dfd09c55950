"""Editors are told the same language that the loader reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.definitions.loader import FLOWS
from bot.definitions.schema import pack_schema

FILES = sorted(path for path in FLOWS.rglob("*.yaml") if "/." not in path.as_posix())


class _Words(yaml.CSafeLoader):
    """YAML 1.2 as editors read it: yes and no are words, numbers are numbers."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, how) for tag, how in ways if tag != "tag:yaml.org,2002:bool" and "timestamp" not in tag]
    for first, ways in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def validator() -> Any:
    schema = pack_schema()
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def read(text: str) -> Any:
    return yaml.load(text, Loader=_Words)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FLOWS).as_posix())
def test_every_file_of_the_packs_is_as_the_schema_says(path: Path) -> None:
    faults = [f"{list(e.path)}: {e.message}" for e in validator().iter_errors(read(path.read_text("utf-8")))]
    assert faults == []


@pytest.mark.parametrize(
    "text",
    [
        "flow: a\ntitle: A\nstart: b\nsteps: {b: {kind: forn}}",
        "flow: a\ntitle: A\nstart: b\nsteps: {b: {kind: end, tittle: B}}",
        "flow: a\ntitle: A\nstart: b\nsteps: {b: {kind: form, next: [{when: {feild: x}, go: b}]}}",
        "flow: a\nstart: b\nsteps: {b: {kind: end}}",
        "scool: {}",
    ],
)
def test_what_the_loader_would_refuse_is_underlined(text: str) -> None:
    assert list(validator().iter_errors(read(text)))
