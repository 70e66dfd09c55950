"""The service: settings, bootstrap, web server. Nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from aiohttp import web

from bot.bootstrap import make_web_app, running
from bot.errors import HandrailError, SettingsFaulty
from bot.log import begin_log
from bot.settings import Settings, read_settings
from bot.teams.route import SERVER_OPTIONS

LOCAL = """
Handrail, local mode: a rehearsal on this machine alone, with pretend people.
No real report belongs in here. Nothing of it reaches Teams.

  Open http://127.0.0.1:{port}/rehearsal/
"""


async def serve(settings: Settings) -> None:
    """Run until asked to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    # On Windows asyncio takes no signals: Ctrl-C is a KeyboardInterrupt there.
    if sys.platform != "win32":
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop.set)
    async with running(settings) as service:
        runner = web.AppRunner(make_web_app(settings, service), access_log=None, **SERVER_OPTIONS)
        await runner.setup()
        try:
            await _listen(runner, settings.port)
            sys.stdout.write(LOCAL.format(port=settings.port))
            sys.stdout.flush()
            await stop.wait()
        finally:
            await runner.cleanup()


async def _listen(runner: web.AppRunner, port: int) -> None:
    """Raises SettingsFaulty for a port that cannot be had."""
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError as error:
        raise SettingsFaulty(
            f"PORT: Handrail cannot listen on {port} ({os.strerror(error.errno or 0)}). "
            "Stop what listens there, or choose another port, such as PORT=8090."
        ) from None


def main() -> int:
    """Start the service; say every fault of the settings at once."""
    try:
        settings = read_settings(os.environ)
        begin_log(settings.log_level)
        asyncio.run(serve(settings))
    except HandrailError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
