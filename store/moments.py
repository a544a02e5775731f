"""How a moment is written where text stands for it."""

from datetime import UTC, datetime


def stamp(moment: datetime) -> str:
    """Write a moment as it stands in JSON parameters and in SQLite: UTC text that sorts."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
