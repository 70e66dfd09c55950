"""What an operator finds in the log of the real service: the reference that somebody reads from a card."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import aiohttp

from tests.service_process import service_process
from tests.unit.teams.recorded import recorded

REFERENCE = re.compile(r"\(Reference (\w{6})\)")


async def test_the_reference_that_a_person_reads_out_is_in_the_log(tmp_path: Path) -> None:
    async with service_process(tmp_path / "data") as service:
        said = await pressed(service.url, value={"action": {"type": "Action.Execute", "data": {"verb": "?"}}})
        refused = await pressed(service.url, id="f:1\nforged", channelId="elsewhere")

    found = REFERENCE.search(said["value"]["message"])
    assert found is not None
    lines = service.log().splitlines()
    [line] = [line for line in lines if found[1] in line]
    assert "WARNING" in line
    assert f"action=press_unreadable reference={found[1]}" in line
    assert "Microsoft Teams" in str(refused)
    refusal = r"Refused a request action=activity_refused reference=\w{6} status=400$"
    assert [line for line in lines if re.search(refusal, line)]
    assert not [line for line in lines if line.startswith("forged")]


async def pressed(url: str, **changes: Any) -> dict[str, Any]:
    """The answer to a recorded press, sent by a pretend Teams on this machine."""
    activity = recorded("invoke-execute", serviceUrl="http://127.0.0.1:1/", **changes)
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/api/messages", json=activity) as response,
    ):
        answer: dict[str, Any] = await response.json()
        return answer
