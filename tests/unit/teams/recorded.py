"""The activities under tests/data/activities, whole or with something changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "data" / "activities"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))

TENANT = "00000000-0000-4000-8000-000000000000"
TUTOR = f"{TENANT}/00000000-0000-4000-8000-00000000000a"
OTHER = f"{TENANT}/00000000-0000-4000-8000-00000000000b"
CHANNEL = "19:9c8b7a6f5e4d3c2b1a0f9e8d7c6b5a49@thread.tacv2"
TEAM = "19:5b1e0f7c2a9d4c3e8f60a1b2c3d4e5f6@thread.tacv2"
SERVICE_URL = f"https://smba.trafficmanager.net/uk/{TENANT}/"


def recorded(name: str, /, **changes: Any) -> dict[str, Any]:
    """The activity as plain JSON values; `changes` replace top-level keys, None drops one.

    `sender` stands for `from`.
    """
    activity: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    if "sender" in changes:
        changes["from"] = changes.pop("sender")
    for key, value in changes.items():
        activity.pop(key, None)
        if value is not None:
            activity[key] = value
    return activity


def body(activity: Any) -> bytes:
    """As it travels."""
    return json.dumps(activity, ensure_ascii=False).encode()
