"""The real service as a process of its own: started as a person would start it, killed as a machine might.

It knows nothing of the tests' process but a port and a folder.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[1]
STARTS_WITHIN_SECONDS = 40.0
ENDS_WITHIN_SECONDS = 15.0


def free_port() -> int:
    """A port that nobody has just now, below those that systems give to whoever asks for any.

    So it stays free for a process that starts a moment later, or once more.
    """
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port was found")


class ServiceProcess:
    """One life after another of `python app.py` over the same folder and port."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.page = f"{self.url}/rehearsal/"
        self._log = data.with_name(f"{data.name}.log")
        self.kills = 0
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Begin a life; return once `/readyz` says yes. Raises AssertionError, with its log, else."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "app.py", cwd=ROOT, env=self._environment(), stdout=log, stderr=log
            )
        answer = await self._until_ready()
        assert answer == {}, f"not ready: {answer}\n{self.log()}"

    async def kill(self) -> None:
        """Kill -9, as a power cut would. No effect when it does not live."""
        self.kills += self._process is not None
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to end, as `Ctrl-C` or the machine's own service manager does."""
        await self._end(signal.SIGTERM)

    def log(self) -> str:
        """All that it has written in all its lives."""
        return self._log.read_text(encoding="utf-8")

    async def verify(self, *words: str) -> str:
        """What `python -m bot verify` says of the record, with further words. The service must not live."""
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "verify", str(self.data), *words),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await command.communicate()
        return said.decode()

    def _environment(self) -> dict[str, str]:
        """This process's own, less every setting of the service's but the folder and the port."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("HANDRAIL_", "Microsoft"))}
        return plain | {"HANDRAIL_DATA": str(self.data), "PORT": str(self.port)}

    async def _until_ready(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"reasons": ["it does not answer"]}
        async with asyncio.timeout(STARTS_WITHIN_SECONDS), aiohttp.ClientSession() as session:
            while self._process is not None and self._process.returncode is None:
                try:
                    async with session.get(f"{self.url}/readyz") as response:
                        answer = await response.json()
                        if response.status == 200:
                            return {}
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        return answer

    async def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.send_signal(how)
        async with asyncio.timeout(ENDS_WITHIN_SECONDS):
            await self._process.wait()
        self._process = None


@asynccontextmanager
async def service_process(data: Path) -> AsyncIterator[ServiceProcess]:
    """A service that is ready; killed at the end if it still lives."""
    service = ServiceProcess(data)
    try:
        await service.start()
        yield service
    finally:
        await service.kill()
