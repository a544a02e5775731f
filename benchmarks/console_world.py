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
    """Add accounts that the simulator answers for, beside the crowd's; returns their numbers.

    The simulator knows nobody of the crowd, who would all be missing at the end of a walk of theirs.
    """
    added = []
    with runtime.database.write() as connection:
        for each in world.post("guises", {"accounts": ACCOUNTS, "apps": ACCOUNTS}):
            sealed = runtime.seal(connection, Credentials(each["token"], None, None))
            values = {"platform": each["platform"], "platform_id": each["account_id"], **sealed.columns()}
            name = f"our newest {each['platform']} {each['account_id']}"
            connection.execute(delete(accounts_table).where(accounts_table.c.name == name))
            added.append(
                connection.execute(
                    insert(accounts_table)
                    .values(name=name, owned_reads=True, added_at=utc_now(), **values)
                    .returning(accounts_table.c.id)
                ).scalar_one()
            )
    return added


def keep_harvesting(runtime: Runtime, account_ids: list[int]) -> int:
    """Begin the streams of accounts that are not being read; returns how many were begun."""
    begun = 0
    with runtime.database.read() as connection:
        found = [accounts.get(connection, each) for each in account_ids]
    for each in found:
        with runtime.database.write() as connection:
            connector = runtime.connector_of(connection, each)
            under_way = runs.active(connection, each.id)
            ended = [name for name in STREAMS[str(each.platform)] if name not in under_way]
            if ended:
                begin_harvest(connection, each, connector, Wanted(ended, join=True), now=utc_now())
                begun += len(ended)
    return begun


def told(path: Path) -> dict[str, Any]:
    """Read what a ready file says, once it is there."""
    deadline = time.monotonic() + 60
    while not path.exists():
        if time.monotonic() > deadline:
            raise SystemExit(f"{path.name} did not appear.")
        time.sleep(0.05)
    return dict(json.loads(path.read_text(encoding="utf-8")))
