"""What every verifier keeps to, and whom the local one lets in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import NotVerified
from bot.teams.verifier import Claims, LoopbackVerifier, Presented, Verifier

LOCAL = Presented(peer="127.0.0.1", host="127.0.0.1:3978")


@pytest.fixture
def verifier() -> Verifier:
    return LoopbackVerifier()


async def verify(verifier: Verifier, presented: Presented) -> Claims:
    return await verifier.verify(
        presented, channel_id="msteams", service_url="http://127.0.0.1:3979/", recipient="28:bot"
    )


async def test_an_accepted_request_has_a_token_with_an_end_or_is_local(verifier: Verifier) -> None:
    claims = await verify(verifier, LOCAL)
    assert claims.local or claims.claims["exp"]


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer x.y.z", "Basic eDp5", "garbage", ","])
async def test_a_token_that_cannot_be_checked_is_refused(verifier: Verifier, authorization: str) -> None:
    with pytest.raises(NotVerified):
        await verify(verifier, replace(LOCAL, authorization=authorization))


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "localhost:3978", "127.0.0.1", "LOCALHOST:80", "[::1]:3978"])
async def test_this_machine_gets_in_by_its_own_names(verifier: Verifier, peer: str, host: str) -> None:
    assert (await verify(verifier, Presented(peer=peer, host=host))).local


@pytest.mark.parametrize(
    "peer", ["", "192.168.0.7", "10.0.0.1", "8.8.8.8", "::ffff:10.0.0.1", "fe80::1%eth0", "unix", "0.0.0.0"]
)
async def test_another_machine_does_not(verifier: Verifier, peer: str) -> None:
    with pytest.raises(NotVerified):
        await verify(verifier, replace(LOCAL, peer=peer))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "handrail.example.org",
        "handrail.example.org:3978",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "localhost.",
        "localhost,127.0.0.1",
        "localhost:3978@example.org",
        "localhost\n",
        "0.0.0.0:3978",
        "[::1",
    ],
)
async def test_a_name_bound_again_to_this_machine_does_not_get_in(verifier: Verifier, host: str) -> None:
    with pytest.raises(NotVerified):
        await verify(verifier, replace(LOCAL, host=host))


@pytest.mark.parametrize(
    "origin",
    ["null", "https://example.org", "http://localhost:8080", "https://127.0.0.1:3978", "http://a,http://b"],
)
async def test_a_web_page_from_elsewhere_does_not(verifier: Verifier, origin: str) -> None:
    with pytest.raises(NotVerified):
        await verify(verifier, replace(LOCAL, origin=origin))


@pytest.mark.parametrize("fetch_site", ["cross-site", "same-site", "nonsense"])
async def test_nor_does_one_that_a_browser_calls_foreign(verifier: Verifier, fetch_site: str) -> None:
    with pytest.raises(NotVerified):
        await verify(verifier, replace(LOCAL, fetch_site=fetch_site))


async def test_a_page_of_the_service_itself_does(verifier: Verifier) -> None:
    page = replace(LOCAL, origin="http://127.0.0.1:3978", fetch_site="same-origin")
    assert (await verify(verifier, page)).local


async def test_nothing_comes_through_a_tunnel(verifier: Verifier) -> None:
    with pytest.raises(NotVerified):
        await verify(verifier, replace(LOCAL, forwarded=True))
