"""The order of the house: what lies where, how long it is, and that its pages are true to the code."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS
from bot.settings import MEANINGS

ROOT = Path(__file__).parents[2]

THE_HOUSE = {"app.py", "requirements.txt", "README.md", "bot", "cards", "flows", "manifest", "tests"}
TOOL_FILES = {"pyproject.toml", "Makefile", "LICENSE", "CHANGELOG.md", "requirements-dev.txt"}
MOST_LINES = 400

WAYS_TO_SKIP = {"skip", "skipif", "xfail", "importorskip"}
LEFT_OVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
OWN_MACHINE = re.compile(r"(?<![\w.:/])(?:/(?:root|home|Users|tmp|work)/|[A-Z]:\\{1,2}Users\\)\w")
ADDRESS = re.compile(r"\w+://\S+")
MAIL = re.compile(r"[\w.%+-]+@(?P<host>[\w-]+(?:\.[\w-]+)+)")
NOT_MAIL = re.compile(
    r"^(?:thread\.\w+|unq\.gbl\.spaces|(?:.+\.)?example(?:\.(?:com|org|net))?|.+\.invalid)$"
)
"""Hosts of Teams' conversation ids, and those that RFC 2606 keeps free for examples."""
PHONE = re.compile(r"(?<![\w.+-])(?:\+\d{2}[ -]?\(?\d|0\d{2,4}[ -]\d{3,6}\b|0\d{9,10}\b)(?![-:]\d)")
PIN = re.compile(r"^[A-Za-z0-9._-]+==[\w.]+ +# \w.+$")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git keeps here and that still exists."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    """The tracked text files, by name, but for this one (which spells out what it forbids) and lock files."""
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content and path != Path(__file__) and path.name != "package-lock.json":
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8")
    return found


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """`file:line: what was found` for every match in a tracked text."""
    return [
        f"{name}:{number}: {match[0]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        for match in pattern.finditer(line)
    ]


def python(*tops: str) -> list[str]:
    """Names of the Python modules below these."""
    return [name for name in texts() if name.endswith(".py") and name.split("/")[0] in tops]


def readme() -> str:
    return texts()["README.md"]


def test_nothing_stands_at_the_top_but_the_house_and_its_tools() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= THE_HOUSE | TOOL_FILES
    assert top >= {"app.py", "requirements.txt", "README.md", "bot", "cards", "flows", "tests"}


def test_no_module_is_too_long_to_see_whole() -> None:
    lengths = {name: texts()[name].count("\n") for name in python("app.py", "bot", "cards")}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_every_module_says_what_it_is_for() -> None:
    modules = python("app.py", "bot", "cards", "tests")
    silent = [
        name for name in modules if texts()[name].strip() and not ast.get_docstring(ast.parse(texts()[name]))
    ]
    assert silent == []


def test_no_test_is_skipped_and_none_is_expected_to_fail() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name in python("tests")
        for node in ast.walk(ast.parse(texts()[name]))
        if (isinstance(node, ast.Attribute) and node.attr in WAYS_TO_SKIP and "pytest" in ast.unparse(node))
    ]
    assert found == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    assert lines_with(LEFT_OVER) == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert lines_with(OWN_MACHINE) == []


def test_no_file_holds_a_mail_address_or_a_phone_number() -> None:
    mails = [
        f"{name}: {match[0]}"
        for name, text in texts().items()
        for match in MAIL.finditer(ADDRESS.sub("", text))
        if not NOT_MAIL.match(match["host"])
    ]
    assert mails == []
    assert lines_with(PHONE) == []


@pytest.mark.parametrize(
    "number", ["0800 1111", "01234 567890", "020 7946 0000", "07700900123", "+44 20 7946"]
)
def test_a_phone_number_would_be_found(number: str) -> None:
    assert PHONE.search(f"ring {number} now")


@pytest.mark.parametrize(
    "line", ["999 or 101", "00000000-0000-4000-8000", "2026-11-09", "0.000123", "KS-0123-4"]
)
def test_what_is_no_phone_number_is_let_through(line: str) -> None:
    assert not PHONE.search(line)


def test_every_dependency_is_pinned_and_says_why_it_is_here() -> None:
    files = [name for name in texts() if Path(name).name.startswith("requirements")]
    assert len(files) >= 2
    loose = [
        f"{name}: {line}"
        for name in files
        for line in texts()[name].splitlines()
        if line and not line.startswith(("#", "-r ")) and not PIN.match(line)
    ]
    assert loose == []


def test_every_command_of_the_pages_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", texts()["Makefile"], re.MULTILINE))
    pages = {name: text for name, text in texts().items() if name.endswith(".md")}
    unknown = [
        f"{name}: {match[0]}"
        for name, text in pages.items()
        for match in re.finditer(r"(?:^ {4}|`)make ([a-z]+)", text, re.MULTILINE)
        if match[1] not in targets
    ]
    for name, text in pages.items():
        for module, word in re.findall(r"python -m ((?:bot|tests)[\w.]*)(?: ([a-z]+))?", text):
            if find_spec(module) is None or (module == "bot" and word and word not in COMMANDS):
                unknown.append(f"{name}: python -m {module} {word}")
    assert unknown == []
    assert {"run", "test", "check", "bench"} <= set(re.findall(r"make ([a-z]+)", readme()))


def test_every_link_of_the_pages_leads_somewhere() -> None:
    broken = [
        f"{name}: {link}"
        for name, text in texts().items()
        if name.endswith(".md")
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
        if "://" not in link and not (ROOT / name).parent.joinpath(link).exists()
    ]
    assert broken == []


def test_the_readme_lists_every_setting_with_its_meaning_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|$", readme(), re.MULTILINE)
    assert dict(rows) == dict(MEANINGS)


def test_the_table_of_what_to_change_names_files_that_exist() -> None:
    page = texts()["bot/README.md"]
    table = page[page.index("## I want to change") : page.index("## Where this departs")]
    named = re.findall(r"`([a-z_]*/?[\w./]*(?:/|\.py|\.yaml))`", table)
    assert len(named) >= 15
    assert [name for name in named if not (ROOT / name).exists() and not (ROOT / "bot" / name).exists()] == []
