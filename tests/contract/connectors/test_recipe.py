"""The recipe "add a stream" of CONTRIBUTING.md, carried out as it stands there."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.facebook import connector as reader
from connectors.facebook import listings, translate
from connectors.facebook.connector import FacebookConnector
from domain.account import Account
from domain.batch import PageRequest
from domain.credentials import Credentials
from domain.signal import SignalKind
from domain.stream import Shape
from tests.contract.connectors.case import TOKEN
from tests.contract.connectors.server import Platform, Reply

PAGE = "4001"
RECIPE = Path(__file__).parents[3] / "CONTRIBUTING.md"
ITEMS = [
    {
        "id": "4001_9",
        "from": {"id": "7001", "name": "Ada Exemple"},
        "created_time": "2026-02-01T10:00:09+0000",
    },
    {"id": "4001_8", "created_time": "2026-02-01T10:00:08+0000"},
    {"id": {"secret": "Ada"}, "from": {"id": "7002"}, "created_time": "2026-02-01T10:00:07+0000"},
]


@pytest.fixture
def facebook(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> FacebookConnector:
    """Read Facebook with the recipe's function and row in their places."""
    function, row = re.findall(r"```python\n(.*?)```", RECIPE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = dict(vars(translate))
    exec(function, names)  # noqa: S102  # the recipe's own text is under test
    monkeypatch.setattr(translate, "visitor_post", names["visitor_post"], raising=False)
    listing: listings.Listing = eval(row, dict(vars(listings)))  # noqa: S307  # the same
    name = listing.stream.name
    rows: Mapping[str, listings.Listing] = {**listings.LISTINGS, name: listing}
    monkeypatch.setattr(reader, "LISTINGS", rows)
    monkeypatch.setattr(reader, "STREAMS", {each: of.stream for each, of in rows.items()})
    return FacebookConnector(Account("facebook", PAGE, "Our club"), Credentials(TOKEN), platform.base_url)


def test_the_row_alone_is_asked_for_and_read(facebook: FacebookConnector, platform: Platform) -> None:
    platform.always(Reply({"data": ITEMS}))
    batch = facebook.fetch(PageRequest("visitor_posts"))
    (seen,) = platform.seen
    assert seen.path.endswith(f"/{PAGE}/visitor_posts")
    assert seen.query["fields"] == "id,from,message,created_time"
    (signal,) = batch.signals
    assert (signal.kind, str(signal.contact)) == (SignalKind.MENTIONED, f"facebook:{PAGE}:7001")
    assert (batch.unattributed, len(batch.quarantined), batch.next_cursor) == (1, 1, None)
    assert batch.newest == "2026-02-01T10:00:09+00:00"


def test_the_recipe_names_every_shape() -> None:
    text = RECIPE.read_text(encoding="utf-8")
    assert [each.name for each in Shape if f"`{each.name}`" not in text] == []
