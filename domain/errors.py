"""What can go wrong, by who must act; connectors translate every platform's errors into these."""

from datetime import datetime

from domain.limit import Limit


class RegularsError(Exception):
    """The base: a sentence that says what happened, to which account or run, and what to do.

    `exit_code` is that of a command which ends by it.
    """

    exit_code = 1


class PlatformError(RegularsError):
    """A platform said no; `code` names the row of the platform's error table.

    `unbilled` says that the platform surely charges nothing for the request: it was refused, or never
    sent. Without that word it counts as paid (x-api.md §2: failed requests and empty results cost nothing).
    """

    unbilled = False

    def __init__(self, sentence: str, *, code: str, limit: Limit | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.limit = limit


class RetryLaterError(PlatformError):
    """Raised when the same request may succeed later; `retry_at` is when, None for soon."""

    def __init__(
        self, sentence: str, *, code: str, retry_at: datetime | None = None, limit: Limit | None = None
    ) -> None:
        super().__init__(sentence, code=code, limit=limit)
        self.retry_at = retry_at


class AppPausedError(RetryLaterError):
    """Raised when nothing of the whole app can be read before `retry_at` (caps, credits, blocks)."""


class RateLimitedError(RetryLaterError):
    """Raised when a window is spent; where `retry_at` is None the pauses begin at seconds and grow."""


class OperatorNeededError(PlatformError):
    """Raised when only a person can go on: a token is dead, a permission is missing."""


class TokenDeadError(OperatorNeededError):
    """Raised when the account's token opens nothing any more: everything of the account is paused."""


class ItemGoneError(PlatformError):
    """Raised when the object whose listing was asked for is gone or hidden: skip it."""


class CursorRefusedError(PlatformError):
    """Raised when the platform no longer takes a cursor: its listing starts again, nothing is gone."""


class PageTooLargeError(PlatformError):
    """Raised when the platform asks for a smaller page."""


class BadAnswerError(PlatformError):
    """Raised when an answer could not be read at all; the request may be tried a few times."""


class UnexpectedError(PlatformError):
    """Raised where a page failed in our own code: tried a few times, then a failure to look into."""


class PagingLoopError(PlatformError):
    """Raised when a listing leads back to a page that this walk already read."""
