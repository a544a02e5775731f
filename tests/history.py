# ruff: noqa: S608  # its own words and numbers
"""A long history beside a crowd: what years of harvests leave in every table that grows, set-based."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from domain.contact import ContactKey
from domain.journal import Act, Entry
from store import journal
from store.tables import metadata

#: Entries of the journal, which takes them one by one alone.
ENTRIES = 3_000
#: Tables that stay small whatever happens, and why; every other is filled here or by the crowd.
SMALL: Mapping[str, str] = {
    **dict.fromkeys(
        ("installation", "feed_state", "objections_ledger"),
        "one row",
    ),
    **dict.fromkeys(
        ("accounts", "account_staff", "account_checks", "connected_events", "freshness", "profile_looks"),
        "a few for each of our own accounts",
    ),
    **dict.fromkeys(
        ("campaign_ends", "budgets", "schedules", "halts", "paused_queues", "alert_wishes", "users"),
        "set by hand, one by one",
    ),
    **dict.fromkeys(
        ("countable_topics", "inferable_topics", "consent_texts", "notice_versions"),
        "as many as the policy, the topics and the wordings have",
    ),
    **dict.fromkeys(("suppression_keys", "link_keys"), "one for each rotation"),
    **dict.fromkeys(
        ("workers", "worked_minutes", "totals", "outbox"),
        "a row a living process, a minute of the last two hours, a name, or active run",
    ),
    **dict.fromkeys(("limits", "limit_windows"), "one for each account and endpoint"),
    **dict.fromkeys(
        ("sign_in_tries", "invitations", "logins", "asked_mails"),
        "forgotten within a day",
    ),
    "tallies": "about sixty a day",
    "budget_periods": "one for each budget and day",
    "erasures": "one a day",
    "unknown_pushes": "one for each shape of a message that we do not know",
    "exports": "one for each delivery",
    **dict.fromkeys(("recipients", "consumers", "consumer_tokens", "view_readers"), "set by hand"),
    "segments": "set by hand",
    "targetings": "one for each export of a segment by topic",
    **dict.fromkeys(("areas", "area_words"), "as many as a country has"),
    **dict.fromkeys(("area_tables", "area_counts"), "a table of the areas each quarter"),
    "webhooks": "set by hand",
    "webhook_deliveries": "one on its way for each webhook, and a letter for each three days that it failed",
    "received": "never read but by consumer and contact",
    "segment_steps": "never read but by consumer and contact",
    "transfer_consents": "few consent to that; read by contact or recipient",
    "transferred": "never read but by recipient and contact",
    "segment_told": "never read but by segment, recipient and contact",
    "sessions": "those that have ended go at each sign-in",
    "written_files": "one for each export and backup that is not gone",
    # Read only where a page names its contact, account or run; their keys begin with it.
    **dict.fromkeys(
        ("overrides", "chosen_topics", "declared_topics", "spoken", "ended_acts", "checkpoints"),
        "never read but by contact or account",
    ),
    **dict.fromkeys(
        ("roster_pages", "departing", "post_topics", "looks"), "never read but by run, post or account"
    ),
}


def live_long(connection: Connection, count: int, *, now_s: int) -> None:
    """Leave `count` rows in each table that grows; the newest of them at `now_s` (seconds of the epoch).

    Comes after `tests.crowd.gather` with at least as many contacts.
    """
    sqlite = connection.dialect.name == "sqlite"
    numbers = (
        f"(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {count}) SELECT n FROM r)"
        if sqlite
        else f"(SELECT n FROM generate_series(1, {count}) AS n)"
    )

    def at(seconds: str) -> str:
        """Write a moment so many seconds before now."""
        if sqlite:
            return f"strftime('%Y-%m-%dT%H:%M:%S', {now_s} - ({seconds}), 'unixepoch') || '.000000+00:00'"
        return f"to_timestamp({now_s} - ({seconds}))"

    blob = "CAST('b' || n AS BLOB)" if sqlite else "convert_to('b' || n, 'UTF8')"
    no = "0" if sqlite else "false"
    #: One row an hour: a few years of them.
    hourly = f"3600 * ({count} - n)"
    rows = {
        **_PEOPLE,
        **_READING,
        **_TOLD,
    }
    connection.execute(
        text(
            "INSERT INTO consent_texts (hash, language, wording, first_at) "
            f"VALUES ('h', 'en', 'yes', {at('0')})"
        )
    )
    for table, columns in rows.items():
        filled = {
            name: value.replace("HOURLY", at(hourly))
            .replace("AHEAD", at("-86400 * 3")).replace("COUNT", str(count)).replace("BLOB_N", blob)
            .replace("FALSE_", no)
            for name, value in columns.items()
        }  # fmt: skip
        names = ", ".join(f'"{each}"' for each in filled)
        connection.execute(
            text(
                f"INSERT INTO {table} ({names}) SELECT {', '.join(filled.values())} FROM {numbers} AS r "
                f"WHERE {_ONLY.get(table, 'true')}"
            )
        )
    for number in range(min(ENTRIES, count)):
        key, at_ = ContactKey("twitter", f"p{number}"), datetime.fromtimestamp(now_s, UTC)
        journal.record(connection, Entry("console:ada", Act.CONTACT_SHOWN, at_, key))
    if not sqlite:
        for table, columns in rows.items():
            if "id" in columns and metadata.tables[table].c["id"].autoincrement:
                last = f"(SELECT max(id) FROM {table})"
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})"))
    connection.execute(text("ANALYZE"))


#: Rows for which numbers alone do not decide.
_ONLY = {
    # Of the crowd's acts: who is regular follows, everybody else liked.
    "withheld": "n % 2 = 0 AND n % 50 <> 3 AND n % 10007 <> 0 AND n % 10 < 7",
}
_TWITTER = "CASE WHEN n % 10 < 7 THEN 1 ELSE 2 END"
_PEOPLE = {
    "notices": {
        "contact_id": "n",
        "due_at": "CASE WHEN n % 2 = 0 THEN HOURLY ELSE AHEAD END",
        "given_at": "CASE WHEN n % 4 = 0 THEN HOURLY END",
        "how": "CASE WHEN n % 4 = 0 THEN 'given_at_form' END",
        "given_by": "CASE WHEN n % 4 = 0 THEN 'form' END",
    },
    "changes": {
        "seq": "n",
        "platform": "'twitter'",
        "platform_id": "'p' || n",
        "op": "CASE WHEN n % 5 = 0 THEN 'remove' ELSE 'upsert' END",
        "reason": "CASE WHEN n % 5 = 0 THEN 'unfollowed' ELSE 'regular' END",
        "at": "HOURLY",
    },
    "withheld": {
        "account_id": "1",
        "kind": "'follows'",
        "item": "''",
        "contact_id": "n",
        "run_id": "1",
        "since": "HOURLY",
    },
    "consents": {
        "contact_id": "n",
        "purpose": "'email'",
        "given_at": "HOURLY",
        "text": "'h'",
        "source": "'page'",
        "taken_by": "'page'",
        "recorded_at": "HOURLY",
    },
    "addresses": {
        "contact_id": "n",
        "channel": "'email'",
        "address": "'p' || n || '@mail.example'",
        "at": "HOURLY",
    },
    "sign_ups": {"contact_id": "n", "language": "'fr'", "at": "HOURLY"},
    "texts": {
        "contact_id": "n",
        "account_id": _TWITTER,
        "kind": "'replied'",
        "item": "'i'",
        "text": "'words'",
        "expires_at": "AHEAD",
    },
    "suppressions": {
        # As fingerprints look: 64 hexadecimal digits.
        "value": f"'{'0' * 50}' || ({10**13} + n)",
        "wraps": "1",
        "reason": "'objected'",
        "at": "HOURLY",
        "number": "n",
    },
    "halted_contacts": {"contact_id": "n", "account_id": "0", "reason": "'regular'", "at": "HOURLY"},
    "deletions": {
        "platform": "'twitter'",
        "kind": "'user_suspend'",
        "code": "'c' || n",
        "asked_at": "HOURLY",
        "done_at": "HOURLY",
    },
}
_READING = {
    "harvests": {"id": "n", "account_id": _TWITTER, "created_at": "HOURLY"},
    "harvest_runs": {
        "id": "n",
        "harvest_id": "n",
        "account_id": _TWITTER,
        "platform": "CASE WHEN n % 10 < 7 THEN 'twitter' ELSE 'facebook' END",
        "stream": "CASE WHEN n % 10 < 7 THEN 'followers' ELSE 'reactions' END",
        "state": "CASE WHEN n > COUNT - 20 AND n % 10 IN (1, 8) AND n < COUNT - 10 THEN 'running' "
        "WHEN n % 40 = 0 THEN 'failed' WHEN n % 41 = 0 THEN 'stopped' ELSE 'done' END",
        **dict.fromkeys(("fence", "attempts", "restarts", "quarantined", "unattributed"), "0"),
        **dict.fromkeys(("skipped_posts", "left", "uncertain_micro_usd"), "0"),
        **dict.fromkeys(("pages", "requests", "regular", "occasional", "spend_micro_usd"), "9"),
        "page_size": "1000",
        "contacts_seen": "9000",
        "due_at": "HOURLY",
        "created_at": "HOURLY",
        "started_at": "HOURLY",
        "ended_at": "HOURLY",
        "schedule_id": "1",
    },
    "spends": {
        "id": "n",
        "run_id": "n",
        "fence": "0",
        "attempt": "1",
        "account": "'twitter:5001'",
        "stream": "'followers'",
        "meter": "'followers'",
        "day": "substr(CAST(HOURLY AS TEXT), 1, 10)",
        "state": "'settled'",
        "at": "HOURLY",
        "reserved_micro_usd": "1000",
        "settled_micro_usd": "1000",
    },
    "jobs": {
        "id": "n",
        "kind": "'expire'",
        "arguments": "'{}'",
        "reached": "'{}'",
        "state": "CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'done' END",
        "fence": "0",
        "attempts": "0",
        "due_at": "HOURLY",
        "created_at": "HOURLY",
    },
    "failures": {
        "id": "n",
        "run_id": "n",
        "cause": "CASE WHEN n % 2 = 0 THEN 'server' ELSE 'token_dead' END",
        "sentence": "'It failed.'",
        "advice": "'Try again.'",
        "attempts": "5",
        "state": "CASE WHEN n % 40 = 0 THEN 'open' ELSE 'replayed' END",
        "at": "HOURLY",
    },
    "quarantined_items": {
        "run_id": "n",
        "digest": "'d' || n",
        "reason": "'no id'",
        "shape": "'{}'",
        "count": "1",
        "at": "HOURLY",
    },
    "walks": {
        "account_id": _TWITTER,
        "stream": "'followers'",
        "post": "'post' || n",
        "run_id": "n",
        "kind": "'follows'",
        "began_at": "HOURLY",
        "whole": "FALSE_",
        "state": "'done'",
    },
    "posts": {"id": "n", "account_id": _TWITTER, "post": "'post' || n", "created_at": "HOURLY", "text": "''"},
    "kept_counts": {
        "account_id": _TWITTER,
        "kind": "'liked'",
        "item": "'post' || n",
        "count": "3",
        "counted_at": "HOURLY",
    },
    "usage_readings": {"id": "n", "app": "''", "at": "HOURLY"},
}
_TOLD = {
    "alerts": {
        "id": "n",
        "kind": "'notices_due'",
        "key": "'k' || n",
        "details": '\'{"n": 1, "count": 1, "people": 1}\'',
        "at": "HOURLY",
        "ended_at": "CASE WHEN n < COUNT THEN HOURLY END",
    },
    "schedules": {
        "id": "n",
        "account_id": "1",
        "streams": "'[]'",
        "cron": "'0 6 * * *'",
        "time_zone": "'Europe/Paris'",
        "jitter_s": "0",
        "catch_up": "'once'",
        "is_on": "NOT FALSE_",
        **dict.fromkeys(("due_at", "begins_at"), "AHEAD"),
        "set_at": "HOURLY",
    },
    "schedule_moments": {"schedule_id": "1", "moment": "HOURLY", "outcome": "'begun'", "at": "HOURLY"},
    "inbox": {
        "id": "n",
        "platform": "'twitter'",
        "received_at": "HOURLY",
        "digest": "BLOB_N",
        "state": "CASE WHEN n % 500 = 0 THEN 'aside' WHEN n % 30 = 0 THEN 'waiting' ELSE 'taken' END",
        "attempts": "0",
        "expires_at": "AHEAD",
    },
    "users": {
        "id": "100",
        "name": "'of long ago'",
        "role": "1",
        "theme": "'system'",
        "time_zone": "'UTC'",
        "created_at": "HOURLY",
    },
    "alert_wishes": {
        "id": "100",
        "user_id": "100",
        "kinds": "'[]'",
        "way": "'mail'",
        "address": "'ada@team.example'",
    },
    "alert_deliveries": {
        "alert_id": "n",
        "wish_id": "100",
        "due_at": "HOURLY",
        "tries": "1",
        "sent_at": "HOURLY",
    },
}
_ONLY |= dict.fromkeys(("users", "alert_wishes"), "n = 1")
_ONLY |= {"schedules": "n <= 5"}
