"""A port that something else listens on is told in a sentence, not as a trace."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from tests.service_process import ROOT


def test_a_taken_port_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        started = subprocess.run(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={"PORT": port, "HANDRAIL_DATA": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert started.returncode == 1
    assert f"PORT: Handrail cannot listen on {port}" in started.stderr
    assert "choose another port, such as PORT=8090" in started.stderr
    assert "Traceback" not in started.stderr
