"""A large installation to look at: a crowd with a long history, and accounts that a simulator answers for."""

import json
import time
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, text, update

from config.settings import Settings
from domain.credentials import Credentials
from domain.user import Role
from pipeline.begin import Wanted, begin_harvest
from pipeline.signing_in import hasher
from store import accounts, runs, tallies, users
from store.database import Database
from store.tables import accounts as accounts_table
from store.tables import harvest_runs
from store.tables import tallies as tallies_table
from tests.consoles import PASSWORD
from tests.crowd import gather
from tests.history import live_long
from tests.journey.road import Simulator
from workers.runtime import Runtime, utc_now

#: Our accounts, half on each platform, and what is harvested of each again and again: four at once.
ACCOUNTS = 2
STREAMS = {"twitter": ("followers",), "facebook": ("reactions",)}
#: Days of tallies, for the charts.
_DAYS = 90


def fill(settings: Settings, contacts: int, history: int) -> None:
    """Fill an empty installation."""
    runtime = Runtime(settings, upgrade=True)
    with runtime.database.write() as connection:
        gather(connection, contacts)
    with runtime.database.write() as connection:
        live_long(connection, history, now_s=int(time.time()))
        # What is under way begins here; nobody waits for a halt.
        connection.execute(
            update(harvest_runs)
            .where(harvest_runs.c.state == "running")
            .values(state="done", ended_at=utc_now())
        )
        connection.execute(text("DELETE FROM halted_contacts"))
        connection.execute(text("DELETE FROM schedules"))
        hashed = hasher().hash(PASSWORD)
        for role in Role:
            users.add(connection, role.word, role, now=utc_now(), password_hash=hashed)
    _keep_tallies(runtime.database)
    runtime.database.close()


def _keep_tallies(database: Database) -> None:
    with database.read() as connection:
        counted = tallies.count(connection, now=utc_now())
    today = utc_now().date()
    with database.write() as connection:
        tallies.keep(connection, counted, now=utc_now())
        for back in range(1, _DAYS):
            rows = [
                {
                    **each._asdict(),
                    "day": today.fromordinal(today.toordinal() - back).isoformat(),
                    "number": each.number * (_DAYS - back) // _DAYS,
                }
                for each in counted
            ]
            connection.execute(insert(tallies_table), rows)


def connect(runtime: Runtime, world: Simulator) -> list[int]:
    """Let the simulator answer for the crowd's accounts, and add more of them; returns all."""
    guises = world.post("guises", {"accounts": ACCOUNTS, "apps": ACCOUNTS})
    known: dict[int, tuple[str, str]] = {}
    with runtime.database.write() as connection:
        for each in guises:
            sealed = runtime.seal(connection, Credentials(each["token"], None, None))
            place = {"platform_id": each["account_id"], **sealed.columns()}
            rows = [row.id for row in accounts.every(connection) if row.platform == each["platform"]]
            free = [row for row in rows if row not in known]
            if free and each["platform"] not in {p for p, _ in known.values()}:
                number = free[0]
                connection.execute(
                    update(accounts_table).where(accounts_table.c.id == number).values(**place)
                )
            else:
                name = f"our other {each['platform']}"
                now = utc_now()
                connection.execute(delete(accounts_table).where(accounts_table.c.name == name))
                number = connection.execute(
                    insert(accounts_table)
                    .values(platform=each["platform"], name=name, owned_reads=True, added_at=now, **place)
                    .returning(accounts_table.c.id)
                ).scalar_one()
            known[number] = (each["platform"], each["account_id"])
    return list(known)


def keep_harvesting(runtime: Runtime) -> int:
    """Begin the streams of all accounts that are not being read; returns how many runs are under way."""
    active = 0
    with runtime.database.read() as connection:
        found = [accounts.get(connection, row.id) for row in accounts.every(connection)]
    for each in found:
        with runtime.database.write() as connection:
            connector = runtime.connector_of(connection, each)
            under_way = runs.active(connection, each.id)
            ended = [name for name in STREAMS[str(each.platform)] if name not in under_way]
            if ended:
                begin_harvest(connection, each, connector, Wanted(ended, join=True), now=utc_now())
            active += 1
    return active


def told(path: Path) -> dict[str, Any]:
    """Read what a ready file says, once it is there."""
    deadline = time.monotonic() + 60
    while not path.exists():
        if time.monotonic() > deadline:
            raise SystemExit(f"{path.name} did not appear.")
        time.sleep(0.05)
    return dict(json.loads(path.read_text(encoding="utf-8")))
