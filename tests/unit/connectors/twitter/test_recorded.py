"""Real answers of X translate whole: nothing of them is set aside."""

import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.twitter.answers import batch_of, items_of
from connectors.twitter.asked import Asked
from connectors.twitter.limits import limit_of
from connectors.twitter.listings import LISTINGS
from domain.batch import PageRequest

CHECKOUT = Path(__file__).parents[4]
RECORDINGS = Path(os.environ.get("SHARED_FOLDER", CHECKOUT.parent / "shared")) / "recordings" / "x"
STREAM_OF = {
    "followers": "followers",
    "following": "followers",
    "liking_users": "likers",
    "retweeted_by": "reposters",
    "quote_tweets": "quotes",
    "mentions": "mentions",
    "tweets": "posts",
}

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recorded answers lie beside the checkout"),
]


def recorded() -> list[Any]:
    """Return every recorded listing with the stream that reads it."""
    found = []
    for path in sorted(RECORDINGS.glob("*.json")):
        recording = json.loads(path.read_text(encoding="utf-8"))
        parts = recording["request"]["path"].partition("?")[0].split("/")
        if recording["request"]["method"] == "GET" and len(parts) == 5 and parts[4] in STREAM_OF:
            found.append(pytest.param(STREAM_OF[parts[4]], recording, id=path.stem))
    return found


@pytest.mark.parametrize(("stream", "recording"), recorded())
def test_a_recorded_listing_translates_whole(stream: str, recording: dict[str, Any]) -> None:
    now = datetime.fromtimestamp(int(recording["headers"]["x-rate-limit-reset"]) - 900, UTC)
    asked = Asked("4001", PageRequest(stream, "900" if LISTINGS[stream].stream.per_post else ""), (), now)
    items = items_of(recording["body"], asked)
    batch = batch_of(recording["body"], items, LISTINGS[stream].translate(items, asked), asked)
    assert batch.quarantined == ()
    assert len(batch.signals) + len(batch.posts) + batch.unattributed == len(recording["body"]["data"]) > 0
    assert batch.next_cursor == recording["body"]["meta"].get("next_token")
    limit = limit_of(recording["headers"], asked)
    assert limit is not None
    assert limit.limit == int(recording["headers"]["x-rate-limit-limit"])


def test_every_kind_of_listing_was_recorded() -> None:
    streams = Counter(each.values[0] for each in recorded())
    assert set(streams) == set(LISTINGS)
