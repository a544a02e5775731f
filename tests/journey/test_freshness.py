"""Freshness and the brake on the command line: what is wished, what comes next, who is withheld."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journey.road import Installation, expected_labels, simulator

AUDIENCE = 600


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(each) for each in text.split("\n") if each]


def test_a_roster_is_kept_fresh_and_many_departures_are_not_believed_at_once(tmp_path: Path) -> None:
    with simulator(tmp_path, seed=4, audience=AUDIENCE, faults="none") as world:
        made = Installation(tmp_path, world)
        made.connect("team-x", "twitter")
        said = made.run("freshness", "set", "team-x", "--max-age", "7d", "--budget-usd", "100")
        assert "Newcomers are known within a day while the list shows the newest first." in said
        (planned,) = rows(made.run("freshness", "show", "--json"))
        assert (planned["next"], planned["price_micro_usd"], planned["walked_at"]) == ("look", 10_000, None)

        up = made.start("up")
        try:
            _wait_until_walked(made)
        finally:
            up.terminate()
            up.wait(timeout=60)
        regular = {key for key, label in expected_labels(world.truth()).items() if label == "regular"}
        before, _ = made.exported()
        assert set(before) == {each for each in regular if each.startswith("twitter:")}
        runs = {each["stream"]: each for each in rows(made.run("runs", "list", "--json"))}
        assert (set(runs), runs["count"]["spend_usd"]) == ({"count", "followers"}, 0.01)
        (planned,) = rows(made.run("freshness", "show", "team-x", "--json"))
        assert (planned["next"], planned["withheld"]) == ("wait", 0)
        assert planned["spent_micro_usd"] == 10_000 + 10_000 * len(before)

        world.post("day", {"advance": 12})
        made.run("harvest", "team-x", "--stream", "followers", "--wait")
        (withheld,) = rows(made.run("brake", "list", "--json"))
        after, tombstones = made.exported()
        missing = set(before) - set(after)
        assert (withheld["account"], withheld["kind"], withheld["people"]) == (
            "team-x",
            "follows",
            len(missing),
        )
        assert {tombstones[each]["reason"] for each in missing} == {"withheld"}
        shown = json.loads(made.run("contacts", "show", min(missing), "--json"))
        assert (shown["label"], shown["in_messaging_store"]) == ("regular", False)
        (act,) = (each for each in shown["signals"] if each["kind"] == "follows")
        assert act["ended_at"] is None
        assert act["withheld_since"] is not None
        stayed = json.loads(made.run("contacts", "show", min(set(before) & set(after)), "--json"))
        (confirmed,) = (each["last_confirmed_at"] for each in stayed["signals"] if each["kind"] == "follows")
        assert confirmed > act["last_confirmed_at"] >= act["seen_at"]

        said = made.run("brake", "confirm", "team-x", "--yes")
        assert said.startswith(f"{len(missing)} acts towards team-x have ended.")
        assert rows(made.run("brake", "list", "--json")) == []
        again, tombstones = made.exported()
        assert set(again) == set(after)
        assert {tombstones[each]["reason"] for each in missing} == {"withheld"}
        made.run("brake", "release", "team-x", "--yes", expect=1)
        assert made.run("freshness", "off", "team-x").startswith("team-x is no longer kept fresh.")
        made.run("freshness", "off", "team-x", expect=1)


def _wait_until_walked(made: Installation, looks: int = 60) -> None:
    for _ in range(looks):
        (planned,) = rows(made.run("freshness", "show", "--json"))
        if planned["walked_at"]:
            return
    raise AssertionError("The roster was not walked.")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--max-age", "soon"), id="an age in words"),
        pytest.param(("--max-age", "0h"), id="no age"),
        pytest.param(("--max-age", "9999999d"), id="an age of ages"),
        pytest.param(("--budget-usd", "-1"), id="a debt"),
        pytest.param(("--budget-usd", "NaN"), id="no number"),
        pytest.param(("--budget-usd", "ten"), id="a number in words"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_in_a_sentence(
    words: tuple[str, ...], installation: Installation
) -> None:
    installation.run("freshness", "set", "team-x", *words, expect=1)
    assert installation.run("freshness", "show", "--json") == ""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Connect the accounts of a simulator."""
    folder = tmp_path_factory.mktemp("wishes")
    with simulator(folder, seed=5, audience=100, faults="none") as world:
        made = Installation(folder, world)
        made.connect("team-x", "twitter")
        made.connect("team-page", "facebook")
        yield made


def test_a_page_of_facebook_tells_no_count(installation: Installation) -> None:
    installation.run("freshness", "set", "team-page", expect=1)
