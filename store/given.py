"""What contacts gave and when they were last seen to stand: what a record holds beside the feed's row."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of

_KEY = {"platform": "text", "platform_id": "text"}


class Said(NamedTuple):
    """The last consent to a purpose, and the last time that one was withdrawn."""

    given_at: datetime | None
    withdrawn_at: datetime | None


class Given(NamedTuple):
    """What one contact gave: addresses by channel, consents by purpose, language and area."""

    addresses: dict[str, str]
    consents: dict[str, Said]
    language: str | None
    area: str | None


def given(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Given]:
    """Return by (platform, platform id) what contacts gave; those who gave nothing stand not in it."""
    known = _keys_of(connection, keys)
    rows = as_parameter([each] for each in known)
    held = f"FROM {rows_of(connection, {'id': 'int'})} AS r CROSS JOIN {{}} AS g WHERE g.contact_id = r.id"
    found: dict[tuple[str, str], Given] = defaultdict(lambda: Given({}, {}, None, None))
    for who, language, area in run(
        connection, f"SELECT g.contact_id, g.language, g.area {held.format('sign_ups')}", rows=rows
    ):
        found[known[who]] = Given({}, {}, language, area)
    statement = f"SELECT g.contact_id, g.channel, g.address {held.format('addresses')}"
    for who, channel, address in run(connection, statement, rows=rows):
        found[known[who]].addresses[channel] = address
    said = (
        "SELECT g.contact_id, g.purpose, max(g.given_at), max(g.withdrawn_at) "
        f"{held.format('consents')} GROUP BY g.contact_id, g.purpose"
    )
    for who, purpose, at, ended_at in run(connection, said, rows=rows):
        found[known[who]].consents[purpose] = Said(moment_of(at), moment_of(ended_at))
    return dict(found)


def confirmed(
    connection: Connection, keys: Iterable[tuple[str, str]], *, now: datetime
) -> dict[tuple[str, str], datetime]:
    """Return by (platform, platform id) when an act of a contact that stands was last seen to stand.

    That is its own last event, or the begin of the last whole walk through its roster; of an act in doubt, of
    the walk that showed it last.
    """
    known = _keys_of(connection, keys)
    newest = "max" if connection.dialect.name == "sqlite" else "greatest"  # nothing beside it is empty
    held = run(
        connection,
        f"SELECT s.contact_id, max({newest}(s.seen_at, coalesce(s.started_at, s.seen_at), coalesce("
        "CASE WHEN h.since IS NULL THEN w.walked_at ELSE h.confirmed_at END, s.seen_at))) "
        f"FROM {rows_of(connection, {'id': 'int'})} AS r CROSS JOIN signals AS s "
        "LEFT JOIN (SELECT account_id, kind, post, max(began_at) AS walked_at FROM walks WHERE whole "
        "GROUP BY account_id, kind, post) AS w "
        "ON w.account_id = s.account_id AND w.kind = s.kind AND w.post = s.item "
        "LEFT JOIN withheld AS h ON h.account_id = s.account_id AND h.kind = s.kind AND h.item = s.item "
        "AND h.contact_id = s.contact_id "
        f"WHERE s.contact_id = r.id AND (s.ended_at IS NULL OR s.ended_at > {_moment(connection)}) "
        "GROUP BY s.contact_id",
        rows=as_parameter([each] for each in known),
        now=stamp(now),
    )
    return {known[who]: moment for who, at in held if (moment := moment_of(at))}


def _keys_of(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Return the keys by our numbers of the contacts."""
    found = run(
        connection,
        f"SELECT c.id, c.platform, c.platform_id FROM {rows_of(connection, _KEY)} AS r "
        "CROSS JOIN contacts AS c WHERE c.platform = r.platform AND c.platform_id = r.platform_id",
        rows=as_parameter([*each] for each in keys),
    )
    return {row[0]: (row[1], row[2]) for row in found}


def _moment(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
