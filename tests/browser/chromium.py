"""Where this machine keeps a Chromium, and how it is started for tests and pictures.

`python -m tests.browser.chromium` prints the path; 1 with a sentence when there is none.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
ON_MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
MISSING = "No Chromium, Chrome or Edge is found here. Install one of them (on Debian: apt install chromium)."

# The browser looks nothing up and speaks to nobody but this machine.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def chromium() -> str:
    """The path of the browser's program; FileNotFoundError says what to install."""
    for found in map(shutil.which, COMMANDS):
        if found:
            return found
    for path in ON_MACOS:
        if Path(path).exists():
            return path
    raise FileNotFoundError(MISSING)


if __name__ == "__main__":
    try:
        print(chromium())
    except FileNotFoundError as missing:
        sys.exit(str(missing))
