"""The words of alerts, in both languages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def sentence(kind: str, language: str, values: Mapping[str, str | int]) -> str:
    """Say an alert; raises KeyError for a kind without words."""
    return _words()[kind][language].format(**values)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("config").joinpath("alerts.toml").read_text(encoding="utf-8"))
