"""Chaos: every process and server killed at every named point, every fault of the platforms, and the truth.

Beside the kills: a flushed queue, a full disk, a clock that jumps, everything stopped and started, and the
schema taken back to its first revision and brought up again with a harvest half-way through. The disk is a
small file system in memory, which only root may mount: elsewhere that trouble is left out, and said so.
"""

import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis
from sqlalchemy import Connection, text

from store import installation as installed
from store import schema
from tests import servers
from tests.journey import audit
from tests.journey.killable import DISPATCHER_POINTS, MONEY_POINTS, RECEIVER_POINTS, WORKER_POINTS
from tests.journey.processes import Processes, database_of, processes, runs_of
from tests.journey.road import Installation, Simulator, expected_labels, simulator

#: Who dies where; a further point of `killable` is a further word here.
POINTS = WORKER_POINTS + MONEY_POINTS + DISPATCHER_POINTS
COMMANDS = {
    "worker x": ("worker", "--queue", "harvest.twitter"),
    "worker facebook": ("worker", "--queue", "harvest.facebook"),
    "dispatcher": ("dispatch",),
}
#: What is pushed for each point of the receiver's: the same acts again and again, in other bytes.
PUSHED: tuple[dict[str, Any], ...] = (
    {"what": ["follow", "unfollow", "comments", "reacts"], "batch": 4},
    {"order": "shuffled", "batch": 9},
    {"order": "reversed", "times": 2, "batch": 17},
    {"dated": True, "batch": 30},
)
#: How many events each of these tells.
PUSHES = 300
#: How many days the simulators are old when the harvest begins: on the first one nothing happens to push.
DAYS = 3
#: Between these shares of the followers all troubles must have happened.
FIRST, LAST = 0.05, 0.95
#: Requests beside those that were in hand at a death and those that a fault spoiled, as a share of all.
BESIDE = 0.03
#: Room of the disk that becomes full, for an audience of a thousand, in megabytes.
ROOM_MB = 4
FULL_S = 3.0
JUMP_S = 3600
LONGEST_S = 3000


@dataclass(frozen=True)
class Size:
    """How much is harvested: people of each platform's simulator, and items a page."""

    x: int
    facebook: int
    page_size: int


SMALL = Size(x=9_000, facebook=1_500, page_size=20)
LARGE = Size(x=672_000, facebook=75_000, page_size=200)
CASES = [
    pytest.param("sqlite", 1, SMALL, id="small-on-sqlite"),
    pytest.param("postgresql", 2, SMALL, id="small-on-postgresql", marks=pytest.mark.postgresql),
    *(
        pytest.param(kind, seed, LARGE, id=f"large-on-{kind}-{seed}", marks=pytest.mark.slow)
        for kind, seed in (("postgresql", 3), ("sqlite", 4), ("postgresql", 5))
    ),
]


class Chaos:
    """An installation under way, and what can be done to it."""

    def __init__(
        self, installation: Installation, road: Processes, queue: servers.Queue, worlds: dict[str, Simulator]
    ) -> None:
        self.installation, self.road, self.queue, self.worlds = installation, road, queue, worlds
        self.database = database_of(installation)
        self.server: servers.PostgreSQL | None = None
        self.disk: Path | None = None
        self.receiver = 0
        self._kept: set[str] = set()
        #: Numbers of the feed that the way down gave to steps and the way up took away again.
        self.numbers_lost = 0

    def troubles(self, chance: random.Random) -> list[tuple[str, Callable[[], object]]]:
        """Return all that will go wrong, in the order of a seed."""
        found: list[tuple[str, Callable[[], object]]] = [
            (each, lambda point=each: self.road.arm(point))
            for each in POINTS  # type: ignore[misc]  # bound now
        ]
        found += [
            (each, lambda point=each, given=given: self.push_into(point, given))  # type: ignore[misc]  # bound now
            for each, given in zip(RECEIVER_POINTS, PUSHED, strict=True)
        ]
        found += [
            ("flush", lambda: Redis.from_url(self.queue.url).flushall()),
            ("queue server killed", self.queue.kill_and_restart),
            ("stopped and started", self.stop_and_start),
            ("schema up", self.upgrade),
            ("clock jumps", lambda: self.set_clock(JUMP_S)),
        ]
        if self.server is not None:
            found.append(("database killed", self.kill_database))
        if self.disk is not None:
            found.append(("disk full", self.fill))
        chance.shuffle(found)
        return found

    def push_into(self, point: str, given: dict[str, Any]) -> None:
        """Let both platforms push what happened on their last day; a receiver or a worker dies of it."""
        self.road.arm(point)
        for platform in self.worlds:
            self._push(platform, given)

    def push_again(self) -> bool:
        """Let the platforms push again what nobody answered; returns whether some still is."""
        for platform in tuple(self._kept):
            self._push(platform, {"what": [], "kept": True})
        return bool(self._kept)

    def _push(self, platform: str, given: dict[str, Any]) -> None:
        ready = self.worlds[platform].ready[platform]
        secret = ready["consumer_secret" if platform == "twitter" else "app_secret"]
        url = f"http://127.0.0.1:{self.receiver}/push/{platform}"
        told = self.worlds[platform].post(
            "push", {"platform": platform, "url": url, "secret": secret, "most": PUSHES, **given}
        )
        assert set(told["answers"]) <= {"200", "503", "unreachable"}, told
        if told["kept"]:
            self._kept.add(platform)
        else:
            self._kept.discard(platform)

    def stop_and_start(self) -> None:
        """Stop everything with SIGTERM, servers last, and start it again."""
        self.road.stop()
        self.queue.restart()
        if self.server is not None:
            self.server.restart()
            self.database.close()
        self.road.restart()

    def kill_database(self) -> None:
        """Kill PostgreSQL; our own connections to it are dead, too."""
        assert self.server is not None
        self.server.kill_and_restart()
        self.database.close()

    def upgrade(self) -> None:
        """Give the program a database of the first revision that is half-way through a harvest."""
        self.road.stop()
        audit.end(self.database)
        with self.database.read() as connection:
            key = installed.inbox_key(connection)
        schema.downgrade(self.database, schema.REVISIONS[0])
        assert "schema" in self.installation.run("db", "upgrade")
        with self.database.write() as connection:  # pushes wait sealed with it, in a file of their own
            assert key is not None
            installed.settle_inbox_key(connection, key)
            self.numbers_lost = _numbers_without_a_step(connection)
        audit.begin(self.database)
        self.road.restart()

    def set_clock(self, wrong_by_s: float) -> None:
        """Let the clock of every process be wrong from now on."""
        partial = self.road.armed / "clock.partial"
        partial.write_text(str(wrong_by_s))
        partial.rename(self.road.armed / "clock")

    def fill(self) -> None:
        """Leave no room on the disk for a while."""
        assert self.disk is not None
        filler = self.disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(b"\0" * 65_536):
                    pass
            except OSError:
                pass
        time.sleep(FULL_S)
        filler.unlink()


@pytest.mark.parametrize(("kind", "seed", "size"), CASES)
def test_chaos_changes_nothing(kind: str, seed: int, size: Size, tmp_path: Path) -> None:
    with ExitStack() as stack:
        worlds = {
            platform: stack.enter_context(_world(tmp_path / platform, seed, audience))
            for platform, audience in (("twitter", size.x), ("facebook", size.facebook))
        }
        queue = stack.enter_context(servers.queue())
        settings = {"REGULARS_REDIS_URL": queue.url}
        for world in worlds.values():
            world.post("day", {"advance": DAYS})
        settings["REGULARS_FACEBOOK_BASE_URL"] = worlds["facebook"].ready["facebook"]["base_url"]
        server = stack.enter_context(servers.postgresql_server()) if kind == "postgresql" else None
        if server is not None:
            settings["REGULARS_DATABASE_URL"] = _new_database(server)
        disk = stack.enter_context(_small_disk(tmp_path / "data", size)) if server is None else None
        installation = Installation(tmp_path, worlds["twitter"], **settings)
        installation.run("db", "upgrade")
        _connect(installation, worlds)
        database = database_of(installation)
        audit.begin(database)
        before = {each: _asked(world) for each, world in worlds.items()}
        for world in worlds.values():
            world.post("faults", {"mode": "all"})
        port = _free_port()
        commands = {**COMMANDS, "receiver": ("receiver", "--port", str(port))}
        road = stack.enter_context(processes(installation, tmp_path / "armed", commands))
        chaos = Chaos(installation, road, queue, worlds)
        chaos.receiver = port
        chaos.server, chaos.disk = server, disk

        for account in ("team-x", "team-page"):
            installation.run("harvest", account, "--page-size", str(size.page_size))
        truth = {
            key: label
            for platform, world in worlds.items()
            for key, label in expected_labels(world.truth()).items()
            if key.startswith(platform)
        }
        followers = sum(label == "regular" and key.startswith("twitter:") for key, label in truth.items())
        _go_through(chaos, followers, random.Random(seed))
        _take_in(chaos)

        rows = runs_of(installation)
        assert {
            (each["stream"], each["state"], each["error"]) for each in rows if each["state"] != "done"
        } == set()
        assert installation.labels() == truth
        entered = audit.seen(database)
        assert set(entered) == {"regular"}
        _require_single_effects(chaos, truth, entered["regular"])
        for platform, world in worlds.items():
            _require_few_requests(chaos, platform, world, before[platform])


def _go_through(chaos: Chaos, followers: int, chance: random.Random) -> None:
    """Follow the runs to their end and make each trouble at its place."""
    troubles = chaos.troubles(chance)
    step = (LAST - FIRST) / (len(troubles) + 1)
    places = [FIRST + step * place for place in range(len(troubles))]
    deadline = time.monotonic() + LONGEST_S
    while True:
        assert time.monotonic() < deadline, f"still waiting for {chaos.road.pending() or troubles}"
        chaos.road.mend()
        chaos.push_again()
        rows = runs_of(chaos.installation)
        if all(each["state"] not in ("running", "waiting") for each in rows):
            break
        seen = next(each["contacts_seen"] for each in rows if each["stream"] == "followers") / followers
        if troubles and seen >= places[0] and not chaos.road.pending():
            places.pop(0)
            name, act = troubles.pop(0)
            started = time.monotonic()
            act()
            print(f"{seen:.2f} {name} {time.monotonic() - started:.1f} s", flush=True)  # noqa: T201  # shown where it fails
        time.sleep(0.02)
    assert not troubles, f"the runs ended before {[name for name, _ in troubles]}"
    assert not chaos.road.pending()


def _take_in(chaos: Chaos) -> None:
    """Wait until every push was answered and taken in."""
    deadline = time.monotonic() + 120
    while chaos.push_again() or '"waiting"' in chaos.installation.run("push", "list", "--json"):
        assert time.monotonic() < deadline, "pushes still wait"
        chaos.road.mend()
        time.sleep(0.5)
    assert '"problem"' not in chaos.installation.run("push", "list", "--json"), "a push was put aside"


def _numbers_without_a_step(connection: Connection) -> int:
    told = connection.scalar(text("SELECT seq FROM feed_state")) or 0
    return int(told - (connection.scalar(text("SELECT count(*) FROM changes")) or 0))


def _require_single_effects(chaos: Chaos, truth: dict[str, str], entered: set[str]) -> None:
    records, tombstones = chaos.installation.exported()
    assert set(records) == {key for key, label in truth.items() if label == "regular"}
    # Who opted in and is blocked, too, may be added before the list of the blocked is read.
    blocked = {key for key, label in truth.items() if label == "suppressed"}
    assert set(tombstones) <= blocked
    assert set(records) | set(tombstones) <= entered
    assert entered - set(records) <= blocked, "somebody else was in the messaging store"
    with database_of(chaos.installation).read() as connection:
        missing = _numbers_without_a_step(connection)
        twice = connection.execute(
            text("SELECT platform, platform_id FROM changes GROUP BY 1, 2 HAVING count(*) > 1")
        ).all()
        decided = connection.execute(
            text("SELECT contact_id FROM decisions GROUP BY contact_id, label HAVING count(*) > 1")
        ).all()
    assert missing == chaos.numbers_lost, "the feed has a gap"
    assert {f"{platform}:{platform_id}" for platform, platform_id in twice} == set(tombstones)
    assert decided == []


def _require_few_requests(chaos: Chaos, platform: str, world: Simulator, before: int) -> None:
    rows = [each for each in runs_of(chaos.installation) if each["platform"] == platform]
    faults = sum(
        each["requests"]
        for each in world.get("requests")["requests"]
        if each["platform"] == platform and each["endpoint"] == "fault"
    )
    pages, asked = sum(each["pages"] for each in rows), _asked(world) - before
    in_hand = audit.in_hand(chaos.database, platform)
    beside = asked - pages - faults - in_hand
    told = f"{asked} asked, {pages} pages, {faults} faults, {in_hand} in hand at deaths, {beside} beside"
    print(f"{platform}: {told}")  # noqa: T201  # shown where it fails, or with -s
    assert beside <= BESIDE * asked


def _asked(world: Simulator) -> int:
    return sum(world.get("requests")["totals"].values())


@contextmanager
def _world(folder: Path, seed: int, audience: int) -> Iterator[Simulator]:
    folder.mkdir()
    with simulator(folder, seed=seed, audience=audience, window_s=1, hang_s=0.5) as world:
        for endpoint in ("followers", "mentions", "liking_users", "retweeted_by", "quote_tweets", "tweets"):
            world.post("limits", {"platform": "twitter", "endpoint": endpoint, "user": 10**6, "app": 10**6})
        yield world


@contextmanager
def _small_disk(folder: Path, size: Size) -> Iterator[Path | None]:
    """Mount a file system that can be filled without harm; None where only root may."""
    folder.mkdir()
    megabytes = 64 + ROOM_MB * (size.x + size.facebook) // 1000
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        print("No small disk can be mounted here, so a full disk was not tried.")  # noqa: T201
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _new_database(server: servers.PostgreSQL) -> str:
    with psycopg.connect(f"{server.place} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE chaos")
    return f"postgresql://postgres@/chaos?{server.place}"


def _connect(installation: Installation, worlds: dict[str, Simulator]) -> None:
    """Connect the account of each simulator, with what signs its pushes."""
    for name, platform in (("team-x", "twitter"), ("team-page", "facebook")):
        each = Installation(installation.folder, worlds[platform])
        each.environment = installation.environment
        secret = each.folder / f"{name}.secret"
        ready = worlds[platform].ready[platform]
        secret.write_text(ready["consumer_secret" if platform == "twitter" else "app_secret"])
        each.connect(name, platform, "--app-secret-file", str(secret))
