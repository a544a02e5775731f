# ruff: noqa: S608  # its own words and numbers
"""A crowd: as many contacts as a large account has, written set-based so that tests can measure on it."""

from datetime import UTC, datetime

from sqlalchemy import Connection, insert, text

from store.tables import accounts, inferable_topics
from tests.cast import OURS

#: When the first of them came in; each next one a second later.
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNTS = (1, 2)


def gather(connection: Connection, count: int) -> None:
    """Write contacts 1 to `count`: half regular, most in the messaging store, one in a hundred refused."""
    sqlite = connection.dialect.name == "sqlite"
    connection.execute(
        insert(accounts),
        [
            {
                "id": number,
                "platform": platform,
                "platform_id": f"{5_000 + number}",
                "name": f"our {platform}",
                "owned_reads": True,
                "token_sealed": b"sealed",
                "added_at": BEGAN,
            }
            for number, platform in zip(ACCOUNTS, ("twitter", "facebook"), strict=True)
        ],
    )
    connection.execute(insert(inferable_topics), [{"topic": "health", "platform": OURS.platform}])
    numbers = (
        f"(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {count}) SELECT n FROM r)"
        if sqlite
        else f"(SELECT n FROM generate_series(1, {count}) AS n)"
    )
    at = (
        "strftime('%Y-%m-%dT%H:%M:%S', 1767225600 + n, 'unixepoch') || '.000000+00:00'"
        if sqlite
        else "to_timestamp(1767225600 + n)"
    )
    for statement in _STATEMENTS:
        connection.execute(text(statement.replace("NUMBERS", f"{numbers} AS r").replace("MOMENT", at)))
    if not sqlite:  # who comes later gets the next numbers
        for table in ("accounts", "contacts"):
            last = f"(SELECT max(id) FROM {table})"
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})"))
    connection.execute(text("ANALYZE"))


_PLATFORM = "CASE WHEN n % 10 < 7 THEN 'twitter' ELSE 'facebook' END"
_LABEL = (
    "CASE WHEN n % 10007 = 0 THEN 'suppressed' WHEN n % 50 = 3 THEN 'none' WHEN n % 2 = 0 THEN 'regular' "
    "ELSE 'occasional' END"
)
_NAME = (
    "CASE n % 6 WHEN 0 THEN 'Élodie ' WHEN 1 THEN 'Jean ' WHEN 2 THEN 'Marie ' WHEN 3 THEN 'elo ' "
    "WHEN 4 THEN 'Zoé ' ELSE 'Jean' END || n"
)
_STATEMENTS = (
    (
        "INSERT INTO contacts (id, platform, platform_id, label, handle, display_name, regular_since, "
        f"first_seen_at) SELECT n, {_PLATFORM}, 'p' || n, {_LABEL}, "
        f"CASE WHEN n % 10 < 7 THEN 'Handle' || n END, {_NAME}, NULL, MOMENT FROM NUMBERS"
    ),
    (
        "INSERT INTO signals (account_id, kind, item, contact_id, seen_at) "
        "SELECT CASE WHEN platform = 'twitter' THEN 1 ELSE 2 END, "
        "CASE WHEN label = 'regular' THEN 'follows' ELSE 'liked' END, "
        "CASE WHEN label = 'regular' THEN '' ELSE 'post' END, id, first_seen_at FROM contacts"
    ),
    (
        "INSERT INTO decisions (contact_id, label, policy, decided_at, kind, account_id, item, source) "
        "SELECT id, label, 'cnil-2016 1', first_seen_at, "
        "CASE WHEN label = 'regular' THEN 'follows' ELSE 'liked' END, "
        "CASE WHEN platform = 'twitter' THEN 1 ELSE 2 END, '', 'CNIL 2016-11-08' FROM contacts"
    ),
    (
        "INSERT INTO messaging_contacts (contact_id, label, admitted_at, seq, unasked) "
        "SELECT id, 'regular', first_seen_at, CASE WHEN id % 100 <> 2 THEN id END, false FROM contacts "
        "WHERE label = 'regular' AND id % 40 <> 0"
    ),
    (
        "INSERT INTO admissions (contact_id, refusal, addressable, hindrances, since, told) "
        "SELECT contact_id, CASE WHEN contact_id % 100 = 2 THEN 'not_told' END, '[]', '{}', admitted_at, "
        "contact_id % 100 <> 2 FROM messaging_contacts"
    ),
    (
        "INSERT INTO topic_holders (contact_id, label) SELECT id, 'regular' FROM contacts "
        "WHERE label = 'regular' AND platform = 'twitter' AND id % 20 = 4"
    ),
    (
        "INSERT INTO interests (contact_id, topic, place, strength, texts, words, platform) "
        "SELECT contact_id, 'health', 0, 'interest', 3, '[]', 'twitter' FROM topic_holders"
    ),
    "UPDATE feed_state SET seq = (SELECT max(id) FROM contacts)",
)
