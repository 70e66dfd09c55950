"""Which service addresses a message may be taken from and a token may be sent to.

Must not know what is sent there. The stored service address decides where the bearer token goes, so
the same list is asked on the way in and on the way out.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")

TEAMS_HOSTS = (
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
)
"""The connector's hosts of the public cloud and the government clouds. Exact names: anybody can
register another name under the first one's parent domain."""


def service_allowed(service_url: str, allowed_hosts: Collection[str]) -> bool:
    """Whether this is an https address on a listed host; a listed loopback host may use http."""
    host, acceptable = _read(service_url)
    return acceptable and host in allowed_hosts


@lru_cache(maxsize=256)
def _read(service_url: str) -> tuple[str, bool]:
    """The host, lower case, and whether the rest of the address is acceptable for that host."""
    try:
        parts = urlsplit(service_url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", False
    plain = not (parts.username or parts.password or parts.query or parts.fragment or "\\" in service_url)
    if host in LOOPBACK_HOSTS:
        return host, plain and parts.scheme in {"http", "https"}
    return host, plain and parts.scheme == "https" and port in {None, 443}
