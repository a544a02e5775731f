"""Both connectors read what the simulator's profiles show, and find the notice there or not."""

from dataclasses import replace

import pytest

from connectors.registry import connect
from domain.account import Account, Ownership
from domain.credentials import Credentials
from domain.notice import leads_to
from simulator.run import listening
from simulator.world import World

NOTICE = "https://team.example/notice"


@pytest.fixture
def world() -> World:
    """Run a world of both platforms."""
    made = World(3, 200)
    made.faults.rate = 0
    return made


def proofs(world: World) -> dict[str, Ownership]:
    """Ask both platforms what our own profile shows."""
    with listening(world) as ready:
        x, page = ready["twitter"], ready["facebook"]
        ours = {
            "twitter": (Account("twitter", x["account_id"], "x"), Credentials(x["user_token"]), x),
            "facebook": (Account("facebook", page["page_id"], "page"), Credentials(page["page_token"]), page),
        }
        return {
            name: connect(account, credentials, told["base_url"]).prove()
            for name, (account, credentials, told) in ours.items()
        }


@pytest.mark.parametrize(("shown", "found"), [("", False), (f"{NOTICE}s", False), (NOTICE, True)])
def test_the_notice_is_found_where_a_profile_shows_it(world: World, shown: str, *, found: bool) -> None:
    world.options = replace(world.options, notice_url=shown)
    asked = proofs(world)
    assert {name: leads_to(each.shown, NOTICE) for name, each in asked.items()} == {
        "twitter": found,
        "facebook": found,
    }
