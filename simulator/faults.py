"""Faults by seed and by command: what a network and an overloaded platform do to a request."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from simulator.http import Answer
from simulator.mixing import key_of, mix

#: x-api.md §1.6 and facebook-graph-api.md §9: HTML instead of JSON when a platform is over capacity.
_HTML = b"<!DOCTYPE html><html><head><title>Over capacity</title></head><body><h1>503</h1></body></html>"

#: `cut`: the connection closes in the middle of an answer; `dropped`: before any of it; `slow`: it is late;
#: `hang`: it never comes, the connection closes after `hang_s` seconds. Only a `slow` answer is a true one.
KINDS = (
    "html_500",
    "html_502",
    "html_503",
    "json_503",
    "cut",
    "dropped",
    "slow",
    "hang",
    "garbage",
    "limited",
    "limited_bare",
)

#: The chance of a fault where all of them are on, over all kinds together.
ALL_RATE = 0.08


@dataclass(slots=True)
class Faults:
    """Chooses the fault of each request: those ordered first, else by chance from the seed and a count."""

    seed: int
    rate: float = 0.0
    hang_s: float = 3.0
    slow_s: float = 0.3
    kinds: tuple[str, ...] = KINDS
    ordered: deque[tuple[str, str, str]] = field(default_factory=deque)
    _asked: int = 0

    def order(self, kind: str, times: int, platform: str = "*", path_part: str = "") -> None:
        """Let the next `times` requests of `platform` whose path holds `path_part` suffer `kind`."""
        if kind not in KINDS:
            raise ValueError(f"There is no fault {kind}; choose one of {', '.join(KINDS)}.")
        self.ordered.extend([(kind, platform, path_part)] * times)

    def next(self, platform: str, path: str) -> str | None:
        """Return the fault this request suffers, or None."""
        for place, (kind, wanted, path_part) in enumerate(self.ordered):
            if wanted in {"*", platform} and path_part in path:
                del self.ordered[place]
                return kind
        if self.rate <= 0:
            return None
        self._asked += 1
        bits = mix(key_of(self.seed, "fault"), self._asked)
        if bits % 1_000_000 >= self.rate * 1_000_000:
            return None
        return self.kinds[(bits >> 32) % len(self.kinds)]


def faulty(kind: str, platform: str, now: float) -> Answer | None:
    """Return what a fault answers by itself; None for a fault that only spoils the true answer."""
    if kind.startswith("html_"):
        return Answer(int(kind[5:]), _HTML, {"content-type": "text/html; charset=utf-8"})
    if kind in {"garbage", "cut"}:
        return Answer(200, b'{"data":[{"id":"1', {"content-type": "application/json; charset=utf-8"})
    if kind == "json_503":
        return Answer.of_json(_OVERLOADED[platform], 503)
    if kind in {"limited", "limited_bare"}:
        body, status = _LIMITED[platform]
        told = {
            "x-rate-limit-limit": "300",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(int(now) + 1),
        }
        return Answer.of_json(body, status, told if kind == "limited" and platform == "twitter" else {})
    return None


_OVERLOADED: dict[str, Any] = {
    # x-api.md §1.6: a JSON problem on 503.
    "twitter": {
        "title": "Service Unavailable",
        "detail": "Service Unavailable",
        "type": "about:blank",
        "status": 503,
    },
    # facebook-graph-api.md §3: code 2, a temporary issue.
    "facebook": {
        "error": {
            "message": "An unexpected error has occurred. Please retry your request later.",
            "type": "OAuthException",
            "is_transient": True,
            "code": 2,
            "fbtrace_id": "A7cZsmYpSimulatedTrace",
        }
    },
}

_LIMITED: dict[str, tuple[Any, int]] = {
    # x-api.md §1.6, fourth row; §5.2: a 429 without a reset header exists.
    "twitter": ({"title": "Too Many Requests", "type": "about:blank", "status": 429}, 429),
    # facebook-graph-api.md §3: code 4, the app's request limit.
    "facebook": (
        {
            "error": {
                "message": "(#4) Application request limit reached",
                "type": "OAuthException",
                "is_transient": True,
                "code": 4,
                "fbtrace_id": "A7cZsmYpSimulatedTrace",
            }
        },
        403,
    ),
}
