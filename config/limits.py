"""What the platforms document of their listings: how fast they may be read and how much they show."""

import tomllib
from functools import cache
from pathlib import Path

from domain.estimate import Documented

#: The row of a platform whose listings all have the same.
_ANY = "any"


def documented(platform: str, stream: str) -> Documented:
    """Return what is documented of a stream; raises KeyError for a platform without rows."""
    rows = _rows()[platform]
    return rows.get(stream) or rows[_ANY]


@cache
def _rows() -> dict[str, dict[str, Documented]]:
    read = tomllib.loads(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8"))
    return {
        platform: {
            stream: Documented(
                row["requests"],
                row["window_s"],
                row.get("most"),
                row.get("most_per_post", Documented._field_defaults["most_per_post"]),
                row.get("assumed", False),
            )
            for stream, row in streams.items()
        }
        for platform, streams in read.items()
    }
