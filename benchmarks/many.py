"""Many workers: one PostgreSQL, one Valkey, 1, 2 and 4 worker processes, none of which knows of the others.

Eight X accounts are harvested at once, requests answer at once or after 300 ms. Prints followers a second,
how far apart the accounts ended (fairness), and what holds when half of the workers vanish (kill -9) midway:
every follower is there, once. `make bench-many`
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.beside import followers_of  # noqa: E402
from config.settings import Settings  # noqa: E402
from pipeline.begin import Wanted, begin_harvest  # noqa: E402
from store import accounts  # noqa: E402
from store.database import Database  # noqa: E402
from tests.journey.road import Installation, Simulator, simulator  # noqa: E402  # the journeys' own tools
from tests.servers import postgresql_server, queue  # noqa: E402
from workers.runtime import Runtime, utc_now  # noqa: E402

ACCOUNTS = 8
LATENCY_S = 0.3
#: Seconds after which a harvest that does not end is given up.
PATIENCE_S = 900


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Run both servers; yields the settings that name them."""
    with postgresql_server() as database, queue("--appendonly", "yes") as valkey:
        yield {
            "REGULARS_DATABASE_URL": f"postgresql://postgres@/postgres?{database.place}",
            "REGULARS_REDIS_URL": valkey.url,
        }


def connect(installation: Installation, world: Simulator) -> None:
    """Connect the accounts, each with an app of its own: no limit is shared."""
    guises = world.post("guises", {"accounts": ACCOUNTS, "apps": ACCOUNTS})
    mine = [each for each in guises if each["platform"] == "twitter"]
    for number, each in enumerate(mine):
        secret = installation.folder / f"{number}.token"
        secret.write_text(each["token"], encoding="utf-8")
        arguments = [
            "--platform-id",
            each["account_id"],
            "--token-file",
            str(secret),
            "--client-id",
            each["app"],
        ]
        installation.run("account", "add", "twitter", f"account-{number}", *arguments)


def begin(installation: Installation) -> None:
    """Begin all harvests at once."""
    named = {name: value for name, value in installation.environment.items() if name.startswith("REGULARS_")}
    os.environ.update(named)
    runtime = Runtime(Settings())
    with runtime.database.write() as connection:
        for row in accounts.every(connection):
            account = accounts.get(connection, row.id)
            connector = runtime.connector_of(connection, account)
            begin_harvest(connection, account, connector, Wanted(["followers"]), now=utc_now())
    runtime.database.close()


def measure(workers: int, followers: int, *, slow: bool, half_vanish: bool) -> dict[str, Any]:
    """Harvest all accounts once."""
    with tempfile.TemporaryDirectory() as name, servers() as urls:
        folder = Path(name)
        audience = round(followers * 100 / 29.8)
        with simulator(folder, seed=1, audience=audience, faults="none") as world:
            for endpoint in ("followers", "users"):
                many = {"user": 1_000_000, "app": 1_000_000}
                world.post("limits", {"platform": "twitter", "endpoint": endpoint, **many})
            if slow:
                world.post("faults", {"rate": 1.0, "kinds": ["slow"], "slow_s": LATENCY_S})
            installation = Installation(folder, world, **urls)
            installation.run("db", "upgrade")
            connect(installation, world)
            database = Database(urls["REGULARS_DATABASE_URL"])
            processes = [installation.start("dispatch")]
            processes += [installation.start("worker", "--queue", "harvest.twitter") for _ in range(workers)]
            try:
                _await(database, "count(*) FROM workers WHERE kind = 'worker'", at_least=workers)
                begun = time.monotonic()
                begin(installation)
                if half_vanish:
                    _await(
                        database, "sum(contacts_seen) FROM harvest_runs", at_least=ACCOUNTS * followers // 3
                    )
                    for each in processes[1 : 1 + workers // 2]:
                        os.kill(each.pid, signal.SIGKILL)
                _await(database, "count(*) FROM harvest_runs WHERE state = 'done'", at_least=ACCOUNTS)
                seconds = time.monotonic() - begun
                return {"seconds": seconds, **_told(database), "truth": followers_of(world)}
            finally:
                database.close()
                for each in processes:
                    each.terminate()
                for each in processes:
                    each.wait(timeout=60)


def _await(database: Database, what: str, *, at_least: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with database.read() as connection:
            if (connection.scalar(text(f"SELECT {what}")) or 0) >= at_least:
                return
        time.sleep(0.1)
    raise SystemExit("The harvests did not end.")


def _told(database: Database) -> dict[str, Any]:
    with database.read() as connection:
        ends = connection.execute(text("SELECT started_at, ended_at, pages FROM harvest_runs")).all()
        acts = connection.scalar(text("SELECT count(*) FROM signals WHERE ended_at IS NULL"))
        inside = connection.scalar(text("SELECT count(*) FROM messaging_contacts"))
    first, last = min(each.ended_at for each in ends), max(each.ended_at for each in ends)
    return {"pages": sum(each.pages for each in ends), "acts": acts, "inside": inside,
            "apart_s": (last - first).total_seconds()}  # fmt: skip


def main() -> None:
    """Measure each, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=20_000, help="Of each account.")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    given = parser.parse_args()
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("| worker processes | requests | | followers/s | pages/s | the last account after the first |")
    print("|---|---|---|---|---|---|")
    for slow in (False, True):
        for workers in given.workers:
            for half_vanish in (False, True) if workers > 1 else (False,):
                told = measure(workers, given.followers, slow=slow, half_vanish=half_vanish)
                if told["acts"] != ACCOUNTS * told["truth"] or told["inside"] != told["truth"]:
                    raise SystemExit(f"{told} is not what the simulator holds.")
                rate, pages = told["acts"] / told["seconds"], told["pages"] / told["seconds"]
                how = f"{'300 ms' if slow else 'at once'} | {'half vanish' if half_vanish else ''}"
                print(
                    f"| {workers} | {how} | {rate:,.0f} | {pages:.1f} | {told['apart_s']:.1f} s |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
