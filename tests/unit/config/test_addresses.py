"""Which addresses are of this machine."""

import pytest

from config.addresses import is_loopback
from config.settings import Settings
from workers.runtime import duty_of


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000",
        "http://127.9.9.9",
        "http://[::1]:80/x",
        "http://localhost",
        "http://LOCALHOST:1/",
    ],
)
def test_this_machine(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "https://api.x.com",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "http://evil.example\\@127.0.0.1",
        "http://evil.example/127.0.0.1",
        "http://[::ffff:10.0.0.1]",
        "http://[::1",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "localhost",
        "http://127.0.0.1\n.evil.example",
    ],
)
def test_anything_else(address: str | None) -> None:
    assert not is_loopback(address)


def test_nothing_is_asked_where_a_platform_is_simulated_and_all_where_it_is_real() -> None:
    here = Settings(twitter_base_url="http://127.0.0.1:1")
    assert duty_of(here, "twitter") is None
    real = duty_of(here, "facebook")
    assert real is not None
    assert (real.controller, real.policy_chosen, real.notice_url) == (None, False, None)
    chosen = duty_of(
        Settings(controller="party", policy="cnil-2016", notice_url="https://a.example/n"), "twitter"
    )
    assert tuple(chosen or ()) == ("party", True, "https://a.example/n")
