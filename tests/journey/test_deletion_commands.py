"""What the platforms tell us to delete, from the command line's point of view, against a simulator."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from console.receiver.server import receiving
from pipeline.job import carry_out
from store import accounts, jobs
from tests.contents import labels, rows
from tests.hosting import hosting
from tests.journey.road import Simulator, simulator
from tests.journey.spoken import Spoken
from tests.travel import Clock
from workers.jobs import steps_of
from workers.runtime import Runtime, utc_now


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Start a simulator."""
    with simulator(tmp_path_factory.mktemp("world"), seed=4, audience=300) as running:
        yield running


def connected(folder: Path, world: Simulator) -> Spoken:
    """Connect both accounts with all that deletions need."""
    made = Spoken(folder, world)
    made.connect()
    x, page = world.ready["twitter"], world.ready["facebook"]
    add = ["account", "add", "twitter", "team-x", "--platform-id", x["account_id"], "--token-file"]
    app_token = made.secret("x.app", x["app_token"])
    made.done(*add, made.secret("x.token", x["user_token"]), "--app-token-file", app_token)
    add = ["account", "add", "facebook", "team-page", "--platform-id", page["page_id"], "--token-file"]
    token, person = made.secret("page.token", page["page_token"]), made.secret("me", page["user_token"])
    secret = made.secret("secret", page["app_secret"])
    made.done(*add, token, "--user-token-file", person, "--app-secret-file", secret)
    return made


def opened(made: Spoken) -> Runtime:
    return Runtime(Settings(data_dir=made.folder / "data", **_addresses(made.world)))


def _addresses(world: Simulator) -> dict[str, Any]:
    return {f"{each}_base_url": world.ready[each]["base_url"] for each in ("twitter", "facebook")}


def test_without_the_app_s_token_the_list_says_what_is_missing(tmp_path: Path, world: Simulator) -> None:
    made = Spoken(tmp_path, world)
    made.connect()
    assert "--app-token-file" in made.done("deletions", "list").err
    refused = made.tell("deletions", "check")
    assert (refused.code, "--app-token-file" in refused.err) == (1, True)
    page = world.ready["facebook"]
    given = made.secret("t", page["page_token"])
    add = ["account", "add", "facebook", "p", "--platform-id", page["page_id"], "--token-file", given]
    assert "for X" in made.tell(*add, "--app-token-file", given).err


def test_a_check_asks_x_and_the_list_says_what_came_of_it(tmp_path: Path, world: Simulator) -> None:
    made = connected(tmp_path, world)
    made.done("harvest", "team-x", "--stream", "followers", "--wait")
    assert "Job 1" in made.done("deletions", "check").out
    assert "Job 1 is asking already" in made.done("deletions", "check").out
    runtime = opened(made)
    gone = min(labels(runtime.database))
    world.post("fates", {gone: "deleted"})
    clock = Clock(utc_now())
    road = replace(runtime.road("a worker"), now=clock)
    for _ in range(30):
        with runtime.database.read() as connection:
            job = jobs.get(connection, 1)
        if job["state"] != "running":
            break
        clock.at = max(clock.at, job["due_at"])
        carry_out(road, steps_of(road), 1, job["fence"])
    assert (job["state"], job["error"]) == ("done", None)
    assert gone not in labels(runtime.database)
    told = made.done("deletions", "list", "--json")
    asked = {each["kind"]: each for each in told.rows}
    assert (asked["deleted"]["contacts"], asked["deleted"]["in_time"]) == (1, True)
    assert gone not in told.out
    shown = made.done("deletions", "list")
    assert "X was last asked" in shown.out
    assert "token" not in made.done("jobs", "list", "--json").out
    spends = [each for each in rows(runtime.database, "spends") if "deletion" in repr(each)]
    assert spends == [], "X bills nothing for it"


def test_the_owner_of_a_token_leaves_and_the_account_says_so(tmp_path: Path, world: Simulator) -> None:
    made = connected(tmp_path, world)
    made.done("harvest", "team-page", "--stream", "friends", "--wait")
    runtime = opened(made)
    friends = [each for each in labels(runtime.database) if each.startswith("app-")]
    assert friends
    with runtime.database.read() as connection:
        page = accounts.every(connection)[1]
    owner = page.user_token_owner
    assert owner
    assert page.token_owner == owner
    with served(runtime) as address:
        done = world.post("callback", {"url": f"{address}/facebook/deletion", "user_id": "42"})
        assert done["status"] == 200
        assert set(friends) <= set(labels(runtime.database))
        left = world.post("callback", {"url": f"{address}/facebook/deauthorize", "user_id": owner})
        assert left["status"] == 200
    assert [each for each in labels(runtime.database) if each.startswith("app-")] == []
    paused = {each["name"]: each["paused_reason"] for each in made.done("account", "list", "--json").rows}
    assert paused["team-x"] is None
    assert "has left the app" in paused["team-page"]
    kinds = [each["kind"] for each in made.done("deletions", "list", "--json").rows]
    assert kinds == ["deauthorisation", "deletion"]
    assert timedelta(0) == max(
        each["done_at"] - each["asked_at"] for each in rows(runtime.database, "deletions")
    )


@contextmanager
def served(runtime: Runtime) -> Iterator[str]:
    """Let the receiver of an installation listen, as `regulars receiver` does."""
    with receiving(runtime) as app, hosting(app) as port:
        yield f"http://127.0.0.1:{port}"
