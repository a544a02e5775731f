"""Outbound calls: no private address, no redirect, one sentence for whatever goes wrong."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network

import pytest

from connectors import outbound
from connectors.outbound import (
    Outbound,
    OutboundError,
    PlainAddressError,
    PrivateAddressError,
    check_url,
    networks,
)
from domain.errors import RegularsError

HERE = [ip_network("127.0.0.0/8")]


class Listener(HTTPServer):
    """A server that keeps what it was sent and answers with a status."""

    status = 200
    retry_after = ""
    taken: list[tuple[str, bytes]]


class _Answer(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        self.server.taken.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.server.status)
        self.send_header("location", "http://127.0.0.1:1/elsewhere")
        if self.server.retry_after:
            self.send_header("retry-after", self.server.retry_after)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.server.taken.append((self.path, b""))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Listen on loopback."""
    server = Listener(("127.0.0.1", 0), _Answer)
    server.taken = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def url(listener: Listener, host: str = "127.0.0.1") -> str:
    """Return the address of the listener."""
    return f"http://{host}:{listener.server_port}/hook"


def test_a_body_is_sent_where_that_is_allowed(listener: Listener) -> None:
    Outbound(HERE).post(url(listener), b"{}", {"content-type": "application/json"})
    Outbound(HERE).ping(url(listener))
    assert listener.taken == [("/hook", b"{}"), ("/hook", b"")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_no_name_of_this_machine_is_reached(listener: Listener, host: str) -> None:
    with pytest.raises(OutboundError):
        Outbound().post(url(listener, host), b"{}", {})
    assert listener.taken == []


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "fd00::1"],
)
def test_names_that_lead_into_private_networks_are_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(PrivateAddressError):
        Outbound().ping("http://inside.example/")


def test_redirects_are_not_followed(listener: Listener) -> None:
    listener.status = 302
    with pytest.raises(OutboundError, match="status 302"):
        Outbound(HERE).post(url(listener), b"{}", {})
    assert len(listener.taken) == 1


def test_gone_is_told_apart(listener: Listener) -> None:
    listener.status = 410
    with pytest.raises(OutboundError) as caught:
        Outbound(HERE).post(url(listener), b"{}", {})
    assert caught.value.gone
    listener.status = 500
    with pytest.raises(OutboundError) as caught:
        Outbound(HERE).post(url(listener), b"{}", {})
    assert not caught.value.gone


@pytest.mark.parametrize(
    "wrong", ["ftp://a.example", "a.example", "http://", "http://me:secret@a.example/", ""]
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(OutboundError):
        check_url(wrong)


def test_nobody_there_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(OutboundError, match="No answer came"):
        Outbound(HERE).ping(f"http://127.0.0.1:{port}/")


def test_networks_are_read() -> None:
    assert networks("127.0.0.0/8 fd00::/8") == [ip_network("127.0.0.0/8"), ip_network("fd00::/8")]
    assert networks(None) == []
    with pytest.raises(RegularsError):
        networks("inside.example")


def test_what_must_be_encrypted_is_called_in_the_clear_only_where_that_is_listed(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Outbound(HERE, encrypted=True)
    listed.post(url(listener), b"{}", {})
    listed.post(url(listener, "localhost"), b"{}", {})
    for at_home, address in ((Outbound(encrypted=True), url(listener)), (listed, "http://93.184.216.34/")):
        with pytest.raises(PlainAddressError):
            at_home.require(address)
        with pytest.raises(PlainAddressError):
            at_home.post(address, b"{}", {})
    listed.require("https://93.184.216.34/")
    listed.require("http://crm.example/")  # where a name leads is seen when it is called
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(PlainAddressError):
        listed.post("http://crm.example/", b"{}", {})
    assert len(listener.taken) == 2


def test_what_an_answer_says_of_the_next_try_is_told(listener: Listener) -> None:
    listener.status, listener.retry_after = 503, "120"
    with pytest.raises(OutboundError) as caught:
        Outbound(HERE).post(url(listener), b"{}", {})
    assert caught.value.retry_after == "120"


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nx-slow: "])
def test_a_call_that_goes_on_for_too_long_is_cut_off(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(outbound, "MOST_S", 0.2)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        made, _ = server.accept()
        with made, contextlib.suppress(OSError):
            made.sendall(said)
            while not over.wait(0.02):
                made.sendall(b"x" if said else b"")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        try:
            with pytest.raises(OutboundError, match="No answer came"):
                Outbound(HERE).post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        finally:
            over.set()
            thread.join()


def test_a_body_that_drips_does_not_change_what_was_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "MOST_S", 0.2)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        made, _ = server.accept()
        with made, contextlib.suppress(OSError):
            made.recv(65_536)
            made.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n")
            while not over.wait(0.02):
                made.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        try:
            Outbound(HERE).post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        finally:
            over.set()
            thread.join()
