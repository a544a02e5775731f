"""Files first, as twarc: one answer a line; once all are there, they are flattened into SQLite."""

import json
import sqlite3
import sys
from pathlib import Path

from benchmarks.peers.walk import pages

folder = Path(sys.argv[1])
answers = folder / "followers.jsonl"
with answers.open("w", encoding="utf-8") as file:
    for users, token in pages():
        file.write(json.dumps({"data": users, "meta": {"next_token": token}}) + "\n")
with sqlite3.connect(folder / "followers.db") as connection, answers.open(encoding="utf-8") as file:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, username TEXT, name TEXT, protected)"
    )
    for line in file:
        connection.executemany(
            "INSERT OR REPLACE INTO users VALUES (:id, :username, :name, :protected)",
            json.loads(line)["data"],
        )
