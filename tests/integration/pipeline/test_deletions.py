"""A deletion meets a page of friends that was read before it: the page is read once more, not written."""

import pytest

from domain.account import Account
from domain.contact import ContactKey
from domain.signal import Signal, SignalKind
from domain.stream import Shape, Stream
from pipeline.deletions import FRIENDS, delete_app_person
from pipeline.outcome import LostClaimError
from store.database import Database
from tests.contents import inside, labels, rows
from tests.scripted import STREAMS, ScriptedConnector
from tests.travel import Travel

PAGE = Account("facebook", "4001", "our page", app_id="900")
ADA, BO = (ContactKey("facebook", f"app-900:{each}") for each in ("7001", "7002"))


def test_a_page_in_hand_does_not_bring_back_who_was_deleted_meanwhile(database: Database) -> None:
    friends = [Signal(each, SignalKind.FRIEND) for each in (ADA, BO)]
    streams = {**STREAMS, FRIENDS: Stream(FRIENDS, (SignalKind.FRIEND,), Shape.ROSTER, 100)}
    connector = ScriptedConnector({(FRIENDS, ""): friends}, streams=streams)
    travel = Travel(database, connector, whose=PAGE)
    run = travel.begin(FRIENDS)[FRIENDS]

    def ada_is_deleted() -> None:
        with database.write() as connection:
            delete_app_person(connection, {"900"}, "7001", now=travel.clock())
        connector.listings[FRIENDS, ""] = friends[1:]

    connector.meanwhile = ada_is_deleted
    with pytest.raises(LostClaimError):
        travel.step(run)
    travel.clock.forward(seconds=1)
    assert travel.finish(run) == ["done"]
    assert len(connector.requests) == 2
    assert set(labels(database)) == inside(database) == {BO.platform_id}
    assert [each["kind"] for each in rows(database, "deletions")] == ["deletion"]
