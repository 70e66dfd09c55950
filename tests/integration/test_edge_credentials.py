"""Tokens by the real MSAL from a real HTTPS authority of the test's own."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import TokenNotGiven
from bot.teams.credentials import Credentials, MsalCredentials, NoCredentials

TENANT = "00000000-0000-4000-8000-000000000000"


@dataclass(slots=True)
class Authority:
    """Signs in whoever knows the secret, in a thread of its own. While `open` is unset, requests wait."""

    url: str = ""
    lasts_seconds: int = 3600
    down: bool = False
    given: int = 0
    forms: list[dict[str, str]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)

    def discovery(self) -> dict[str, str]:
        base = f"{self.url}{TENANT}"
        return {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
        }

    def sign_in(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.forms.append(form)
        self.asked.set()
        self.open.wait(10)
        if self.down:
            return 503, {"error": "temporarily_unavailable"}
        if form.get("client_secret") != "right":
            return 401, {"error": "invalid_client", "error_description": "The secret 'wrong' is wrong"}
        self.given += 1
        token = f"t{self.given}"
        return 200, {"token_type": "Bearer", "expires_in": self.lasts_seconds, "access_token": token}

    async def is_asked(self) -> None:
        """Return once a token request has come. The loop goes on meanwhile."""
        assert await asyncio.to_thread(self.asked.wait, 10)


def handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == f"/{TENANT}/v2.0/.well-known/openid-configuration"
            self.answer(200 if known else 404, authority.discovery())

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self.answer(*authority.sign_in(dict(parse_qsl(self.rfile.read(length).decode()))))

        def answer(self, status: int, body: Mapping[str, object]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Nothing on the test's output."""

    return Handler


@dataclass(slots=True)
class Time:
    """A monotonic clock that the test turns."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("authority")
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(secret + pem)
    (folder / "public.pem").write_bytes(pem)
    return folder


@pytest.fixture(autouse=True)
def trust(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "public.pem"))
    monkeypatch.setenv("NO_PROXY", "localhost")


class Server(ThreadingHTTPServer):
    """Says nothing of a client that trusts nobody and hangs up."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@pytest.fixture
def authority(certificate: Path) -> Iterator[Authority]:
    authority = Authority()
    authority.open.set()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "both.pem")
    with Server(("127.0.0.1", 0), handler(authority)) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        authority.url = f"https://localhost:{server.server_port}/"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield authority
        authority.open.set()
        server.shutdown()
        serving.join()


@pytest.fixture
def time() -> Time:
    return Time()


def credentials(authority: Authority, time: Time, *, secret: str = "right") -> MsalCredentials:
    return MsalCredentials(
        "app-id",
        secret,
        authority=f"{authority.url}{TENANT}",
        instance_discovery=False,
        monotonic=time,
    )


async def test_local_mode_has_no_token() -> None:
    local: Credentials = NoCredentials()
    assert await local.token() is None


async def test_one_sign_in_gives_everybody_the_same_token(authority: Authority, time: Time) -> None:
    asking = credentials(authority, time)
    assert set(await asyncio.gather(*(asking.token() for _ in range(20)))) == {"t1"}
    assert await asking.token() == "t1"
    [form] = authority.forms
    assert (form["grant_type"], form["scope"]) == (
        "client_credentials",
        "https://api.botframework.com/.default",
    )


async def test_the_event_loop_goes_on_while_the_authority_thinks(authority: Authority, time: Time) -> None:
    authority.open.clear()
    asking = asyncio.create_task(credentials(authority, time).token())
    # Had MSAL blocked the loop, this would come about only after the authority had answered.
    await authority.is_asked()
    assert not asking.done()
    authority.open.set()
    assert await asking == "t1"


async def test_a_token_is_renewed_before_it_ends_and_nobody_waits_for_it(
    authority: Authority, time: Time
) -> None:
    authority.lasts_seconds = 280
    asking = credentials(authority, time)
    assert await asking.token() == "t1"
    time.now += 150
    authority.open.clear()
    authority.asked.clear()
    assert await asking.token() == "t1"
    await authority.is_asked()
    assert await asking.token() == "t1"
    authority.open.set()
    assert asking._fetching is not None
    await asyncio.wait_for(asking._fetching, 10)
    assert await asking.token() == "t2"
    assert len(authority.forms) == 2


async def test_a_token_that_has_ended_is_never_given_out(authority: Authority, time: Time) -> None:
    authority.lasts_seconds = 280
    asking = credentials(authority, time)
    assert await asking.token() == "t1"
    time.now += 281
    assert await asking.token() == "t2"


async def test_while_the_authority_is_down_a_good_token_goes_on_being_used(
    authority: Authority, time: Time
) -> None:
    authority.lasts_seconds = 280
    asking = credentials(authority, time)
    await asking.token()
    authority.down = True
    authority.asked.clear()
    time.now += 200
    assert await asking.token() == "t1"
    await authority.is_asked()
    assert await asking.token() == "t1"
    time.now += 100
    with pytest.raises(TokenNotGiven):
        await asking.token()
    authority.down = False
    assert await asking.token() == "t2"


async def test_a_wrong_secret_is_told_without_being_quoted(authority: Authority, time: Time) -> None:
    with pytest.raises(TokenNotGiven) as failed:
        await credentials(authority, time, secret="wrong").token()
    assert "invalid_client" in str(failed.value)
    assert "wrong" not in str(failed.value)


async def test_an_authority_that_cannot_be_trusted_gives_no_token(
    authority: Authority, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(TokenNotGiven):
        await credentials(authority, time).token()
    assert authority.forms == []


async def test_an_authority_that_cannot_be_reached_gives_no_token(time: Time) -> None:
    with pytest.raises(TokenNotGiven):
        await credentials(Authority(url="https://localhost:1/"), time).token()
