"""Imports run one way: the first table says which folder may know which, the second who a library."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MODEL = frozenset({"bot.model", "bot.errors"})
RULES = MODEL | {"bot.engine", "bot.definitions"}
USE_CASES = RULES | {"bot.casework", "bot.reports"}
EVERYTHING = frozenset({"*"})

MAY_IMPORT = {
    "bot.errors": frozenset[str](),
    "bot.settings": frozenset[str]({"bot.errors"}),
    "bot.clocks": frozenset[str](),
    "bot.log": frozenset[str](),
    "bot.model": frozenset[str](),
    "bot.engine": MODEL,
    "bot.definitions": MODEL,
    "bot.casework": RULES,
    "bot.reports": RULES,
    "bot.store": USE_CASES,
    "bot.people": USE_CASES,
    "bot.teams": USE_CASES | {"cards"},
    "bot.delivery": USE_CASES | {"cards"},
    "bot.web": USE_CASES | {"cards"},
    "bot.rehearsal": frozenset[str](),
    "cards": MODEL,
    "bot.health": USE_CASES | {"bot.store", "bot.delivery"},
    "bot.commands": EVERYTHING,
    "bot.bootstrap": EVERYTHING,
    "bot.__main__": EVERYTHING,
    "app": EVERYTHING,
}
"""Part -> the parts it may import besides itself. One that is not here is a fault: decide where it stands."""

ONLY_IN = {
    "botbuilder": {"bot.teams"},
    "botframework": {"bot.teams"},
    "msal": {"bot.teams"},
    "adaptivecards": {"cards"},
    "tinydb": {"bot.store"},
}
"""Library -> the parts that may know it."""

PURE = {"bot.model", "bot.engine"}
"""Parts without input, output, chance or a clock of their own."""

IMPURE = {
    "aiohttp", "asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets",
    "shutil", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
    "uuid",
}  # fmt: skip
"""What a pure part must not import. (`datetime` is needed for values; ruff's DTZ rules watch its clock.)"""

STANDARD_LIBRARY_ONLY = {"bot.errors", "bot.settings", "bot.clocks", "bot.log", "bot.model", "bot.engine"}
"""Parts that import no library at all, their own house apart."""


def modules() -> list[Path]:
    """Every module of the product."""
    folders = [path for top in ("bot", "cards") for path in (ROOT / top).rglob("*.py")]
    return sorted(
        path for path in [*folders, ROOT / "app.py"] if path.exists() and "node_modules" not in path.parts
    )


def name_of(path: Path) -> str:
    """`bot/store/line.py` -> `bot.store.line`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def part_of(module: str) -> str:
    """`bot.store.line` -> `bot.store`; `cards.render` -> `cards`; a library -> its first name."""
    return ".".join(module.split(".")[: 2 if module.startswith("bot.") else 1])


def imports(source: str, module: str) -> Iterator[tuple[int, str]]:
    """Line and module of every import, wherever it stands: in a function, under TYPE_CHECKING, relative.

    `from bot import store` counts as `bot.store`, and so does `import_module("bot.store")`.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*module.split(".")[: -node.level], *([base] if base else [])])
            names = [f"bot.{alias.name}" for alias in node.names] if base == "bot" else [base]
            yield from ((node.lineno, name) for name in names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                yield node.lineno, str(node.args[0].value)


def faults(source: str, module: str) -> list[str]:
    """What is wrong with a module's imports, a sentence each."""
    part = part_of(module)
    if part not in (*MAY_IMPORT, "bot"):
        return [f"{module}: the part {part} has no place in MAY_IMPORT"]
    found = ((line, name, objection(part, name)) for line, name in imports(source, module))
    return [f"{module}, line {line}: imports {name}; {why}" for line, name, why in found if why]


def objection(part: str, imported: str) -> str:
    """Why this part may not import that; empty when it may."""
    other = part_of(imported)
    if other == part or other == "__future__":
        return ""
    if other in ("bot", "cards", "app") or other.startswith("bot."):
        may = MAY_IMPORT.get(part, frozenset())
        return "" if may == EVERYTHING or other in may else f"{part} must not know {other}"
    if part in PURE and other in IMPURE:
        return f"{part} is pure"
    if other in ONLY_IN and part not in ONLY_IN[other]:
        return f"only {' and '.join(sorted(ONLY_IN[other]))} may know {other}"
    if part in STANDARD_LIBRARY_ONLY and other not in sys.stdlib_module_names:
        return f"{part} needs nothing but the standard library"
    return ""


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_what_stands_below_it(path: Path) -> None:
    assert faults(path.read_text("utf-8"), name_of(path)) == []


def test_every_part_of_the_table_that_is_built_is_looked_at() -> None:
    seen = {part_of(name_of(path)) for path in modules()} - {"bot"}
    assert len(seen) >= 10
    assert seen <= set(MAY_IMPORT)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("bot.model.cases", "from bot.engine.access import may_see"),
        ("bot.model.cases", "import msgspec"),
        ("bot.engine.fields", "import time"),
        ("bot.engine.fields", "from pathlib import Path"),
        ("bot.engine.fields", "import os.path"),
        ("bot.definitions.loader", "from bot.engine.report import start"),
        ("bot.casework.desk", "from bot.store import open_store"),
        ("bot.casework.desk", "from bot import store"),
        ("bot.casework.desk", "from ..teams import route"),
        ("bot.casework.views.cases", "from ...teams import route"),
        ("bot.casework.desk", "def later():\n    from bot.teams.route import add"),
        ("bot.casework.desk", "import importlib\nimportlib.import_module('bot.teams.route')"),
        ("bot.store.store", "from bot.delivery.outbox import Delivery"),
        ("bot.store.store", "import cards.render"),
        ("bot.delivery.outbox", "import botbuilder.core"),
        ("bot.web.page", "from tinydb import where"),
        ("bot.rehearsal.chat", "from bot.model.views import View"),
        ("bot.rehearsal.chat", "import bot.errors"),
        ("bot.errors", "import aiohttp"),
        ("bot.settings", "from bot.casework.ports import Clock"),
        ("cards.render", "from bot.casework.words import say"),
        ("bot.teams.route", "import bot.bootstrap"),
        ("bot.teams.route", "from adaptivecards.card import AdaptiveCard"),
        ("bot.newcomer.thing", "import json"),
    ],
)
def test_a_planted_wrong_import_is_found(module: str, line: str) -> None:
    assert len(faults(line, module)) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("bot.casework.desk", "from bot.engine.access import may_see"),
        ("bot.casework.views.cases", "from ..words import say"),
        ("bot.teams.route", "from botbuilder.core import TurnContext"),
        ("bot.teams.dispatcher", "from cards.render import render"),
        ("bot.store.store", "import time"),
        ("bot.bootstrap", "from bot.store import open_store"),
        ("bot", "from __future__ import annotations"),
    ],
)
def test_a_right_import_is_let_through(module: str, line: str) -> None:
    assert faults(line, module) == []
