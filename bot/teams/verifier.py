"""Who may post activities: the port, and what stands behind it on one's own machine.

Must not know what the activity says beyond channel, service address and recipient.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from bot.errors import NotVerified

_LOCAL_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a request shows of itself, apart from its body. A header that is missing is empty.

    A header that was sent several times comes joined, and so fits nothing. `peer` is the address of
    the other end of the connection. `forwarded`: a proxy or tunnel says that it passed this on.
    """

    authorization: str = ""
    peer: str = ""
    host: str = ""
    origin: str = ""
    fetch_site: str = ""
    forwarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What is known of the sender of a verified request.

    `local`: it is known by where it came from, not by a token. Every token must carry `exp`.
    """

    claims: Mapping[str, str] = field(default_factory=dict)
    audience: str | None = None
    local: bool = False


class Verifier(Protocol):
    """Decides whether a request comes from Teams.

    Shaped so that the SDK's `authenticate_request` can stand behind it: that asks for the header and,
    of the activity, for the channel, the service address and the recipient alone.
    """

    async def verify(
        self, presented: Presented, *, channel_id: str, service_url: str, recipient: str
    ) -> Claims:
        """Return what is known. Raises NotVerified; any other exception counts as the same."""
        ...


class LoopbackVerifier:
    """Local mode: whoever sits at this machine, and no web page that somebody opened on it.

    A token is refused, because nothing here can check it: it means that Teams, or a tunnel from the
    Internet, has found a service that was meant for this machine alone.
    """

    async def verify(
        self,
        presented: Presented,
        *,
        channel_id: str,  # noqa: ARG002 -- the port's shape
        service_url: str,  # noqa: ARG002 -- the port's shape
        recipient: str,  # noqa: ARG002 -- the port's shape
    ) -> Claims:
        """Return local claims. Raises NotVerified."""
        if not _is_loopback(presented.peer):
            raise NotVerified("Local mode takes activities from this machine only.")
        if not _LOCAL_HOST.fullmatch(presented.host):
            raise NotVerified("Local mode is reached as localhost or 127.0.0.1 only.")
        if presented.forwarded:
            raise NotVerified("Local mode takes nothing through a proxy or a tunnel.")
        if presented.authorization:
            raise NotVerified("Local mode cannot check a token, so it takes none.")
        if presented.origin and presented.origin.lower() != f"http://{presented.host.lower()}":
            raise NotVerified("Local mode takes nothing from a web page of another origin.")
        if presented.fetch_site not in ("", "same-origin", "none"):
            raise NotVerified("Local mode takes nothing from a web page of another origin.")
        return _LOCAL


_LOCAL = Claims(local=True)


@lru_cache(maxsize=64)
def _is_loopback(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
