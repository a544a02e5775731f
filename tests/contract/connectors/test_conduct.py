"""What no connector may do, and what it makes of answers that are none."""

import logging
import traceback
from collections.abc import Callable

import pytest

from connectors.base import Connector
from domain.errors import BadAnswerError, PlatformError, RetryLaterError
from tests.contract.connectors.case import TOKEN, Case
from tests.contract.connectors.conftest import Pages
from tests.contract.connectors.server import Platform, Reply, serving
from tests.contract.connectors.test_walking import FOUR_PAGES
from tests.contract.connectors.walk import first_page, walk

HTML = {"content-type": "text/html"}


def test_nothing_is_logged_and_no_token_stands_in_any_log(
    connector: Connector,
    case: Case,
    script: Callable[[str, Pages], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    script(case.timeline, FOUR_PAGES)
    caplog.set_level(logging.DEBUG)
    for each in ("tweepy", "tweepy.client", "facebook", "connectors"):
        caplog.set_level(logging.DEBUG, logger=each)
    walk(connector, first_page(connector, case, case.timeline))
    assert [each.name for each in caplog.records if not each.name.startswith("urllib3")] == []
    assert TOKEN not in caplog.text


def test_a_token_stands_in_no_address(
    connector: Connector, case: Case, platform: Platform, script: Callable[[str, Pages], None]
) -> None:
    script(case.timeline, FOUR_PAGES)
    walk(connector, first_page(connector, case, case.timeline))
    assert len(platform.seen) >= 4
    assert not any(TOKEN in each.target for each in platform.seen)
    assert all(any(TOKEN in value for value in each.headers.values()) for each in platform.seen)


def test_an_address_in_an_answer_is_never_requested(
    connector: Connector, case: Case, platform: Platform, script: Callable[[str, Pages], None]
) -> None:
    script(case.timeline, FOUR_PAGES)
    walk(connector, first_page(connector, case, case.timeline))
    assert len({each.path for each in platform.seen}) == 1


def test_a_redirect_is_not_followed(connector: Connector, case: Case, platform: Platform) -> None:
    platform.always(Reply(status=302, headers={"location": f"{platform.base_url}/trap"}))
    with pytest.raises(BadAnswerError):
        connector.fetch(first_page(connector, case, case.timeline))
    assert [each.path for each in platform.seen if each.path == "/trap"] == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(Reply(b"<h1>Ada is over capacity</h1>", 503, HTML), RetryLaterError, id="503-in-html"),
        pytest.param(Reply(b'{"Ada": 1', cut=True), RetryLaterError, id="a-cut-connection"),
        pytest.param(Reply(b"<h1>Ada</h1>", 200, HTML), BadAnswerError, id="html-that-says-200"),
        pytest.param(Reply(b'{"Ada": [1,'), BadAnswerError, id="half-a-json"),
        pytest.param(Reply(b""), BadAnswerError, id="an-empty-body"),
        pytest.param(Reply(["Ada"]), BadAnswerError, id="a-list-for-an-object"),
        pytest.param(Reply({"Ada": "Ada"}), BadAnswerError, id="an-object-that-is-no-listing"),
        pytest.param(Reply(b"[" * 100_000), BadAnswerError, id="a-hundred-thousand-levels"),
        pytest.param(Reply(b"\xff\xfeAda"), BadAnswerError, id="bytes-that-are-no-text"),
    ],
)
def test_an_answer_that_is_none_has_its_consequence(
    connector: Connector, case: Case, platform: Platform, reply: Reply, error: type[PlatformError]
) -> None:
    platform.always(reply)
    with pytest.raises(error) as caught:
        connector.fetch(first_page(connector, case, case.timeline))
    told = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in told
    assert "Ada" not in told


def test_a_dead_server_means_later(connect: Callable[[str], Connector], case: Case) -> None:
    with serving() as platform:
        dead = connect(platform.base_url)
    with pytest.raises(RetryLaterError) as caught:
        dead.fetch(first_page(dead, case, case.timeline))
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
