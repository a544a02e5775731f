"""A page that always kills its worker, for real: one failure, and all the rest equals the truth."""

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.journey.processes import Processes, processes, runs_of
from tests.journey.road import Installation, expected_labels, simulator

PAGE_SIZE = 40
#: Who stands in the middle of the listing, by share of the followers.
MIDDLE = 0.5


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_page_that_kills_is_passed_over_and_the_rest_equals_the_truth(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with ExitStack() as stack:
        world = stack.enter_context(simulator(tmp_path, seed=11, audience=900))
        settings = request.getfixturevalue("server_settings") if kind == "postgresql" else {}
        server = stack.enter_context(servers.queue())
        installation = Installation(tmp_path, world, **{**settings, "REGULARS_REDIS_URL": server.url})
        installation.run("db", "upgrade")
        installation.connect("team-x", "twitter")
        truth = expected_labels(world.truth())
        followers = {key for key, label in truth.items() if label == "regular" and key.startswith("twitter:")}
        deadly = sorted(followers)[int(len(followers) * MIDDLE)]
        armed = tmp_path / "armed"
        armed.mkdir()
        (armed / "poison").write_text(deadly.partition(":")[2])
        road = stack.enter_context(processes(installation, armed))

        installation.run("harvest", "team-x", "--stream", "followers", "--page-size", str(PAGE_SIZE))
        run = _ended(installation, road)

        assert road.deaths == 3
        assert (run["state"], run["left"]) == ("done", 0)
        assert "1 page ended every worker" in run["error"]
        (failure,) = map(json.loads, installation.run("failures", "list", "--json").splitlines())
        assert (failure["cause"], failure["attempts"]) == ("page_kills_workers", 3)
        inside = set(installation.exported()[0])
        assert inside < followers
        assert deadly not in inside
        missing = len(followers - inside)
        assert missing <= PAGE_SIZE, "more than the page is missing"
        asked = sum(
            each["requests"] for each in world.get("requests")["requests"] if each["endpoint"] == "followers"
        )
        # The page was asked for three times; one that was asked for beside it, perhaps twice; others once.
        assert run["pages"] + 3 <= asked <= run["pages"] + 4

        road.end()
        (armed / "poison").unlink()
        mended = stack.enter_context(processes(installation, armed))
        assert "1 replayed" in installation.run("failures", "replay", str(failure["id"]))
        run = _ended(installation, mended)
        assert (run["state"], run["error"], mended.deaths) == ("done", None, 0)
        assert set(installation.exported()[0]) == followers


def _ended(installation: Installation, road: Processes) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while True:
        assert time.monotonic() < deadline, "the run does not end"
        road.mend()
        (run,) = runs_of(installation)
        if run["state"] != "running":
            return run
        time.sleep(0.1)
