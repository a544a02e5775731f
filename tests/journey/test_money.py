"""Money end to end: estimates that hold, budgets that hold with killed workers, a bill that is compared."""

import json
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from store import runs
from store.database import Database, sqlite_url
from tests import servers
from tests.journey.road import Installation, Simulator, simulator
from tests.journey.spoken import Spoken
from tests.journey.test_kills import processes

#: Twenty seeds in all.
QUICK = 2
SEEDS = [pytest.param(each, marks=[pytest.mark.slow] if each > QUICK else []) for each in range(1, 21)]
MONEY_POINTS = ("permit taken", "money reserved", "answer received", "money settled")


def bill(world: Simulator) -> Any:
    """Return what the platform billed, in micro-dollars, gross and once a day."""
    return world.get("requests")["billed"]


def billed_for(world: Simulator, meter: str) -> int:
    return int(bill(world)["meters"][meter]["gross_micro_usd"])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_first_harvest_cost_lies_within_its_estimate(seed: int, tmp_path: Path) -> None:
    with simulator(tmp_path, seed=seed, audience=2_000, window_s=1) as world:
        # Every other account owns its app; the others pay the standard price and are not flagged.
        owned = bool(seed % 2)
        world.post("options", {"owned_app": owned})
        spoken = Spoken(tmp_path, world)
        spoken.connect(owned_reads=owned)
        (x,) = spoken.done("estimate", "team-x", "--json").rows
        (page,) = spoken.done("estimate", "team-page", "--json").rows
        connecting = {each: asked(world, each) for each in ("twitter", "facebook")}
        looks = bill(world)
        spoken.done("harvest", "team-x", "--wait")
        followers = next(each for each in x["streams"] if each["stream"] == "followers")
        middle = (followers["usd_low"] + followers["usd_high"]) / 2
        cost = billed_for(world, "follower") / 1e6
        assert abs(cost - middle) <= 0.05 * cost
        assert followers["usd_low"] <= cost <= followers["usd_high"]
        after = bill(world)
        assert x["usd_low"] <= dollars_between(looks, after, "deduplicated_micro_usd")
        assert dollars_between(looks, after, "gross_micro_usd") <= x["usd_high"]
        assert asked(world, "twitter") - connecting["twitter"] <= x["requests"]

        spoken.done("harvest", "team-page", "--wait")
        assert page["usd_low"] == page["usd_high"] == 0
        assert bill(world) == after, "reading Facebook costs nothing"
        assert page["requests_low"] <= asked(world, "facebook") - connecting["facebook"] <= page["requests"]

        # Read once, the posts tell how many likers there are; and the ledger is what the platform billed.
        (again,) = spoken.done("estimate", "team-x", "--stream", "likers", "--json").rows
        assert again["usd_high"] < x["usd_high"]
        (stored,) = spoken.done("spend", "--json").rows
        assert stored["low_usd"] <= after["deduplicated_micro_usd"] / 1e6
        assert stored["high_usd"] == pytest.approx(after["gross_micro_usd"] / 1e6)


def dollars_between(before: Any, after: Any, count: str) -> float:
    return float(after[count] - before[count]) / 1e6


def asked(world: Simulator, platform: str) -> int:
    """Count all requests to a platform."""
    return sum(each["requests"] for each in world.get("requests")["requests"] if each["platform"] == platform)


def test_a_capped_harvest_stops_with_its_own_code_and_goes_on_without_paying_twice(tmp_path: Path) -> None:
    with simulator(tmp_path, seed=6, audience=2_000, window_s=1) as world:
        world.post("options", {"owned_app": False, "unkind_listings": False})
        spoken = Spoken(tmp_path, world)
        spoken.connect()
        harvest = ("harvest", "team-x", "--stream", "followers", "--wait")
        stopped = spoken.tell(*harvest, "--budget-usd", "3.005")
        assert stopped.code == 4
        assert "Stopped at the budget of $3.005 for this harvest" in stopped.err
        assert billed_for(world, "follower") == 3_000_000
        assert spoken.tell(*harvest).code == 4, "the budget still holds"
        (run,) = spoken.done("runs", "list", "--json").rows
        assert (run["state"], run["spend_usd"], run["uncertain_usd"]) == ("stopped", 3.0, 0.0)
        spoken.done("runs", "resume", str(run["run"]), "--budget-usd", "1")
        assert spoken.tell(*harvest).code == 4
        assert billed_for(world, "follower") == 4_000_000
        spoken.done(*harvest, "--budget-usd", "100")
        (run,) = spoken.done("runs", "list", "--json").rows
        meters = bill(world)["meters"]["follower"]
        assert meters["gross_micro_usd"] == meters["deduplicated_micro_usd"], "no page was paid twice"
        assert run["state"] == "done"
        assert run["contacts_seen"] == meters["resources"]


def test_budgets_are_set_listed_and_removed_and_what_is_no_amount_is_refused(tmp_path: Path) -> None:
    with simulator(tmp_path, seed=7, audience=400, window_s=1) as world:
        spoken = Spoken(tmp_path, world)
        assert "no budget" in spoken.done("budget", "list").err
        spoken.connect()
        spoken.done("budget", "set", "25")
        spoken.done("budget", "set", "0.50", "--account", "team-x", "--per", "day", "--at-end", "wait")
        spoken.done("budget", "set", "30")
        spoken.done("harvest", "team-x", "--stream", "posts", "--wait")
        rows = spoken.done("budget", "list", "--json").rows
        assert [(each["account"], each["per"], each["at_end"], each["usd"]) for each in rows] == [
            (None, "month", "stop", 30.0),
            ("team-x", "day", "wait", 0.5),
        ]
        spent = spoken.done("runs", "list", "--json").rows[0]["spend_usd"]
        assert spent > 0
        look = 0.01  # whose token it is: asked before any budget was set, but in the same month
        assert [each["committed_usd"] for each in rows] == [pytest.approx(spent + look)] * 2
        assert rows[0]["left_usd"] == pytest.approx(30 - spent - look)
        assert "$0.50 a day" in spoken.done("budget", "list").out
        spoken.done("budget", "remove", "2")
        assert "$0.50" not in spoken.done("budget", "list").out
        for wrong in (["set", "ten"], ["set", "1", "--per", "once", "--at-end", "wait"], ["remove", "9"]):
            told = spoken.tell("budget", *wrong)
            assert (told.code, len(told.err.strip().split("\n"))) == (1, 1), told


def test_the_bill_is_compared_and_drift_is_told(tmp_path: Path) -> None:
    with simulator(tmp_path, seed=8, audience=2_000, window_s=1) as world:
        spoken = Spoken(tmp_path, world)
        assert "no bill" in spoken.tell("spend", "--check").err
        assert "Nothing was spent" in spoken.tell("spend").err
        spoken.connect(owned_reads=True)
        assert "nothing to compare yet" in spoken.done("spend", "--check").out
        spoken.done("harvest", "team-x", "--wait")
        agreed = spoken.done("spend", "--check")
        assert "it charged" in agreed.out
        assert "drift" not in agreed.err
        another_program_looks_people_up(world, 30)
        (checked,) = spoken.done("spend", "--check", "--json").rows
        assert checked["charged_usd"] == pytest.approx(0.3)
        assert (checked["ledger_low_usd"], checked["ledger_high_usd"], checked["drifts"]) == (0, 0, True)
        another_program_looks_people_up(world, 60)
        assert "drift apart" in spoken.done("spend", "--check").err
        world.post("answer", {"platform": "twitter", "endpoint": "usage_credits", "kind": "unauthorized"})
        assert "does not tell" in spoken.done("spend", "--check").out
        for by in ("account", "stream", "day"):
            assert "all" in spoken.done("spend", "--by", by).out


def another_program_looks_people_up(world: Simulator, count: int) -> None:
    """Let somebody else read so many users through the same app, whom nobody was billed for yet."""
    known = sorted(
        each["contact_key"].partition(":")[2]
        for each in world.truth()
        if each["platform"] == "twitter"
        and not each.get("own")
        and {act["act"] for act in each["acts"]} == {"follows"}
    )
    ready = world.ready["twitter"]
    request = urllib.request.Request(
        f"{ready['base_url']}/2/users?ids={','.join(known[:count])}",
        headers={"authorization": f"Bearer {ready['user_token']}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert len(json.loads(answer.read())["data"]) == count


def test_kills_between_reserving_and_settling_never_overspend(tmp_path: Path) -> None:
    """Kill workers at every point of the money: the bill stays below the budget, and no cent is forgotten."""
    with ExitStack() as stack:
        world = stack.enter_context(simulator(tmp_path, seed=9, audience=6_000, window_s=1))
        world.post("limits", {"platform": "twitter", "endpoint": "followers", "user": 10**6, "app": 10**6})
        world.post("options", {"owned_app": False})
        server = stack.enter_context(servers.queue())
        installation = Installation(tmp_path, world, REGULARS_REDIS_URL=server.url)
        installation.connect("team-x", "twitter")
        road = stack.enter_context(processes(installation, tmp_path / "armed"))
        begun = ("harvest", "team-x", "--stream", "followers", "--page-size", "10", "--budget-usd", "12.345")
        installation.run(*begun)
        points = list(MONEY_POINTS)
        database = Database(sqlite_url(tmp_path / "data" / "regulars.db"))
        deadline = time.monotonic() + 240
        while True:
            assert time.monotonic() < deadline, f"still waiting for {road.pending()} and {points}"
            road.mend()
            with database.read() as connection:
                state = runs.get(connection, 1)["state"]
            if state == "stopped":
                break
            if points and not road.pending():
                road.arm(points.pop(0))
            time.sleep(0.02)
        run = json.loads(installation.run("runs", "show", "1", "--json"))
        assert road.deaths >= len(MONEY_POINTS)
        billed = bill(world)["gross_micro_usd"] - billed_for(world, "user")
        known = round((run["spend_usd"] + run["uncertain_usd"]) * 1e6)
        assert billed <= known <= 12_345_000
        assert known == 12_340_000, "the last page shrank to what was left"
        assert run["uncertain_usd"] > 0
