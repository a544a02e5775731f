"""tweepy and sqlite-utils: each page into tables of users and of who follows whom (twitter-to-sqlite)."""

import sys
import time
from pathlib import Path

import sqlite_utils

from benchmarks.peers.walk import ACCOUNT, pages

database = sqlite_utils.Database(Path(sys.argv[1]) / "followers.db")
for users, _ in pages():
    seen_at = int(time.time())
    database["users"].upsert_all(users, pk="id")
    follows = [{"followed_id": ACCOUNT, "follower_id": each["id"], "first_seen": seen_at} for each in users]
    database["following"].insert_all(follows, pk=("followed_id", "follower_id"), ignore=True)
