"""Bills: gross, and each resource once per UTC day."""

import numpy as np

from simulator.ledger import Ledger
from simulator.windows import Windows


def test_a_resource_read_twice_is_charged_once() -> None:
    ledger = Ledger(10)
    ledger.charge("post", 5_000, ["1", "2"])
    ledger.charge("post", 5_000, ["2", "3"])
    assert ledger.gross == {"post": 20_000}
    assert ledger.deduplicated == {"post": 15_000}


def test_people_are_charged_by_index_in_the_same_way() -> None:
    ledger = Ledger(10)
    ledger.charge_people("follower", 1_000, np.array([1, 2, 2], dtype=np.uint64))
    ledger.charge_people("follower", 1_000, np.array([2, 9], dtype=np.uint64))
    assert ledger.gross == {"follower": 5_000}
    assert ledger.deduplicated == {"follower": 3_000}


def test_meters_are_apart() -> None:
    ledger = Ledger(10)
    ledger.charge("post", 5_000, ["1"])
    ledger.charge("user", 10_000, ["1"])
    assert ledger.deduplicated == {"post": 5_000, "user": 10_000}


def test_a_window_grants_its_limit_and_opens_again_at_its_reset() -> None:
    windows = Windows(10)
    granted = [windows.take("ada", "me", 2, 100.5).granted for _ in range(3)]
    assert granted == [True, True, False]
    assert windows.take("bo", "me", 2, 100.5).remaining == 1
    refused = windows.take("ada", "me", 2, 110.9)
    assert (refused.granted, refused.reset, refused.remaining) == (False, 111, 0)
    assert windows.take("ada", "me", 2, 111.0).granted


def test_windows_that_ended_are_added_up() -> None:
    windows = Windows(10)
    for now in (100.0, 101.0, 102.0, 115.0, 131.0):
        windows.take("a token", "followers", 2, now)
    (tally,) = windows.tallies.rows()
    # Windows end at 110 and 125: 5 and 6 seconds passed before the next request.
    assert tally == {
        "caller": "a token", "endpoint": "followers", "windows": 2, "permitted": 4, "used": 3,
        "idle_s": 11.0, "granted": 4, "refused": 1,
    }  # fmt: skip
    windows.clear()
    assert windows.tallies.rows() == []
