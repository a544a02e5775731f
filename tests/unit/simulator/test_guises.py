"""Guises: the same audience seen by further accounts, each with windows of its own, on shared apps."""

from typing import Any

import pytest
import requests

from tests.unit.simulator.served import Serve, Served


def as_x(served: Served, guise: dict[str, Any], path: str, **query: Any) -> requests.Response:
    told = {"Authorization": f"Bearer {guise['token']}"}
    address = f"{served.ready['twitter']['base_url']}/2/{path}"
    return served.session.get(address, params=query, headers=told, timeout=10)


def as_page(served: Served, guise: dict[str, Any], path: str) -> requests.Response:
    told = {"Authorization": f"Bearer {guise['token']}"}
    address = f"{served.ready['facebook']['base_url']}/v26.0/{path}"
    return served.session.get(address, headers=told, timeout=10)


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve(seed=3, size=400)


@pytest.fixture
def guises(served: Served) -> list[dict[str, Any]]:
    made = served.command("guises", {"accounts": 3, "apps": 2})
    assert isinstance(made, list)
    return made


def test_each_is_itself_and_has_the_same_audience(served: Served, guises: list[dict[str, Any]]) -> None:
    assert [(each["platform"], each["app"]) for each in guises] == [
        ("twitter", "app-1"), ("twitter", "app-2"), ("twitter", "app-1"),
        ("facebook", "app-1"), ("facebook", "app-2"), ("facebook", "app-1"),
    ]  # fmt: skip
    own = {each["id"] for each in served.items(f"users/{served.me}/followers", {"max_results": 1000})}
    for each in guises[:2]:
        assert as_x(served, each, "users/me").json()["data"]["id"] == each["account_id"]
        listed = as_x(served, each, f"users/{each['account_id']}/followers", max_results=1000).json()["data"]
        assert {person["id"] for person in listed} <= own
    for each in guises[3:]:
        assert as_page(served, each, "me").json()["id"] == each["account_id"]
        posts = as_page(served, each, f"{each['account_id']}/posts").json()["data"]
        assert all(post["id"].startswith(each["account_id"] + "_") for post in posts)
        assert as_page(served, each, f"{posts[0]['id']}/reactions").status_code == 200


def test_each_has_windows_of_its_own(served: Served, guises: list[dict[str, Any]]) -> None:
    served.command("limits", {"platform": "twitter", "endpoint": "me", "user": 1, "app": 1})
    assert [as_x(served, each, "users/me").status_code for each in (*guises[:2], guises[0])] == [
        200,
        200,
        429,
    ]
    served.command("options", {"facebook": {"calls_per_window": 1}})
    asked = (guises[3], guises[4], guises[3])
    assert [as_page(served, each, "me").status_code for each in asked] == [200, 200, 400]


@pytest.mark.parametrize("counted", ["told", "silently"])
def test_an_app_may_be_counted_too(served: Served, guises: list[dict[str, Any]], counted: str) -> None:
    served.command("options", {"users_count_for_app": counted})
    endpoint = {"platform": "twitter", "endpoint": "followers", "user": 10, "app": 3}
    served.command("limits", endpoint)
    answers = [as_x(served, each, f"users/{each['account_id']}/followers") for each in guises[:3] * 2]
    # The first and the third share an app.
    assert [each.status_code for each in answers] == [200, 200, 200, 200, 200, 429]
    told = [each.headers["x-rate-limit-remaining"] for each in answers]
    assert told == (["2", "2", "1", "0", "1", "0"] if counted == "told" else ["9", "9", "9", "8", "8", "0"])


def test_what_became_of_the_windows_is_told(served: Served, guises: list[dict[str, Any]]) -> None:
    served.command("limits", {"platform": "twitter", "endpoint": "me", "user": 2})
    for _ in range(3):
        as_x(served, guises[0], "users/me")
    tallies = served.session.get(f"{served.ready['control_url']}/windows", timeout=10).json()
    (found,) = [each for each in tallies if each["caller"] == f"twitter:{guises[0]['token']}"]
    assert (found["granted"], found["refused"], found["windows"]) == (2, 1, 0)


def test_no_accounts_are_no_guises(served: Served) -> None:
    address = f"{served.ready['control_url']}/guises"
    answer = served.session.post(address, json={"accounts": 0}, timeout=10)
    assert (answer.status_code, "an account" in answer.text) == (400, True)
