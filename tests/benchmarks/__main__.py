"""Run every bench in turn and print its tables: `python -m tests.benchmarks [--quick] [NAME …]`.

What it prints is Markdown, to be pasted into README.md as it stands.
Each bench (`bench_NAME.py`) runs in a process of its own, so that none measures what another left behind.
Close what else keeps the machine busy first.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from tests.benchmarks.processes import stock_python

HERE = Path(__file__).parent
BESIDE_STOCK = frozenset({"edge", "press"})
NAMES = tuple(sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py")))


def main(words: Sequence[str] | None = None) -> int:
    """0 when every bench asked for ran to its end, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure Handrail.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(NAMES)}; none is all")
    parser.add_argument("--quick", action="store_true", help="smaller, for a first look")
    asked = parser.parse_args(words)
    if unknown := [name for name in asked.names if name not in NAMES]:
        parser.error(f"there is no bench {unknown[0]!r}; there are {', '.join(NAMES)}")
    names = asked.names or NAMES
    print(machine())
    with stock_python(None) if BESIDE_STOCK.intersection(names) else nullcontext("") as python:
        failed = [name for name in names if not ran(name, quick=asked.quick, python=python)]
    for name in failed:
        print(f"bench_{name} did not finish; what it said stands above.", file=sys.stderr)
    return 1 if failed else 0


def ran(name: str, *, quick: bool, python: str) -> bool:
    """Run one bench in the foreground; False when it failed."""
    print(f"\n### {name} (`bench_{name}.py`, load {load()} at the start)\n", flush=True)
    words = [sys.executable, "-m", f"tests.benchmarks.bench_{name}", *(["--quick"] if quick else [])]
    if name in BESIDE_STOCK:
        words += ["--stock-python", python]
    begun = time.monotonic()
    finished = subprocess.run(words, check=False).returncode == 0
    print(f"\n{time.monotonic() - begun:.0f} s, load {load()} at the end.")
    return finished


def machine() -> str:
    """The line that every figure needs beside it: processors, system, Python, and how busy it is."""
    cpus = os.cpu_count() or 1
    return f"{cpus} x {processor()}, {platform.platform()}, Python {platform.python_version()}, load {load()}"


def load() -> str:
    """How many processes wanted a processor in the last minute, as far as the system says."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def processor() -> str:
    """What the processor calls itself, as far as the system says."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
