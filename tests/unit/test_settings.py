"""The settings: every fault is told at once, with what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsFaulty
from bot.settings import DEFAULT_PORT, read_settings


@pytest.mark.parametrize(
    ("written", "port"), [("", DEFAULT_PORT), ("1", 1), ("65535", 65535), ("08080", 8080)]
)
def test_a_port_is_a_number_from_1_to_65535(written: str, port: int) -> None:
    assert read_settings({"PORT": written}).port == port


@pytest.mark.parametrize("written", ["0", "65536", "-1", "80a", " 80"])
def test_what_is_no_port_is_refused_with_what_would_be_one(written: str) -> None:
    with pytest.raises(SettingsFaulty, match="Use a number from 1 to 65535"):
        read_settings({"PORT": written})


def test_a_save_counts_at_once_in_local_mode_unless_the_pack_is_to_say() -> None:
    assert read_settings({}).publish == "files"
    assert read_settings({"HANDRAIL_PUBLISH": "pack"}).publish == "pack"
    with pytest.raises(SettingsFaulty, match=r"'two' is not known\. Use one of: files, pack"):
        read_settings({"HANDRAIL_PUBLISH": "two"})


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(SettingsFaulty) as told:
        read_settings({"PORT": "0", "HANDRAIL_LOG": "LOUD", "HANDRAIL_DATE": "x", "MicrosoftAppId": "an-id"})
    lines = str(told.value).splitlines()[1:]
    assert [line.split(":")[0] for line in lines] == [
        "PORT",
        "HANDRAIL_LOG",
        "MicrosoftAppId",
        "HANDRAIL_DATE",
    ]


def test_a_pack_with_demo_people_of_its_own_uses_them_unless_another_file_is_named(tmp_path: Path) -> None:
    mine = tmp_path / "people.yaml"
    mine.write_text("people: []\n", "utf-8")

    assert read_settings({"HANDRAIL_PACK": "ashford"}).people.name == "people-ashford.yaml"
    assert read_settings({}).people.name == "people.yaml"
    assert read_settings({"HANDRAIL_PACK": str(tmp_path)}).people.name == "people.yaml"
    assert read_settings({"HANDRAIL_PACK": "ashford", "HANDRAIL_PEOPLE": str(mine)}).people == mine
