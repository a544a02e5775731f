"""A client of the simulator that knows nothing of the product."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

from simulator.run import listening
from simulator.world import World


class Served:
    """One running simulator, asked as a client would."""

    def __init__(self, world: World, ready: Mapping[str, Any]) -> None:
        self.world, self.ready = world, ready
        self.session = requests.Session()
        self.session.trust_env = False
        self.me = str(ready["twitter"]["account_id"])

    def x(
        self, path: str, query: Mapping[str, Any] | None = None, caller: str = "user_token"
    ) -> requests.Response:
        """Ask X; `caller` names the token of the ready file it uses."""
        told = {"Authorization": f"Bearer {self.ready['twitter'][caller]}"}
        address = f"{self.ready['twitter']['base_url']}/2/{path}"
        return self.session.get(address, params=query, headers=told, timeout=10)

    def walk(self, path: str, query: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Read a listing of X to its end; returns its pages."""
        pages: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            answer = self.x(path, {**(query or {}), **token})
            assert answer.status_code == 200, answer.text
            pages.append(answer.json())
            if "next_token" not in pages[-1]["meta"]:
                return pages
            token = {"pagination_token": pages[-1]["meta"]["next_token"]}

    def items(self, path: str, query: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Read a listing of X to its end; returns all that stood in it."""
        return [each for page in self.walk(path, query) for each in page.get("data", [])]

    def command(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Give a command to the simulator."""
        answer = self.session.post(f"{self.ready['control_url']}/{name}", json=given, timeout=10)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def truth(self) -> list[dict[str, Any]]:
        """Return who does what now."""
        body = self.session.get(self.ready["truth_url"], timeout=30).content
        return [json.loads(each) for each in body.splitlines()]

    def billed(self) -> dict[str, Any]:
        """Return what was requested and billed."""
        found: dict[str, Any] = self.session.get(f"{self.ready['control_url']}/requests", timeout=10).json()
        return found


#: Starts a simulator of its own: `serve(seed=…, size=…)`.
Serve = Callable[..., Served]


@contextmanager
def serving(**wanted: Any) -> Iterator[Served]:
    """Serve a world of its own for as long as the block lasts."""
    world = World(**wanted)
    with listening(world) as ready:
        served = Served(world, ready)
        yield served
        served.session.close()
