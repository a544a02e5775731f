"""The screen before every write: whom it keeps out, and that an act comes through once."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.account import Account
from domain.contact import ContactKey
from domain.signal import Signal, SignalKind
from pipeline.screen import screened

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
OURS = Account("facebook", "4000", "our page", staff=frozenset({"4100"}))
ADA = ContactKey("facebook", "4000:7001")
LIKED = Signal(ADA, SignalKind.LIKED, "9001")


@pytest.mark.parametrize(
    "signal",
    [
        pytest.param(LIKED._replace(contact=ContactKey("facebook", "4000")), id="the page's own act"),
        pytest.param(
            LIKED._replace(contact=ContactKey("facebook", "4000:4000")), id="the page as its scope shows it"
        ),
        pytest.param(LIKED._replace(contact=ContactKey("facebook", "4100")), id="an act of the staff"),
        pytest.param(
            LIKED._replace(contact=ContactKey("facebook", "4000:4100")), id="the staff as a scope shows it"
        ),
        pytest.param(LIKED._replace(ended_at=NOW), id="an act that ends now"),
        pytest.param(LIKED._replace(ended_at=NOW - timedelta(days=1)), id="an act that has ended"),
    ],
)
def test_an_act_is_kept_out(signal: Signal) -> None:
    assert screened(OURS, [signal, LIKED], now=NOW) == [LIKED]


@pytest.mark.parametrize(
    "signal",
    [
        pytest.param(LIKED._replace(item="9002"), id="another item"),
        pytest.param(LIKED._replace(kind=SignalKind.COMMENTED), id="another kind"),
        pytest.param(LIKED._replace(contact=ContactKey("facebook", "4000:7002")), id="another contact"),
        pytest.param(
            LIKED._replace(contact=ContactKey("facebook", "4001:7001")), id="the same number in another scope"
        ),
        pytest.param(
            LIKED._replace(contact=ContactKey("facebook", "4000:74100")),
            id="an id that ends like the staff's",
        ),
        pytest.param(
            LIKED._replace(item="9003", ended_at=NOW + timedelta(days=1)), id="an act that ends later"
        ),
    ],
)
def test_an_act_comes_through(signal: Signal) -> None:
    assert screened(OURS, [LIKED, signal], now=NOW) == [LIKED, signal]


def test_an_act_that_is_there_twice_comes_through_once() -> None:
    assert screened(OURS, [LIKED, LIKED, LIKED._replace(text="again")], now=NOW) == [LIKED]


def test_without_staff_all_strangers_come_through() -> None:
    nobody = Account("twitter", "5000", "our profile")
    stranger = LIKED._replace(contact=ContactKey("twitter", "4100"))
    assert screened(nobody, [stranger], now=NOW) == [stranger]
