"""Labels in their order, errors by consequence, and credentials that do not show themselves."""

from datetime import UTC, datetime

import pytest

from domain import errors
from domain.account import Account
from domain.credentials import Credentials
from domain.label import Label
from domain.limit import Limit

LATER = datetime(2026, 11, 1, 13, tzinfo=UTC)
LIMIT = Limit("users/followers", remaining=0, reset_at=LATER)


def test_labels_are_ordered_and_written_as_words() -> None:
    assert [each.word for each in sorted(Label)] == ["none", "occasional", "regular", "suppressed"]


@pytest.mark.parametrize(
    "kind",
    [
        errors.OperatorNeededError,
        errors.ItemGoneError,
        errors.CursorRefusedError,
        errors.PageTooLargeError,
        errors.BadAnswerError,
        errors.PagingLoopError,
        errors.RetryLaterError,
    ],
)
def test_a_platforms_error_is_a_sentence_with_its_row_and_limit(kind: type[errors.PlatformError]) -> None:
    error = kind("The account 41 cannot be read.", code="a-row", limit=LIMIT)

    assert (str(error), error.code, error.limit) == ("The account 41 cannot be read.", "a-row", LIMIT)
    assert isinstance(error, errors.RegularsError)


def test_a_paused_app_is_a_reason_to_come_back_later() -> None:
    error = errors.AppPausedError("The app is out of credits.", code="credits", retry_at=LATER)

    assert isinstance(error, errors.RetryLaterError)
    assert error.retry_at == LATER


def test_an_account_has_the_key_that_stands_in_data() -> None:
    assert Account("twitter", "1001", "our profile").key == "twitter:1001"


def test_credentials_do_not_show_themselves() -> None:
    shown = repr(Credentials("opaque-1", user_token="opaque-2", app_secret="opaque-3"))

    assert "opaque" not in shown
