"""End to end beside what people use today: followers of one X account, pages of 1,000, one simulator.

Every program reads the same pages over loopback from a fresh simulator, in turns with the others; the time
goes from its start until what it keeps is there. Ours labels them and fills the messaging store besides, and
its export must equal the truth. Then each is killed (-9) when half of the pages are read, and started again.
`--results` keeps what was measured, so that a run that was ended goes on where it was. `make bench-beside`
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.peers.programs import ALONE, BESIDE, Running, start  # noqa: E402
from tests.journey.road import (  # noqa: E402  # the journeys' own tools
    COMMAND,
    Installation,
    Simulator,
    expected_labels,
    simulator,
)

OURS = "regulars"
PAGE = 1_000
#: Of the simulator's people, those who follow on X, in a hundred.
FOLLOWERS = 29.8


@contextmanager
def fresh(audience: int, seed: int) -> Iterator[tuple[Simulator, Path, int]]:
    """Run a simulator without faults or limits in the way; yields it, a folder, and how many follow."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with simulator(folder, seed=seed, audience=audience, faults="none") as world:
            many = {"user": 1_000_000, "app": 1_000_000}
            world.post("limits", {"platform": "twitter", "endpoint": "followers", **many})
            yield world, folder, followers_of(world)


def followers_of(world: Simulator) -> int:
    """Count who follows by the simulator's truth."""
    return sum(
        each["contact_key"].startswith("twitter:") and any(act["act"] == "follows" for act in each["acts"])
        for each in world.truth()
        if not each.get("own")
    )


def pages_read(world: Simulator) -> int:
    """Count the pages that the simulator gave."""
    rows = world.get("requests")["requests"]
    return sum(
        each["requests"] for each in rows if each["endpoint"] == "followers" and each["outcome"] == "200"
    )


def await_worker(installation: Installation) -> None:
    """Wait until a worker shows a sign of life; raises CalledProcessError where none does in a minute."""
    command, none = [*COMMAND, "alive", "worker"], subprocess.DEVNULL
    for left in reversed(range(60)):  # each look takes about a second
        done = subprocess.run(command, env=installation.environment, stdout=none, stderr=none, check=not left)
        if not done.returncode:
            return


@contextmanager
def installed(world: Simulator, folder: Path) -> Iterator[tuple[Installation, list[Running]]]:
    """Run an installation with its workers; the last of the list is `up`, which may be started anew."""
    installation = Installation(folder, world)
    installation.connect("team-x", "twitter")
    ups = [Running(installation.start("up"))]
    try:
        await_worker(installation)
        yield installation, ups
    finally:
        ups[-1].process.send_signal(signal.SIGTERM)
        ups[-1].process.wait(timeout=60)


def harvest(installation: Installation) -> subprocess.Popen[bytes]:
    """Harvest with ours, and wait."""
    return installation.start(
        "harvest", "team-x", "--stream", "followers", "--wait", stdout=subprocess.DEVNULL
    )


def kept(installation: Installation, world: Simulator) -> int:
    """Return how many are exported; they must be those whom the truth calls regular."""
    records, _ = installation.exported()
    regular = {key for key, label in expected_labels(world.truth()).items() if label == "regular"}
    if set(records) != {key for key in regular if key.startswith("twitter:")}:
        raise SystemExit("The export does not equal the truth; no figure.")
    return len(records)


def timed(name: str, audience: int, seed: int) -> dict[str, Any]:
    """Harvest once."""
    with fresh(audience, seed) as (world, folder, follow):
        if name == OURS:
            with installed(world, folder) as (installation, ups):
                begun = time.monotonic()
                if harvest(installation).wait():
                    raise SystemExit("Our harvest failed.")
                seconds, peak = time.monotonic() - begun, ups[-1].peak_mb
                kept(installation, world)
        else:
            peer = next(each for each in BESIDE if each.name == name)
            begun = time.monotonic()
            running = start(peer, world, folder)
            if running.process.wait():
                raise SystemExit(f"{name} failed:\n{(folder / 'log').read_text(encoding='utf-8')[-2000:]}")
            seconds, peak = time.monotonic() - begun, running.peak_mb
            if name != ALONE and (found := peer.held(folder)) != follow:
                raise SystemExit(f"{name} kept {found} of {follow}.")
        return {"seconds": seconds, "per_s": follow / seconds, "peak_mb": peak, "followers": follow}


def killed(name: str, audience: int, seed: int) -> dict[str, Any]:
    """Kill when half of the pages are read, start again; returns what was kept and how often was asked."""
    with fresh(audience, seed) as (world, folder, follow):
        half = follow // PAGE // 2

        def await_half() -> None:
            while pages_read(world) < half:
                time.sleep(0.02)

        if name == OURS:
            with installed(world, folder) as (installation, ups):
                waiting = harvest(installation)
                await_half()
                ups[-1].kill()
                at_kill, held = pages_read(world), len(installation.labels())
                ups.append(Running(installation.start("up")))
                waiting.wait()
                end = kept(installation, world)
        else:
            peer = next(each for each in BESIDE if each.name == name)
            running = start(peer, world, folder)
            await_half()
            running.kill()
            at_kill, held = pages_read(world), peer.held(folder)
            start(peer, world, folder).process.wait()
            end = peer.held(folder)
        asked = pages_read(world)
        return {
            "held": held,
            "read": at_kill * PAGE,
            "end": end,
            "followers": follow,
            "again": asked - -(-follow // PAGE),
        }


def main() -> None:
    """Measure in turns, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", action="append", help="The name of one; all if left out.")
    parser.add_argument("--results", type=Path, help="Keep what was measured here, and go on from it.")
    given = parser.parse_args()
    names = [each for each in (OURS, *(peer.name for peer in BESIDE)) if not given.only or each in given.only]
    audience = round(given.contacts * 100 / FOLLOWERS)
    known = _known(given.results)
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for seed in range(1, given.times + 1):
        for name in names:
            _once(
                known,
                given.results,
                f"time {given.contacts} {seed} {name}",
                partial(timed, name, audience, seed),
            )
    for name in names:
        if name != ALONE:
            _once(known, given.results, f"kill {given.contacts} 1 {name}", partial(killed, name, audience, 1))
    _print(known, given.contacts, given.times, names)


def _known(results: Path | None) -> dict[str, dict[str, Any]]:
    if results is None or not results.exists():
        return {}
    lines = results.read_text(encoding="utf-8").splitlines()
    return dict(json.loads(each) for each in lines)


def _once(
    known: dict[str, Any], results: Path | None, what: str, measure: Callable[[], dict[str, Any]]
) -> None:
    if what in known:
        return
    known[what] = measure()
    print(what, json.dumps({name: round(value, 1) for name, value in known[what].items()}), flush=True)
    if results:
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps([what, known[what]]) + "\n")


def _print(known: dict[str, Any], contacts: int, times: int, names: list[str]) -> None:
    rates = {
        name: [known[f"time {contacts} {seed} {name}"]["per_s"] for seed in range(1, times + 1)]
        for name in names
    }
    best = median(rates[ALONE]) if ALONE in rates else None
    print("\n| program | contacts/s, median | range | of reading alone | peak of a process |")
    print("|---|---|---|---|---|")
    for name, found in rates.items():
        peak = max(known[f"time {contacts} {seed} {name}"]["peak_mb"] for seed in range(1, times + 1))
        share = f"{median(found) / best:.2f}" if best else ""
        print(
            f"| {name} | {median(found):,.0f} | {min(found):,.0f} to {max(found):,.0f} | {share} "
            f"| {peak:.0f} MB |"
        )
    print("\n| killed at half | kept of those read | pages read again | at the end |\n|---|---|---|---|")
    for name in names:
        if told := known.get(f"kill {contacts} 1 {name}"):
            end = f"{told['end']:,} of {told['followers']:,}"
            print(f"| {name} | {told['held']:,} of {told['read']:,} | {told['again']:,} | {end} |")


if __name__ == "__main__":
    main()
