"""The session asks one host only, never waits for ever, and lets no secret into a text."""

import traceback
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from connectors.http import TIME_OUT_S, RefusedError, Session, checked_token, parameters_of
from domain.errors import BadAnswerError, OperatorNeededError, PlatformError, RetryLaterError

SDK_HOST = "https://sdk.example"
SECRET = "invented-secret"


class Wire(BaseAdapter):
    """Answers in the place of a network, or fails as one does."""

    def __init__(self, answer: requests.Response | Exception) -> None:
        super().__init__()
        self.answer = answer
        self.sent: list[tuple[str, Any]] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]  # only what the test looks at
        self.sent.append((str(request.url), options["timeout"]))
        if isinstance(self.answer, Exception):
            raise self.answer
        self.answer.request = request
        return self.answer

    def close(self) -> None:
        """Hold nothing."""


def answer(status: int = 200, content: bytes = b"{}", **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = content
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


def wired(
    reply: requests.Response | Exception, base_url: str = "https://base.example/"
) -> tuple[Session, Wire]:
    session, wire = Session(base_url, replaces=SDK_HOST + "/", whose="X account 42"), Wire(reply)
    session.mount("https://", wire)
    return session, wire


def test_the_sdks_host_becomes_the_base_address_and_its_time_outs_ours() -> None:
    session, wire = wired(answer(x_left="3"))
    session.request("GET", f"{SDK_HOST}/2/users", timeout=None)
    assert wire.sent == [("https://base.example/2/users", TIME_OUT_S)]
    assert session.last_headers["X-Left"] == "3"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://elsewhere.example/2/users", id="another-host"),
        pytest.param("https://sdk.example.evil.example/2/users", id="a-host-that-begins-alike"),
        pytest.param("https://sdk.example@evil.example/2/users", id="the-host-as-a-user-name"),
        pytest.param("https://base.example:8443/2/users", id="another-port"),
        pytest.param("/2/users", id="no-host"),
    ],
)
def test_nothing_is_sent_elsewhere(address: str) -> None:
    session, wire = wired(answer())
    with pytest.raises(BadAnswerError):
        session.get(address)
    assert wire.sent == []


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param(requests.ReadTimeout(SECRET), "timeout", id="no-answer-in-time"),
        pytest.param(requests.ConnectTimeout(SECRET), "timeout", id="no-connection-in-time"),
        pytest.param(requests.ConnectionError(SECRET), "connection", id="no-connection"),
        pytest.param(requests.exceptions.ChunkedEncodingError(SECRET), "connection", id="a-cut-body"),
        pytest.param(requests.exceptions.InvalidHeader(SECRET), "connection", id="a-header-that-cannot-be"),
    ],
)
def test_a_failed_network_means_later_and_tells_no_secret(failure: Exception, code: str) -> None:
    session, _ = wired(failure)
    with pytest.raises(RetryLaterError) as caught:
        session.get(f"{SDK_HOST}/2/users?key={SECRET}")
    assert caught.value.code == code
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    session, wire = wired(answer(status, location="https://base.example/other"))
    with pytest.raises(BadAnswerError):
        session.request("GET", f"{SDK_HOST}/2/users", allow_redirects=True)
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b'{"title": "Forbidden"}', {"title": "Forbidden"}, id="a-json-object"),
        pytest.param(b"<h1>over capacity</h1>", {}, id="html"),
        pytest.param(b"[1]", {}, id="a-json-list"),
        pytest.param(b"", {}, id="nothing"),
        pytest.param(b"[" * 100_000, {}, id="endless-brackets"),
    ],
)
def test_a_refusal_carries_its_body_and_never_shows_it(content: bytes, problem: dict[str, str]) -> None:
    session, _ = wired(answer(403, content, x_left="0"))
    with pytest.raises(RefusedError, match=r"^The platform answered with status 403\.$") as caught:
        session.get(f"{SDK_HOST}/2/users")
    assert caught.value.problem == problem
    assert caught.value.headers["x-left"] == "0"


def test_headers_of_an_earlier_answer_are_not_taken_for_those_of_a_failed_one() -> None:
    session, wire = wired(answer(x_left="3"))
    session.get(f"{SDK_HOST}/2/users")
    wire.answer = requests.ConnectionError()
    with pytest.raises(RetryLaterError):
        session.get(f"{SDK_HOST}/2/users")
    assert dict(session.last_headers) == {}


def test_no_proxy_or_password_file_of_the_machine_is_used() -> None:
    assert wired(answer())[0].trust_env is False


@pytest.mark.parametrize(
    "base_url", ["", "base.example", "ftp://base.example", "https://", "http://[1", "http://a?b"]
)
def test_a_base_address_that_is_none_is_refused(base_url: str) -> None:
    with pytest.raises(OperatorNeededError, match="base address must look like"):
        Session(base_url, replaces=SDK_HOST, whose="X account 42")


@pytest.mark.parametrize("token", ["", "two words", "a\nb", "tok…en", "\x00"])
def test_a_token_that_cannot_stand_in_a_header_is_refused_unseen(token: str) -> None:
    with pytest.raises(PlatformError) as caught:
        checked_token(token, whose="X account 42")
    assert not token or token not in str(caught.value)


def test_a_plain_token_stays_as_it_is() -> None:
    assert checked_token("AAAA-b_c.d%3D", whose="X account 42") == "AAAA-b_c.d%3D"


def test_of_an_address_only_the_parameters_are_taken_and_no_credential() -> None:
    address = "https://elsewhere.example/v26.0/1/posts?access_token=a&appsecret_proof=b&after=c&limit=5"
    assert parameters_of(address) == {"after": "c", "limit": "5"}
    assert parameters_of("http://[1") == {}
