"""Again: what is done over and over among a million contacts, with time, memory and the rows that it writes.

Fills an installation (`rights_world`), then runs each part (`again_parts`) in a process of its own: the
comparison of a roster with the stored one, a second harvest with two changes in a hundred, newcomers among
the suppressed, everybody decided anew, expiry, another pack. PostgreSQL is a server of its own, in memory.
`--folder` keeps a SQLite installation, `--results` what was measured, so that a later call goes on there.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.again_parts import PARTS  # noqa: E402
from benchmarks.recorded import Figures, Results, table, write_between  # noqa: E402
from benchmarks.rights_world import fill  # noqa: E402
from config.settings import Settings  # noqa: E402
from tests.servers import postgresql_server  # noqa: E402
from workers.memory import collect_less_often  # noqa: E402
from workers.runtime import Runtime  # noqa: E402

KEYS = 3
COLUMNS = (
    "",
    "a second",
    "of processor",
    "seconds",
    "of processor",
    "longest transaction",
    "peak",
    "rows written",
)


@contextmanager
def installation(kind: str) -> Iterator[str | None]:
    """Run what an installation needs; yields the address of its database, None on SQLite."""
    if kind == "sqlite":
        yield None
        return
    with postgresql_server("shared_buffers=512MB", "max_wal_size=8GB") as server:
        yield f"postgresql://postgres@/postgres?{server.place}"


def opened(folder: Path, url: str | None) -> Runtime:
    """Open the installation."""
    return Runtime(Settings(data_dir=folder, database_url=url), upgrade=True)


def apart(part: str, given: argparse.Namespace, folder: Path, url: str | None) -> Figures:
    """Run a part in a process of its own."""
    asked = ["--run", part, "--folder", str(folder), "--contacts", str(given.contacts)]
    asked += ["--suppressions", str(given.suppressions), *(["--url", url] if url else [])]
    done = subprocess.run([sys.executable, __file__, *asked], check=True, stdout=subprocess.PIPE, cwd=ROOT)
    return dict(json.loads(done.stdout))


def run(part: str, given: argparse.Namespace) -> Figures:
    """Fill the installation, or run a part of it, in this process."""
    collect_less_often()  # as the command line does
    runtime = opened(given.folder, given.url)
    try:
        if part == "fill":
            fill(runtime, given.contacts, given.suppressions, keys=KEYS)
            return {}
        return PARTS[part](runtime, given.contacts)
    finally:
        runtime.database.close()


def lines_of(kind: str, contacts: int, known: dict[str, Figures]) -> list[str]:
    """Write what is known of one database as a table."""
    rows = []
    for part in PARTS:
        figures = known.get(f"{kind} {contacts} {part}", {})
        if part in ("second", "switch"):
            figures = {part: figures} if figures else {}
        for name, each in figures.items():
            rows.append(_row(part, name, each, contacts * 4 // 5))
    return ["", f"### {kind}", "", *table(COLUMNS, rows)] if rows else []


_TITLES = {
    "diff": "roster of {} compared, missing: {}",
    "second": "second harvest, 1 in 100 left and 1 in 100 new",
    "suppressions": "newcomers {1}, {0}",
    "reclassify": "decided anew, {1}",
    "expiry": "expiry, {1}",
    "switch": "another pack: texts, interests, names and acts go",
}


def _row(part: str, name: str, each: Figures, roster: int) -> Sequence[str]:
    spent, busy = _several(each["seconds"]), _several(each["processor"])
    done = each.get("contacts") or (roster if part == "diff" else each.get("gone"))
    rates = [f"{done / median(of):,.0f}" if done and median(of) else "" for of in (spent, busy)]
    longest = [each[word] for word in ("longest", "began_s") if word in each]
    rows = ", ".join(f"{table} {count:,}" for table, count in each.get("rows", {}).items())
    return (
        _TITLES[part].format(f"{done or 0:,}", name),
        *rates,
        _ranged(spent),
        _ranged(busy),
        f"{max(longest):.2f} s" if longest else "",
        f"{each['mb']:.0f} MB" if "mb" in each else "",
        rows,
    )


def _several(value: float | list[float]) -> list[float]:
    return value if isinstance(value, list) else [value]


def _ranged(values: list[float]) -> str:
    words = f"{median(values):.1f}"
    return words if len(values) == 1 else f"{words} ({min(values):.1f} to {max(values):.1f})"


def main() -> None:
    """Measure what is not known yet, and print or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--suppressions", type=int, default=1_000_000)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="A part; all if left out.")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--results", type=Path, help="Keep what was measured here, and go on from it.")
    parser.add_argument("--write", action="store_true", help="Write the tables into docs/benchmarks.md.")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        print(json.dumps(run(given.run, given)))
        return
    results = Results(given.results)
    names = {each: f"{given.database} {given.contacts} {each}" for each in given.only or PARTS}
    load = f"{os.getloadavg()[0]:.1f}"
    if any(each not in results.known for each in names.values()):
        with tempfile.TemporaryDirectory() as name, installation(given.database) as url:
            folder = given.folder or Path(name)
            folder.mkdir(exist_ok=True)
            if url or not (folder / "filled").exists():
                apart("fill", given, folder, url)
                (folder / "filled").touch()
            for part, what in names.items():
                results.once(what, partial(apart, part, given, folder, url))
    lines = [
        line for kind in ("sqlite", "postgresql") for line in lines_of(kind, given.contacts, results.known)
    ]
    if given.write:
        made = (
            f"Made by `make bench-again` on {datetime.now(UTC).date()}: {given.contacts:,} contacts, "
            f"{given.suppressions:,} suppressions, Python {platform.python_version()}, load of the machine "
            f"before {load} on {os.cpu_count()} cores."
        )
        write_between(ROOT / "docs/benchmarks.md", "again", [made, *lines])
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
