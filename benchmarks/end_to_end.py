"""End to end: from the first request to an export that equals the truth, on one machine.

Prints contacts per second and the peak memory of a worker. `--audience` is both platforms together;
only followers of the X account are harvested. A fresh database each time, settings of production.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.journey.road import Installation, expected_labels, simulator  # noqa: E402  # the journeys' own tools


def measure(audience: int, seed: int, extra: dict[str, str]) -> dict[str, float]:
    """Harvest once and return seconds, contacts per second and a worker's peak memory in MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with simulator(folder, seed=seed, audience=audience, faults="none") as world:
            installation = Installation(folder, world, **extra)
            installation.connect("team-x", "twitter")
            regular = {key for key, label in expected_labels(world.truth()).items() if label == "regular"}
            regular = {key for key in regular if key.startswith("twitter:")}
            up = installation.start("up")
            try:
                peak = _wait_for_workers(up)
                begun = time.monotonic()
                waiting = installation.start("harvest", "team-x", "--stream", "followers", "--wait")
                while waiting.poll() is None:
                    peak = max(peak, _worker_memory(up))
                    time.sleep(0.1)
                records, _ = installation.exported()
                seconds = time.monotonic() - begun
            finally:
                up.send_signal(signal.SIGTERM)
                up.wait(timeout=60)
            if set(records) != regular:
                raise SystemExit("The export does not equal the truth; no figure.")
    return {"seconds": seconds, "contacts": len(records), "per_s": len(records) / seconds, "peak_mb": peak}


def _wait_for_workers(up: subprocess.Popen[bytes]) -> float:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if sum("worker" in each.cmdline() for each in psutil.Process(up.pid).children()) >= 1:
            time.sleep(3)
            return _worker_memory(up)
        time.sleep(0.1)
    raise SystemExit("No worker started.")


def _worker_memory(up: subprocess.Popen[bytes]) -> float:
    sizes = [0.0]
    for each in psutil.Process(up.pid).children():
        try:
            if "worker" in each.cmdline():
                sizes.append(each.memory_info().rss / 1e6)
        except psutil.NoSuchProcess:
            continue
    return max(sizes)


def main() -> None:
    """Measure several times and print each and the median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audience", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument(
        "--database-url", default=None, help="An empty database for each time; one time only."
    )
    given = parser.parse_args()
    extra = {"REGULARS_DATABASE_URL": given.database_url} if given.database_url else {}
    os.environ.pop("REGULARS_DATA_DIR", None)
    rows = [measure(given.audience, seed, extra) for seed in range(1, given.times + 1)]
    for each in rows:
        print(json.dumps({name: round(value, 1) for name, value in each.items()}))
    middle = sorted(rows, key=lambda each: each["per_s"])[len(rows) // 2]
    print(
        f"median of {len(rows)}: {middle['per_s']:,.0f} contacts/s, worker at most {middle['peak_mb']:.0f} MB"
    )


if __name__ == "__main__":
    main()
