"""Alerts find whoever wishes them: once, by mail and webhook, at once or together, again where it failed."""

import json
import threading
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from config.alerts import sentence
from config.settings import Settings
from domain.account import Account
from domain.alert import Alert, AlertKind, Way
from domain.budget import AtEnd, Period
from domain.schedule import Outcome, Timing
from domain.user import Role
from pipeline import alerting
from store import accounts, alerts, budgets, erasures, outbox, pausing, runs, schedules, users, withheld
from store import failures as failed
from store.accounts import Sealed
from store.alerts import MOST_TRIES
from store.budgets import Scope
from store.database import Database
from store.failures import Failure
from store.schedules import Became, Wish
from store.tables import harvest_runs, signals
from store.withheld import Doubt
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


def test_a_queue_that_nobody_reads_is_stuck_though_its_work_was_sent(told: Told) -> None:
    with told.database.write() as connection:
        work = outbox.Wake("job", 1, 0, "classify")
        outbox.put(connection, work, due_at=NOW, sent_at=NOW)
    told.now = NOW + alerting.STUCK
    assert "queue_stuck" not in told.found()
    told.now += timedelta(minutes=1)
    assert told.found()["queue_stuck"] == [{"queue": "classify", "minutes": 6}]
    with told.database.write() as connection:
        pausing.pause(connection, "classify", "console:ada", now=NOW)
    assert "queue_stuck" not in told.found()


def test_a_queue_server_that_stays_away_is_told_and_one_that_restarts_is_not(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = iter([True, False, True, True, False])
    monkeypatch.setattr("workers.alerter.queue_server_is_away", lambda _settings: next(away))
    told.wish(Way.MAIL, "ada@club.example", AlertKind.QUEUE_AWAY)
    mails = []
    for _ in range(5):
        told.alerter.tell()
        mails.append(len(told.mails))
    assert mails == [0, 0, 0, 1, 1]
    assert "ne r=C3=A9pond plus" in told.mails[0].replace("=\n", "") or "ne répond plus" in told.mails[0]
    with told.database.read() as connection:
        assert alerts.standing(connection) == []


def test_a_schedule_that_began_nothing_is_told_with_what_to_do_until_it_begins(told: Told) -> None:
    with told.database.write() as connection:
        wish = Wish(told.account, (), Timing("0 2 * * *", "UTC"), None)
        number = schedules.add(connection, wish, NOW, now=NOW)
        schedules.tell(connection, number, [NOW - timedelta(days=1)], Became(Outcome.BEGUN), now=NOW)
    assert "schedule_missed" not in told.found()
    with told.database.write() as connection:
        schedules.tell(connection, number, [NOW], Became(Outcome.BUDGET, "Nothing is left."), now=NOW)
    (found,) = told.found()["schedule_missed"]
    assert (found["schedule"], found["account"], found["why"]) == (number, "team-x", "budget")
    for outcome in set(Outcome) - {Outcome.BEGUN}:  # each has words of its own
        found["why"] = outcome.value
        for language in ("fr", "en"):
            assert not sentence("schedule_missed", language, found).endswith(f": {outcome}.")
    with told.database.write() as connection:
        schedules.tell(connection, number, [NOW + timedelta(days=1)], Became(Outcome.BEGUN), now=NOW)
    assert "schedule_missed" not in told.found()


def test_a_mail_tells_a_moment_in_its_readers_zone(told: Told) -> None:
    told.wish(Way.MAIL, "ada@club.example", AlertKind.SCHEDULE_MISSED)
    with told.database.write() as connection:
        wish = Wish(told.account, (), Timing("0 2 * * *", "UTC"), None)
        number = schedules.add(connection, wish, NOW, now=NOW)
        schedules.tell(connection, number, [NOW], Became(Outcome.MISSED), now=NOW)
    told.alerter.tell()
    (mail,) = told.mails
    at = NOW.astimezone(ZoneInfo("Europe/Paris"))
    assert f"{at:%Y-%m-%d %H:%M} (Europe/Paris)" in mail.replace("=\n", "")
    assert at.utcoffset() != timedelta(0)


def test_a_schedule_that_somebody_paused_misses_nothing(told: Told) -> None:
    with told.database.write() as connection:
        wish = Wish(told.account, (), Timing("0 2 * * *", "UTC"), None)
        number = schedules.add(connection, wish, NOW, now=NOW)
        schedules.tell(connection, number, [NOW], Became(Outcome.MISSED), now=NOW)
    assert "schedule_missed" in told.found()
    with told.database.write() as connection:
        schedules.switch(connection, number, is_on=False, now=NOW)
    assert "schedule_missed" not in told.found()


def test_erasures_that_the_database_still_holds_are_told_after_two_days(told: Told) -> None:
    with told.database.write() as connection:
        erasures.note(connection, now=NOW)
    told.now = NOW + alerting.SCRUBBED
    assert "erasures_due" not in told.found()
    told.now += timedelta(minutes=1)
    assert told.found()["erasures_due"] == [{"days": 1, "since": f"{NOW:%Y-%m-%d}"}]
    with told.database.write() as connection:
        erasures.scrubbed(connection, erasures.unscrubbed(connection), now=told.now)
    assert "erasures_due" not in told.found()


def test_people_withheld_and_a_token_about_to_end_are_told(told: Told) -> None:
    page(told.database, [follows(ADA)])
    with told.database.write() as connection:
        accounts.expires(connection, told.account, NOW + timedelta(days=3))
        act = connection.execute(select(signals.c.account_id, signals.c.contact_id)).one()
        plans = [runs.Plan("followers", 100, False)]
        run = runs.begin(connection, (act.account_id, "twitter"), plans, {}, now=NOW)["followers"]
        gone = [("follows", "", act.contact_id)]
        withheld.add(connection, Doubt(act.account_id, run, NOW, None), gone, now=NOW)
    found = told.found()
    assert found["token_dying"] == [{"account": "team-x", "day": f"{NOW + timedelta(days=3):%Y-%m-%d}"}]
    (doubt,) = found["leavers_withheld"]
    assert doubt["people"] == 1


@pytest.mark.parametrize("hour", [None, 8])
@pytest.mark.parametrize("way", [*Way])
@pytest.mark.parametrize("kind", [*AlertKind])
def test_each_kind_is_told_each_way_at_once_or_together(
    told: Told,
    listener: Listener,
    kind: AlertKind,
    way: Way,
    hour: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = {
        "people": 1,
        "days": 2,
        "since": "2026-11-01",
        "schedule": 1,
        "at": "2026-11-01 02:00 UTC",
        "why": "missed",
    }
    values |= {"account": "team-x", "day": "2026-11-03", "budget": "$1", "share": 80, "cause": "crash"}
    values |= {"failures": 1, "queue": "export", "minutes": 6, "harvest": 1, "contacts": 9, "regular": 3}
    values |= {"consumer": "crm-paris", "recipient": "Section"}
    monkeypatch.setattr(alerting, "found", lambda *_, **__: iter([Alert(kind, "", values)]))
    address = f"http://127.0.0.1:{listener.server_port}/hook" if way is Way.WEBHOOK else "ada@club.example"
    told.wish(way, address, kind, hour=hour)
    told.wish(way, address, *(set(AlertKind) - {kind}))

    def count() -> int:
        return len(listener.taken) if way is Way.WEBHOOK else len(told.mails)

    told.alerter.tell()
    assert count() == (0 if hour else 1)
    told.now += timedelta(days=1)
    told.alerter.tell()
    assert count() == 1


class Pinging(Told):
    """A schedule with an address that it pings, whose harvests end as a test says."""

    def __init__(self, database: Database, folder: Path, url: str) -> None:
        super().__init__(database, folder)
        with database.write() as connection:
            wish = Wish(self.account, (), Timing("0 2 * * *", "UTC"), None, url)
            self.number = schedules.add(connection, wish, NOW, now=NOW)

    def ends(self, *states: str) -> None:
        """Let a harvest of the schedule begin and its runs end so."""
        self.now += timedelta(hours=2)
        with self.database.write() as connection:
            plans = [runs.Plan(f"stream{place}", 100, False) for place in range(len(states))]
            begun = runs.begin(connection, (self.account, "twitter"), plans, {}, now=self.now)
            became = Became(Outcome.BEGUN, run_id=min(begun.values()))
            schedules.tell(connection, self.number, [self.now], became, now=self.now)
            for run_id, state in zip(begun.values(), states, strict=True):
                ended = None if state == "running" else self.now
                moved = update(harvest_runs).where(harvest_runs.c.id == run_id)
                connection.execute(moved.values(state=state, ended_at=ended))

    def error(self) -> str | None:
        """Return why the last ping failed."""
        with self.database.read() as connection:
            return schedules.get(connection, self.number).ping_error


def test_a_schedule_pings_once_for_each_harvest_that_ended_whole(
    database: Database, tmp_path: Path, listener: Listener
) -> None:
    made = Pinging(database, tmp_path / "data", f"http://127.0.0.1:{listener.server_port}/nightly")
    assert made.alerter.ping_schedules() == 0
    made.ends("done", "failed")
    assert made.alerter.ping_schedules() == 0
    made.ends("done", "done")
    assert [made.alerter.ping_schedules() for _ in range(3)] == [1, 0, 0]
    made.now += timedelta(minutes=1)
    assert made.alerter.ping_schedules() == 0
    made.ends("done")
    assert made.alerter.ping_schedules() == 1
    assert listener.taken == [("/nightly", b"")] * 2


def test_a_ping_that_fails_is_tried_again_for_an_hour_and_seen(
    database: Database, tmp_path: Path, listener: Listener
) -> None:
    made = Pinging(database, tmp_path / "data", f"http://127.0.0.1:{listener.server_port}/nightly")
    listener.status = 500
    made.ends("done")
    made.alerter.ping_schedules()
    made.alerter.ping_schedules()
    assert len(listener.taken) == 1
    assert made.error() == "The address answered with status 500."
    made.now += timedelta(minutes=2)
    listener.status = 200
    assert made.alerter.ping_schedules() == 1
    assert made.error() is None
    made.now += timedelta(minutes=2)
    assert made.alerter.ping_schedules() == 0


def test_a_ping_reaches_no_private_address(database: Database, tmp_path: Path, listener: Listener) -> None:
    made = Pinging(database, tmp_path / "data", f"http://127.0.0.1:{listener.server_port}/nightly")
    made.alerter = Alerter(database, Settings(data_dir=tmp_path / "data"), lambda: made.now)
    made.ends("done")
    assert made.alerter.ping_schedules() == 0
    assert listener.taken == []
    assert "private network" in (made.error() or "")
