"""Pushes: how long the receiver takes to store and answer them, at a rate that does not wait for it.

Embedded: the inbox in a file of its own. The receiver has one core, the sender and whatever is beside it the
other. Beside it: a harvest's writes (pages of 1,000 new followers, six a second, as fast as a harvest is
end to end), and the taking in of what was pushed. A latency counts from the moment at which a push was due.
"""

import argparse
import asyncio
import hmac
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import psutil  # noqa: E402

from config.settings import Settings  # noqa: E402  # the checkout's own
from domain.account import Account  # noqa: E402
from domain.contact import ContactKey, Profile  # noqa: E402
from domain.credentials import Credentials  # noqa: E402
from domain.signal import Signal, SignalKind  # noqa: E402
from pipeline.page import write_page  # noqa: E402
from pipeline.push import take_in  # noqa: E402
from store import accounts, messaging  # noqa: E402
from workers.runtime import Runtime, utc_now  # noqa: E402

SECRET = "a secret of this benchmark"  # noqa: S105  # it opens nothing
PAGE = "4001"
CONNECTIONS = 32
PAGES_PER_S = 6


def body(number: int) -> bytes:
    """Write one comment, as Facebook does."""
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": f"900_{number}",
        "post_id": f"{PAGE}_900",
        "parent_id": f"{PAGE}_900",
        "created_time": 1_790_000_000 + number,
        "message": "When does the new bus line open? " * 4,
        "from": {"id": str(10**15 + number), "name": "Élodie Example"},
    }
    entry = {"id": PAGE, "time": 1_790_000_000 + number, "changes": [{"field": "feed", "value": value}]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def request(number: int) -> bytes:
    """Write the whole request."""
    text = body(number)
    mac = hmac.new(SECRET.encode(), text, sha256).hexdigest()
    head = (
        "POST /push/facebook HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"x-hub-signature-256: sha256={mac}\r\ncontent-length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


async def send(port: int, rate: int, seconds: int) -> list[float]:
    """Send at `rate` a second over connections that stay open; returns latencies in seconds."""
    streams: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        streams.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    latencies: list[float] = []
    begun = time.perf_counter() + 0.2

    async def one(number: int) -> None:
        due = begun + number / rate
        message = request(number)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        reader, writer = await streams.get()
        writer.write(message)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"The receiver refused: {answer!r}")
        latencies.append(time.perf_counter() - due)
        streams.put_nowait((reader, writer))

    await asyncio.gather(*(one(number) for number in range(rate * seconds)))
    return latencies


def beside(folder: Path, *, takes_in: bool) -> None:
    """Write page after page, and take pushes in, until killed."""
    runtime = Runtime(Settings(data_dir=folder))
    road = runtime.road("benchmark")
    with runtime.database.write() as connection:
        account = accounts.find(connection, "x")
        policy = runtime.policy_in_force(connection)
    number = 0
    due = time.monotonic()
    while True:
        page = [
            Signal(
                ContactKey("twitter", str(10**15 + each)),
                SignalKind.FOLLOWS,
                profile=Profile("a", "Ada Example"),
            )
            for each in range(number, number + 1000)
        ]
        number += 1000
        due += 1 / PAGES_PER_S
        time.sleep(max(0.0, due - time.monotonic()))
        with runtime.database.write() as connection:
            written = write_page(connection, (account.id, "twitter"), page, policy, now=utc_now())
            messaging.publish(connection, written.steps, now=utc_now())
        if takes_in:
            take_in(road, runtime.inbox)


def measure(rate: int, seconds: int, what: str) -> dict[str, float]:
    """Measure once, with `what` beside the receiver; returns percentiles and work a push, in ms."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        runtime = Runtime(Settings(data_dir=folder), upgrade=True)
        with runtime.database.write() as connection:
            sealed = runtime.seal(connection, Credentials("token", None, SECRET))
            accounts.add(connection, Account("facebook", PAGE, "page"), sealed, now=utc_now())
            accounts.add(connection, Account("twitter", "5000", "x"), sealed, now=utc_now())
        environment = {**os.environ, "REGULARS_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
        ready = Path(name) / "ready.json"
        command = [
            sys.executable,
            "-m",
            "console.cli.main",
            "receiver",
            "--port",
            "0",
            "--ready-file",
            str(ready),
        ]
        receiver = subprocess.Popen(command, env=environment)
        other = None
        try:
            while not ready.exists():
                time.sleep(0.05)
            os.sched_setaffinity(receiver.pid, {0})
            os.sched_setaffinity(0, {1})
            if what != "nothing":
                other = subprocess.Popen(
                    [sys.executable, __file__, "--beside", what, "--folder", str(folder)]
                )
                time.sleep(3)
            port = int(json.loads(ready.read_text())["facebook"].split(":")[2].split("/")[0])
            before = sum(psutil.Process(receiver.pid).cpu_times()[:2])
            latencies = sorted(asyncio.run(send(port, rate, seconds)))
            worked = sum(psutil.Process(receiver.pid).cpu_times()[:2]) - before
        finally:
            if other is not None:
                other.kill()
                other.wait()
            receiver.send_signal(signal.SIGTERM)
            receiver.wait(timeout=30)
            os.sched_setaffinity(0, {0, 1})
    at = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    last = len(latencies) - 1
    found = {name: 1000 * latencies[min(last, int(share * len(latencies)))] for name, share in at.items()}
    return {**found, "work": 1000 * worked / len(latencies)}


def main() -> None:
    """Measure with nothing beside the receiver, with a harvest, and with a harvest and the taking in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=200, help="Pushes a second.")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--beside", choices=["harvest", "harvest and taking in"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", action="store_true", help="Go before all else on this machine (root).")
    given = parser.parse_args()
    if given.first:
        os.setpriority(os.PRIO_PROCESS, 0, -15)
    if given.beside:
        beside(given.folder, takes_in=given.beside != "harvest")
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("| beside it | pushes | p50 ms | p90 ms | p99 ms | max ms | processor ms a push |")
    print("|---|---|---|---|---|---|---|")
    for what in ("nothing", "harvest", "harvest and taking in"):
        found = measure(given.rate, given.seconds, what)
        print(
            f"| {what} | {given.rate * given.seconds} | "
            + " | ".join(f"{each:.1f}" for each in found.values())
            + " |"
        )


if __name__ == "__main__":
    main()
