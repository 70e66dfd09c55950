"""The rehearsal by itself: `python -m bot.rehearsal --people FILE --bot http://127.0.0.1:3978 --port N`.

Must not know the service: the bot is only an address.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from bot.rehearsal.page_api import make_app
from bot.rehearsal.people import DEFAULT_PEOPLE_FILE, PeopleFileUnusable
from bot.rehearsal.school import MOUNT


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped; 2 when the people file cannot be used."""
    asked = _parser().parse_args(arguments)
    public_url = f"http://127.0.0.1:{asked.port}"
    outer = web.Application()
    try:
        inner = make_app(asked.people, bot_url=asked.bot, public_url=public_url)
    except PeopleFileUnusable as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    outer.add_subapp(MOUNT, inner)
    sys.stdout.write(f"Open {public_url}{MOUNT}/ in a browser.\n")
    sys.stdout.flush()
    web.run_app(outer, host="127.0.0.1", port=asked.port, print=None, shutdown_timeout=1)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.rehearsal", description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=Path, default=DEFAULT_PEOPLE_FILE, help="the people file")
    parser.add_argument("--bot", default="http://127.0.0.1:3978", help="the bot's address")
    parser.add_argument("--port", type=int, default=3979, help="where to serve, on 127.0.0.1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
