"""The words that people agree to on the sign-up page, read from consent_texts.toml."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("consent_texts.toml").read_text(encoding="utf-8"))


def version() -> str:
    """Return the date of the words in force."""
    return str(_texts()["version"])


def sentence(language: str, purpose: str, controller: str) -> str:
    """Return what is agreed to for one purpose: "email", "sms" or "topics"."""
    return str(_texts()[language][purpose]).replace("{controller}", controller)


def wording(language: str, purposes: Iterable[str], controller: str) -> str:
    """Return the whole text that is agreed to, one sentence a line, its version last."""
    lines = [sentence(language, each, controller) for each in purposes]
    return "\n".join([*lines, f"[{version()}]"])


def targets(agreed: str) -> bool:
    """Tell whether a text says that the person may be chosen by its topics, in the words of our form.

    A list's own words do, where they hold that sentence; whoever is named in it as controller.
    """
    parts = (_texts()[language]["topics"].split("{controller}") for language in ("fr", "en"))
    lines = [" ".join(line.split()) for line in agreed.splitlines()]
    return any(
        re.search(".{1,200}?".join(map(re.escape, each)), line) is not None
        for each in parts
        for line in lines
    )
