"""The proof that a request comes from the app itself."""

import facebook
import pytest

from connectors.facebook.graph import VERSION, Graph, is_markup, proof_of
from domain.errors import OperatorNeededError


def test_the_proof_is_the_tokens_hmac_under_the_apps_secret() -> None:
    # Computed with: printf '%s' token | openssl dgst -sha256 -hmac secret
    assert proof_of("token", "secret") == ("e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a")


def test_the_sdk_asks_for_the_version_we_want_and_holds_no_token() -> None:
    sdk = Graph("invented-token", None, whose="page 4001")._sdk
    assert isinstance(sdk, facebook.GraphAPI)
    assert (sdk.version, sdk.access_token) == (VERSION, None)


@pytest.mark.parametrize(
    "token",
    [pytest.param("", id="nothing"), pytest.param("two words", id="a-space"), pytest.param("é", id="é")],
)
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(OperatorNeededError):
        Graph(token, None, whose="page 4001")


@pytest.mark.parametrize(
    ("content", "markup"),
    [
        pytest.param(b" \n<!DOCTYPE html>", True, id="html"),
        pytest.param(b'{"data": "<b>"}', False, id="json-with-a-tag"),
        pytest.param(b"", False, id="nothing"),
    ],
)
def test_html_is_known_by_its_first_sign(content: bytes, *, markup: bool) -> None:
    assert is_markup(content) is markup
