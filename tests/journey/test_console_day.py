"""A day of troubles, live: the console tells each within seconds, with what to do, and all goes on by itself.

A worker is killed amid a page, the queue server stops, a limit is reached, the token dies, the budget is
spent, somebody halts everything. Somebody who is signed in looks; what is told is dated by the server's own
clock.
"""

import html
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from tests import servers
from tests.consoles import PASSWORD, Visitor
from tests.journey.processes import database_of, runs_of
from tests.journey.road import Installation, Simulator, simulator
from tests.journey.test_pages import ended, free_port

#: The console tells within so many seconds; the header that dates an answer leaves out the parts of one.
WITHIN_S, DATED_S = 10.0, 1.0
#: How long it may take until everything goes on, in seconds.
RECOVERS_S = 40.0
#: Dollars: what the day's first budget allows, enough for some pages only, and what it is raised to.
LITTLE, MUCH = "0.50", "50"
NEEDS = "/overview/needs"


class Day:
    """An installation whose console somebody looks at, and what happens to it."""

    def __init__(self, installation: Installation, port: int) -> None:
        self.installation = installation
        self.world = installation.simulator
        self.ada = Visitor(port)
        self.took: dict[str, float] = {}

    def said(self, path: str = NEEDS) -> tuple[str, datetime]:
        """Return the sentences of a part, and when the server said so."""
        answer = self.ada.get(path)
        assert answer.status == 200, (path, answer.status)
        shown = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
        return re.sub(r"\s+", " ", shown), parsedate_to_datetime(answer.headers["date"])

    def tells(self, what: str, *sentences: str, since: datetime, path: str = NEEDS) -> None:
        """Wait until a part says something; fails where that took too long since a moment."""
        for sentence in sentences:
            told_at = self._until(lambda shown, it=sentence: it in shown, f"{what}: {sentence}", path)  # type: ignore[misc]  # bound here
            after_s = (told_at - since).total_seconds()
            self.took[what] = max(after_s, self.took.get(what, after_s))
            assert self.took[what] <= WITHIN_S + DATED_S, f"{what} was told after {self.took[what]} s"

    def is_over(self, what: str, sentence: str, within_s: float = RECOVERS_S, path: str = NEEDS) -> None:
        """Wait until a part says it no more."""
        self._until(lambda shown: sentence not in shown, f"{what} is still told", path, within_s)

    def _until(
        self, holds: Callable[[str], bool], what: str, path: str, within_s: float = RECOVERS_S
    ) -> datetime:
        deadline = time.monotonic() + within_s
        while True:
            shown, told_at = self.said(path)
            if holds(shown):
                return told_at
            assert time.monotonic() < deadline, f"{what}, but: {shown}"
            time.sleep(0.1)

    def run(self) -> dict[str, Any]:
        """Return the run of the day."""
        (row,) = [each for each in runs_of(self.installation) if each["state"] != "cancelled"][-1:]
        return row

    def waits(self, until: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Wait until the run is as wished."""
        deadline = time.monotonic() + RECOVERS_S
        while not until(row := self.run()):
            assert time.monotonic() < deadline, f"{what}: {row}"
            time.sleep(0.05)
        return row

    def inside(self) -> set[str]:
        """Return who is in the messaging store."""
        return self._keys(
            "SELECT platform, platform_id FROM contacts "
            "WHERE id IN (SELECT contact_id FROM messaging_contacts)"
        )

    def removed(self) -> set[str]:
        """Return of whom the feed says that they left."""
        return self._keys("SELECT platform, platform_id FROM changes WHERE op = 'remove'")

    def _keys(self, statement: str) -> set[str]:
        with database_of(self.installation).read() as connection:
            return {":".join(each) for each in connection.execute(text(statement))}

    def goes_on(self) -> None:
        """Wait until two more pages were read."""
        pages = self.run()["pages"]
        self.waits(lambda row: row["pages"] >= pages + 2, "the harvest does not go on")

    def is_slow(self, seconds: float) -> None:
        """Let each answer take so long."""
        self.world.post("faults", {"rate": 1.0, "kinds": ["slow"], "slow_s": seconds})


@pytest.fixture
def day(tmp_path: Path) -> Iterator[tuple[Day, servers.Queue]]:
    """Bring everything up, with somebody who is signed in."""
    port = free_port()
    with simulator(tmp_path, seed=7, audience=1800) as world, servers.queue() as queue:
        settings = {"REGULARS_CONSOLE_PORT": str(port), "REGULARS_REDIS_URL": queue.url}
        installation = Installation(tmp_path, world, **settings)
        installation.run("db", "upgrade")
        installation.run("user", "add", "ada", "--role", "admin", given=f"{PASSWORD}\n")
        installation.connect("team-x", "twitter")
        with installation.start("up", stdout=subprocess.DEVNULL) as up, ended(up):
            made = Day(installation, port)
            _signed_in(made.ada)
            yield made, queue


def _signed_in(ada: Visitor) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            assert ada.sign_in("ada").status == 303
            return  # noqa: TRY300  # or it is tried again
        except OSError:
            assert time.monotonic() < deadline, "the console does not answer"
            time.sleep(0.1)


def test_a_day_of_troubles_is_told_and_survived(day: tuple[Day, servers.Queue]) -> None:
    live, queue = day
    shown, _ = live.said()
    assert "Nothing needs you today" in shown
    live.is_slow(0.3)
    live.installation.run("harvest", "team-x", "--stream", "followers", "--page-size", "10")
    live.waits(lambda row: row["pages"] >= 1, "nothing is read")

    killed_at = _kill_a_worker(live)
    _stop_the_queue(live, queue)
    _reach_a_limit(live)
    _let_the_token_die(live)
    _spend_the_budget(live)
    objected = _halt_everything(live)

    live.world.post("faults", {"mode": "none"})
    live.waits(lambda row: row["state"] not in ("running", "waiting"), "the harvest does not end")
    assert live.run()["state"] == "done"
    # Who died is told for a minute; then nothing is left to be told but a budget that is used.
    left = 60 - (datetime.now(UTC) - killed_at).total_seconds()
    live.is_over("the death", "died at", max(left, 0) + 20)
    shown, _ = live.said()
    assert "Nothing needs you today" in shown

    print(live.took)  # noqa: T201  # shown where it fails, or with -s
    assert set(live.took) == {
        "a death",
        "the queue server",
        "the limit",
        "the token",
        "the budget",
        "the halt",
    }
    _nothing_lost_or_twice(live.installation, live.world, objected)


def _kill_a_worker(live: Day) -> datetime:
    """Kill the worker that holds a page; what it held is told, and read by another."""
    live.is_slow(1.5)
    held = live.waits(lambda row: row["claimed_by"] is not None, "nobody holds a page")
    pid = int(held["claimed_by"].split(":")[1])
    killed_at = datetime.now(UTC)
    os.kill(pid, signal.SIGKILL)
    live.tells("a death", f"A worker (PID {pid}) died at", "Nothing to do.", since=killed_at)
    live.tells(
        "a death",
        f"pid {pid} dead held page",
        "another reads it again",
        since=killed_at,
        path="/queues/standing",
    )
    live.is_slow(0.3)
    live.goes_on()
    assert not psutil.pid_exists(pid)
    return killed_at


def _stop_the_queue(live: Day, queue: servers.Queue) -> None:
    stopped_at = datetime.now(UTC)
    queue.stop()
    live.tells("the queue server", "The queue server does not answer", "Start it again", since=stopped_at)
    live.tells("the queue server", "does not answer", since=stopped_at, path="/queues/standing")
    queue.start()
    live.is_over("the queue server", "The queue server does not answer")
    live.goes_on()


def _reach_a_limit(live: Day) -> None:
    narrow = {"user": 1, "app": 1, "window_s": 12}
    live.world.post("limits", {"platform": "twitter", "endpoint": "followers", **narrow})
    live.waits(lambda row: row["waiting_for"] == "the platform's limit", "no limit is reached")
    reached_at = datetime.now(UTC)
    live.tells("the limit", "X allows no more requests for team-x", "goes on by itself", since=reached_at)
    live.tells("the limit", "waits for X to allow more requests", since=reached_at, path="/harvests/running")
    live.world.post("limits", {"platform": "twitter", "endpoint": "followers", "user": 900, "app": 900})
    live.is_over("the limit", "allows no more requests")
    live.goes_on()


def _let_the_token_die(live: Day) -> None:
    live.world.post(
        "answer", {"platform": "twitter", "endpoint": "followers", "kind": "unauthorized", "times": 1}
    )
    live.waits(lambda row: row["state"] == "failed", "the token does not die")
    died_at = datetime.now(UTC)
    live.tells("the token", "team-x is read no more", "Connect it again", since=died_at)
    live.tells("the token", "it is read no more", since=died_at, path="/accounts/cards")
    ready = live.world.ready["twitter"]
    live.ada.get("/accounts/paste")
    pasted = {
        "platform": "twitter",
        "platform_id": ready["account_id"],
        "name": "team-x",
        "token": ready["user_token"],
    }
    assert live.ada.post("/accounts/paste", pasted).status == 303
    live.is_over("the token", "team-x is read no more")
    live.goes_on()


def _spend_the_budget(live: Day) -> None:
    """Set a budget below what was spent; the run waits for the next month until it is raised."""
    wish = {"usd": LITTLE, "account": "team-x", "per": "month", "at_end": "wait"}
    live.ada.get("/settings/budgets")
    assert live.ada.post("/settings/budgets", wish).status == 303
    live.waits(lambda row: (row["waiting_for"] or "").startswith("the budget of"), "the budget is not spent")
    spent_at = datetime.now(UTC)
    live.tells("the budget", "is spent: harvests stop. Raise it", since=spent_at)
    live.tells("the budget", "waits for the next budget", "Raise the budget", since=spent_at)
    live.ada.get("/settings/budgets")
    assert live.ada.post("/settings/budgets", {**wish, "usd": MUCH}).status == 303
    live.is_over("the budget", "is spent")
    live.is_over("the budget", "waits for the next budget")
    live.goes_on()


def _halt_everything(live: Day) -> str:
    """Halt, see that all stops but removals, and end it; returns who objected meanwhile."""
    installation = live.installation
    live.is_slow(1.5)
    objected = min(installation.exported()[0])
    live.ada.get("/halt")
    halted_at = datetime.now(UTC)
    assert live.ada.post("/halt", {"why": "a list looks wrong", "place": "0"}).status == 303
    live.tells("the halt", "a list looks wrong", since=halted_at, path="/halt/banner")
    live.waits(lambda row: row["waiting_for"] == "the end of a halt", "the harvest does not stop")
    live.tells("the halt", "waits for the end of the halt", since=halted_at, path="/harvests/running")
    before = live.inside(), live.world.get("requests")["totals"]

    live.ada.get("/harvests/new")
    refused = live.ada.post("/harvests/new", {"account": "1", "stream": "mentions"})
    assert refused.status == 409
    assert "halted by console:ada" in html.unescape(refused.text)
    assert "a list looks wrong" in refused.text
    for command in (("harvest", "team-x", "--stream", "mentions"), ("export", "--out", "refused")):
        assert installation.run(*command, expect=1) == ""
    assert len(runs_of(installation)) == 1
    assert not (installation.folder / "refused").exists()
    assert (live.inside(), live.world.get("requests")["totals"]) == before

    installation.run("object", objected)
    assert live.inside() == before[0] - {objected}, "removals are never stopped"
    assert live.removed() == {objected}
    live.is_slow(0.3)
    live.ada.get("/")
    assert live.ada.post("/halt/end", {"place": "0"}).status == 303
    live.is_over("the halt", "a list looks wrong", path="/halt/banner")
    live.goes_on()
    return objected


def _nothing_lost_or_twice(installation: Installation, world: Simulator, objected: str) -> None:
    followers = {
        each["contact_key"]
        for each in world.truth()
        if each["contact_key"].startswith("twitter:") and any(act["act"] == "follows" for act in each["acts"])
    }
    followers.remove(objected)
    assert {key for key, label in installation.labels().items() if label == "regular"} == followers
    records, tombstones = installation.exported()
    assert (set(records), set(tombstones)) == (followers, {objected})
    with database_of(installation).read() as connection:
        twice = connection.execute(
            text("SELECT platform_id FROM changes GROUP BY platform, platform_id HAVING count(*) > 1")
        ).all()
        decided = connection.execute(
            text("SELECT contact_id FROM decisions GROUP BY contact_id, label HAVING count(*) > 1")
        ).all()
    assert (twice, decided) == ([], [])
