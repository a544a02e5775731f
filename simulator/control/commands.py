"""Commands by which a test changes the world: days, faults, ordered errors, limits, options."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from simulator.facebook.errors import ORDERED as FACEBOOK_ORDERED
from simulator.facebook.switches import read as read_switches
from simulator.faults import ALL_RATE, Faults
from simulator.guises import made
from simulator.http import Answer
from simulator.options import Options
from simulator.twitter.problems import ORDERED
from simulator.world import World

Given = Mapping[str, Any]


def advance(world: World, given: Given) -> Answer:
    """`{"advance": n}`: let n days pass."""
    return Answer.of_json({"day": world.advance(int(given.get("advance", 1)))})


def faults(world: World, given: Given) -> Answer:
    """`{"mode": "all"|"none", "rate", "kinds": […], "next": [{"kind", "times", "platform", "path"}]}`."""
    known: Faults = world.faults
    if "mode" in given:
        known.rate = ALL_RATE if given["mode"] == "all" else 0.0
        known.ordered.clear()
    known.rate = float(given.get("rate", known.rate))
    known.hang_s = float(given.get("hang_s", known.hang_s))
    known.slow_s = float(given.get("slow_s", known.slow_s))
    known.kinds = tuple(given.get("kinds", known.kinds))
    for each in given.get("next", []):
        known.order(each["kind"], int(each.get("times", 1)), each.get("platform", "*"), each.get("path", ""))
    return Answer.of_json({"rate": known.rate, "ordered": len(known.ordered)})


def force(world: World, given: Given) -> Answer:
    """`{"platform", "endpoint", "kind", "times": n}`: the next n answers of an endpoint are a named error.

    `endpoint` `*` means any; X's kinds are the rows of x-api.md §1.6, Facebook's those of its own table.
    """
    platform, kind = str(given["platform"]), str(given["kind"])
    if platform == "twitter" and kind not in ORDERED:
        raise ValueError(f"X has no error {kind}; choose one of {', '.join(ORDERED)}.")
    if platform == "facebook" and kind not in FACEBOOK_ORDERED:
        raise ValueError(f"Facebook has no error {kind}; choose one of {', '.join(FACEBOOK_ORDERED)}.")
    world.forced.order(platform, str(given.get("endpoint", "*")), kind, int(given.get("times", 1)))
    return Answer.of_json({"ordered": kind})


def limits(world: World, given: Given) -> Answer:
    """`{"platform", "endpoint", "user": n, "app": n, "window_s": s}`; open windows are forgotten."""
    if "window_s" in given:
        world.windows.window_s = float(given["window_s"])
    if "endpoint" in given:
        told = {who: int(given[who]) for who in ("user", "app") if who in given}
        world.limits[str(given.get("platform", "twitter"))][str(given["endpoint"])] = told
    world.windows.clear()
    return Answer.of_json({"limits": world.limits, "window_s": world.windows.window_s})


def options(world: World, given: Given) -> Answer:
    """`{"name": value}`: switch what the references mark unverified (see `simulator.options`)."""
    known = {each.name for each in fields(Options)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"There is no option {unknown[0]}; choose one of {', '.join(sorted(known))}.")
    read_switches(given.get("facebook", {}))
    world.options = replace(world.options, **dict(given))
    return Answer.of_json({"options": sorted(given)})


def guises(world: World, given: Given) -> Answer:
    """`{"accounts": n, "apps": m}`: n further accounts on each platform, shared out over m apps."""
    accounts, apps = int(given.get("accounts", 1)), int(given.get("apps", 1))
    if accounts < 1 or apps < 1:
        raise ValueError("There must be an account and an app at least.")
    world.guises = [
        each for platform in ("twitter", "facebook") for each in made(world, platform, accounts, apps)
    ]
    return Answer.of_json([asdict(each) for each in world.guises])


def canary(world: World, given: Given) -> Answer:
    """`{"name": text, "id": X user id}`: call every third person so, or one, for a test to look for it."""
    only = world.audience.by_x_id(str(given["id"])) if "id" in given else None
    world.audience.canary = str(given["name"])
    world.audience.canary_index = only.index if only else None
    return Answer.of_json({"name": world.audience.canary})


def fates(world: World, given: Given) -> Answer:
    """`{"<X user id>": "deactivated"}`: batch compliance says so of them from now on; "" for nothing."""
    told: dict[str, str] = world.memory["twitter"].setdefault("fates", {})
    for number, reason in given.items():
        told.pop(str(number), None)
        if reason:
            told[str(number)] = str(reason)
    return Answer.of_json({"fates": len(told)})


COMMANDS: dict[str, Callable[[World, Given], Answer]] = {
    "/day": advance,
    "/faults": faults,
    "/answer": force,
    "/limits": limits,
    "/options": options,
    "/guises": guises,
    "/canary": canary,
    "/fates": fates,
}
