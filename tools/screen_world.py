"""A month of an invented team, so that every screen of the console has something to tell.

The people come from the simulator, and real workers read them; between two harvests the installation is made
older, so that its past looks like one.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, text, update

from classifier.notices import Status
from console.cli.demo import connect_accounts, harvest_accounts, open_installation, simulated
from console.cli.harvest import road_for
from console.cli.topics_read import read_topics
from domain.account import Account
from domain.alert import AlertKind, Way
from domain.credentials import Credentials
from pipeline.admit import review
from store import accounts, alerts, failures, notices, run_pages, tallies, users
from store.database import Database
from store.failures import Failure
from store.moments import stamp
from store.runs import queue_of
from store.tables import Moment, contacts, harvest_runs, limit_windows, limits, metadata, signals, spends
from store.tables import notices as notices_table
from store.tallies import Tally
from tools.screen_delivery import deliver
from workers.runtime import Runtime, utc_now
from workers.supervisor import Supervisor

#: How many people there are, and which ones.
AUDIENCE, SEED = 4_000, 7
#: Days before today on which both accounts were harvested.
HARVESTED = (30, 16, 9, 2)
#: Who signs in, by role; ada looks at the screens.
TEAM = {"ada": "admin", "bo": "manager", "chloe": "operator", "dan": "viewer"}
PASSWORD = "correct horse battery"  # noqa: S105  # of an invented user
#: Tables whose moments stay: the journal is a chain of hashes.
_AS_WRITTEN = ("journal", "installation", "workers")
_PROGRAM = [sys.executable, "-m", "console.cli.main"]
#: What failed: platform, stream, cause, sentence, advice and tries.
_FAILED = (
    ("facebook", "comments", "server", "Facebook answered 500 (code 2), 12 times.", "Replay it later.", 12),
    ("facebook", "reactions", "server", "Facebook answered 500 (code 2), 12 times.", "Replay it later.", 12),
    (
        "twitter",
        "likers",
        "permission_missing",
        "X refused (403): the app lacks like.read.",
        "Connect it anew.",
        1,
    ),
)


class Scene(NamedTuple):
    """What the pictures show beside the eight screens: numbers that stand in addresses."""

    address: str
    run: int
    contact: int


@contextmanager
def world(folder: Path, audience: int = AUDIENCE) -> Iterator[Scene]:
    """Build it, with a console that listens, a harvest that runs and another one that waits."""
    with simulated(folder, audience, SEED) as ready:
        runtime = open_installation(folder, ready)
        connected = connect_accounts(runtime, ready)
        _past(runtime, connected, ready)
        for name, role in TEAM.items():
            _command("user", "add", name, "--role", role, given=f"{PASSWORD}\n")
        _people(runtime.database)
        for each in list(_commands(runtime.database)):
            _command(*each)
        deliver(runtime.database, folder, _command)
        _broken(runtime, ready)
        with Supervisor(runtime.settings, runtime):
            run = _present(runtime, ready)
            with _console(folder) as address:
                yield Scene(address, run, _told_no(runtime.database))


def _past(runtime: Runtime, connected: list[Account], ready: Mapping[str, Any]) -> None:
    """Harvest on each of the days, the oldest first; each is then moved into the past."""
    counted: list[tuple[int, list[Tally]]] = []
    with road_for(runtime, *map(queue_of, ("twitter", "facebook"))):
        for day, after in zip(HARVESTED, (*HARVESTED[1:], 0), strict=True):
            harvest_accounts(runtime, connected)
            read_topics(runtime)
            now = utc_now()
            with runtime.database.read() as connection:
                policy = runtime.policy_in_force(connection)
            settings = runtime.settings
            review(runtime.database, policy, settings.controller, now=now, to_others=settings.to_others)
            with runtime.database.write() as connection:
                counted.append((day, tallies.count(connection, now=now)))
                if after:
                    _tell(connection, now)
            _age(runtime.database, timedelta(days=day - after))
            # Few days for the people: more would leave at once than anybody believes without asking.
            _ask(ready, "day", {"advance": 2})
            _ask(ready, "limits", {})
    _keep(runtime.database, counted)


def _tell(connection: Connection, now: datetime) -> None:
    """Let everybody have been told individually, by a letter."""
    letter = notices.Version("0" * 64, "fr", "Vous suivez notre compte…")
    notices.keep_version(connection, letter, now=now)
    untold = notices_table.c.given_at.is_(None)
    ids = list(connection.scalars(select(notices_table.c.contact_id).where(untold)))
    giving = notices.Giving(Status.GIVEN_INDIVIDUALLY, letter.version, "console:bo")
    notices.give(connection, ids, giving, now=now)


def _keep(database: Database, counted: list[tuple[int, list[Tally]]]) -> None:
    """Keep what was counted for each day until it was counted anew."""
    now = utc_now()
    ends = [*(day for day, _ in counted[1:]), -1]
    with database.write() as connection:
        for (day, found), end in zip(counted, ends, strict=True):
            for ago in range(day, end, -1):
                at = now - timedelta(days=ago)
                tallies.keep(
                    connection, [each._replace(day=at.date(), counted_at=at) for each in found], now=at
                )


def _age(database: Database, by: timedelta) -> None:
    """Move every moment of an SQLite database into the past."""
    with database.write() as connection:
        connection.execute(delete(limits))
        connection.execute(delete(limit_windows))
        driver: Any = connection.connection.driver_connection
        driver.create_function("aged", 1, lambda told: told and stamp(datetime.fromisoformat(told) - by))
        for table in metadata.sorted_tables:
            names = [each.name for each in table.c if isinstance(each.type, Moment)]
            if names and not table.name.startswith(_AS_WRITTEN):
                moved = ", ".join(f'"{each}" = aged("{each}")' for each in names)
                connection.execute(text(f'UPDATE "{table.name}" SET {moved}'))  # noqa: S608  # our own tables
        connection.execute(update(spends).values(day=func.substr(spends.c.at, 1, 10)))


def _people(database: Database) -> None:
    """Let some have objected, some be told soon or too late, and one label be changed by hand."""
    now = utc_now()
    with database.write() as connection:
        untold = list(
            connection.scalars(
                select(notices_table.c.contact_id)
                .where(notices_table.c.given_at.is_(None))
                .order_by(notices_table.c.contact_id)
                .limit(41)
            )
        )
        for ids, due in ((untold[:38], timedelta(days=5)), (untold[38:], timedelta(days=-1))):
            chosen = notices_table.c.contact_id.in_(ids)
            connection.execute(update(notices_table).where(chosen).values(due_at=now + due))
        for name, address, kinds, hour in (
            ("ada", "ada@team.example", [AlertKind.ACCOUNT_PAUSED, AlertKind.BUDGET_NEAR_END], None),
            ("ada", "https://hooks.team.example/regulars", [AlertKind.FAILED, AlertKind.QUEUE_STUCK], None),
            ("ada", "ada@team.example", [AlertKind.HARVEST_ENDED, AlertKind.NOTICES_DUE], 8),
        ):
            way = Way.WEBHOOK if address.startswith("https") else Way.MAIL
            alerts.wish(connection, users.require(connection, name).user.id, kinds, way, address, hour)


def _commands(database: Database) -> Iterator[list[str]]:
    """Write down what the team has said at its command line."""
    with database.read() as connection:
        this_month = spends.c.day.startswith(utc_now().strftime("%Y-%m"))
        spent = connection.scalar(select(func.sum(spends.c.settled_micro_usd)).where(this_month)) or 0
        regular = select(contacts.c.platform, contacts.c.platform_id).where(contacts.c.label == "regular")
        leaving = [f"{each.platform}:{each.platform_id}" for each in connection.execute(regular.limit(3))]
    yield ["budget", "set", f"{spent / 0.84 / 1e6:.2f}", "--per", "month"]
    yield ["budget", "set", "25", "--account", "team-x", "--per", "day", "--at-end", "wait"]
    every = ["--time-zone", "Europe/Paris", "--jitter-minutes", "10"]
    yield ["schedule", "add", "team-x", "--cron", "30 2 * * *", *every, "--budget-usd", "40"]
    yield ["schedule", "add", "team-page", "--cron", "0 7 * * 1-5", *every]
    yield ["schedule", "add", "team-x", "--cron", "0 */6 * * *", *every, "--stream", "mentions"]
    yield ["account", "check", "team-x"]
    yield ["account", "check", "team-page"]
    yield ["object", leaving[0]]
    yield ["object", leaving[1]]
    yield ["contacts", "override", leaving[2], "--to", "occasional", "--reason", "a parody of our account"]


def _broken(runtime: Runtime, ready: Mapping[str, Any]) -> None:
    """Let the token of a third account be refused, and two streams have failed."""
    (guise,) = [each for each in _ask(ready, "guises", {"accounts": 1}) if each["platform"] == "twitter"]
    credentials = Credentials(guise["token"])
    archive = Account("twitter", guise["account_id"], "team-archive")
    now = utc_now()
    with runtime.database.write() as connection:
        sealed = runtime.seal(connection, credentials)
        archive_id = accounts.add(connection, archive, sealed, now=now - timedelta(days=50))
        accounts.pause(connection, archive_id, "X refused the token (401): connect the account again.")
        newest = select(harvest_runs.c.id, harvest_runs.c.stream).order_by(harvest_runs.c.id.desc())
        for platform, stream, cause, sentence, advice, tries in _FAILED:
            of_it = (harvest_runs.c.platform == platform) & (harvest_runs.c.stream == stream)
            run_id = connection.scalars(newest.where(of_it).limit(1)).first()
            if run_id is None:
                raise RuntimeError(f"Nothing read {stream} of {platform}.")
            at = now - timedelta(minutes=47)
            told = {"state": "failed", "error": sentence, "ended_at": at}
            connection.execute(update(harvest_runs).where(harvest_runs.c.id == run_id).values(**told))
            failures.add(connection, Failure(run_id, stream, None, cause, sentence, advice, tries), now=at)


def _present(runtime: Runtime, ready: Mapping[str, Any]) -> int:
    """Begin what runs while the pictures are taken: one stream halfway and slow, one held up by a limit."""
    _ask(ready, "answer", {"platform": "twitter", "endpoint": "mentions", "kind": "too_many", "times": 1})
    _command("harvest", "team-x", "--stream", "mentions")
    _ask(ready, "faults", {"rate": 1.0, "kinds": ["slow"], "slow_s": 0.5})
    _command("harvest", "team-x", "--stream", "followers", "--page-size", "25")
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        time.sleep(0.2)
        with runtime.database.read() as connection:
            read = {each["stream"]: each for each in run_pages.under_way(connection)}
        found = read.get("followers")
        if found and found["contacts_seen"] > 0.35 * found["followers_count"]:
            break
    else:
        raise RuntimeError("The harvest did not get under way.")
    _ask(ready, "faults", {"rate": 1.0, "kinds": ["slow"], "slow_s": 25.0})
    run = harvest_runs.c.id == found["id"]
    begun = {each: utc_now() - timedelta(minutes=6) for each in ("created_at", "started_at")}
    with runtime.database.write() as connection:
        connection.execute(update(harvest_runs).where(run).values(**begun))
    return int(found["id"])


@contextmanager
def _console(folder: Path) -> Iterator[str]:
    """Serve the console in a process of its own; yields its address."""
    ready = folder / "console.json"
    command = [*_PROGRAM, "serve", "--port", "0", "--ready-file", str(ready)]
    with (folder / "console.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603  # our own command
    try:
        while not ready.exists():
            if process.poll() is not None:
                raise RuntimeError(f"The console did not start; see {folder / 'console.log'}.")
            time.sleep(0.05)
        yield json.loads(ready.read_text(encoding="utf-8"))["console"]
    finally:
        process.terminate()
        process.wait()


def _ask(ready: Mapping[str, Any], name: str, command: Mapping[str, Any]) -> Any:
    """Give the simulator a command."""
    address = f"{ready['truth_url'].rsplit('/', 1)[0]}/{name}"
    request = urllib.request.Request(address, json.dumps(command).encode())  # noqa: S310  # our simulator
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.loads(answer.read() or b"null")


def _command(*arguments: str, given: str | None = None) -> None:
    """Say something at the command line of the installation."""
    said = [*_PROGRAM, *arguments]
    done = subprocess.run(said, input=given, text=True, capture_output=True, check=False)  # noqa: S603  # ours
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")


def _told_no(database: Database) -> int:
    """Return an occasional contact of whom much is known."""
    with database.read() as connection:
        acts = select(signals.c.contact_id).join(contacts, contacts.c.id == signals.c.contact_id)
        most = acts.where(contacts.c.label == "occasional").group_by(signals.c.contact_id)
        return int(connection.scalars(most.order_by(func.count().desc(), signals.c.contact_id)).first() or 0)
