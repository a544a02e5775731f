"""The limiter: in the queue server the same rules as in domain/window.py; a flush forgets nothing."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from dramatiq.brokers.redis import RedisBroker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import permit as permits
from domain import telling
from domain.errors import RetryLaterError
from domain.permit import SHORT_S
from domain.window import Told, Window
from pipeline.ask import Ask
from pipeline.limiter import DatabaseLimiter, Limiter
from pipeline.windows import read, written
from store.database import Database
from store.limits import Place
from tests.travel import Clock
from workers.limiter import RedisLimiter

ACCOUNTS = ("4001", "4002")
APP = Place("twitter", "app 9", "followers")


class Event(NamedTuple):
    """What happens: somebody asks, is answered or gives back, some seconds after the last event."""

    after: float
    what: str
    account: str
    caller: str
    told: Told | None


tolds = st.none() | st.builds(
    Told,
    limit=st.sampled_from([5, 8, 100]),
    remaining=st.integers(0, 8),
    reset_s=st.sampled_from([-3, 0, 2, 2.5, 9]),
    share=st.just(False) | st.booleans(),
    refused=st.just(False) | st.booleans(),
)
events = st.builds(
    Event,
    after=st.sampled_from([-20, 0, 0.25, 1, 1, 3, 50]),
    what=st.sampled_from(["take", "take", "answer", "answer", "give_back"]),
    account=st.sampled_from(ACCOUNTS),
    caller=st.sampled_from(["run 1", "run 2", "run 3"]),
    told=tolds,
)


def place(account: str) -> Place:
    return Place("twitter", f"account {account}", "followers")


def unknown() -> Sequence[Window]:
    return (Window(), Window())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(events, max_size=30))
def test_the_queue_server_follows_the_same_rules(queue: RedisBroker, happening: list[Event]) -> None:
    queue.client.flushall()
    limiter = RedisLimiter(queue.client)
    ours = {each: Window() for each in (place(ACCOUNTS[0]), place(ACCOUNTS[1]), APP)}
    now, begun = 1_000_000.0, set[str]()
    for number, each in enumerate(happening):
        now += each.after
        pair = [ours[place(each.account)], ours[APP]]
        permit = f"permit {number}"
        if each.what != "take":
            lease = pair[0].leases.get(each.caller)
            permit = lease.permit if lease else "none"
        ask = Ask(place(each.account), APP, each.caller, permit)
        for name, known in zip(ask.names, pair, strict=True):
            if name not in begun:
                known.clock = now
                begun.add(name)
        expected = 0.0
        if each.what == "take":
            expected = permits.take(pair, permit, each.caller, now)
        elif each.what == "answer":
            telling.answer(pair, permit, each.told, now)
        else:
            permits.give_back(pair, permit)
        said = limiter._run(each.what, ask, each.told, unknown, at=repr(now))  # a clock that we move
        assert float(said) == pytest.approx(expected, abs=1e-3)
        for name, known in zip(ask.names, pair, strict=True):
            theirs = read(queue.client.get(f"regulars:limit:{name}").decode())
            assert rounded(theirs) == rounded(known)


def rounded(known: Window) -> Window:
    """Return a window with its times to the millisecond: the script writes fewer digits."""
    again = read(written(known))
    for name in ("clock", "next_slot", "reset", "remaining", "cost", "base"):
        value = getattr(again, name)
        setattr(again, name, None if value is None else round(value, 3))
    for lease in again.leases.values():
        lease.until = round(lease.until, 3)
    for caller in again.callers.values():
        caller.wake = round(caller.wake, 3)
        caller.since = None if caller.since is None else round(caller.since, 3)
    return again


def ask(caller: str, number: int = 1) -> Ask:
    return Ask(place("4001"), APP, caller, f"{caller} {number}")


def test_permits_in_the_queue_server(queue: RedisBroker) -> None:
    permits_are_taken_answered_and_given_back(RedisLimiter(queue.client))


def test_permits_in_the_database(database: Database) -> None:
    permits_are_taken_answered_and_given_back(DatabaseLimiter(database, Clock()))


def permits_are_taken_answered_and_given_back(limiter: Limiter) -> None:
    assert limiter.take(ask("run 1"), unknown) == 0
    assert limiter.take(ask("run 2"), unknown) == SHORT_S
    limiter.answer(ask("run 1"), Told(75, 1, 60), unknown)
    assert limiter.take(ask("run 2", 2), unknown) == 0
    assert limiter.take(ask("run 3"), unknown) == SHORT_S
    limiter.give_back(ask("run 2", 2))
    limiter.answer(ask("run 9"), Told(75, 0, 60, refused=True), unknown)
    assert limiter.take(ask("run 3", 2), unknown) == pytest.approx(60, abs=1)


def test_after_a_flush_the_database_says_what_is_left(queue: RedisBroker) -> None:
    limiter = RedisLimiter(queue.client)
    limiter.take(ask("run 1"), unknown)
    limiter.answer(ask("run 1"), Told(75, 0, 60), unknown)
    queue.client.flushall()
    spent = (Window(75, 0, 30), Window())
    assert limiter.take(ask("run 1", 2), lambda: spent) == pytest.approx(30, abs=1)


def test_a_queue_server_that_is_away_lets_nobody_through() -> None:
    broker = RedisBroker(url="redis://127.0.0.1:1/0")
    with pytest.raises(RetryLaterError, match="does not answer"):
        RedisLimiter(broker.client).take(ask("run 1"), unknown)
    broker.client.close()
