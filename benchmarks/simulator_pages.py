"""How many follower pages of 1,000 users the simulator serves a second, over loopback, from one process.

`python benchmarks/simulator_pages.py [--pages N] [--audience N]`: the simulator runs in a process of its own,
the reader asks for one page after another on one kept connection and only finds the next token in it. Prints
the pages a second as read, and a second of the server's own processor time: what one core can serve.
"""

import argparse
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any

import psutil

TOKEN = b'"next_token":"'


@contextmanager
def simulator(audience: int) -> Iterator[Mapping[str, Any]]:
    """Run a simulator as a process; yields what its ready file says."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        process = Popen(
            [sys.executable, "-m", "simulator", "--audience", str(audience), "--ready-file", str(ready)],
            cwd=Path(__file__).parent.parent,
        )
        try:
            while not ready.exists():
                if process.poll() is not None:
                    sys.exit("The simulator did not start; run `python -m simulator` to see why.")
                time.sleep(0.02)
            yield json.loads(ready.read_text(encoding="utf-8"))
        finally:
            process.terminate()
            process.wait()


def read(ready: Mapping[str, Any], pages: int) -> int:
    """Read `pages` pages, beginning a new walk whenever one ends; returns the bytes read."""
    address, _, prefix = ready["twitter"]["base_url"].removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(address)
    path = f"/{prefix}/2/users/{ready['twitter']['account_id']}/followers?max_results=1000"
    headers = {"Authorization": f"Bearer {ready['twitter']['user_token']}"}
    told, size = "", 0
    for _ in range(pages):
        connection.request("GET", path + told, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"The simulator answered {answer.status}.")
        size += len(body)
        at = body.rfind(TOKEN)
        told = "" if at < 0 else "&pagination_token=" + body[at + len(TOKEN) :].split(b'"', 1)[0].decode()
    return size


def main() -> None:
    """Measure and print one line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--pages", type=int, default=1_000)
    words.add_argument("--audience", type=int, default=1_000_000)
    given = words.parse_args()
    pages, audience = given.pages, given.audience
    with simulator(audience) as ready:
        server = psutil.Process(ready["pid"])
        control = http.client.HTTPConnection(ready["control_url"].split("/")[2])
        limit = {"platform": "twitter", "endpoint": "followers", "user": 10**9}
        control.request("POST", "/sim/limits", json.dumps(limit), {"content-type": "application/json"})
        control.getresponse().read()
        read(ready, 20)
        before, started = server.cpu_times(), time.perf_counter()
        size = read(ready, pages)
        seconds = time.perf_counter() - started
        after = server.cpu_times()
        busy = after.user + after.system - before.user - before.system
        print(
            f"{pages} pages, {size / pages / 1000:.0f} kB each: {pages / seconds:.0f} pages/s as read, "
            f"{pages / busy:.0f} pages per second of one core; server {server.memory_info().rss >> 20} MB"
        )


if __name__ == "__main__":
    main()
