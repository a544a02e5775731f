"""The same answers over a real connection on loopback, under the platform's prefix."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulator.run import listening
from simulator.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=3, size=2000)


@pytest.fixture(scope="module")
def facebook(world: World) -> Iterator[dict[str, Any]]:
    with listening(world) as directions:
        yield directions["facebook"]


def get(facebook: dict[str, Any], path: str, **query: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {facebook['page_token']}"}
    return requests.get(f"{facebook['base_url']}/v26.0/{path}", query, headers=headers, timeout=5)


def test_the_page_is_found_by_its_directions(facebook: dict[str, Any]) -> None:
    got = get(facebook, "me", fields="id")
    assert got.json() == {"id": facebook["page_id"]}
    assert got.headers["facebook-api-version"] == "v26.0"


def test_a_form_carries_a_batch(facebook: dict[str, Any]) -> None:
    form = {
        "batch": '[{"method":"GET","relative_url":"me?fields=id"}]',
        "access_token": facebook["page_token"],
    }
    got = requests.post(f"{facebook['base_url']}/v26.0/", form, timeout=5)
    assert [each["code"] for each in got.json()] == [200]


def test_markup_and_other_scripts_travel_whole(facebook: dict[str, Any], world: World) -> None:
    names = {
        row["name"]
        for post in get(facebook, "me/posts", fields="id").json()["data"]
        for row in get(facebook, f"{post['id']}/reactions", limit="100").json()["data"]
    }
    assert any(not each.isascii() for each in names)
    assert names <= {world.audience.person(each).name for each in world.audience.range_of("facebook")} | {
        world.audience.page.name
    }


def test_a_field_that_is_no_latin_word_is_refused_and_not_a_crash(facebook: dict[str, Any]) -> None:
    assert get(facebook, "me", fields="naïve\n名").status_code == 400


def test_commands_order_errors_and_switches(facebook: dict[str, Any]) -> None:
    control = facebook["base_url"].replace("/facebook", "/sim")

    def order(**given: Any) -> int:
        return requests.post(
            f"{control}/answer", json={"platform": "facebook", **given}, timeout=5
        ).status_code

    assert order(endpoint="posts", kind="token_expired", times=1) == 200
    assert get(facebook, "me/posts").json()["error"]["error_subcode"] == 463
    assert order(endpoint="posts", kind="no such error") == 400
    wrong = requests.post(f"{control}/options", json={"facebook": {"no_such": 1}}, timeout=5)
    assert wrong.status_code == 400
