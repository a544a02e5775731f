"""A consumer of another make: SQLite, page by page, packed answers, ETags, another start upon faults."""

import gzip
import json
import os
import sqlite3
import sys
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

AGAIN = 75


def ask(path: str, tag: str | None = None, method: str = "GET", body: bytes | None = None) -> Any:
    """Ask once; returns status, value and ETag. What may pass ends the program, to be started again."""
    headers = {"Authorization": f"Bearer {os.environ['CONSUMER_TOKEN']}", "Accept-Encoding": "gzip"}
    headers |= {"If-None-Match": tag} if tag else {}
    headers |= {"Content-Type": "application/json"} if body else {}
    url = os.environ["CONSUMER_URL"] + path
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method)) as answer:
            content = answer.read()
            packed = answer.headers.get("Content-Encoding") == "gzip"
            return 200, json.loads(gzip.decompress(content) if packed else content), answer.headers["ETag"]
    except urllib.error.HTTPError as error:
        if error.code in (304, 410):
            return error.code, None, tag
        sys.exit(AGAIN if error.code in (429, 503) else 1)
    except (OSError, HTTPException):
        sys.exit(AGAIN)


def apply(rows: sqlite3.Connection, items: list[dict[str, Any]]) -> None:
    """Apply steps; one with a smaller number than is known of its contact is passed over."""
    for each in items:
        reason = each.get("reason")
        rows.execute(
            "INSERT INTO held VALUES (:key, :seq, :name, :state) ON CONFLICT (key) DO UPDATE SET "
            "seq = :seq, name = :name, state = :state WHERE seq <= :seq",
            {
                "key": each["contact_key"],
                "seq": each["seq"],
                "name": each.get("display_name"),
                "state": {None: "in", "objected": "barred"}.get(reason, "out"),
            },
        )


def begin(rows: sqlite3.Connection) -> str:
    """Read everybody into an empty table; all of it counts, or nothing."""
    rows.execute("DELETE FROM held")
    path = "/v1/regular-contacts"
    while True:
        status, page, _ = ask(path)
        if status == 410:
            sys.exit(AGAIN)
        apply(rows, page["items"])
        if not page["has_more"]:
            return page["changes_cursor"]
        path = f"/v1/regular-contacts?cursor={quote(page['next_cursor'])}"


def read_on(rows: sqlite3.Connection) -> None:
    """Read to the end of the feed, and acknowledge what is stored."""
    cursor, tag = rows.execute("SELECT cursor, tag FROM place").fetchone() or (None, None)
    more = True
    while more:
        with rows:
            if cursor is None:
                cursor = begin(rows)
            status, page, tag = ask(f"/v1/changes?cursor={quote(cursor)}", tag)
            if status == 410:
                cursor, tag = None, None
                continue
            if status == 304:
                break
            apply(rows, page["items"])
            tag = tag if page["next_cursor"] == cursor else None
            cursor, more = page["next_cursor"], page["has_more"]
            rows.execute("DELETE FROM place")
            rows.execute("INSERT INTO place VALUES (?, ?)", (cursor, tag))
    ask("/v1/consumers/me/ack", method="PUT", body=json.dumps({"cursor": cursor}).encode())


rows = sqlite3.connect(sys.argv[1])
rows.execute("CREATE TABLE IF NOT EXISTS held (key TEXT PRIMARY KEY, seq INTEGER, name TEXT, state TEXT)")
rows.execute("CREATE TABLE IF NOT EXISTS place (cursor TEXT, tag TEXT)")
if "--dump" in sys.argv:
    for key, name, state in rows.execute("SELECT key, name, state FROM held WHERE state <> 'out'"):
        barred = {"do_not_contact": True} if state == "barred" else {"display_name": name}
        print(json.dumps({"contact_key": key, **barred}))  # noqa: T201  # what it is asked for
else:
    read_on(rows)
rows.close()
