"""kill -9 at every named point, a flushed queue, a killed queue server: equal to the truth, nothing twice."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests import servers
from tests.journey.killable import DISPATCHER_POINTS, WORKER_POINTS
from tests.journey.processes import Processes, processes, runs_of
from tests.journey.road import Installation, expected_labels, simulator

#: Each point dies so many times, all between these shares of the way.
DEATHS = 2
FIRST, LAST = 0.1, 0.9

#: At which share of the way, what, and how: None arms a point.
Trouble = tuple[float, str, Callable[[], object] | None]


@pytest.mark.parametrize(
    ("kind", "audience", "page_size"),
    [
        pytest.param("sqlite", 60_000, 40, id="20000-on-sqlite"),
        pytest.param("postgresql", 300_000, 40, id="100000-on-postgresql", marks=pytest.mark.slow),
        pytest.param("sqlite", 300_000, 40, id="100000-on-sqlite", marks=pytest.mark.slow),
    ],
)
def test_nothing_is_lost_or_doubled_by_kills(
    kind: str, audience: int, page_size: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with ExitStack() as stack:
        world = stack.enter_context(simulator(tmp_path, seed=5, audience=audience, window_s=1))
        world.post("limits", {"platform": "twitter", "endpoint": "followers", "user": 10**6, "app": 10**6})
        settings = request.getfixturevalue("server_settings") if kind == "postgresql" else {}
        server = stack.enter_context(servers.queue())
        installation = Installation(tmp_path, world, **{**settings, "REGULARS_REDIS_URL": server.url})
        installation.run("db", "upgrade")
        installation.connect("team-x", "twitter")
        truth = expected_labels(world.truth())
        regular = {key for key, label in truth.items() if label == "regular"}
        followers = {key for key in regular if key.startswith("twitter:")}
        road = stack.enter_context(processes(installation, tmp_path / "armed"))

        installation.run("harvest", "team-x", "--stream", "followers", "--page-size", str(page_size))
        _travel(
            installation,
            road,
            len(followers),
            _troubles(Redis.from_url(server.url).flushdb, server.kill_and_restart),
        )

        assert road.deaths >= DEATHS * len(WORKER_POINTS + DISPATCHER_POINTS)
        run = _run(installation)
        assert run["state"] == "done"
        records, tombstones = installation.exported()
        assert set(records) == followers
        assert not tombstones
        assert len({each["seq"] for each in records.values()}) == max(
            each["seq"] for each in records.values()
        )
        asked = sum(
            each["requests"] for each in world.get("requests")["requests"] if each["endpoint"] == "followers"
        )
        extra = asked - run["pages"]
        assert run["pages"] > 400, "too few requests for the share to mean something"
        # A page may be in hand, and the one after it asked for beside it.
        assert extra <= 2 * road.deaths, f"{extra} of {asked} requests were extra after {road.deaths} deaths"


def _troubles(flush: Callable[[], object], restart: Callable[[], None]) -> list[Trouble]:
    """Spread every death, one flush and one death of the queue server over the way."""
    points = [each for each in WORKER_POINTS + DISPATCHER_POINTS for _ in range(DEATHS)]
    step = (LAST - FIRST - 0.1) / (len(points) + 2)
    troubles: list[Trouble] = [
        (FIRST + step * place, point, None) for place, point in enumerate(points, start=1)
    ]
    troubles.append((FIRST + step * len(points) / 2, "flush", flush))
    troubles.append((FIRST + step * (len(points) / 2 + 2), "queue server killed", restart))
    return sorted(troubles, key=lambda each: each[0])


def _travel(installation: Installation, road: Processes, total: int, troubles: list[Trouble]) -> None:
    """Follow the run to its end and make each trouble at its place, before the last tenth."""
    deadline = time.monotonic() + 600
    while True:
        assert time.monotonic() < deadline, f"still waiting for {road.pending()}"
        road.mend()
        seen, state = _progress(installation)
        if state != "running":
            break
        if troubles and seen / total >= troubles[0][0] and not road.pending():
            _, name, act = troubles.pop(0)
            assert seen / total <= LAST, f"{name} came too late"
            road.arm(name) if act is None else act()
        time.sleep(0.02)
    assert not troubles, f"the run ended before {troubles}"
    assert not road.pending()


def _progress(installation: Installation) -> tuple[int, str]:
    (run,) = runs_of(installation)
    return int(run["contacts_seen"]), str(run["state"])


def _run(installation: Installation) -> Any:
    import json  # noqa: PLC0415

    return json.loads(installation.run("runs", "show", "1", "--json"))
