"""The console at scale: a million contacts, four harvests running, twenty viewers at once.

Fills an installation (`console_world`), starts a simulator, `regulars up` with its workers and `regulars
serve` as real processes, keeps four streams being harvested, lets viewers walk all screens
(`console_viewers`), and prints for each screen the server's own time from its access log, the first paint in
Chromium, and the memory of the console. PostgreSQL is a server of its own, in memory. `--folder` keeps a
SQLite installation.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.console_world import connect, fill, keep_harvesting, told  # noqa: E402
from config.settings import Settings  # noqa: E402
from tests.consoles import PASSWORD, Visitor  # noqa: E402
from tests.journey.road import Installation, simulator  # noqa: E402  # the journeys' own tools
from tests.servers import postgresql_server  # noqa: E402
from workers.runtime import Runtime  # noqa: E402

#: What viewers open: every screen with its tabs, and what one opens from there.
SCREENS = (
    "/", "/accounts", "/accounts/1", "/harvests", "/harvests?state=failed", "/harvests/new?account=1",
    "/harvests/schedules", "/harvests/40", "/queues", "/queues/limits", "/queues/jobs", "/queues/pushes",
    "/contacts", "/contacts?label=regular&inside=yes", "/contacts?q=elo", "/contacts/{middle}", "/messaging",
    "/privacy", "/privacy/keeping", "/privacy/papers", "/privacy/journal", "/privacy/policy",
    "/settings", "/settings/alerts", "/settings/budgets", "/settings/users",
)  # fmt: skip
#: The eight of the navigation, whose first paint is measured.
PAINTED = ("/", "/accounts", "/harvests", "/queues", "/contacts", "/messaging", "/privacy", "/settings")
#: What must hold: at the server, of the first paint, and of memory.
GOAL_MS, GOAL_PAINT_MS, GOAL_MB = 300, 1000, 400


class Watch(threading.Thread):
    """Watches a process: its memory in MB, at its most, and the processor's seconds it took."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self.first = self.last = self._memory()
        self._before = sum(self._process.cpu_times()[:2])
        self.ends = False

    def run(self) -> None:
        """Look five times a second."""
        while not self.ends:
            with contextlib.suppress(psutil.Error):
                self.last = self._memory()
            time.sleep(0.2)

    def _memory(self) -> float:
        return float(self._process.memory_info().rss) / 1e6

    @property
    def peak(self) -> float:
        """The most memory that the process ever held, as the kernel keeps it."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
        return self.last

    @property
    def seconds(self) -> float:
        """The processor's seconds since the watch began."""
        return sum(self._process.cpu_times()[:2]) - self._before


@contextlib.contextmanager
def database(kind: str) -> Iterator[dict[str, str]]:
    """Yield the settings of one of the databases."""
    if kind == "sqlite":
        yield {}
        return
    with postgresql_server("shared_buffers=512MB", "max_wal_size=8GB") as server:
        yield {"REGULARS_DATABASE_URL": f"postgresql://postgres@/postgres?{server.place}"}


@contextlib.contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Stop a process of ours at the end of a block."""
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        if process.poll() is None:
            process.kill()


def times(log: Path, since: int) -> dict[str, list[float]]:
    """Read the server's times by route from its log, in milliseconds."""
    found: dict[str, list[float]] = {}
    with log.open(encoding="utf-8") as lines:
        lines.seek(since)
        for line in lines:
            if '"console.request"' not in line:
                continue
            with contextlib.suppress(ValueError):
                row = json.loads(line)
                if row["status"] == 200 and row["path"] != "/live":
                    found.setdefault(row["path"], []).append(float(row["ms"]))
    return found


def paints(port: int, cookie: str, rounds: int) -> dict[str, list[float]]:
    """Measure the first paint with content of each screen in Chromium, in milliseconds."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only where there is a browser

    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        return {}
    found: dict[str, list[float]] = {}
    name, _, value = cookie.partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
        page = context.new_page()
        for _ in range(rounds):
            for path in PAINTED:
                page.goto(f"http://127.0.0.1:{port}{path}", wait_until="load")
                painted = page.evaluate(
                    """() => new Promise((tell) => new PerformanceObserver((list) => {
                        for (const each of list.getEntries())
                          if (each.name === "first-contentful-paint") tell(each.startTime);
                    }).observe({type: "paint", buffered: true}))"""
                )
                found.setdefault(path, []).append(float(painted))
        browser.close()
    return found


def at(values: list[float], share: int) -> float:
    """Return the value below which a share of a hundred lies."""
    return quantiles(values, n=100, method="inclusive")[share - 1] if len(values) > 1 else values[0]


def measure(given: argparse.Namespace, folder: Path, extra: dict[str, str]) -> bool:
    """Measure once and print; tells whether every goal was met."""
    for name in ("ready.json", "console.json"):  # of the last time
        (folder / name).unlink(missing_ok=True)
    with simulator(folder, seed=3, audience=given.audience, faults="none", window_s=1) as world:
        installation = Installation(folder, world, REGULARS_LOG_LEVEL="INFO", **extra)
        for name, value in installation.environment.items():
            if name.startswith("REGULARS_"):
                os.environ[name] = value
        marker = folder / "filled"
        if not marker.exists():
            begun = time.monotonic()
            fill(Settings(), given.contacts, given.history)
            marker.touch()
            print(f"Filled in {time.monotonic() - begun:.0f} s", flush=True)
        runtime = Runtime(Settings(), upgrade=True)
        given.accounts = connect(runtime, world)
        log = folder / "console.log"
        ready = folder / "console.json"
        with contextlib.ExitStack() as stack:
            if not given.at_rest:
                up = installation.start(
                    "up", stdout=subprocess.DEVNULL, stderr=(folder / "up.log").open("wb")
                )
                stack.enter_context(ended(up))
            console = installation.start(
                "serve", "--port", "0", "--ready-file", str(ready), stderr=log.open("wb")
            )
            stack.enter_context(ended(console))
            port = int(told(ready)["console"].rpartition(":")[2])
            return _walk(given, folder, runtime, port, console.pid, log)


def _walk(given: argparse.Namespace, folder: Path, runtime: Runtime, port: int, pid: int, log: Path) -> bool:
    cookies = []
    for _ in range(given.viewers):
        visitor = Visitor(port)
        if visitor.sign_in("admin", PASSWORD).status != 303:
            raise SystemExit("Nobody could sign in.")
        cookies.append(visitor.cookie)
    screens = [each.replace("{middle}", str(given.contacts // 2)) for each in SCREENS]
    plan = folder / "viewers.json"
    walk = {"port": port, "cookies": cookies, "screens": screens}
    walk |= {"seconds": given.seconds, "thinks": given.thinks}
    plan.write_text(json.dumps(walk))
    seen_before = _seen(runtime)
    since, begun = log.stat().st_size, time.monotonic()
    watch = Watch(pid)
    watch.start()
    viewers = subprocess.Popen(
        [sys.executable, str(ROOT / "benchmarks/console_viewers.py"), str(plan)], stdout=subprocess.PIPE
    )
    painted: dict[str, list[float]] = {}
    painter = threading.Thread(
        target=lambda: painted.update(paints(port, cookies[0], given.paints)), daemon=True
    )
    if given.paints:
        painter.start()
    while viewers.poll() is None:
        if not given.at_rest:
            keep_harvesting(runtime, given.accounts)
        time.sleep(0.5)
    seconds, cpu = time.monotonic() - begun, watch.seconds
    if given.paints:
        painter.join(timeout=60)
    watch.ends = True
    assert viewers.stdout is not None  # noqa: S101  # it was asked for
    walked = json.loads(viewers.stdout.read())
    read = _seen(runtime) - seen_before
    return _print(given, times(log, since), painted, walked, watch, (seconds, cpu, read))


def _seen(runtime: Runtime) -> int:
    with runtime.database.read() as connection:
        total = connection.exec_driver_sql("SELECT sum(contacts_seen) FROM harvest_runs").scalar()
    return int(total or 0)


def _print(
    given: argparse.Namespace,
    found: dict[str, list[float]],
    painted: dict[str, list[float]],
    walked: dict[str, Any],
    watch: Watch,
    took: tuple[float, float, int],
) -> bool:
    seconds, cpu, read = took
    every = [each for values in found.values() for each in values]
    if not every:
        raise SystemExit(f"Nothing was answered: {sorted(set(walked['faults']))[:10]}")
    print(
        f"\n{given.database}: {given.contacts:,} contacts, {given.viewers} viewers, "
        f"{walked['pages']} screens in {seconds:.0f} s, {len(every)} requests, "
        f"{len(walked['faults'])} faults; harvests read {read / seconds:,.0f} contacts/s beside; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    print("\n| screen or part | requests | p50 ms | p95 ms | max ms |\n|---|---|---|---|---|")
    worst = 0.0
    for path, values in sorted(found.items(), key=lambda each: -at(each[1], 95)):
        worst = max(worst, at(values, 95))
        print(
            f"| `{path}` | {len(values)} | {median(values):.0f} | {at(values, 95):.0f} | {max(values):.0f} |"
        )
    print(f"| **all** | {len(every)} | {median(every):.0f} | {at(every, 95):.0f} | {max(every):.0f} |")
    if painted:
        print("\n| screen | first paint ms, median | longest |\n|---|---|---|")
        for path, values in painted.items():
            print(f"| `{path}` | {median(values):.0f} | {max(values):.0f} |")
    print(
        f"\nThe console: {cpu:.1f} s of processor in {seconds:.0f} s "
        f"({1000 * cpu / max(1, len(every)):.1f} ms a request), {watch.first:.0f} MB before, "
        f"{watch.last:.0f} MB after, {watch.peak:.0f} MB at most"
    )
    for each in sorted(set(walked["faults"]))[:10]:
        print(f"fault: {each}")
    slow = max((median(values) for values in painted.values()), default=0.0)
    return worst <= GOAL_MS and slow <= GOAL_PAINT_MS and watch.peak <= GOAL_MB and not walked["faults"]


def main() -> None:
    """Fill, or find filled, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--history", type=int, default=20_000, help="Rows in each other table that grows.")
    parser.add_argument("--audience", type=int, default=400_000, help="People of the simulator.")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=160)
    parser.add_argument("--thinks", type=float, default=1.0, help="Times as long as people think.")
    parser.add_argument("--paints", type=int, default=3, help="Times that Chromium opens each screen.")
    parser.add_argument("--at-rest", action="store_true", help="Nothing is harvested beside.")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, database(given.database) as extra:
        folder = (given.folder or Path(name)).resolve()
        folder.mkdir(exist_ok=True)
        met = measure(given, folder, extra)
    print("\nEvery goal is met." if met else "\nNot every goal is met.")


if __name__ == "__main__":
    main()
