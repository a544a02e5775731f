"""The feed at scale: a million shown contacts read by one consumer over HTTP, as a snapshot and as changes.

Fills an installation with a crowd (`benchmarks/exports.py`), starts `regulars serve` as a real process and
reads pages over loopback on one kept connection, packed and plain: records a second from the first page to
the last, and how long the first page and the pages in the middle took. Goals: 20,000 records a second, a
first page within 100 ms. PostgreSQL is a server of its own, in memory.
"""

import argparse
import gzip
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import psutil
from sqlalchemy import delete, insert, literal, select

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.console_world import told  # noqa: E402
from benchmarks.exports import SHOWN, filled  # noqa: E402
from config.settings import Settings  # noqa: E402
from domain.recipient import Part, Recipient  # noqa: E402
from exports.cursors import PURPOSE, Cursors, Place  # noqa: E402
from exports.feed import OFFERED  # noqa: E402
from pipeline.consumers import Wanted, add_consumer  # noqa: E402
from store import exports, recipients  # noqa: E402
from store.tables import changes, contacts, messaging_contacts  # noqa: E402
from workers.runtime import Runtime, utc_now  # noqa: E402

SIZE = 1_000
GOAL_RATE, GOAL_FIRST_MS = 20_000, 100


class Walked(NamedTuple):
    """What reading all pages came to: records, and the seconds of each page."""

    records: int
    pages: list[float]


def let_in_today(runtime: Runtime) -> None:
    """Write the steps of the feed by which the crowd came in, of which it has the numbers alone."""
    with runtime.database.write() as connection:
        steps = select(
            messaging_contacts.c.seq,
            contacts.c.platform,
            contacts.c.platform_id,
            literal("upsert"),
            literal("follows"),
            literal(utc_now(), changes.c.at.type),
        ).join_from(messaging_contacts, contacts, contacts.c.id == messaging_contacts.c.contact_id)
        connection.execute(delete(changes))
        names = ["seq", "platform", "platform_id", "op", "reason", "at"]
        connection.execute(
            insert(changes).from_select(names, steps.where(messaging_contacts.c.seq.is_not(None)))
        )


def consumer(runtime: Runtime) -> tuple[str, str]:
    """Let a consumer read; returns its token and a cursor before the first change of the feed."""
    with runtime.database.write() as connection:
        name = f"measured-{utc_now():%Y%m%d-%H%M%S}"  # a kept installation has those of former times
        crm = Recipient(name, "FR", Part.OWN, None)
        crm = crm._replace(id=recipients.add(connection, crm, now=utc_now()))
        made, token = add_consumer(connection, Wanted(name, crm, None), OFFERED, "me", now=utc_now())
        begin = Place(made.id, exports.epoch(connection), 0, utc_now().date())
    return token, Cursors(runtime.sealer.derived(PURPOSE, b"")).seal(begin)


def walk(port: int, token: str, path: str, cursor: str | None, *, packed: bool) -> Walked:
    """Read pages until there is no more."""
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip" if packed else "identity"}
    records, pages, more = 0, [], True
    while more:
        begun = time.perf_counter()
        at = f"&cursor={cursor}" if cursor else ""
        server.request("GET", f"{path}?limit={SIZE}{at}", headers=headers)
        answer = server.getresponse()
        body = answer.read()
        pages.append(time.perf_counter() - begun)
        if answer.status == 429:  # the limit of requests a minute is not what is measured
            time.sleep(int(answer.headers["retry-after"]))
            pages.pop()
            continue
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {body[:300]!r}")
        page: dict[str, Any] = json.loads(gzip.decompress(body) if packed else body)
        records += len(page["items"])
        cursor, more = page["next_cursor"], page["has_more"]
    return Walked(records, pages)


@contextmanager
def served(folder: Path, url: str) -> Iterator[tuple[int, psutil.Process]]:
    """Run the console, which serves the API; yields its port."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "console.cli.main", "serve", "--port", "0", "--ready-file", str(ready)]
    environment = {**os.environ, "REGULARS_DATABASE_URL": url, "REGULARS_DATA_DIR": str(folder / "data")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log)
    try:
        yield int(told(ready)["console"].rpartition(":")[2]), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--contacts", type=int, default=1_000_000, help="How many are shown.")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = given.folder or Path(name)
        folder.mkdir(exist_ok=True)
        with filled(given.database, folder, int(given.contacts * SHOWN)) as url:
            runtime = Runtime(Settings(database_url=url, data_dir=folder / "data"), upgrade=True)
            let_in_today(runtime)
            token, begin = consumer(runtime)
            with served(folder, url) as (port, process):
                print(
                    f"| {given.database} | records | a second | first page ms | median | p99 | memory |\n"
                    "|---|---|---|---|---|---|---|"
                )
                for what, path, cursor in (
                    ("snapshot", "/v1/regular-contacts", None),
                    ("changes", "/v1/changes", begin),
                ):
                    for packed in (True, False):
                        done = walk(port, token, path, cursor, packed=packed)
                        rate, first = done.records / sum(done.pages), done.pages[0] * 1e3
                        fits = rate >= GOAL_RATE and first <= GOAL_FIRST_MS
                        print(
                            f"| {what}, {'packed' if packed else 'plain'}{'' if fits else ' (missed)'} | "
                            f"{done.records:,} | {rate:,.0f} | {first:.0f} | "
                            f"{median(done.pages) * 1e3:.0f} | "
                            f"{quantiles(done.pages, n=100)[98] * 1e3:.0f} | "
                            f"{process.memory_info().rss / 1e6:.0f} MB |",
                            flush=True,
                        )


if __name__ == "__main__":
    main()
