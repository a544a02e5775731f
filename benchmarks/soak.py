"""A soak: harvests at full speed for half an hour, with faults, and what grew and slowed down meanwhile.

Runs a simulator whose answers fail, hang and are cut, and in which people come and leave each minute;
`regulars up` with its workers, each of which is killed (-9) in turn; and accounts of both platforms whose
streams are begun again as soon as they end. Looks at the memory of every process, the rows of every table
and the size of the database, and reads each page's time from the workers' log. Goals: memory flat, no table
that grows but those of the contacts and of the history that is forgotten by age, p99 of a page's time within
three medians. Writes `build/soak.svg` and `build/soak.json`.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import matplotlib as mpl
import psutil
from matplotlib.figure import Figure

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import func, select  # noqa: E402

from benchmarks.console_at_scale import database, ended  # noqa: E402
from benchmarks.console_world import connect, keep_harvesting  # noqa: E402
from config.settings import Settings  # noqa: E402
from store.tables import metadata  # noqa: E402
from tests.journey.road import Installation, Simulator, simulator  # noqa: E402  # the journeys' own tools
from workers.runtime import Runtime  # noqa: E402

LOOK_S, MINUTE_S = 5.0, 60.0
GOAL_P99, GOAL_GROWTH = 3.0, 1.10
#: What may grow: people and what they did, and what is kept of the past until it is forgotten by its age.
MAY_GROW = frozenset(
    {
        *("contacts", "signals", "ended_acts", "decisions", "notices", "admissions", "messaging_contacts"),
        *("changes", "withheld", "texts", "interests", "topic_holders", "posts", "post_topics"),
        *("harvests", "harvest_runs", "walks", "spends", "jobs", "journal_chain", "journal_texts"),
        *("workers", "worked_minutes", "failures", "quarantined_items", "tallies", "alerts", "exports"),
    }
)


class Look(NamedTuple):
    """What was seen at a moment, in seconds since the begin: MB by kind of process, MB on the disk."""

    at: float
    memory: Mapping[str, float]
    disk: float


class Soak:
    """One run: what is under way, and what was seen of it."""

    def __init__(
        self, world: Simulator, runtime: Runtime, up: "subprocess.Popen[bytes]", folder: Path
    ) -> None:
        self._world, self._runtime, self._folder = world, runtime, folder
        self._up = psutil.Process(up.pid)
        self._accounts = connect(runtime, world)
        self._begun = time.monotonic()
        self.looks: list[Look] = []
        self.rows: list[dict[str, int]] = []
        self.killed = 0

    def run(self, minutes: float, kill_every_s: float) -> None:
        """Keep everything going, and look."""
        minute, kill = MINUTE_S, kill_every_s
        while (now := time.monotonic() - self._begun) < minutes * MINUTE_S:
            keep_harvesting(self._runtime, self._accounts)
            self._look(now)
            if now >= minute:
                minute += MINUTE_S
                self._world.post("day", {"advance": 1})
                self.rows.append(self._counted())
                print(f"{now / MINUTE_S:.0f} of {minutes:.0f} minutes, {self._said()}", flush=True)
            if now >= kill:
                kill += kill_every_s
                self._kill()
            time.sleep(LOOK_S)
        self.rows.append(self._counted())

    def _look(self, now: float) -> None:
        memory: dict[str, float] = defaultdict(float)
        for each in self._up.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                line = each.cmdline()
                kind = next(
                    (word for word in ("worker", "dispatch", "valkey") if word in " ".join(line)), "rest"
                )
                memory[kind] = max(memory[kind], each.memory_info().rss / 1e6)
        files = self._folder.glob("data/*.db*")
        self.looks.append(Look(now, dict(memory), sum(each.stat().st_size for each in files) / 1e6))

    def _kill(self) -> None:
        workers = [each for each in self._up.children() if "worker" in each.cmdline()]
        if workers:
            with contextlib.suppress(psutil.Error):
                workers[self.killed % len(workers)].kill()
                self.killed += 1

    def _counted(self) -> dict[str, int]:
        with self._runtime.database.read() as connection:
            tables = metadata.sorted_tables
            return {
                each.name: connection.scalar(select(func.count()).select_from(each)) or 0 for each in tables
            }

    def _said(self) -> str:
        seen, rows = self.looks[-1], self.rows[-1]
        memory = ", ".join(f"{name} {size:.0f} MB" for name, size in sorted(seen.memory.items()))
        return (
            f"{rows['contacts']:,} contacts, {rows['harvest_runs']} runs, {memory}, disk {seen.disk:.0f} MB"
        )


def page_times(log: Path) -> list[float]:
    """Read how long each page took, in milliseconds."""
    times = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            told: Any = json.loads(line)
            if isinstance(told, dict) and told.get("event") == "page.stored":
                times.append(float(told["ms"]))
    return times


def draw(looks: list[Look], path: Path) -> None:
    """Draw memory over time, a line for each kind of process."""
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "regulars"})
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots()
    for kind in sorted({each for look in looks for each in look.memory}):
        seen = [(look.at / MINUTE_S, look.memory[kind]) for look in looks if kind in look.memory]
        axes.plot(*zip(*seen, strict=True), linewidth=1.2)
        axes.annotate(kind, seen[-1], xytext=(4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set(xlabel="minutes", ylabel="MB", ylim=(0, None), title="The largest process of each kind")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})


def judge(soak: Soak, times: list[float]) -> dict[str, Any]:
    """Say what came out of it."""
    third = len(soak.looks) // 3
    early, late = soak.looks[third : 2 * third], soak.looks[2 * third :]
    grown = {
        kind: median(each.memory[kind] for each in late if kind in each.memory)
        / median(each.memory[kind] for each in early if kind in each.memory)
        for kind in sorted(set(early[0].memory) & set(late[0].memory))
    }
    middle, last = soak.rows[len(soak.rows) // 2], soak.rows[-1]
    more = {name: (middle[name], count) for name, count in last.items() if count > middle[name]}
    return {
        "pages": len(times),
        "median_ms": median(times),
        "p99_ms": quantiles(times, n=100)[98],
        "memory_grew_by": {kind: round(share, 3) for kind, share in grown.items()},
        "most_mb": {
            kind: round(max(each.memory.get(kind, 0) for each in soak.looks)) for kind in sorted(grown)
        },
        "grew": more,
        "should_not_grow": sorted(set(more) - MAY_GROW),
        "killed": soak.killed,
    }


def main() -> None:
    """Soak, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--audience", type=int, default=300_000, help="People of the simulator.")
    parser.add_argument("--rate", type=float, default=0.05, help="Chance that a request meets a fault.")
    parser.add_argument("--kill-every", type=float, default=120, help="Seconds between two killed workers.")
    given = parser.parse_args()
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    options = {"seed": 5, "audience": given.audience, "faults": "all", "fault_rate": given.rate}
    with (
        tempfile.TemporaryDirectory() as name,
        database(given.database) as extra,
        simulator(Path(name), window_s=1, hang_s=1, **options) as world,
    ):
        folder = Path(name)
        installation = Installation(folder, world, REGULARS_LOG_LEVEL="INFO", **extra)
        os.environ |= {
            name: value for name, value in installation.environment.items() if name.startswith("REGULARS_")
        }
        runtime = Runtime(Settings(), upgrade=True)
        log = folder / "log"
        with log.open("wb") as written:
            up = installation.start("up", stdout=subprocess.DEVNULL, stderr=written)
        with ended(up):
            soak = Soak(world, runtime, up, folder)
            soak.run(given.minutes, given.kill_every)
        told = judge(soak, page_times(log))
        build = ROOT / "build"
        build.mkdir(exist_ok=True)
        draw(soak.looks, build / "soak.svg")
        (build / "soak.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    print(json.dumps(told, indent=1))
    flat = all(share <= GOAL_GROWTH for share in told["memory_grew_by"].values())
    if not (flat and told["p99_ms"] <= GOAL_P99 * told["median_ms"] and not told["should_not_grow"]):
        raise SystemExit("Not every goal is met.")


if __name__ == "__main__":
    main()
