"""The processes that benches measure, and the environment of the stock bot. Nothing here measures."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp

HERE = Path(__file__).parent
STOCK_BOT = str(HERE / "stock_bot.py")


@asynccontextmanager
async def child(*words: str, python: str = sys.executable) -> AsyncIterator[str]:
    """The address of a bot while it runs: Python with these words. It ends when its input does.

    Raises RuntimeError when it does not start.
    """
    process = await asyncio.create_subprocess_exec(
        python, *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HERE.parents[1]
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("The bot was started without pipes")
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError(f"The bot did not start: {' '.join(words)}")
    yield f"http://127.0.0.1:{json.loads(line)['port']}"
    process.stdin.close()
    await process.wait()


async def cpu_seconds(http: aiohttp.ClientSession, bot: str) -> float:
    """The CPU time that the bot at this address says it has used so far, all threads."""
    async with http.get(f"{bot}/cpu") as response:
        return float((await response.json())["seconds"])


@contextmanager
def stock_python(known: str | None) -> Iterator[str]:
    """A Python that has the stock bot: the known one, else that of a throw-away environment.

    Raises CalledProcessError when the stock bot cannot be installed.
    """
    if known:
        yield known
        return
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder)
        python = str(Path(folder) / "bin" / "python")
        command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile"]
        command += ["--disable-pip-version-check", "-r", str(HERE / "requirements-bench.txt")]
        subprocess.run(command, check=True, capture_output=True, text=True)
        yield python
