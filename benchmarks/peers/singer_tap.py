"""A Singer tap that says after each page where it stands, for a target to write, and goes on from there."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.peers.walk import pages

STREAM = "users"
TEXT = {"type": ["null", "string"]}
PROPERTIES = {"id": TEXT, "username": TEXT, "name": TEXT, "protected": {"type": ["null", "boolean"]}}


def say(kind: str, **said: Any) -> None:
    """Write a message."""
    sys.stdout.write(json.dumps({"type": kind, **said}) + "\n")


state = Path(sys.argv[1]) / "state.json"
lines = state.read_text(encoding="utf-8").split("\n") if state.exists() else []
known = [json.loads(each) for each in lines if each.endswith("}")]
say("SCHEMA", stream=STREAM, schema={"properties": PROPERTIES}, key_properties=["id"])
for users, token in pages(known[-1].get("token") if known else None):
    now = datetime.now(UTC).isoformat()
    for each in users:
        say("RECORD", stream=STREAM, record=each, time_extracted=now)
    say("STATE", value={"token": token})
