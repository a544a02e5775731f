"""Labels and messaging store equal the simulator's truth, person by person, with every fault on."""

from pathlib import Path

import pytest

from tests.journey.road import Installation, expected_labels, simulator

#: Ten seeds in all; a limit that a fault announces is waited for, so most of them are slow.
QUICK = 2
SEEDS = [pytest.param(each, marks=[pytest.mark.slow] if each > QUICK else []) for each in range(1, 11)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("servers", ["embedded", "by-address"])
def test_labels_and_store_equal_the_truth(
    seed: int, servers: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = request.getfixturevalue("server_settings") if servers == "by-address" else {}
    with simulator(tmp_path, seed=seed, audience=400, faults="all", hang_s=1, window_s=2) as world:
        installation = Installation(tmp_path, world, **settings)
        if servers == "by-address":
            installation.run("db", "upgrade")
        installation.connect("team-x", "twitter")
        installation.connect("team-page", "facebook")

        _harvest_and_compare(installation)
        before, _ = installation.exported()
        world.post("day", {"advance": 3})
        _harvest_and_compare(installation)

        after, tombstones = installation.exported()
        gone = set(before) - set(after)
        assert gone, "days must make somebody leave, or this shows nothing"
        assert set(after) - set(before), "days must bring somebody, or this shows nothing"
        assert gone <= set(tombstones)


def _harvest_and_compare(installation: Installation) -> None:
    installation.run("harvest", "team-x", "--wait", "--page-size", "40")
    installation.run("harvest", "team-page", "--wait", "--page-size", "40")
    expected = expected_labels(installation.simulator.truth())

    assert installation.labels() == expected
    records, tombstones = installation.exported()
    assert set(records) == {key for key, label in expected.items() if label == "regular"}
    assert not set(records) & set(tombstones)
