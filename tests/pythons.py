"""`python -m tests.pythons`: the tests that need no browser, on every other Python of 3.12 and 3.13 found.

Looks on the path and where pyenv keeps its versions. Finding none is said, and is no fault.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parents[1]
WANTED = ((3, 12), (3, 13))
PARTS = ("tests/unit", "tests/contract", "tests/flows")


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


def tested_on(command: str, version: tuple[int, int]) -> bool:
    """Make it an environment of its own, once, and run the tests there."""
    place = ROOT / ".local" / f"python-{version[0]}.{version[1]}"
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    installed, wanted = place / "installed", (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    wanted += (ROOT / "requirements.txt").read_text(encoding="utf-8")
    if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
        subprocess.run([command, "-m", "venv", "--clear", str(place)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", str(ROOT / "requirements-dev.txt")], check=True)
        installed.write_text(wanted, encoding="utf-8")
    run = [str(python), "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *PARTS]
    return subprocess.run(run, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """Test on each that is found; 1 when a test failed on any."""
    good = True
    for version in WANTED:
        label = f"Python {version[0]}.{version[1]}"
        if sys.version_info[:2] == version:
            continue
        command = next((c for c in candidates(version) if is_python(c, version)), None)
        if command is None:
            sys.stdout.write(f"{label} is not here: not tested on it.\n")
            continue
        sys.stdout.write(f"{label}:\n")
        sys.stdout.flush()
        good = tested_on(command, version) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
