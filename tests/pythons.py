"""`python -m tests.pythons`: what another Python could change, on each of 3.12 and 3.13 found, side by side.

Looks on the path and where pyenv keeps its versions. Finding none is said, and is no fault.
Left to `make test`: what reads files and runs nothing, and what plays the same kind of code once more.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parents[1]
WANTED = ((3, 12), (3, 13))
PARTS = (
    "tests/contract",
    "tests/unit/cards",
    "tests/unit/delivery",
    "tests/unit/engine",
    "tests/unit/people",
    "tests/unit/store",
    "tests/unit/teams",
    "tests/unit/casework/test_procedures.py",
    "tests/unit/definitions/test_loader_faults.py",
    "tests/flows/test_commands.py",
    "tests/flows/test_kingsmead_routing.py",
)
"""One part of each kind of code: processes and files, time, encodings, the loop, dataclasses, the loader."""

NOT_RUN = ("mypy", "ruff", "types-", "playwright", "pytest-xdist")
"""What of requirements-dev.txt these tests do without."""


def candidates(version: tuple[int, int]) -> Iterator[str]:
    """Commands that may be that Python."""
    name = f"python{version[0]}.{version[1]}"
    if (found := which(name)) is not None:
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for folder in sorted((pyenv / "versions").glob(f"{version[0]}.{version[1]}.*"), reverse=True):
        yield str(folder / "bin" / "python")


def is_python(command: str, version: tuple[int, int]) -> bool:
    """Whether it runs and is what it is called."""
    ask = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([command, "-c", ask], capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return False
    return answer.stdout.split() == [str(part) for part in version]


def tested_on(command: str, version: tuple[int, int]) -> subprocess.CompletedProcess[str]:
    """Make it an environment of its own, once, and run the tests there; what came of it."""
    place = ROOT / ".local" / f"python-{version[0]}.{version[1]}"
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    installed, wanted = place / "installed", wanted_packages()
    if not installed.is_file() or installed.read_text(encoding="utf-8").split() != wanted:
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for step in (
            [command, "-m", "venv", "--clear", str(place)],
            [*install, *wanted],
        ):
            made = said_by(step)
            if made.returncode != 0:
                return made
        installed.write_text("\n".join(wanted), encoding="utf-8")
    return said_by([str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *PARTS])


def wanted_packages() -> list[str]:
    """What the tests need, each as pip reads it."""
    files = (ROOT / name for name in ("requirements.txt", "requirements-dev.txt"))
    lines = (
        line.partition("#")[0].strip() for path in files for line in path.read_text("utf-8").splitlines()
    )
    return [line for line in lines if line and not line.startswith(("-r", *NOT_RUN))]


def said_by(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run it to its end; all that it said."""
    return subprocess.run(
        command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def main() -> int:
    """Test on each that is found; 1 when a test failed on any."""
    found: dict[tuple[int, int], str] = {}
    for version in WANTED:
        if sys.version_info[:2] == version:
            continue
        command = next((c for c in candidates(version) if is_python(c, version)), None)
        if command is None:
            sys.stdout.write(f"Python {version[0]}.{version[1]} is not here: not tested on it.\n")
        else:
            found[version] = command
    good = True
    with ThreadPoolExecutor(max_workers=len(WANTED)) as side_by_side:
        for version, tested in zip(
            found, side_by_side.map(tested_on, found.values(), found.keys()), strict=True
        ):
            sys.stdout.write(f"Python {version[0]}.{version[1]}:\n{tested.stdout}")
            sys.stdout.flush()
            good = tested.returncode == 0 and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
