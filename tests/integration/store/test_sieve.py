"""The sieve and the database say the same, whoever adds, lifts, takes back or restores in between."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from config.suppression import Suppressor, new_key
from store import messaging, suppressions
from store.database import Database
from tests.cast import NOW
from tests.contents import wipe

SUPPRESSOR = Suppressor([new_key()])
PEOPLE = [("twitter", f"{each}") for each in range(8)]


class TakenBackError(Exception):
    """Ends a transaction that is not to be."""


def asked(connection: Connection, suppressor: Suppressor) -> set[int]:
    values = suppressor.raw(PEOPLE)
    suppressions.share(connection)
    return suppressions.places_among(
        connection, values, suppressions.sieved(connection, values, suppressor.sieve)
    )


def take_back() -> None:
    raise TakenBackError


def add(connection: Connection, *places: int) -> None:
    values = SUPPRESSOR.values(PEOPLE[each] for each in places)
    suppressions.add(connection, values, "objected", wraps=1, now=NOW)


@pytest.fixture(autouse=True)
def sieves_even_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "FEW", 0)


steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "add and ask", "taken back", "lift", "restore", "ask"]), st.integers(0, 7)
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_it_hides_nobody_who_is_suppressed(database: Database, script: list[tuple[str, int]]) -> None:
    wipe(database)
    with database.write() as connection:
        messaging.open_epoch(connection)
    suppressor, truth, kept = Suppressor([new_key()]), set[int](), set[int]()
    suppressor._macs = SUPPRESSOR._macs
    for act, place in script:
        try:
            with database.write() as connection:
                if act in ("add", "add and ask", "taken back"):
                    add(connection, place)
                if act in ("add and ask", "taken back", "ask"):
                    assert asked(connection, suppressor) == truth | ({place} if act != "ask" else set())
                if act == "taken back":
                    take_back()
                if act == "lift":
                    suppressions.lift(connection, SUPPRESSOR.values([PEOPLE[place]]))
                if act == "restore":  # of an older state, as a restore says by a new epoch
                    connection.execute(text("DELETE FROM suppressions"))
                    connection.execute(text("UPDATE objections_ledger SET numbered = 0"))
                    messaging.open_epoch(connection)
                    for each in kept:
                        add(connection, each)
        except TakenBackError:
            continue
        truth = truth | {place} if act.startswith("add") else truth
        truth = truth - {place} if act == "lift" else truth
        if act == "restore":
            truth = set(kept)
        kept = set(truth) if act == "ask" else kept
    with database.write() as connection:
        assert asked(connection, suppressor) == truth


def test_an_older_database_under_the_same_epoch_is_read_anew(database: Database) -> None:
    suppressor = Suppressor([new_key()])
    suppressor._macs = SUPPRESSOR._macs
    with database.write() as connection:
        add(connection, 1)
        add(connection, 2)
    with database.write() as connection:
        assert asked(connection, suppressor) == {1, 2}
    with database.write() as connection:
        connection.execute(text("DELETE FROM suppressions"))
        connection.execute(text("UPDATE objections_ledger SET numbered = 0"))
        add(connection, 3)
    with database.write() as connection:
        assert asked(connection, suppressor) == {3}


def test_few_are_asked_about_without_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "FEW", 100)
    with database.write() as connection:
        assert suppressions.sieved(connection, SUPPRESSOR.raw(PEOPLE), SUPPRESSOR.sieve) == range(8)
    assert SUPPRESSOR.sieve.read is None
