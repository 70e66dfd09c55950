"""Where a token may go."""

from __future__ import annotations

import pytest

from bot.teams.hosts import LOOPBACK_HOSTS, TEAMS_HOSTS, service_allowed


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/uk/",
        "https://SMBA.trafficmanager.net:443/uk/tenant/",
        "https://smba.infra.gcc.teams.microsoft.com/",
    ],
)
def test_the_connector_of_teams_is_allowed_over_https(url: str) -> None:
    assert service_allowed(url, TEAMS_HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smba.trafficmanager.net",
        "http://smba.trafficmanager.net/uk/",
        "ftp://smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net:notaport/",
        "https://smba.trafficmanager.net.example/",
        "https://other.trafficmanager.net/",
        "https://smba.trafficmanager.net@example.org/",
        "https://user@smba.trafficmanager.net/",
        "https://example.org/?smba.trafficmanager.net",
        "https://example.org\\@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net/#fragment",
        "https://[smba.trafficmanager.net/",
        "https://127.0.0.1:3979/",
    ],
)
def test_whatever_is_not_exactly_that_is_not(url: str) -> None:
    assert not service_allowed(url, TEAMS_HOSTS)


def test_one_s_own_machine_is_allowed_in_local_mode_alone_and_over_http_too() -> None:
    url = "http://127.0.0.1:3979/rehearsal/connector/"
    assert service_allowed(url, LOOPBACK_HOSTS)
    assert service_allowed("http://[::1]:3979/", LOOPBACK_HOSTS)
    assert not service_allowed(url, TEAMS_HOSTS)
    assert not service_allowed("http://127.0.0.1.example.org/", LOOPBACK_HOSTS)
    assert not service_allowed(url, ())
