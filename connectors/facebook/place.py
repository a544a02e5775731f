"""Where Facebook answered, which errors, limits and envelopes are read against."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from connectors.facebook.usage import PAGES, limit_of
from domain.batch import PageRequest
from domain.limit import Limit


class Place(NamedTuple):
    """Where Facebook answered: which page's listing was asked for, with what it needs, and when."""

    page_id: str
    request: PageRequest
    permissions: tuple[str, ...]
    now: datetime
    window: str = PAGES


def limit_in(headers: Mapping[str, str], place: Place) -> Limit | None:
    """Return what the headers of an answer say of the limits of its place."""
    return limit_of(headers, place.window, place.page_id, place.now)
