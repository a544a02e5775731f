"""What is documented of every listing, with source and date."""

import tomllib
from pathlib import Path

import pytest

import config.limits
from config.limits import documented
from connectors.facebook.listings import STREAMS as FACEBOOK
from connectors.twitter.listings import STREAMS as TWITTER
from domain.estimate import Documented


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param("followers", Documented(300, 900), id="followers-have-no-end"),
        pytest.param("mentions", Documented(300, 900, 800), id="800-mentions"),
        pytest.param("posts", Documented(900, 900, 3_200), id="3200-posts"),
        pytest.param("likers", Documented(75, 900, None, 100), id="100-likers-a-post"),
        pytest.param("quotes", Documented(75, 900, None, 100, assumed=True), id="an-end-that-is-supposed"),
    ],
)
def test_documented_limits_of_x(stream: str, expected: Documented) -> None:
    assert documented("twitter", stream) == expected


def test_every_stream_has_its_limits_and_every_row_its_source_and_date() -> None:
    assert all(documented("twitter", each).requests for each in TWITTER)
    assert all(documented("facebook", each).most for each in FACEBOOK)
    read = tomllib.loads(Path(config.limits.__file__).with_name("limits.toml").read_text(encoding="utf-8"))
    for streams in read.values():
        for stream, row in streams.items():
            assert row["source"].startswith("https://"), stream
            assert row["date"].year >= 2026, stream
