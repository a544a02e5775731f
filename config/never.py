"""What is never read, as a list: TOML into groups and ways of speaking, built once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from classifier.never import Group, Never
from classifier.statements import Speech
from classifier.wordings import listed


@cache
def never() -> Never:
    """Return the list that Regulars brings along; a team cannot shorten it."""
    read = tomllib.loads(files("config").joinpath("topics_never.toml").read_text(encoding="utf-8"))
    groups = (_group(name, each) for name, each in read["groups"].items())
    return Never.of(groups, Speech(**{key: listed(text) for key, text in read["speech"].items()}))


def _group(name: str, read: dict[str, Any]) -> Group:
    return Group(
        name,
        read["what"],
        read["sources"],
        listed(read["words"]),
        listed(read.get("but", "")),
        listed(read["said"]) if "said" in read else None,
        listed(read.get("does", "")),
    )
