"""Areas: the one partition by which regular contacts are counted, and a published table of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from domain.errors import RegularsError

#: The code of those whose area is not known.
UNKNOWN = ""
LONGEST_CODE, LONGEST_NAME = 50, 200
#: France has some 70,000 polling areas and 49,000 IRIS.
MOST_AREAS = 100_000


class AreaError(RegularsError):
    """Raised where a partition cannot be taken, or a table cannot be published."""


class AreaKind(StrEnum):
    """What the areas of a partition are."""

    COMMUNE = "commune"
    #: INSEE's quarters of some 2,000 inhabitants.
    IRIS = "iris"
    #: A « bureau de vote ».
    POLLING_AREA = "polling_area"


class Area(NamedTuple):
    """An area of the partition; `also` is what else people write for it, such as a postcode."""

    code: str
    name: str
    also: tuple[str, ...] = ()


class AreaTable(NamedTuple):
    """A published table: contacts by code, None where the number is not shown; UNKNOWN is a code, too.

    `asked` is how many filled in a form, and so could name an area: all cells together. `not_asked` are the
    other regular contacts, of whom no area is known. `least` is the smallest number that is shown.
    """

    quarter: str
    kind: AreaKind
    published_at: datetime
    published_by: str
    least: int
    asked: int
    not_asked: int
    counts: Mapping[str, int | None]
    names: Mapping[str, str]


def quarter_of(moment: datetime) -> str:
    """Return the quarter (UTC), as 2026-Q4."""
    day = moment.astimezone(UTC)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def fault(areas: list[Area]) -> str | None:
    """Say what is wrong with a partition; None where nothing is."""
    if not areas:
        return "It holds no area."
    if len(areas) > MOST_AREAS:
        return f"It holds more than {MOST_AREAS:,} areas."
    codes = [each.code for each in areas]
    if len(set(codes)) < len(codes):
        return "Two of its areas have the same code."
    for each in areas:
        fits = 0 < len(each.code) <= LONGEST_CODE and 0 < len(each.name) <= LONGEST_NAME
        if not fits or not (each.code + each.name).isprintable():
            return (
                f"Each area needs a code of {LONGEST_CODE} characters and a name of {LONGEST_NAME} at most, "
                "on one line."
            )
    return None
