"""Viewers of a console: each opens a screen, its charts and its stream of events, thinks, and goes on.

A process of its own beside the server. As people do, one opens another screen after `THINK_S` seconds; what a
screen shows live is fetched anew whenever the stream says so.
"""

import html
import http.client
import json
import random
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.consoles import Visitor  # noqa: E402  # the tests' own browser without a face

#: Seconds between two screens of one viewer, from and to, each as likely: six on average.
THINK_S = (2.0, 10.0)
_IMAGES = re.compile(r'(?:src|srcset)="(/charts/[^"]+)"')
_PARTS = re.compile(r'data-live="([^"]+)" data-on="([^"]+)"')


class Viewer(threading.Thread):
    """One viewer, who sees every screen and then walks about; faults are answers that were not well."""

    def __init__(self, visitor: Visitor, given: dict[str, Any], until: float, seed: int) -> None:
        super().__init__(daemon=True)
        self._visitor, self._screens, self._until = visitor, given["screens"], until
        self._thinks = [given["thinks"] * each for each in THINK_S]
        self._chance = random.Random(seed)
        self.faults: list[str] = []
        self.pages = 0

    def run(self) -> None:
        """Walk about: everybody begins somewhere else."""
        time.sleep(self._chance.uniform(0, self._thinks[0]))
        order = list(self._screens)
        while self.pages < len(order) or time.monotonic() < self._until:
            self._chance.shuffle(order)
            for path in order:
                if self.pages >= len(order) and time.monotonic() >= self._until:
                    return
                self._look(path)

    def _look(self, path: str) -> None:
        text = self._get(path)
        self.pages += 1
        for each in dict.fromkeys(_IMAGES.findall(text)):
            self._get(html.unescape(each))
        parts = [(html.unescape(part), topics.split()) for part, topics in _PARTS.findall(text)]
        self._watch(parts, time.monotonic() + self._chance.uniform(*self._thinks))

    def _get(self, path: str) -> str:
        try:
            answer = self._visitor.get(path)
        except OSError as error:
            self.faults.append(f"{path}: {type(error).__name__}")
            return ""
        if answer.status != 200:
            self.faults.append(f"{path}: {answer.status}")
        return answer.text

    def _watch(self, parts: Sequence[tuple[str, list[str]]], until: float) -> None:
        """Hold the stream of events as the page does, and fetch what it tells."""
        if not parts:
            time.sleep(max(0.0, until - time.monotonic()))
            return
        topics = "&".join(f"on={each}" for each in sorted({each for _, on in parts for each in on}))
        connection = http.client.HTTPConnection("127.0.0.1", self._visitor.port, timeout=20)
        try:
            connection.request("GET", f"/live?{topics}", headers={"Cookie": self._visitor.cookie})
            stream: socket.socket = connection.sock
            rest = b""
            while (left := until - time.monotonic()) > 0 and select.select([stream], [], [], left)[0]:
                # Sizes of chunks between the lines do no harm.
                *lines, rest = (rest + stream.recv(65_536)).split(b"\n")
                told = {
                    each.removeprefix(b"event: ").strip().decode() for each in lines if b"event: " in each
                }
                for part, on in parts:
                    if told & set(on):
                        self._get(part)
        except OSError as error:
            self.faults.append(f"/live: {type(error).__name__}")
        finally:
            connection.close()


def main() -> None:
    """Walk for so many seconds with the cookies and screens of a JSON file; prints pages and faults."""
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    until = time.monotonic() + given["seconds"]
    viewers = []
    for number, cookie in enumerate(given["cookies"]):
        visitor = Visitor(given["port"], ("en", "fr")[number % 2])
        visitor.cookie = cookie
        viewers.append(Viewer(visitor, given, until, number))
    for each in viewers:
        each.start()
    for each in viewers:
        each.join()
    faults = [fault for each in viewers for fault in each.faults]
    print(json.dumps({"pages": sum(each.pages for each in viewers), "faults": faults}))


if __name__ == "__main__":
    main()
