"""When an act stands, and which acts are mere interactions."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.contact import ContactKey
from domain.signal import INTERACTIONS, Signal, SignalKind

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ADA = ContactKey("twitter", "7001")
LASTING_STEPS = {SignalKind.FOLLOWS, SignalKind.FRIEND, SignalKind.OPTED_IN, SignalKind.SIGNED_UP}
OBJECTIONS = {SignalKind.OBJECTED, SignalKind.BLOCKED}


@pytest.mark.parametrize(
    ("ended_at", "holds"),
    [
        pytest.param(None, True, id="an act without an end stands"),
        pytest.param(NOW + timedelta(seconds=1), True, id="an act that ends later still stands"),
        pytest.param(NOW, False, id="an act that ends now no longer stands"),
        pytest.param(NOW - timedelta(days=1), False, id="an act that ended does not stand"),
    ],
)
def test_holds(ended_at: datetime | None, holds: bool) -> None:  # noqa: FBT001  # a table's column
    assert Signal(ADA, SignalKind.OPTED_IN, ended_at=ended_at).holds(NOW) is holds


def test_every_kind_is_an_interaction_a_lasting_step_or_an_objection() -> None:
    assert set(SignalKind) - INTERACTIONS == LASTING_STEPS | OBJECTIONS
