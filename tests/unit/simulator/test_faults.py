"""Faults: by command one by one, by seed a few in a hundred; they cost nothing."""

import json

import pytest
import requests

from simulator.faults import KINDS, Faults
from tests.unit.simulator.served import Served


def order(served: Served, kind: str) -> None:
    """Order one fault for the next request."""
    served.command("faults", {"hang_s": 0.05, "slow_s": 0.01, "next": [{"kind": kind, "path": "followers"}]})


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("html_500", 500),
        ("html_502", 502),
        ("html_503", 503),
        ("json_503", 503),
        ("limited", 429),
        ("limited_bare", 429),
    ],
)
def test_a_status_comes_instead_of_the_answer(served: Served, kind: str, status: int) -> None:
    order(served, kind)
    answer = served.x(f"users/{served.me}/followers")
    assert answer.status_code == status
    assert answer.text.startswith("<!DOCTYPE") == kind.startswith("html")
    assert ("x-rate-limit-reset" in answer.headers) == (kind == "limited")
    assert served.x(f"users/{served.me}/followers").status_code == 200


@pytest.mark.parametrize("kind", ["cut", "dropped", "hang"])
def test_a_connection_breaks(served: Served, kind: str) -> None:
    order(served, kind)
    with pytest.raises(requests.RequestException):
        served.x(f"users/{served.me}/followers")
    assert served.x(f"users/{served.me}/followers").status_code == 200


def test_garbage_comes_with_a_good_status(served: Served) -> None:
    order(served, "garbage")
    answer = served.x(f"users/{served.me}/followers")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)


def test_a_slow_answer_is_a_true_one(served: Served) -> None:
    order(served, "slow")
    assert served.x(f"users/{served.me}/followers").json()["data"]


@pytest.mark.parametrize("kind", [each for each in KINDS if each not in {"slow", "cut", "dropped", "hang"}])
def test_a_faulty_answer_is_counted_and_costs_nothing(served: Served, kind: str) -> None:
    order(served, kind)
    served.x(f"users/{served.me}/followers")
    told = served.billed()
    assert told["billed"]["gross_micro_usd"] == 0
    assert [(each["endpoint"], each["outcome"], each["requests"]) for each in told["requests"]] == [
        ("fault", kind, 1)
    ]


def test_chance_follows_the_seed_and_the_rate() -> None:
    def drawn(seed: int, rate: float) -> list[str | None]:
        faults = Faults(seed, rate)
        return [faults.next("twitter", "/2/users/me") for _ in range(2000)]

    assert drawn(1, 0.08) == drawn(1, 0.08) != drawn(2, 0.08)
    hits = [each for each in drawn(1, 0.08) if each]
    assert 100 < len(hits) < 220
    assert set(hits) == set(KINDS)
    assert not any(drawn(1, 0.0))


def test_an_unknown_fault_is_refused(served: Served) -> None:
    address = f"{served.ready['control_url']}/faults"
    answer = served.session.post(address, json={"next": [{"kind": "flood"}]}, timeout=10)
    assert answer.status_code == 400
    assert "flood" in answer.json()["error"]
