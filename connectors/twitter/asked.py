"""What an answer of X is read against."""

from datetime import datetime
from typing import NamedTuple

from domain.batch import PageRequest


class Asked(NamedTuple):
    """Which account asked for which page, what that page needs of a token, and when it was asked."""

    account_id: str
    request: PageRequest
    permissions: tuple[str, ...]
    now: datetime
