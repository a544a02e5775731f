"""What needs somebody: each trouble is one sentence with what to do, and goes when it is over."""

import html
import os
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from console.web import needs
from domain.budget import AtEnd, Period
from domain.schedule import Outcome, Timing
from domain.user import Role
from pipeline import alerting, budgeting
from pipeline.begin import cap
from store import accounts, budgets, outbox, runs, schedules, workers
from store.budgets import Scope
from store.database import Database
from store.schedules import Became, Wish
from store.tables import harvest_runs
from tests.cast import NOW, OURS, added
from tests.consoles import Consoles, listening
from workers.runtime import utc_now

NEEDS = "/overview/needs"


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data", NOW)) as made:
        with database.write() as connection:
            added(connection, OURS)
        yield made


def said(console: Consoles, language: str = "en") -> str:
    """Return the sentences that somebody reads."""
    shown = html.unescape(re.sub(r"<[^>]+>", " ", console.as_(Role.VIEWER, language).get(NEEDS).text))
    return re.sub(r"\s+", " ", shown)


def begun(console: Consoles, **values: object) -> int:
    """Begin a run and let its row be as wished."""
    with console.database.write() as connection:
        plans = [runs.Plan("followers", 100, False)]
        (run_id,) = runs.begin(connection, (1, "twitter"), plans, {}, now=NOW).values()
        if values:
            connection.execute(update(harvest_runs).values(**values))
    return run_id


def process(console: Consoles, kind: str, queues: str = "", pid: int = 0) -> str:
    """Let a process sign."""
    name, now = f"{kind}:{queues}:{pid}", console.now or utc_now()
    facts = {"id": name, "kind": kind, "host": socket.gethostname(), "pid": pid or os.getpid()}
    with console.database.write() as connection:
        workers.sign(connection, {**facts, "queues": queues}, {"worked_at": now}, now=now)
    return name


def test_nothing_needs_anybody_where_nothing_is_to_be_harvested(console: Consoles) -> None:
    assert "Nothing needs you today." in said(console)
    assert "Rien ne vous attend" in said(console, "fr")


def test_that_nothing_is_at_work_is_told_where_something_is_to_be_harvested(
    console: Consoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.web.looks.LOOK_S", 0.0)
    console.now = None  # a process that began after it had signed would be another one
    begun(console)
    assert "no dispatcher is at work. Start “regulars up”" in said(console)
    process(console, "dispatcher")
    assert "no dispatcher" not in said(console)
    assert "The queue server" not in said(console)
    away = {"redis_url": SecretStr("redis://127.0.0.1:9/0")}
    console.runtime.settings = console.runtime.settings.model_copy(update=away)
    assert "The queue server does not answer: harvests wait." in said(console)
    queues_page = console.as_(Role.VIEWER).get("/queues/standing").text
    assert "The queue server does not answer: nothing moves." in queues_page
    assert "No process reads 5 queues" in said(console)
    process(console, "worker", "harvest.twitter harvest.facebook classify")
    assert "No process reads the queue export. Start “regulars up”" in said(console)
    process(console, "worker", "export")
    assert "No process reads" not in said(console)


def test_a_dead_worker_is_told_for_a_minute_with_what_it_held(console: Consoles) -> None:
    name = process(console, "worker", "harvest.twitter", pid=4_000_001)
    run_id = begun(
        console, claimed_by="worker:harvest.twitter:4000001", claimed_until=NOW, pages=12, fence=14
    )
    with console.database.write() as connection:
        workers.bury(connection, [name], died=True, now=NOW)
    told = said(console)
    assert f"A worker (PID 4000001) died at 13:00 with page 13 of run {run_id} in hand. Another reads" in told
    shown = console.as_(Role.VIEWER).get("/queues/standing").text
    assert f"held page 13 of followers, run {run_id}" in shown
    assert "(fence 14)" in shown
    console.now = NOW + needs.DIED + timedelta(seconds=1)
    assert "died" not in said(console)
    assert "held page 13" in console.as_(Role.VIEWER).get("/queues/standing").text


def test_a_worker_that_dies_with_nothing_in_hand_says_so(console: Consoles) -> None:
    name = process(console, "worker", "export", pid=4_000_001)
    with console.database.write() as connection:
        workers.bury(connection, [name], died=True, now=NOW)
    assert "It held nothing; “regulars up” replaces it." in said(console)


def test_a_page_in_hand_shows_its_lease_and_fence(console: Consoles) -> None:
    name = process(console, "worker", "harvest.twitter")
    until = NOW + timedelta(seconds=120)
    begun(console, claimed_by=name, claimed_until=until, fence=7)
    shown = console.as_(Role.VIEWER).get("/queues/standing").text
    assert "its alone (fence 7) until" in shown
    assert until.isoformat() in shown


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("the platform's limit", "X allows no more requests for our profile: the harvest waits until 13:10"),
        ("rate_limited", "goes on by itself. Nothing to do."),
        ("credits_depleted", "credits or the cap of our profile at X are used up. Buy or raise them there"),
        ("the budget of $5.00 a day for all accounts", "waits for the next budget, until 13:10. Raise"),
    ],
)
def test_what_a_run_waits_for_is_told_until_it_is_over(console: Consoles, reason: str, sentence: str) -> None:
    begun(console, waiting_for=reason, due_at=NOW + timedelta(minutes=10))
    assert sentence in said(console)
    console.now = NOW + timedelta(minutes=11)
    assert sentence not in said(console)


def test_waits_of_a_moment_are_not_told(console: Consoles) -> None:
    begun(console, waiting_for="its turn", due_at=NOW + timedelta(minutes=10))
    assert "waits" not in said(console).replace("harvests wait.", "")


def test_a_run_that_stopped_at_its_budget_is_told_until_another_takes_its_place(console: Consoles) -> None:
    run_id = begun(console)
    with console.database.write() as connection:
        cap(connection, 1, [run_id], 5, now=NOW)
        connection.execute(update(harvest_runs).values(state="stopped", ended_at=NOW))
    assert "The harvest of our profile stopped at its budget. Resume it" in said(console)
    assert f'href="/harvests/{run_id}"' in console.as_(Role.VIEWER).get(NEEDS).text
    begun(console)
    assert "stopped at its budget" not in said(console)


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("X refused the token.", "the platform refuses its token. Connect it again"),
        ("Paused by console:ada.", "is paused: somebody asked for it. Resume it"),
    ],
)
def test_a_pause_says_what_to_do_by_its_reason(console: Consoles, why: str, sentence: str) -> None:
    with console.database.write() as connection:
        accounts.pause(connection, 1, why)
    assert sentence in said(console)
    with console.database.write() as connection:
        accounts.resume(connection, 1)
    assert sentence not in said(console)


def test_a_raised_budget_wakes_whoever_waits_for_it(console: Consoles) -> None:
    later = NOW + timedelta(days=9)
    run_id = begun(console, waiting_for="the budget of $5.00 a month for all accounts", due_at=later)
    with console.database.write() as connection:
        budgeting.set_budget(connection, Scope(), 9, Period.MONTH, AtEnd.WAIT, now=NOW)
    with console.database.read() as connection:
        assert runs.get(connection, run_id)["due_at"] == NOW
        (wake,) = outbox.due(connection, now=NOW, resend_after=timedelta(0), count=9, without={})
        assert wake.subject_id == run_id
        (budget,) = budgets.listed(connection, now=NOW)
    with console.database.write() as connection:
        connection.execute(update(harvest_runs).values(due_at=later))
        budgeting.take_away(connection, budget["id"], now=NOW)
    with console.database.read() as connection:
        assert runs.get(connection, run_id)["due_at"] == NOW


def test_alerts_that_stand_are_told_in_the_language_of_the_visitor(console: Consoles) -> None:
    with console.database.write() as connection:
        number = schedules.add(connection, Wish(1, (), Timing("0 2 * * *", "UTC"), None), NOW, now=NOW)
        schedules.tell(connection, number, [NOW], Became(Outcome.PAUSED, "x"), now=NOW)
        alerting.look(connection, now=NOW)
    assert "harvested nothing at 1 Nov, 13:00: the account is paused" in said(console)
    assert "n'a rien collecté le 1 nov. à 13:00 :" in said(console, "fr")


def test_the_gravest_stands_first_and_what_only_tells_counts_for_nothing(console: Consoles) -> None:
    begun(console, waiting_for="the platform's limit", due_at=NOW + timedelta(minutes=10))
    process(console, "dispatcher")
    with console.database.write() as connection:
        accounts.pause(connection, 1, "X refused the token.")
    page = console.as_(Role.VIEWER).get(NEEDS).text
    kinds = re.findall(r"<li( class=\"(grave|tells)\")?>", page)
    assert [kind for _, kind in kinds] == ["grave"] * (len(kinds) - 1) + ["tells"]
    assert f"{len(kinds) - 1} things need you today" in page
