"""Outbound calls to addresses that users typed: only to the public network, without following redirects.

A name may lead to an address of this network; so the address is looked at where the connection is made, and
not before (server-side request forgery, OWASP cheat sheet, 2026).
"""

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from domain.errors import RegularsError

#: Seconds to connect and to be answered.
TIME_OUT_S = (5.0, 10.0)
#: Seconds after which a call is cut off, however slowly it goes on.
MOST_S = 20.0
#: Most bytes of an answer that are read.
MOST_ANSWER = 4_096
Network = IPv4Network | IPv6Network


class OutboundError(RegularsError):
    """Raised where a call could not be made, or was not taken; `gone` where it never will be again.

    `retry_after` is what the answer says of when to try again, as it was written.
    """

    def __init__(self, sentence: str, *, gone: bool = False, retry_after: str | None = None) -> None:
        super().__init__(sentence)
        self.gone = gone
        self.retry_after = retry_after


class PrivateAddressError(OutboundError):
    """Raised where a name leads into the private network."""

    def __init__(self) -> None:
        super().__init__(
            "The address leads to this machine or into a private network; list it in "
            "REGULARS_OUTBOUND_PRIVATE if that is meant."
        )


class PlainAddressError(OutboundError):
    """Raised where what must be encrypted would leave our networks in the clear."""

    def __init__(self) -> None:
        super().__init__(
            "An address with http:// is reached only in networks that REGULARS_OUTBOUND_PRIVATE lists; "
            "use https://."
        )


class Outbound:
    """Makes calls; `allowed` are the networks of ours that they may reach all the same.

    With `encrypted` no address is called in the clear but in those networks.
    """

    def __init__(self, allowed: Sequence[Network] = (), *, encrypted: bool = False) -> None:
        self.allowed = allowed
        self._encrypted = encrypted

    def require(self, url: str) -> None:
        """Raise OutboundError for an address that will never be called, as far as it tells by itself."""
        check_url(url)
        parts = urlsplit(url)
        if not self._encrypted or parts.scheme == "https":
            return
        try:
            ours = _is_listed(parts.hostname or "", self.allowed)
        except ValueError:  # a name: where it leads is seen when it is called
            ours = bool(self.allowed)
        if not ours:
            raise PlainAddressError

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a body; raises OutboundError for any answer but 2xx."""
        self._call("POST", url, data=body, headers=dict(headers))

    def ping(self, url: str) -> None:
        """Ask for an address whose silence is noticed elsewhere; raises OutboundError."""
        self._call("GET", url)

    def _call(self, method: str, url: str, **what: Any) -> None:
        self.require(url)
        try:
            with (
                _Watch() as watch,
                self._session(watch) as session,
                session.request(
                    method, url, timeout=TIME_OUT_S, allow_redirects=False, stream=True, **what
                ) as answer,
            ):
                watch.require()  # else a head that was cut off looks whole
                with suppress(urllib3.exceptions.HTTPError, OSError):  # the status has come: it counts
                    answer.raw.read(MOST_ANSWER)
                status, retry_after = answer.status_code, answer.headers.get("retry-after")
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise OutboundError(f"No answer came ({type(error).__name__}).") from None
        if status == 410:  # Gone
            raise OutboundError("The address answered that it is gone for good (410).", gone=True)
        if not 200 <= status < 300:
            raise OutboundError(f"The address answered with status {status}.", retry_after=retry_after)

    @contextmanager
    def _session(self, watch: "_Watch") -> Iterator[requests.Session]:
        with requests.Session() as session:
            session.trust_env = False
            session.headers["User-Agent"] = "Regulars"
            for each in ("http://", "https://"):
                session.mount(each, _Adapter(self.allowed, watch, encrypted=self._encrypted))
            yield session


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


class _Watch:
    """Cuts off a call that takes too long, whatever it waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._is_over = False
        self._timer = threading.Timer(MOST_S, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for each in self._held:
                each.close()
            self._held.clear()

    def require(self) -> None:
        """Raise requests.Timeout where the time is over."""
        with self._lock:
            if self._is_over:
                raise requests.Timeout

    def hold(self, made: socket.socket) -> socket.socket:
        """Watch a connection."""
        with self._lock:
            if self._is_over:
                made.close()
                raise requests.ConnectTimeout
            self._held.append(made.dup())  # TLS takes the other one away
        return made

    def _cut(self) -> None:
        with self._lock:
            self._is_over = True
            for each in self._held:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


def _is_listed(address: str, allowed: Sequence[Network]) -> bool:
    """Tell whether an address lies in one of the networks; raises ValueError for a name."""
    mapped = _mapped(address)
    return any(mapped in each for each in allowed if each.version == mapped.version)


def _is_reached(address: str, allowed: Sequence[Network]) -> bool:
    mapped = _mapped(address)
    is_public = mapped.is_global and not mapped.is_multicast
    return is_public or _is_listed(address, allowed)


def _mapped(address: str) -> IPv4Address | IPv6Address:
    parsed = ip_address(address.partition("%")[0])
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _connected(
    connection: HTTPConnection, allowed: Sequence[Network], *, only_listed: bool = False
) -> socket.socket:
    """Connect to the first address of a name that may be reached."""
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise requests.ConnectionError(type(error).__name__) from None
    there = [str(each[4][0]) for each in found]
    reached = [each for each in there if _is_reached(each, allowed)]
    if not reached:
        raise PrivateAddressError
    if only_listed:
        reached = [each for each in reached if _is_listed(each, allowed)]
        if not reached:
            raise PlainAddressError
    return create_connection((reached[0], connection.port), connection.timeout)


class _Adapter(HTTPAdapter):
    """Makes connections that look where they lead, and are watched."""

    def __init__(self, allowed: Sequence[Network], watch: _Watch, *, encrypted: bool) -> None:
        self._allowed = allowed
        self._watch = watch
        self._encrypted = encrypted
        super().__init__()

    def init_poolmanager(self, *given: Any, **options: Any) -> None:
        super().init_poolmanager(*given, **options)
        allowed, watch, encrypted = self._allowed, self._watch, self._encrypted

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return watch.hold(_connected(self, allowed, only_listed=encrypted))

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return watch.hold(_connected(self, allowed))

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
