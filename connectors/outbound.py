"""Outbound calls to addresses that users typed: only to the public network, without following redirects.

A name may lead to an address of this network; so the address is looked at where the connection is made, and
not before (server-side request forgery, OWASP cheat sheet, 2026).
"""

import socket
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from domain.errors import RegularsError

#: Seconds to connect and to be answered.
TIME_OUT_S = (5.0, 10.0)
#: Most bytes of an answer that are read.
MOST_ANSWER = 4_096
Network = IPv4Network | IPv6Network


class OutboundError(RegularsError):
    """Raised where a call could not be made, or was not taken; `gone` where it never will be again."""

    def __init__(self, sentence: str, *, gone: bool = False) -> None:
        super().__init__(sentence)
        self.gone = gone


class PrivateAddressError(OutboundError):
    """Raised where a name leads into the private network."""

    def __init__(self) -> None:
        super().__init__(
            "The address leads to this machine or into a private network; list it in "
            "REGULARS_OUTBOUND_PRIVATE if that is meant."
        )


class Outbound:
    """Makes calls; `allowed` are the networks of ours that they may reach all the same."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        for each in ("http://", "https://"):
            self._session.mount(each, _Adapter(allowed))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a body; raises OutboundError for any answer but 2xx."""
        self._call("POST", url, data=body, headers=dict(headers))

    def ping(self, url: str) -> None:
        """Ask for an address whose silence is noticed elsewhere; raises OutboundError."""
        self._call("GET", url)

    def _call(self, method: str, url: str, **what: Any) -> None:
        check_url(url)
        try:
            with self._session.request(
                method, url, timeout=TIME_OUT_S, allow_redirects=False, stream=True, **what
            ) as answer:
                answer.raw.read(MOST_ANSWER)
                status = answer.status_code
        except requests.RequestException as error:
            raise OutboundError(f"No answer came ({type(error).__name__}).") from None
        if status == 410:  # Gone
            raise OutboundError("The address answered that it is gone for good (410).", gone=True)
        if not 200 <= status < 300:
            raise OutboundError(f"The address answered with status {status}.")


def check_url(url: str) -> None:
    """Raise OutboundError for what is no address of the web, or holds a name and password."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise OutboundError("This is no address such as https://hooks.example/regulars.")


def networks(written: str | None) -> list[Network]:
    """Read networks with spaces between; raises RegularsError for what is none."""
    try:
        return [ip_network(each) for each in (written or "").split()]
    except ValueError:
        raise RegularsError(
            "REGULARS_OUTBOUND_PRIVATE is no list of networks such as 10.0.5.0/24; mend it."
        ) from None


def _is_reached(address: str, allowed: Sequence[Network]) -> bool:
    parsed = ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    is_public = mapped.is_global and not mapped.is_multicast
    return is_public or any(mapped in each for each in allowed if each.version == mapped.version)


def _connected(connection: HTTPConnection, allowed: Sequence[Network]) -> socket.socket:
    """Connect to the first address of a name that may be reached."""
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise requests.ConnectionError(type(error).__name__) from None
    reached = [str(each[4][0]) for each in found if _is_reached(str(each[4][0]), allowed)]
    if not reached:
        raise PrivateAddressError
    return create_connection((reached[0], connection.port), connection.timeout)


class _Adapter(HTTPAdapter):
    """Makes connections that look where they lead."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        super().__init__()

    def init_poolmanager(self, *given: Any, **options: Any) -> None:
        super().init_poolmanager(*given, **options)
        allowed = self._allowed

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _connected(self, allowed)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _connected(self, allowed)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
