"""What keeps the service from starting is told in a sentence with what to do, not as a trace."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

from bot.definitions.loader import FLOWS
from tests.service_process import ROOT


def start(data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={"HANDRAIL_DATA": str(data), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        started = start(tmp_path / "data", PORT=port)
    assert started.returncode == 1
    assert f"PORT: Handrail cannot listen on {port}" in started.stderr
    assert "choose another port, such as PORT=8090" in started.stderr
    assert "Traceback" not in started.stderr


def test_each_fault_of_the_pack_is_told_once_by_a_path_that_opens(tmp_path: Path) -> None:
    pack = tmp_path / "kingsmead"
    shutil.copytree(FLOWS / "kingsmead", pack)
    flow = pack / "flows" / "debrief.yaml"
    flow.write_text(flow.read_text("utf-8").replace("\nstart: ", "\nstart: no", 1), encoding="utf-8")
    started = start(tmp_path / "data", HANDRAIL_PACK=str(pack))
    assert started.returncode == 1
    assert started.stderr.count("debrief.yaml:") == 1
    assert f"\n{flow.as_posix()}:" in started.stderr
    assert "Traceback" not in started.stderr
