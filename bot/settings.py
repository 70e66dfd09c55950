"""The settings, read once from the environment: every fault at once, each with its remedy.

Standard library only. A secret never shows itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import SettingsFaulty

ROOT = Path(__file__).resolve().parents[1]
APP_TYPES = ("SingleTenant", "UserAssignedMSI")
DEFAULT_PORT = 3978

MEANINGS: Mapping[str, str] = {
    "MicrosoftAppId": "The bot's app id. Leave it empty: this version runs on one's own machine only.",
    "MicrosoftAppPassword": "The bot's secret. Leave it empty as long as the app id is.",
    "MicrosoftAppType": "SingleTenant or UserAssignedMSI. Not used without an app id.",
    "MicrosoftAppTenantId": "The school's tenant. Not used without an app id.",
    "PORT": "The port to listen on; 3978 unless set.",
    "HANDRAIL_PACK": "The school's pack: a folder, or a name under flows/; kingsmead unless set.",
    "HANDRAIL_DATA": "The folder of the record; .local/data unless set. A real record is never opened here.",
    "HANDRAIL_PEOPLE": "The people file; the demo people unless set.",
    "HANDRAIL_PUBLISH": "files: a saved pack that checks takes effect, unless set. pack: as the pack says.",
    "HANDRAIL_LOG": "How much is logged: INFO unless set; DEBUG, WARNING or ERROR.",
}
"""Every setting there is, and what it means; the README's table says the same."""

PUBLISHING = ("files", "pack")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that does not print."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process. Local mode is the only mode of this version."""

    port: int
    pack: str
    data: Path
    people: Path
    log_level: str
    publish: str
    app_password: Secret
    local: bool = True


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings. Raises SettingsFaulty, which lists every fault with its remedy."""
    faults: list[str] = []
    port = _port(environment.get("PORT", ""), faults)
    level = environment.get("HANDRAIL_LOG", "") or "INFO"
    if level not in LOG_LEVELS:
        faults.append(f"HANDRAIL_LOG: {level!r} is not known. Use one of: {', '.join(LOG_LEVELS)}.")
    pack = environment.get("HANDRAIL_PACK", "") or "kingsmead"
    publish = environment.get("HANDRAIL_PUBLISH", "") or PUBLISHING[0]
    if publish not in PUBLISHING:
        faults.append(f"HANDRAIL_PUBLISH: {publish!r} is not known. Use one of: {', '.join(PUBLISHING)}.")
    people = Path(environment.get("HANDRAIL_PEOPLE", "") or _demo_people(pack))
    if not people.is_file():
        faults.append(f"HANDRAIL_PEOPLE: there is no file {people}. Name the people file, or leave it empty.")
    data = Path(environment.get("HANDRAIL_DATA", "") or ROOT / ".local" / "data")
    if data.exists() and not data.is_dir():
        faults.append(f"HANDRAIL_DATA: {data} is not a folder. Name a folder, or leave it empty.")
    _app(environment, faults)
    _unknown(environment, faults)
    if faults:
        raise SettingsFaulty("\n".join(("The settings have faults:", *faults)))
    return Settings(
        port=port,
        pack=pack,
        data=data,
        people=people,
        log_level=level,
        publish=publish,
        app_password=Secret(environment.get("MicrosoftAppPassword", "")),
    )


def _demo_people(pack: str) -> Path:
    """The pretend people of that pack, else those of the first school."""
    own = ROOT / "bot" / "rehearsal" / f"people-{Path(pack).name}.yaml"
    return own if own.is_file() else own.with_name("people.yaml")


def _port(written: str, faults: list[str]) -> int:
    if not written:
        return DEFAULT_PORT
    if written.isdecimal() and 1 <= int(written) <= 65535:
        return int(written)
    faults.append(f"PORT: {written!r} is not a port. Use a number from 1 to 65535.")
    return DEFAULT_PORT


def _app(environment: Mapping[str, str], faults: list[str]) -> None:
    """A set app id means Teams would send real tokens, which this version cannot check yet."""
    if environment.get("MicrosoftAppId"):  # the name that Microsoft gives it
        faults.append(
            "MicrosoftAppId: this version cannot check the tokens of Teams yet, so it takes no app id. "
            "Leave it empty to run on this machine alone."
        )
    elif environment.get("MicrosoftAppPassword"):
        faults.append("MicrosoftAppPassword: a secret without an app id has no use. Leave it empty.")
    kind = environment.get("MicrosoftAppType")
    if kind and kind not in APP_TYPES:
        faults.append(f"MicrosoftAppType: {kind!r} is not known. Use one of: {', '.join(APP_TYPES)}.")


def _unknown(environment: Mapping[str, str], faults: list[str]) -> None:
    """A misspelt name would silently do nothing."""
    for name in sorted(environment):
        if name.startswith("HANDRAIL_") and name not in MEANINGS:
            known = ", ".join(n for n in MEANINGS if n.startswith("HANDRAIL_"))
            faults.append(f"{name}: there is no such setting. There are: {known}.")
