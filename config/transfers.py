"""Transfers: which countries outside the EEA have an adequacy decision."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def adequate() -> Mapping[str, str]:
    """Return the countries by ISO 3166-1, each with what its decision is bound to, empty for nothing."""
    read = tomllib.loads(Path(__file__).with_name("transfers.toml").read_text(encoding="utf-8"))
    return {str(country): str(bound) for country, bound in read["adequate"].items()}
