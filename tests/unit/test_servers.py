"""What holds for every test: no network but loopback, and no server silently left out in CI."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

from tests import servers


def test_a_missing_server_skips_on_a_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Valkey is not installed"):
        servers.unavailable("Valkey")


def test_a_missing_server_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Valkey is not installed"):
        servers.unavailable("Valkey")


@pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")
def test_no_test_reaches_another_machine() -> None:
    with socket.socket() as opened, pytest.raises(SocketConnectBlockedError):
        opened.connect(("192.0.2.1", 80))


def test_tests_reach_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as opened:
        opened.connect(server.getsockname())
