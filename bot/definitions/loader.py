"""Reads a school's pack, merged over what is common to all, into a Definition; every fault at once.

Files are read as text with lines (`reader`), turned into values (`files`, `school_file`), merged (`draft`)
and checked (`checks`). The only part of `definitions` that knows folders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.definitions import files
from bot.definitions.checks import check
from bot.definitions.content import content_hash
from bot.definitions.draft import KEYED, Layer, merge
from bot.definitions.reader import Node, read_yaml
from bot.definitions.school_file import school
from bot.definitions.shape import Kind, Notes, listed, nearest, read_at
from bot.errors import DefinitionFaulty
from bot.model.definition import Definition
from bot.model.problems import Problem

FLOWS = Path(__file__).resolve().parents[2] / "flows"
COMMON = "common"

_Sections = dict[str, tuple[str, Kind[Any]]]

_SCHOOL: _Sections = {"school": ("school", school), "texts": ("texts", files.texts)}
_ROLES: _Sections = {
    "roles": ("roles", files.roles),
    "last_resort": ("last_resort", files.role_keys),
    "permissions": ("permissions", files.permissions),
}
_TEXTS: _Sections = {"texts": ("texts", files.texts)}
_ACTIONS: _Sections = {"actions": ("actions", files.actions)}
_GUIDANCE: _Sections = {"guidance": ("guidance", files.texts)}
_FORMS: _Sections = {"forms": ("forms", files.forms)}
_DUTIES: _Sections = {"duties": ("duties", files.duties)}
_ROUTING: _Sections = {"routing": ("routing", files.routing)}
KEYED_FILES: dict[str, tuple[str, Kind[Any]]] = {
    "flow": ("flows", files.flow),
    "table": ("tables", files.table),
    "grid": ("grids", files.grid),
    "decision": ("decisions", files.decision_table),
}
"""Files that hold one thing, by the key at their head."""

SECTIONS: _Sections = {
    **_SCHOOL, **_ROLES, **_TEXTS, **_ACTIONS, **_GUIDANCE, **_FORMS, **_DUTIES, **_ROUTING
}  # fmt: skip
"""What all other files hold, by the keys they may have at their top."""


def load(pack: Path | str) -> Definition:
    """The definition of a pack: a folder, or a name under `flows/`.

    Raises DefinitionFaulty, carrying `problems`, when there is any fault.
    """
    definition, problems = read_pack(find_pack(pack))
    if definition is None:
        raise DefinitionFaulty(problems=problems)
    return definition


def find_pack(pack: Path | str) -> Path:
    """The folder of a pack by path or name. Raises DefinitionFaulty when there is none."""
    for folder in (Path(pack), FLOWS / pack):
        if folder.is_dir():
            return folder
    names = pack_names()
    remedy = nearest(str(pack), names, f"Name a folder, or one of: {listed(names)}.")
    raise DefinitionFaulty(f"There is no pack {str(pack)!r}. {remedy}")


def pack_names(flows: Path = FLOWS) -> tuple[str, ...]:
    """The packs that this program brings along, by name; or those of another folder of packs."""
    if not flows.is_dir():
        return ()
    return tuple(sorted(p.name for p in flows.iterdir() if p.is_dir() and p.name != COMMON))


def read_pack(folder: Path) -> tuple[Definition | None, tuple[Problem, ...]]:
    """The definition (None when there is a fault) and every fault and hint, in the order of files and lines.

    What is common to all schools is taken from `common` beside the folder, else from this program's own.
    """
    folder = folder.resolve()
    return put_together(folder.name, read_folder(common_of(folder)), read_folder(folder))


def common_of(folder: Path) -> Path:
    """Where what is common to all schools stands for the pack of that folder."""
    beside = folder.resolve().parent / COMMON
    return beside if beside.is_dir() else FLOWS / COMMON


def opened(folder: Path, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """What `read_pack` of that folder found, each file as a path that opens from where the program runs."""
    folder = folder.resolve()
    parts = {COMMON: common_of(folder), folder.name: folder}
    return tuple(replace(problem, file=_path_of(problem.file, folder, parts)) for problem in problems)


def _path_of(file: str, folder: Path, parts: Mapping[str, Path]) -> str:
    head, _, rest = file.partition("/")
    path = parts[head] / rest if head in parts else folder / file
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def put_together(
    pack: str, common: Iterable[Piece], own: Iterable[Piece]
) -> tuple[Definition | None, tuple[Problem, ...]]:
    """As `read_pack`, of what each file was read to be: whoever edits one file reads only that one again."""
    layers = [_layer_of(pieces) for pieces in (common, own)]
    merged = merge(*layers)
    broken = {(p.file, p.line) for p in merged.problems}
    found = _made(pack, merged)
    # What could not be read has been said; that it is also missing elsewhere would only be noise.
    unread = any(p.grave and p.place == "file" for p in merged.problems)
    common_texts = layers[0].sections.get("texts", {})
    checks = () if unread else check(found, merged.lines, common_texts, merged.problems)
    checked = [p for p in checks if (p.file, p.line) not in broken]
    problems = sorted({*merged.problems, *checked}, key=lambda p: (p.file, p.line, p.place, p.what))
    if any(problem.grave for problem in problems):
        return None, tuple(problems)
    return replace(found, hash=content_hash(found)), tuple(problems)


def _made(pack: str, merged: Layer) -> Definition:
    blanks = {**_SCHOOL, **_ROLES, **_ROUTING, **_DUTIES}
    values = {
        name: merged.sections.get(name, kind.blank) for name, (_, kind) in blanks.items() if name != "texts"
    }
    keyed = {name: merged.sections[name] for name in KEYED if name != "roles"}
    permissions = tuple(p for several in values.pop("permissions") for p in several)
    return Definition(pack=pack, hash="", permissions=permissions, **values, **keyed)


@dataclass(slots=True)
class Piece:
    """What one file says: values by section, each with its lines, and every fault found in reading it."""

    file: str
    values: list[tuple[str, Any, Notes]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def put(self, section: str, value: Any, notes: Notes) -> None:
        self.values.append((section, value, notes))


def read_folder(folder: Path) -> tuple[Piece, ...]:
    """Every file of a pack's folder."""
    return tuple(
        read_piece(path.relative_to(folder), shown, *read_yaml(path, shown)) for path, shown in _files(folder)
    )


def read_piece(path: Path, shown: str, root: Node | None, problems: Iterable[Problem]) -> Piece:
    """One file that stands at `path` in the pack's folder and is called `shown` in messages."""
    piece = Piece(file=shown)
    notes = Notes(file=shown, problems=piece.problems)
    reading = _reading(path)
    if isinstance(reading, str):
        notes.fault(1, "file", "stands where no file of a pack is read", reading)
        return piece
    piece.problems += problems
    if root is not None:
        reading(root, piece, notes)
    return piece


def _layer_of(pieces: Iterable[Piece]) -> Layer:
    layer = Layer()
    for piece in pieces:
        layer.problems += piece.problems
        for section, value, read in piece.values:
            notes = Notes(file=read.file, lines=read.lines)
            layer.put(section, value, notes)
            layer.problems += notes.problems
    return layer


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".yml") and path.is_file() and not path.name.startswith("."):
            yield path, path.relative_to(folder.parent).as_posix()


_Reading = Callable[[Node, Piece, Notes], None]


def _reading(path: Path) -> _Reading | str:
    """How to read a file by where it stands, or what to do about it when it stands nowhere."""
    if path.suffix == ".yml":
        return "Rename it to end in .yaml."
    folder = path.parent.as_posix()
    if folder == ".":
        by_name = {
            "school.yaml": _SCHOOL,
            "roles.yaml": _ROLES,
            "forms.yaml": _FORMS,
            "duties.yaml": _DUTIES,
        }
        if path.name in by_name:
            return _by_sections(by_name[path.name])
        if path.name.startswith("texts"):
            return _by_sections(_TEXTS)
        known = ("school.yaml", "roles.yaml", "texts.yaml")
        return nearest(
            path.name, known, f"Move it into tables, flows, actions or guidance, or name it {known[2]}."
        )
    readings: dict[str, _Reading] = {
        "tables": _read_table_file,
        "flows": _by_key("flow"),
        "actions": _by_sections(_ACTIONS),
        "guidance": _by_sections(_GUIDANCE),
    }
    return readings.get(folder) or nearest(folder, readings, f"Move it into one of: {listed(readings)}.")


def _by_sections(sections: _Sections) -> _Reading:
    def read(root: Node, piece: Piece, notes: Notes) -> None:
        if not isinstance(root.content, dict):
            notes.fault(root.line, "file", f"is {root.kind}", f"Begin it with one of: {listed(sections)}.")
            return
        for name, node in root.content.items():
            if name not in sections:
                remedy = nearest(name, sections, f"Use one of: {listed(sections)}.")
                notes.fault(node.key_line, name, f"the key {name!r} is not known here", remedy)
                continue
            section, kind = sections[name]
            inner = Notes(file=notes.file, problems=notes.problems)
            piece.put(section, read_at(kind, node, section, inner), inner)

    return read


def _by_key(name: str) -> _Reading:
    """A file that holds one thing, whose key stands at its head (`flow: report`)."""

    def read(root: Node, piece: Piece, notes: Notes) -> None:
        section, kind = KEYED_FILES[name]
        head = root.content.get(name) if isinstance(root.content, dict) else None
        key = head.content if head and isinstance(head.content, str) else ""
        piece.put(section, {key: read_at(kind, root, f"{section}.{key}", notes)}, notes)

    return read


def _read_table_file(root: Node, piece: Piece, notes: Notes) -> None:
    heads = ("table", "grid", "decision", "routing")
    found = [name for name in heads if isinstance(root.content, dict) and name in root.content]
    if len(found) != 1:
        remedy = f"Begin the file with one of: {listed(heads)}."
        notes.fault(root.line, "file", "does not say which kind of table it is", remedy)
    elif found[0] == "routing":
        _by_sections(_ROUTING)(root, piece, notes)
    else:
        _by_key(found[0])(root, piece, notes)
