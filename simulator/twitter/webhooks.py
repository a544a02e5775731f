"""X's webhooks: which one is registered, and what it missed sent again (x-api.md §3)."""

import json
from datetime import UTC, datetime
from typing import Any

from simulator.http import Answer
from simulator.mixing import key_of
from simulator.twitter.call import Call, Refused
from simulator.twitter.posts import stamp
from simulator.twitter.problems import invalid
from simulator.world import World


def webhook_id(world: World) -> str:
    """Return the id of the one webhook."""
    return str(10**17 + key_of(world.seed, "webhook") % 10**17)


def listed(call: Call) -> Answer:
    """Answer the webhook, once something was pushed to it."""
    url = call.world.memory["twitter"].get("webhook")
    if url is None:
        return Answer.of_json({"meta": {"result_count": 0}})
    known = {"id": webhook_id(call.world), "url": url, "valid": True, "created_at": stamp(call.world.started)}
    return Answer.of_json({"data": [known], "meta": {"result_count": 1}})


def replay(call: Call) -> Answer:
    """Keep whatever was told between two minutes, for the next push that asks for what was kept."""
    world = call.world
    try:
        asked: Any = json.loads(call.request.body or b"{}")
        since, until = (_minute(asked[each]) for each in ("from_date", "to_date"))
    except (ValueError, KeyError, TypeError):
        raise Refused(invalid("from_date", "", "$.from_date: must match ^[0-9]{12}$", call.home)) from None
    if asked.get("webhook_id") != webhook_id(world):
        raise Refused(invalid("webhook_id", str(asked.get("webhook_id")), "$.webhook_id: unknown", call.home))
    told = world.memory["twitter"].get("told", [])
    again = [body for at, body in told if since <= at < until + 60]
    world.memory["twitter"].setdefault("pushes", []).extend(again)
    number = str(1_900_000_000_000_000_000 + key_of(world.seed, "replay", len(again)) % 10**17)
    return Answer.of_json({"job_id": number, "created_at": stamp(datetime.now(UTC))})


def _minute(text: str) -> float:
    return datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC).timestamp()
