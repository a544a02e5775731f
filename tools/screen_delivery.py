"""What an invented team delivers: recipients, an export, a consumer, segments, and areas with their table."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from pathlib import Path

from sqlalchemy import insert, select

from store.database import Database
from store.tables import contacts, sign_ups
from workers.runtime import utc_now

#: Invented areas: code, name, and how many in a hundred of those who signed up named it.
_AREAS = (
    ("01", "Vieux-Port", 22), ("02", "Les Tanneurs", 17), ("03", "La Butte", 14), ("04", "Sainte-Anne", 12),
    ("05", "Grand-Pré", 11), ("06", "Les Écluses", 9), ("07", "Moulin-Neuf", 6), ("08", "La Pépinière", 4),
    ("09", "Bois-Clair", 2),
)  # fmt: skip
#: How many of the regular contacts filled in the form.
_SIGNED_UP = 900
_TOLD = "Campaign office"

Command = Callable[..., None]


def deliver(database: Database, folder: Path, command: Command) -> None:
    """Let the team deliver what it holds."""
    _sign_up(database)
    partition = folder / "areas.csv"
    rows = "".join(f"{code},{name}\n" for code, name, _ in _AREAS)
    partition.write_text(f"code,name\n{rows}", encoding="utf-8")
    command("areas", "partition", str(partition))
    command("areas", "publish")
    command("recipient", "add", _TOLD, "--country", "FR", "--role", "own")
    command("recipient", "add", "Mail house", "--country", "DE", "--role", "processor")
    command("segment", "add", "New this month", "--since", f"{utc_now() - timedelta(days=20):%Y-%m-%d}")
    command("segment", "add", "Followers on X", "--account", "team-x")
    command("export", "--preset", "creme", "--out", str(folder / "creme"), "--recipient", _TOLD)
    command("consumer", "add", "crm-office", "--recipient", _TOLD)


def _sign_up(database: Database) -> None:
    """Let regular contacts have named their area; some wrote what is none."""
    weighed = [name for _, name, share in _AREAS for _ in range(share)] + ["chez moi"] * 3
    now = utc_now()
    with database.write() as connection:
        regular = select(contacts.c.id).where(contacts.c.label == "regular").order_by(contacts.c.id)
        ids = connection.scalars(regular.limit(_SIGNED_UP))
        rows = [
            {"contact_id": each, "language": "fr", "area": area, "at": now - timedelta(days=12)}
            for each, area in zip(ids, cycle(weighed), strict=False)
        ]
        connection.execute(insert(sign_ups), rows)
