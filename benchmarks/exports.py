"""Exports at scale: every form of a million shown contacts, with time and memory, beside the database's own.

Fills an installation with a crowd, of which as many are shown as wanted, writes each form in a process of
its own by `exports.files.export`, and in the same run lets the database write the same contacts out itself:
PostgreSQL by COPY … TO, SQLite by sqlite3's own dump of the tables that a record is read from. PostgreSQL is
a server of its own, in memory. `--folder` keeps a SQLite installation. Processor and memory are those of all
processes of an export together, the database's server apart.
"""

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import select  # noqa: E402

from exports.files import export  # noqa: E402
from exports.forms import FORMS  # noqa: E402
from store import schema  # noqa: E402
from store.database import Database, sqlite_url  # noqa: E402
from store.tables import accounts  # noqa: E402
from tests.crowd import gather  # noqa: E402
from tests.servers import postgresql_server  # noqa: E402
from workers.runtime import utc_now  # noqa: E402

#: Of how many contacts one is shown (`tests.crowd`), in a hundred.
SHOWN = 100 / 48.5
#: What must hold: contacts a second, MB.
GOAL_RATE, GOAL_MB = 50_000, 300
#: What a record is read from, at its least.
TABLES = ("messaging_contacts", "admissions", "contacts", "decisions", "signals")
COPY = (
    "COPY (SELECT c.platform, c.platform_id, m.seq, c.handle, c.display_name, c.label, c.regular_since, "
    "a.addressable, a.hindrances FROM messaging_contacts AS m JOIN contacts AS c ON c.id = m.contact_id "
    "JOIN admissions AS a ON a.contact_id = m.contact_id WHERE a.refusal IS NULL AND m.seq > 0 "
    "ORDER BY m.seq) TO STDOUT (FORMAT csv)"
)


@contextmanager
def filled(kind: str, folder: Path, count: int) -> Iterator[str]:
    """Give the address of a database with a crowd in it."""
    if kind == "postgresql":
        with postgresql_server() as server:
            url = f"postgresql://postgres@/postgres?{server.place}"
            _fill(url, count)
            yield url
        return
    url = sqlite_url(folder / "regulars.db")
    _fill(url, count)
    yield url


def _fill(url: str, count: int) -> None:
    database = Database(url)
    schema.upgrade(database)
    with database.write() as connection:
        if connection.scalar(select(accounts.c.id).limit(1)) is None:
            begun = time.perf_counter()
            gather(connection, count)
            print(f"Filled in {time.perf_counter() - begun:.0f} s", flush=True)
    database.close()


def write(url: str, form: str, folder: Path) -> dict[str, Any]:
    """Write one form, in this process, which has done nothing else before."""
    database = Database(url)
    _forget_peak()
    before = _peak_mb()
    together = Together()
    together.start()
    begun, busy = time.perf_counter(), time.process_time()
    done = export(database, form, folder, now=utc_now())
    seconds, processor = time.perf_counter() - begun, time.process_time() - busy
    beside = resource.getrusage(resource.RUSAGE_CHILDREN)  # of those who wrote shares
    size = sum(each.size for each in done.files)
    return {
        "contacts": done.contact_count,
        "seconds": seconds,
        "processor": processor + beside.ru_utime + beside.ru_stime,
        "mb": max(_peak_mb(), together.peak_mb),
        "before": before,
        "size": size,
    }


class Together(threading.Thread):
    """Looks twice a second what this process and its children take: what they share is counted once."""

    peak_mb = 0.0

    def __init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        """Look until the process ends."""
        own = psutil.Process()
        while True:
            taken = 0
            for each in (own, *own.children()):
                with suppress(psutil.NoSuchProcess):
                    taken += each.memory_full_info().pss
            self.peak_mb = max(self.peak_mb, taken / 1e6)
            time.sleep(0.5)


def _peak_mb() -> float:
    (line,) = [
        each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM:")
    ]
    return int(line.split()[1]) / 1024


def _forget_peak() -> None:
    """Let the kernel forget the peak: a process begins with that of the one that started it."""
    Path("/proc/self/clear_refs").write_text("5")


def dumped(url: str, folder: Path) -> float:
    """Let the database write its contacts out itself; returns the seconds."""
    begun = time.perf_counter()
    with (folder / "own").open("wb") as file:
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(folder / "regulars.db")) as connection:
                for line in connection.iterdump():
                    if line.startswith(tuple(f'INSERT INTO "{each}"' for each in TABLES)):
                        file.write(line.encode() + b"\n")
        else:
            with psycopg.connect(url) as server, server.cursor().copy(COPY) as copy:
                for each in copy:
                    file.write(each)
    return time.perf_counter() - begun


def main() -> None:
    """Fill and measure, or measure one form as a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--contacts", type=int, default=1_000_000, help="How many are shown.")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--write", nargs=2, metavar=("URL", "FORM"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        url, form = given.write
        print(json.dumps(write(url, form, given.folder)))
        return
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = given.folder or Path(name)
        folder.mkdir(exist_ok=True)
        with filled(given.database, folder, int(given.contacts * SHOWN)) as url:
            print(
                f"| {given.database} | contacts | a second | of processor | memory | size |\n"
                "|---|---|---|---|---|---|"
            )
            for form in FORMS:
                command = [sys.executable, __file__, "--write", url, form, "--folder", str(folder / form)]
                told = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
                rate = told["contacts"] / told["seconds"]
                fits = rate >= GOAL_RATE and told["mb"] <= GOAL_MB
                print(
                    f"| {form}{'' if fits else ' (missed)'} | {told['contacts']:,} | {rate:,.0f} | "
                    f"{told['contacts'] / told['processor']:,.0f} | {told['mb']:.0f} MB | "
                    f"{told['size'] / 1e6:.0f} MB |",
                    flush=True,
                )
            own = dumped(url, folder)
            what = "sqlite3's dump" if given.database == "sqlite" else "COPY … TO"
            print(f"| {what} | {told['contacts']:,} | {told['contacts'] / own:,.0f} | | | |")


if __name__ == "__main__":
    main()
