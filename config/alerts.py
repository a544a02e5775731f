"""The words of alerts, in both languages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def sentence(kind: str, language: str, values: Mapping[str, str | int]) -> str:
    """Say an alert; raises KeyError for a kind without words. The value `why` may have words of its own."""
    words = _words()
    said = dict(values)
    because = words.get(f"{kind}_{values.get('why', '')}")
    if because is not None:
        said["why"] = because[language]
    for period in ("day", "month"):
        if "budget" in said:
            said["budget"] = str(said["budget"]).replace(f" / {period}", words[f"per_{period}"][language])
    return words[kind][language].format(**said)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("config").joinpath("alerts.toml").read_text(encoding="utf-8"))
