"""A limit: what a platform said of how many requests it allows."""

from dataclasses import dataclass
from datetime import datetime

#: The endpoint of a limit that holds for everything an account reads.
WHOLE_ACCOUNT = "*"


@dataclass(frozen=True, slots=True)
class Limit:
    """What an answer's headers said of a rate limit; `endpoint` is a stream's window or WHOLE_ACCOUNT.

    A `share` is in percent of a quota that is never told; its `reset_at` counts where none remains.
    """

    endpoint: str
    remaining: int
    reset_at: datetime
    limit: int | None = None
    share: bool = False
