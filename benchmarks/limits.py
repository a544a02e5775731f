"""Limits: how many of the permitted requests are used, and how many are refused, by us and by the plain SDKs.

Five accounts on each platform, on two apps, whose windows are shrunk to seconds; there is always work.
`--windows 96` are a day of windows of a quarter of an hour. Prints a table in Markdown.
"""

import argparse
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import facebook
import tweepy

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from config.settings import Settings  # noqa: E402
from connectors.facebook.graph import Graph  # noqa: E402
from connectors.http import Session  # noqa: E402
from domain.errors import RegularsError  # noqa: E402
from pipeline.begin import Wanted, begin_harvest  # noqa: E402
from store import accounts, runs  # noqa: E402
from tests.journey.road import Installation, Simulator, simulator  # noqa: E402  # the journeys' own tools
from workers.runtime import Runtime, utc_now  # noqa: E402

ACCOUNTS, APPS = 5, 2
#: Requests in a window: of a user, and of an app, which binds where three accounts share one.
LIMITS = {"followers": {"user": 12, "app": 27}, "liking_users": {"user": 6, "app": 14}}
CALLS = 15
STREAMS = {"twitter": ("followers", "likers"), "facebook": ("reactions", "comments")}
PAGE = 5
#: What the simulator sums up of windows that have ended.
ENDED = ("windows", "permitted", "used", "idle_s")
#: Windows that pass while everything starts.
WARM_UP = 3


def prepare(world: Simulator) -> list[dict[str, Any]]:
    """Set the limits; returns the accounts."""
    world.post("options", {"users_count_for_app": "told", "facebook": {"calls_per_window": CALLS}})
    for endpoint, limits in LIMITS.items():
        world.post("limits", {"platform": "twitter", "endpoint": endpoint, **limits})
    guises: list[dict[str, Any]] = world.post("guises", {"accounts": ACCOUNTS, "apps": APPS})
    return guises


def ours(world: Simulator, folder: Path, guises: list[dict[str, Any]], seconds: float) -> None:
    """Harvest with the product: each stream begins again as soon as it has ended."""
    installation = Installation(folder, world)
    for number, each in enumerate(guises):
        secret = folder / f"{number}.token"
        secret.write_text(each["token"])
        app = ["--client-id", each["app"]] if each["platform"] == "twitter" else []
        installation.run(
            "account", "add", each["platform"], f"account-{number}", "--platform-id", each["account_id"],
            "--token-file", str(secret), *app,
        )  # fmt: skip
    up = installation.start("up")
    try:
        _begin_for_ever(installation, time.monotonic() + seconds)
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(timeout=60)


def _begin_for_ever(installation: Installation, end: float) -> None:
    environment = installation.environment
    os.environ.update({name: value for name, value in environment.items() if name.startswith("REGULARS_")})
    runtime = Runtime(Settings())
    with runtime.database.read() as connection:
        known = [accounts.get(connection, row.id) for row in accounts.every(connection)]
    while time.monotonic() < end:
        for each in known:
            with runtime.database.read() as connection:
                active = runs.active(connection, each.id)
            ended = [stream for stream in STREAMS[each.platform] if stream not in active]
            if not ended:
                continue
            with suppress(RegularsError), runtime.database.write() as connection:
                connector = runtime.connector_of(connection, each)
                begin_harvest(connection, each, connector, Wanted(ended, PAGE, join=True), now=utc_now())
        time.sleep(0.2)


def plain(world: Simulator, guises: list[dict[str, Any]], seconds: float) -> None:
    """Read the same with the SDKs alone: tweepy waits by itself, facebook-sdk sleeps after each refusal."""
    end = time.monotonic() + seconds
    loops: list[Callable[[], None]] = []
    for each in guises:
        if each["platform"] == "twitter":
            loops += [
                lambda each=each: _tweepy_followers(world, each, end),  # type: ignore[misc]
                lambda each=each: _tweepy_likers(world, each, end),  # type: ignore[misc]
            ]
        else:
            loops.append(lambda each=each: _facebook(world, each, end))  # type: ignore[misc]
    threads = [threading.Thread(target=each, daemon=True) for each in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=seconds + 30)


class _Plain(Session):
    """Only brings tweepy to the simulator; every status goes through to it."""

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> Any:
        address = str(url).replace(self.replaces, self.base_url)
        return super(Session, self).request(method, address, *args, **options)


def _tweepy(world: Simulator, guise: dict[str, Any]) -> tweepy.Client:
    client = tweepy.Client(bearer_token=guise["token"], return_type=dict, wait_on_rate_limit=True)
    base = world.ready["twitter"]["base_url"]
    client.session = _Plain(base, replaces="https://api.twitter.com", whose="the plain client")
    return client


def _tweepy_followers(world: Simulator, guise: dict[str, Any], end: float) -> None:
    client, cursor = _tweepy(world, guise), None
    while time.monotonic() < end:
        answer = client.get_users_followers(guise["account_id"], max_results=PAGE, pagination_token=cursor)
        cursor = answer["meta"].get("next_token")


def _tweepy_likers(world: Simulator, guise: dict[str, Any], end: float) -> None:
    client = _tweepy(world, guise)
    posts = client.get_users_tweets(guise["account_id"], max_results=100)["data"]
    while time.monotonic() < end:
        for post in posts:
            if time.monotonic() < end:
                client.get_liking_users(post["id"], max_results=PAGE)


def _facebook(world: Simulator, guise: dict[str, Any], end: float) -> None:
    # The product's own adapter, for the SDK cannot be told another address; it neither waits nor tries again.
    graph = Graph(guise["token"], world.ready["facebook"]["base_url"], whose="the plain client")
    posts = graph.get(f"{guise['account_id']}/posts", {"limit": "25"}).body["data"]
    while time.monotonic() < end:
        for post in posts:
            answer = graph.get(f"{post['id']}/reactions", {"limit": str(PAGE)})
            if answer.status != 200:
                # One of a window's fifteen minutes, as sleep loops do.
                time.sleep(world.window_s / 15)  # type: ignore[attr-defined]
            if time.monotonic() >= end:
                break


def binding(guises: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """Return which windows bind, by caller and endpoint, and in words.

    An app's does where its accounts' limits come to more than its own, else each account's.
    """
    found = {(f"facebook:{each['account_id']}", "pages"): "page's" for each in guises}
    by_app: dict[str, list[str]] = {}
    for each in guises:
        if each["platform"] == "twitter":
            by_app.setdefault(f"twitter:{each['app']}", []).append(f"twitter:{each['token']}")
    for endpoint, limit in LIMITS.items():
        for app, tokens in by_app.items():
            if len(tokens) * limit["user"] > limit["app"]:
                found[app, endpoint] = f"app's, of {len(tokens)} accounts"
            else:
                found |= {(token, endpoint): "account's" for token in tokens}
    return found


@contextmanager
def tallied(world: Simulator, after_s: float) -> Iterator[list[dict[str, Any]]]:
    """Yield what becomes the tallies of a block; windows of its first seconds, before all work, are left out.

    Refusals are counted from the start; `early` are those of the first seconds.
    """
    begun: list[dict[str, Any]] = []
    look = threading.Timer(after_s, lambda: begun.extend(world.get("windows")))
    look.start()
    found: list[dict[str, Any]] = []
    try:
        yield found
    finally:
        look.cancel()
    before = {(each["caller"], each["endpoint"]): each for each in begun}
    for each in world.get("windows"):
        known = before.get((each["caller"], each["endpoint"]), {})
        since = {name: each[name] - known.get(name, 0) for name in ENDED}
        found.append(each | since | {"early": known.get("refused", 0)})


def table(name: str, tallies: Iterable[dict[str, Any]], guises: list[dict[str, Any]]) -> list[str]:
    """Return a row of the table for each endpoint and kind of window that binds there."""
    bind = binding(guises)
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in tallies:
        whose = bind.get((each["caller"], each["endpoint"]))
        if whose:
            rows.setdefault((each["endpoint"], whose), []).append(each)
    lines = []
    for (endpoint, whose), found in sorted(rows.items()):
        windows, used, permitted = (
            sum(each[what] for each in found) for what in ("windows", "used", "permitted")
        )
        early = sum(each["early"] for each in found)
        later = sum(each["refused"] for each in found) - early
        idle = sum(each["idle_s"] for each in found)
        share = 100 * used / permitted if permitted else 0.0
        lines.append(
            f"| {name} | {endpoint} | {whose} | {windows} | {permitted} | {used} | {share:.1f} % "
            f"| {early} + {later} | {idle / max(1, windows):.2f} |"
        )
    return lines


HEAD = (
    "| who | endpoint | window | windows | permitted | used | share | refused at first + later "
    "| seconds between two |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Measure both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=96, help="windows of each account")
    parser.add_argument("--window-s", type=float, default=5.0, help="seconds of one")
    parser.add_argument("--only", choices=("ours", "plain"), default=None)
    given = parser.parse_args()
    logging.getLogger("tweepy").setLevel(logging.ERROR)
    # A window ends on a whole second, and begins soon after one.
    seconds = (given.windows + WARM_UP) * (given.window_s + 1.2)
    print(HEAD)
    for name in ("ours", "plain"):
        if given.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            with simulator(place, seed=5, audience=20_000, window_s=given.window_s) as world:
                world.window_s = given.window_s  # type: ignore[attr-defined]
                guises = prepare(world)
                with tallied(world, WARM_UP * given.window_s) as tallies:
                    if name == "ours":
                        ours(world, place, guises, seconds)
                    else:
                        plain(world, guises, seconds)
                label = (
                    "Regulars"
                    if name == "ours"
                    else f"tweepy {tweepy.__version__}, facebook-sdk {facebook.__version__}"
                )
                for line in table(label, tallies, guises):
                    print(line, flush=True)


if __name__ == "__main__":
    main()
