"""Alerts find whoever wishes them: once, by mail and webhook, at once or together, again where it failed."""

import json
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from domain.account import Account
from domain.alert import AlertKind, Way
from domain.budget import AtEnd, Period
from domain.user import Role
from pipeline import alerting
from store import accounts, alerts, budgets, users
from store import failures as failed
from store.accounts import Sealed
from store.alerts import MOST_TRIES
from store.budgets import Scope
from store.database import Database
from store.failures import Failure
from tests.cast import ADA, NOW, follows
from tests.interests import page
from tests.unit.connectors.test_outbound import Listener, listener
from workers.alerter import Alerter

__all__ = ["listener"]


class Told:
    """An alerter whose clock is set by hand, and a user who wishes to be told."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.now = NOW
        self.settings = Settings(data_dir=folder, outbound_private="127.0.0.0/8")
        self.alerter = Alerter(database, self.settings, lambda: self.now)
        with database.write() as connection:
            account = Account("twitter", "500", "team-x")
            self.account = accounts.add(connection, account, Sealed(b"-", None, None), now=NOW)
            self.user = users.add(connection, "ada", Role.VIEWER, now=NOW)

    def wish(self, way: Way, address: str, *kinds: AlertKind, hour: int | None = None) -> int:
        """Wish to be told."""
        with self.database.write() as connection:
            return alerts.wish(connection, self.user, list(kinds) or [*AlertKind], way, address, hour)

    def pause(self) -> None:
        """Pause the account."""
        with self.database.write() as connection:
            accounts.pause(connection, self.account, "token refused")

    def resume(self) -> None:
        """Resume it."""
        with self.database.write() as connection:
            accounts.resume(connection, self.account)

    def found(self) -> dict[str, list[dict[str, object]]]:
        """Return what would be told now, by kind."""
        with self.database.read() as connection:
            by_kind: dict[str, list[dict[str, object]]] = {}
            for each in alerting.found(connection, now=self.now):
                by_kind.setdefault(each.kind, []).append(dict(each.values))
            return by_kind

    @property
    def mails(self) -> list[str]:
        """What was mailed, in the folder of those that wait."""
        return [each.read_text() for each in sorted((self.folder / "outbox").glob("*.eml"))]


@pytest.fixture
def told(database: Database, tmp_path: Path) -> Told:
    """Make an alerter."""
    return Told(database, tmp_path / "data")


def test_an_alert_is_told_once_while_it_stands_and_again_when_it_comes_back(told: Told) -> None:
    told.wish(Way.MAIL, "ada@club.example")
    assert told.alerter.tell() == 0
    told.pause()
    for _ in range(3):
        told.alerter.tell()
    assert len(told.mails) == 1
    assert "Le compte team-x est en pause" in told.mails[0].replace("=\n", "")
    told.resume()
    told.alerter.tell()
    told.pause()
    told.alerter.tell()
    assert len(told.mails) == 2


def test_several_dispatchers_tell_it_once(told: Told, listener: Listener) -> None:
    told.wish(Way.WEBHOOK, f"http://127.0.0.1:{listener.server_port}/hook")
    told.pause()
    others = [Alerter(told.database, told.settings, lambda: NOW) for _ in range(4)]
    threads = [threading.Thread(target=each.tell) for each in others]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(listener.taken) == 1
    (sent,) = json.loads(listener.taken[0][1])["alerts"]
    assert (sent["kind"], sent["values"]) == ("account_paused", {"account": "team-x"})


def test_only_what_was_wished_is_told(told: Told) -> None:
    told.wish(Way.MAIL, "ada@club.example", AlertKind.HARVEST_ENDED)
    told.pause()
    told.alerter.tell()
    assert told.mails == []


def test_a_digest_waits_and_tells_all_together(told: Told) -> None:
    told.wish(Way.MAIL, "ada@club.example", hour=8)
    told.pause()
    told.alerter.tell()
    with told.database.write() as connection:
        scope = Scope(account_id=told.account)
        budgets.put(connection, scope, 0, Period.DAY, AtEnd.STOP, now=NOW)
    told.alerter.tell()
    assert told.mails == []
    told.now += timedelta(days=1)
    told.alerter.tell()
    (mail,) = told.mails
    assert "en pause" in mail


def test_what_fails_is_tried_ever_later_then_given_up_and_seen(told: Told, listener: Listener) -> None:
    wish = told.wish(Way.WEBHOOK, f"http://127.0.0.1:{listener.server_port}/hook")
    listener.status = 500
    told.pause()
    told.alerter.tell()
    told.alerter.tell()
    assert len(listener.taken) == 1
    for _ in range(MOST_TRIES + 3):
        told.now += timedelta(hours=13)
        told.alerter.tell()
    assert len(listener.taken) == MOST_TRIES
    with told.database.read() as connection:
        (shown,) = alerts.wishes(connection, told.user)
    assert shown["id"] == wish
    assert shown["last"]["error"] == "The address answered with status 500."


def test_whoever_is_shut_out_is_told_nothing_more(told: Told) -> None:
    told.wish(Way.MAIL, "ada@club.example")
    with told.database.write() as connection:
        users.add(connection, "boss", Role.ADMIN, now=NOW)
        users.change(connection, told.user, shut_out_at=NOW)
    told.pause()
    told.alerter.tell()
    assert told.mails == []


def test_budgets_failures_and_notices_are_found(told: Told) -> None:
    page(told.database, [follows(ADA)])
    with told.database.write() as connection:
        failed.add(connection, Failure(None, None, None, "crash", "It died.", "Look.", 3), now=NOW)
        budgets.put(connection, Scope(), 0, Period.MONTH, AtEnd.STOP, now=NOW)
    told.now = NOW + timedelta(days=25)
    found = told.found()
    assert found["failed"] == [{"cause": "crash", "failures": 1}]
    assert found["notices_due"] == [{"people": 1}]
    told.now = NOW + timedelta(days=40)
    assert told.found()["notices_overdue"] == [{"people": 1}]


def test_alerts_that_ended_long_ago_go(told: Told) -> None:
    told.pause()
    told.alerter.tell()
    told.resume()
    told.alerter.tell()
    told.now += timedelta(days=31)
    told.alerter.tell()
    with told.database.write() as connection:
        assert alerts.expire(connection, datetime.max.replace(tzinfo=NOW.tzinfo)) == 0
