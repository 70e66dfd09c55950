"""flows/README.md and the language cannot part: every word is described, every example works."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.definitions.checks.roles import VERBS
from bot.definitions.checks.steps import KEYS
from bot.definitions.loader import FLOWS, KEYED_FILES, SECTIONS, read_pack
from bot.definitions.schema import pack_schema
from bot.definitions.shape import Schema
from bot.model.conditions import FACTS
from bot.model.definition import DOES
from bot.model.flows import OTHERS, OUTCOMES, AnswerKind, StepKind
from tests.reading import reading_faults

PAGE = (FLOWS / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```yaml\n# ([\w/]+\.yaml)(?:, continued)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^\|(.+)\|\n\|[-|]+\|\n((?:\|.+\|\n)+)", re.MULTILINE)
WORD = re.compile(r"`([^`]+)`")
YES_NO = {"yes", "no"}
TABLES_OF_THEIR_OWN = [set(get_args(StepKind)), set(get_args(AnswerKind)), set(DOES)]
ONE_TABLE = (
    ({"when", "go"}, {"otherwise"}),
    tuple({*ways} for ways in (("field", "is"), ("fact", "is"), ("flag", "is"), ("all",), ("any",))),
)
"""Records that are ways of writing one thing, and so stand in one table: a branch, a condition."""


def tables(head: str) -> Iterator[dict[str, str]]:
    """Every table whose first column is headed so: the rest of each row by the word in its first column."""
    for heads, rows in TABLE.findall(PAGE):
        if heads.split("|")[0].strip() == head:
            cells = [row.strip("|").split("|", maxsplit=1) for row in rows.splitlines()]
            yield {WORD.findall(first)[0]: rest for first, rest in cells}


def table(head: str) -> dict[str, str]:
    (found,) = tables(head)
    return found


def inner(schema: Any) -> Iterator[Schema]:
    """Every record of the language: an object of the schema with named keys."""
    if isinstance(schema, Mapping):
        if "properties" in schema:
            yield dict(schema)
        for part in schema.values():
            yield from inner(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from inner(part)


def records() -> dict[frozenset[str], Schema]:
    """By the set of their keys, those written in several ways as one."""
    found = {frozenset(each["properties"]): each for each in inner(pack_schema())}
    for ways in ONE_TABLE:
        keys: dict[str, Schema] = {}
        for way in ways:
            keys |= found.pop(frozenset(way))["properties"]
        found[frozenset(keys)] = {"properties": keys}
    return found


def words_of(schema: Schema) -> set[str]:
    """The closed list of words that a key takes; empty when it takes anything else."""
    return set(schema.get("enum", ()))


def examples() -> dict[str, str]:
    """The example's files, each of all its parts."""
    files: dict[str, str] = {}
    for name, text in BLOCK.findall(PAGE):
        files[name] = files.get(name, "") + text
    return files


def written() -> Iterator[Any]:
    for text in examples().values():
        yield yaml.load(text, Loader=yaml.CBaseLoader)


def used(schema: Schema, value: Any) -> Iterator[tuple[frozenset[str], str]]:
    """Each key that is written somewhere in `value`, with the keys of its record."""
    known, rest = schema.get("properties", {}), schema.get("additionalProperties")
    if isinstance(value, list):
        for item in value:
            yield from used(schema.get("items", {}), item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in known:
                yield frozenset(known), key
            yield from used(known.get(key, rest) or {}, item)
    for way in ways_of(schema, value):
        yield from used(way, value)


def ways_of(schema: Schema, value: Any) -> Iterator[Schema]:
    """The schemas that this one leads on to for such a value."""
    if "$ref" in schema:
        yield pack_schema()["definitions"]["condition"]
    if "if" in schema:
        yield schema["then" if schema["if"]["required"][0] in value else "else"]
    yield from (way for way in schema.get("anyOf", ()) if "$ref" in way or fits(way, value))


def fits(way: Schema, value: Any) -> bool:
    if way.get("type") == "object" and isinstance(value, dict):
        return "properties" not in way or set(value) <= set(way["properties"])
    return isinstance(value, {"array": list, "string": str}.get(str(way.get("type")), int))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("flows") / "little"
    for name, text in examples().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def test_the_examples_are_one_pack_without_a_fault(pack: Path) -> None:
    definition, problems = read_pack(pack)
    assert [str(problem) for problem in problems if problem.grave] == []
    assert definition is not None


def test_every_block_of_yaml_belongs_to_the_example() -> None:
    assert PAGE.count("```yaml\n") == len(BLOCK.findall(PAGE))


def test_every_record_has_a_table_with_its_keys_and_no_other() -> None:
    described = {frozenset(each) for each in tables("key")}
    headless = {frozenset(SECTIONS)}
    assert described | {frozenset(table("key at the top"))} == set(records()) | headless


def test_every_word_that_a_key_takes_stands_beside_it() -> None:
    lacking = []
    for each in tables("key"):
        for key, schema in records().get(frozenset(each), {}).get("properties", {}).items():
            words, said = words_of(schema), set(WORD.findall(each[key]))
            enough = bool(said & words) if words == YES_NO else words <= said
            if words not in TABLES_OF_THEIR_OWN and words and not enough:
                lacking.append(f"{key}: {sorted(words - said)}")
    assert lacking == []


def test_every_key_stands_in_an_example() -> None:
    schema = pack_schema()
    found: dict[str, set[str]] = {}
    for content in written():
        for keys, key in used(schema, content):
            found.setdefault("/".join(sorted(keys)), set()).add(key)
    ways = {"/".join(sorted(each["properties"])): set(each["properties"]) for each in inner(schema)}
    lacking = {name: keys - found.get(name, set()) for name, keys in ways.items()}
    assert {name: keys for name, keys in lacking.items() if keys} == {}


def test_every_kind_of_step_is_described_with_its_outcomes_and_has_an_example() -> None:
    described = table("kind of step")
    assert set(described) == set(get_args(StepKind))
    for kind, rest in described.items():
        outcomes = rest.rsplit("|", maxsplit=1)[1]
        assert set(WORD.findall(outcomes)) == set(OUTCOMES.get(kind, ()))
    shown = {step["kind"] for flow in written() if "flow" in flow for step in flow["steps"].values()}
    assert shown == set(get_args(StepKind))


def test_every_key_of_a_step_says_in_which_kinds_it_stands() -> None:
    kinds: dict[str, set[str]] = {}
    for by_kind in KEYS.values():
        for kind, keys in by_kind.items():
            for key in keys:
                kinds.setdefault(key, set()).add(kind)
    (steps,) = (each for each in tables("key") if "wait_minutes" in each)
    said = {key: rest.split("|")[0].strip() for key, rest in steps.items()}
    assert {key: set(text.split(", ")) for key, text in said.items() if text != "all"} == kinds


def test_every_kind_of_question_is_described_and_has_an_example() -> None:
    described = table("kind of question")
    assert set(described) == set(get_args(AnswerKind))
    assert set(WORD.findall(described["others"])) == set(OTHERS)
    asked = [flow.get("fields", {}) for flow in written() if "flow" in flow]
    asked += [action.get("fields", {}) for file in written() for action in file.get("actions", {}).values()]
    assert {each["kind"] for fields in asked for each in fields.values()} == set(get_args(AnswerKind))


def test_every_fact_every_verb_and_everything_an_action_does_is_described() -> None:
    facts = table("fact")
    assert set(facts) == set(FACTS)
    for name, said in facts.items():
        if set(FACTS[name]) != YES_NO:
            assert set(WORD.findall(said)) >= set(FACTS[name])
    assert set(table("verb")) == set(VERBS)
    assert set(table("what an action does")) == set(DOES)


def test_every_kind_of_file_is_named() -> None:
    files = PAGE[PAGE.index("## The files of a pack") : PAGE.index("## The school")]
    assert set(KEYED_FILES) <= set(WORD.findall(files))


def test_the_page_reads_easily() -> None:
    read = list(prose())
    assert len(read) > 200
    assert reading_faults(read) == []


def prose() -> Iterator[str]:
    """What is to be read: no example, no key, of a table what things mean."""
    page = re.sub(r"```[\s\S]*?```|^ {4,}.*$", "", PAGE, flags=re.MULTILINE)
    page = re.sub(r"\]\([^)]*\)|[*\[\]]", "", WORD.sub("x", page))
    for block in re.split(r"\n\n|\n(?=[|#]|- |\d\.)", page):
        yield block.strip("| \n").rsplit("|", maxsplit=1)[-1].replace("\n", " ")


def test_an_editor_is_told_of_every_file_and_finds_no_fault_in_the_examples() -> None:
    (block,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    ((schema, files),) = json.loads(block)["yaml.schemas"].items()
    assert f"python -m bot schema > {schema.removeprefix('./')}" in PAGE
    for path in FLOWS.rglob("*.yaml"):
        assert fnmatch(path.relative_to(FLOWS.parent).as_posix(), files.replace("**/", ""))
    validator = Draft7Validator(pack_schema())
    for name, text in examples().items():
        faults = [error.message for error in validator.iter_errors(as_an_editor_reads(text))]
        assert (name, faults) == (name, [])


def as_an_editor_reads(text: str) -> Any:
    """YAML 1.2: numbers are numbers, and the rest here are words."""

    def value(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: value(inner) for key, inner in node.items()}
        if isinstance(node, list):
            return [value(inner) for inner in node]
        return int(node) if re.fullmatch(r"\d+", node) else node

    return value(yaml.load(text, Loader=yaml.CBaseLoader))
