"""Rights at scale: what the check before every write, expiry and rights cost among a million contacts.

Fills an installation with contacts and suppressions under three keys (`rights_world`), then measures through
the product's own functions: pages of 1,000 of which a tenth is suppressed, rights, the gates, a day's expiry.
PostgreSQL is a server of its own, in memory. `--folder` keeps a SQLite installation for the next time.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.rights_world import DAYS, MET, NEW, PLATFORM, STORED, TODAY, Person, fill, people, write  # noqa: E402
from classifier.policy import Policy  # noqa: E402
from config.settings import Settings  # noqa: E402
from domain.signal import Signal  # noqa: E402
from pipeline.admit import review  # noqa: E402
from pipeline.expire import expire  # noqa: E402
from pipeline.heed import heeded  # noqa: E402
from pipeline.objecting import object_by_handle  # noqa: E402
from pipeline.rights import ERASED, OBJECTED, end_contact  # noqa: E402
from store import holdings, suppressions  # noqa: E402
from tests.servers import postgresql_server  # noqa: E402
from workers.runtime import Runtime  # noqa: E402

PAGE, MET_IN_A_PAGE = 1_000, 100


@contextmanager
def installation(kind: str, folder: Path) -> Iterator[Runtime]:
    """Open an installation on one of the databases."""
    if kind == "sqlite":
        yield Runtime(Settings(data_dir=folder), upgrade=True)
        return
    with postgresql_server("shared_buffers=512MB", "max_wal_size=8GB") as server:
        url = f"postgresql://postgres@/postgres?{server.place}"
        yield Runtime(Settings(data_dir=folder, database_url=url), upgrade=True)


def timed(act: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def page(runtime: Runtime, acts: list[Signal]) -> tuple[float, float]:
    """Write a page; returns the seconds of the check, and of all else.

    On SQLite it is the process's own time, which other work on the machine changes less.
    """
    clock = time.process_time if runtime.database.on_sqlite else time.perf_counter
    begun = clock()
    with runtime.database.write() as connection:
        suppressor = runtime.suppressor_of(connection)
        asked = clock()
        kept, steps, gone = heeded(connection, acts, suppressor, now=TODAY)
        check = clock() - asked
        if len(kept) != PAGE - MET_IN_A_PAGE or steps:
            raise SystemExit(f"Kept {len(kept)} of {len(acts)}, {len(gone)} are gone; no figure.")
        write(runtime, connection, kept, TODAY)
    return check, clock() - begun - check


def measure_pages(runtime: Runtime, times: int, beside_ms: float) -> None:
    """Measure pages of newcomers and of the stored; what a harvest does beside the store is added."""
    with runtime.database.write() as connection:
        suppressor = runtime.suppressor_of(connection)
        many = suppressor.raw(each.identifiers[-1] for each in people(NEW, PAGE))
        sieve = timed(lambda: suppressions.sieved(connection, many, suppressor.sieve))
    print(f"| the sieve, once a process | {sieve:.2f} s | |", flush=True)
    for what, begin, met in (
        ("newcomers, half of those met by name alone for the first time", NEW, MET),
        ("newcomers", NEW + times * PAGE, MET),
        ("stored people", STORED, MET),
    ):
        found = []
        for number in range(times):
            there = people(begin + number * PAGE, PAGE - MET_IN_A_PAGE)
            out = people(met + number * MET_IN_A_PAGE, MET_IN_A_PAGE)
            found.append(page(runtime, [each.act for each in (*there, *out)]))
        check, rest = (1000 * median(each) for each in zip(*found, strict=True))
        share = check / (check + rest + beside_ms)
        print(f"| a page of {what} | check {check:.1f} ms | rest {rest:.0f} ms | {share:.1%} |", flush=True)


def right(runtime: Runtime, who: Person, how: str) -> None:
    """Carry out one right as the command or the page does."""
    if how == "access":
        with runtime.database.read() as connection:
            if not holdings.of_contact(connection, who.key):
                raise SystemExit("Nothing is held; no figure.")
        return
    with runtime.database.write() as connection:
        suppressor = runtime.suppressor_of(connection)
        if how == "form":
            object_by_handle(connection, PLATFORM, who.handle.upper(), suppressor, now=TODAY)
        else:
            reason = OBJECTED if how == "object" else ERASED
            end_contact(connection, [who.key], suppressor, reason, now=TODAY)
    with runtime.database.read() as connection:
        if "contacts" in holdings.of_contact(connection, who.key):
            raise SystemExit("The contact is still there; no figure.")


def measure_rights(runtime: Runtime, contacts: int, times: int) -> None:
    """Measure each right on people from the midst of the stored."""
    for place, how in enumerate(("access", "object", "forget", "form"), 1):
        who = [Person(STORED + contacts // 2 + 5 * each + place) for each in range(times)]
        found = [timed(partial(right, runtime, each, how)) for each in who]
        print(f"| {how} | median {median(found):.3f} s | at most {max(found):.3f} s |", flush=True)


def measure_days(runtime: Runtime, policy: Policy) -> None:
    """Measure the gates over everybody, and a day's expiry."""
    for what in ("the gates, the first time", "the gates, again"):
        seconds = timed(lambda: review(runtime.database, policy, None, now=TODAY))
        print(f"| {what} | {seconds:.1f} s | |", flush=True)
    for what, now in (
        ("expire, a day's due", TODAY),
        ("expire, nothing due", TODAY),
        ("expire, all that only like due at once", TODAY + timedelta(days=DAYS)),
    ):
        begun = time.perf_counter()
        gone = sum(expire(runtime.database, policy, now=now).values())
        print(f"| {what} | {time.perf_counter() - begun:.1f} s | {gone} went |", flush=True)


def main() -> None:
    """Fill, or find filled, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--suppressions", type=int, default=1_000_000)
    parser.add_argument("--keys", type=int, default=3)
    parser.add_argument("--times", type=int, default=20, help="Pages, and rights, of each sort.")
    parser.add_argument(
        "--beside-ms", type=float, default=70, help="What a harvest does for a page beside storing it."
    )
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=["pages", "rights", "days"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = given.folder or Path(name)
        folder.mkdir(exist_ok=True)
        with installation(given.database, folder) as runtime:
            if not (folder / "filled").exists():
                seconds = timed(lambda: fill(runtime, given.contacts, given.suppressions, keys=given.keys))
                print(f"Filled in {seconds:.0f} s", flush=True)
                (folder / "filled").touch()
            with runtime.database.read() as connection:
                policy = runtime.policy_in_force(connection)
            print(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            if given.only in (None, "pages"):
                measure_pages(runtime, given.times, given.beside_ms)
            if given.only in (None, "rights"):
                measure_rights(runtime, given.contacts, given.times)
            if given.only in (None, "days"):
                measure_days(runtime, policy)


if __name__ == "__main__":
    main()
