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
    rows = as_parameter([*each] for each in keys)
    held = (
        f"FROM {rows_of(connection, _KEY)} AS r CROSS JOIN contacts AS c CROSS JOIN {{}} AS g "
        "WHERE c.platform = r.platform AND c.platform_id = r.platform_id AND g.contact_id = c.id"
    )
    found: dict[tuple[str, str], Given] = defaultdict(lambda: Given({}, {}, None, None))
    of = "SELECT c.platform, c.platform_id, "
    for *key, language, area in run(
        connection, f"{of}g.language, g.area {held.format('sign_ups')}", rows=rows
    ):
        found[key[0], key[1]] = Given({}, {}, language, area)
    statement = f"{of}g.channel, g.address {held.format('addresses')}"
    for *key, channel, address in run(connection, statement, rows=rows):
        found[key[0], key[1]].addresses[channel] = address
    said = (
        f"{of}g.purpose, max(g.given_at), max(g.withdrawn_at) {held.format('consents')} "
        "GROUP BY c.platform, c.platform_id, g.purpose"
    )
    for *key, purpose, at, ended_at in run(connection, said, rows=rows):
        found[key[0], key[1]].consents[purpose] = Said(moment_of(at), moment_of(ended_at))
    return dict(found)


def confirmed(
    connection: Connection, keys: Iterable[tuple[str, str]], *, now: datetime
) -> dict[tuple[str, str], datetime]:
    """Return by (platform, platform id) when an act of a contact that stands was last seen to stand.

    That is its own last event, or the begin of the last whole walk through its roster; of an act in doubt, of
    the walk that showed it last.
    """
    held = run(
        connection,
        "SELECT c.platform, c.platform_id, max(s.started_at), max(s.seen_at), "
        "max(CASE WHEN h.since IS NULL THEN w.walked_at ELSE h.confirmed_at END) "
        f"FROM {rows_of(connection, _KEY)} AS r CROSS JOIN contacts AS c CROSS JOIN signals AS s "
        "LEFT JOIN (SELECT account_id, kind, post, max(began_at) AS walked_at FROM walks WHERE whole "
        "GROUP BY account_id, kind, post) AS w "
        "ON w.account_id = s.account_id AND w.kind = s.kind AND w.post = s.item "
        "LEFT JOIN withheld AS h ON h.account_id = s.account_id AND h.kind = s.kind AND h.item = s.item "
        "AND h.contact_id = s.contact_id "
        "WHERE c.platform = r.platform AND c.platform_id = r.platform_id AND s.contact_id = c.id "
        f"AND (s.ended_at IS NULL OR s.ended_at > {_moment(connection)}) GROUP BY c.platform, c.platform_id",
        rows=as_parameter([*each] for each in keys),
        now=stamp(now),
    )
    seen = ((row[0], row[1], [at for each in row[2:] if (at := moment_of(each))]) for row in held)
    return {(platform, platform_id): max(moments) for platform, platform_id, moments in seen if moments}


def _moment(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
