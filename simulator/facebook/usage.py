"""Usage of the quotas in a window, in percent (reference/facebook-graph-api.md §3, limits)."""

import json
from math import ceil
from typing import NamedTuple

from simulator.facebook.call import Call
from simulator.facebook.errors import REFUSALS, GraphError

#: Where no limit was set calls are as good as free.
_FAR_AWAY = 1_000_000
_MESSENGER_EDGES = frozenset({"conversations", "messages", "notification_message_tokens"})
#: §3: what is said at 100 %, by meter.
_AT_LIMIT = {
    "pages": "page_use_limit",
    "messenger": "messenger_use_limit",
    "user": "user_limit",
    "app": "app_limit",
}


class Usage(NamedTuple):
    """How much of a meter is used: percent of the calls, minutes until more are possible."""

    meter: str
    calls: int
    percent: int
    regain_minutes: float = 0
    refused: bool = False


def meter_of(call: Call, endpoint: str) -> str:
    """Return which quota a call draws on: the Page's own, Messenger's, the user's or the app's (§3)."""
    if call.token.kind == "page":
        return "messenger" if endpoint in _MESSENGER_EDGES else "pages"
    return call.token.kind


def count(call: Call, endpoint: str) -> Usage:
    """Count one call; the quota is the Page's, shared by all who use its token (§3)."""
    meter = meter_of(call, endpoint)
    set_limits = call.world.limits["facebook"].get(meter, {}).values()
    limit = min(set_limits, default=call.switches.calls_per_window or _FAR_AWAY)
    guise = call.world.guise
    page = guise.account_id if guise else call.page_id
    owner = page if meter in {"pages", "messenger"} else call.token.text
    now = call.world.now()
    permit = call.world.windows.take(f"facebook:{owner}", meter, limit, now)
    used = permit.limit - permit.remaining
    percent = 100 * used // max(1, permit.limit)
    if permit.granted and percent < 100:
        return Usage(meter, used, percent)
    return Usage(meter, used, max(100, percent), _minutes(permit.reset - now, call), not permit.granted)


def _minutes(seconds: float, call: Call) -> float:
    """Return the minutes of a header (§3): whole ones, but of a window that was shrunk below one, parts."""
    if call.world.windows.window_s >= 60:
        return max(1, ceil(seconds / 60))
    return max(0.001, ceil(seconds * 1000 / 60) / 1000)


def refuse_at_limit(usage: Usage) -> None:
    """Refuse a call beyond 100 % (§3: throttled at 100 % of any of the three)."""
    if usage.refused:
        raise GraphError(REFUSALS[_AT_LIMIT[usage.meter]])


def exhausted(code: int, call: Call) -> Usage | None:
    """Return the usage that goes with a limit's error code that a command ordered."""
    meters = {80001: "pages", 80006: "messenger", 32: "pages", 17: "user", 4: "app"}
    return (
        Usage(meters[code], call.switches.usage_after_calls, 100, 5, refused=True) if code in meters else None
    )


def headers(usage: Usage, call: Call) -> dict[str, str]:
    """Return the usage headers, once enough calls have been made (§3)."""
    if usage.calls < call.switches.usage_after_calls and not usage.regain_minutes:
        return {}
    shares = {
        "call_count": usage.percent,
        "total_cputime": usage.percent * 2 // 3,
        "total_time": usage.percent * 3 // 4,
    }
    if usage.meter in {"user", "app"}:
        return {"x-app-usage": json.dumps(shares)}
    row = {"type": usage.meter, **shares, "estimated_time_to_regain_access": usage.regain_minutes}
    found = {"x-business-use-case-usage": json.dumps({call.page_id: [row]}), "x-app-usage": json.dumps(
        dict.fromkeys(shares, 1))}  # fmt: skip
    return found | ({"x-page-usage": json.dumps(shares)} if call.switches.page_usage else {})
