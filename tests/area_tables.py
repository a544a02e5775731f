"""A published table of areas: sixty at the port, too few in the centre, forty who named no area."""

from sqlalchemy import Connection

from domain.area import UNKNOWN, AreaKind, AreaTable
from store import areas
from workers.runtime import utc_now

QUARTER = "2026-Q4"


def publish(connection: Connection) -> None:
    """Publish the table of a quarter."""
    counts, names = {UNKNOWN: 40, "01": 60, "02": None}, {UNKNOWN: "", "01": "Port", "02": "Centre"}
    about = (QUARTER, AreaKind.COMMUNE, utc_now(), "cli:ada", 20, 110, 2)
    areas.publish(connection, AreaTable(*about, counts, names))
