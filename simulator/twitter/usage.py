"""Usage and credits, as best-effort as the platform offers them (x-api.md §2.2, §2.4)."""

from typing import Any

from simulator.http import Answer
from simulator.twitter.call import Call, Refused
from simulator.twitter.problems import invalid

PROJECT_ID = "1700000000000000000"
CREDITS_MICRO = 500_000_000


def usage_of_posts(call: Call) -> Answer:
    """Answer how many posts were read: nothing of followers, and numbers as text (x-api.md §2.2)."""
    days = call.request.query.get("days", "7")
    if not (days.isascii() and days.isdigit() and 1 <= int(days) <= 90):
        message = f"The `days` query parameter value [{days}] is not between 1 and 90"
        raise Refused(invalid("days", days, message, call.home))
    read = str(call.world.ledger.resources.get("post", 0))
    whole: dict[str, Any] = {
        "cap_reset_day": 23,
        "project_cap": "3000000",
        "project_id": PROJECT_ID,
        "project_usage": read,
    }
    today = call.world.started.strftime("%Y-%m-%dT00:00:00.000Z")
    asked = call.request.query.get("usage.fields", "").split(",")
    if "daily_project_usage" in asked:
        whole["daily_project_usage"] = {"project_id": PROJECT_ID, "usage": [{"date": today, "usage": read}]}
    if "daily_client_app_usage" in asked:
        whole["daily_client_app_usage"] = [
            {"client_app_id": "17000000", "usage_result_count": 1, "usage": [{"date": today, "usage": read}]}
        ]
    return Answer.of_json({"data": whole})


def credits_left(call: Call) -> Answer:
    """Answer the balance in dollars; an app-only token gets an empty 404 [?] unless an option shows it."""
    if not call.by_user and call.world.options.credits_for_app == "missing":
        return Answer(404)
    left = (CREDITS_MICRO - sum(call.world.ledger.deduplicated.values())) / 1_000_000
    return Answer.of_json({"data": {"free_balance": 0, "prepaid_balance": left, "total_balance": left}})
