"""What an answer of X is read against."""

from datetime import datetime
from typing import NamedTuple

from domain.batch import PageRequest


class Asked(NamedTuple):
    """Which account asked for which page, what that page needs of a token, when it was asked and answered."""

    account_id: str
    request: PageRequest
    permissions: tuple[str, ...]
    now: datetime
    heard: datetime | None = None
