"""What one returned item costs; the prices and their sources stand in prices.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Price(NamedTuple):
    """Micro-dollars for one returned item; `owned` equals `standard` where no owned price exists.

    `least` is what it may be where the platform does not say by which meter it bills, None elsewhere.
    """

    standard: int
    owned: int
    least: int | None = None


def price_of(meter: str | None, *, owned: bool) -> int:
    """Return micro-dollars for one item; nothing without a meter, the dearest price for an unknown one."""
    if meter is None:
        return 0
    table = prices()
    price = table.get(meter)
    if price is None:
        return max(each.standard for each in table.values())
    return price.owned if owned else price.standard


def least_price_of(meter: str | None, *, owned: bool) -> int:
    """Return the least micro-dollars that one item can cost: less where its meter is not known."""
    least = prices()[meter].least if meter in prices() else None
    return price_of(meter, owned=owned) if least is None else least


@cache
def prices() -> dict[str, Price]:
    """Return every meter's price."""
    rows = tomllib.loads(Path(__file__).with_name("prices.toml").read_text(encoding="utf-8"))
    return {
        meter: Price(row["standard"], row.get("owned", row["standard"]), row.get("least"))
        for meter, row in rows.items()
    }
