"""What an item costs, in micro-dollars (X's price page of 2026-08-13)."""

import tomllib
from pathlib import Path

import pytest

import config.prices
from config.prices import least_price_of, price_of


@pytest.mark.parametrize(
    ("meter", "owned", "micro_dollars"),
    [
        pytest.param("followers", False, 10_000, id="a-follower-costs-a-cent"),
        pytest.param("followers", True, 1_000, id="an-own-follower-a-tenth"),
        pytest.param("mentions", False, 5_000, id="a-mention-half-a-cent"),
        pytest.param("mentions", True, 1_000, id="an-own-mention-a-tenth-of-a-cent"),
        pytest.param("own_timeline", True, 1_000, id="an-own-post-too"),
        pytest.param("likers", True, 10_000, id="likers-have-no-owned-price-and-the-dearer-meter"),
        pytest.param("reposters", True, 10_000, id="reposters-too"),
        pytest.param("quotes", True, 5_000, id="quotes-have-no-owned-price"),
        pytest.param("never-heard-of", True, 10_000, id="an-unknown-meter-is-dear"),
        pytest.param(None, False, 0, id="no-meter-is-free"),
    ],
)
def test_price_of(meter: str | None, *, owned: bool, micro_dollars: int) -> None:
    assert price_of(meter, owned=owned) == micro_dollars


def test_every_price_has_its_source_and_date_and_owned_is_never_dearer() -> None:
    path = Path(config.prices.__file__).with_name("prices.toml")
    for meter, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
        assert row["source"].startswith("https://"), meter
        assert row["date"].year >= 2026, meter
        assert 0 < row.get("owned", row["standard"]) <= row["standard"], meter
        assert 0 <= row.get("least", row["standard"]) <= row["standard"], meter


def test_a_meter_that_x_does_not_name_may_be_the_cheaper_one() -> None:
    assert least_price_of("likers", owned=False) == 1_000
    assert least_price_of("followers", owned=False) == price_of("followers", owned=False)
    assert least_price_of("followers", owned=True) == price_of("followers", owned=True)
    assert least_price_of(None, owned=True) == 0
    assert least_price_of("never-heard-of", owned=True) == 10_000
