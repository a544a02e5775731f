"""The command by which a test lets a platform push what happened on the present day."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any

from simulator.http import Answer
from simulator.pushes import facebook, twitter
from simulator.pushes.day import Day, day_of, key_of
from simulator.pushes.sending import send
from simulator.world import World


async def push(world: World, given: Mapping[str, Any]) -> Answer:
    """`{"platform", "url", "secret"}`, and of the rest what is wanted.

    `what` names the events to tell (follow, unfollow, likes…; all without it), `order` is straight, reversed
    or shuffled, `times` how often each comes, `batch` how many stand in one of Facebook's pushes, `lost` that
    every so manieth is never sent, `most` that about so many are, `dated` that follows of X bear a moment.
    `keep` writes pushes and sends none, for a later command with `kept`, which sends those first that were
    kept or not taken.
    `wrong_signature` signs with another secret. Answers with counts, and with the contacts of which
    nothing was told.
    """
    platform, seed = str(given["platform"]), int(given.get("seed", world.seed))
    kept: list[bytes] = world.memory[platform].setdefault("pushes", [])
    fresh, untold, count = _fresh(world, platform, given, random.Random(f"{seed} {world.day}"))
    if platform == "twitter":
        world.memory[platform]["webhook"] = str(given["url"])
        world.memory[platform].setdefault("told", []).extend((world.now(), each) for each in fresh)
    if given.get("keep"):
        kept += fresh
        return Answer.of_json({"events": count, "kept": len(kept), "answers": {}, "untold": sorted(untold)})
    bodies = [*kept, *fresh] if given.get("kept") else fresh
    if given.get("kept"):
        kept.clear()
    secret = str(given["secret"]) + ("?" if given.get("wrong_signature") else "")
    sent = await asyncio.to_thread(send, platform, str(given["url"]), secret, bodies)
    kept += sent.again
    answers = dict(sorted(sent.answers.items()))
    return Answer.of_json({"events": count, "kept": len(kept), "answers": answers, "untold": sorted(untold)})


def _fresh(
    world: World, platform: str, given: Mapping[str, Any], chance: random.Random
) -> tuple[list[bytes], set[str], int]:
    """Write what happened today: pushes, contacts of which nothing is told, and how many events."""
    today = day_of(world, platform)
    wanted = given.get("what")
    events = [each for each in today.events if wanted is None or each.what in wanted]
    if most := int(given.get("most", 0)):
        events = events[:: max(1, len(events) // most)]
    if lost := int(given.get("lost", 0)):
        events = [each for place, each in enumerate(events) if place % lost]
    if platform == "twitter":
        twitter.bill(world, events)
    told = {(each.what, each.person) for each in events}
    untold = today.untold | {key for key in _keys(world, today, told) if key}
    times = int(given.get("times", 1))
    if platform == "facebook":
        bodies = []
        for turn in range(times):
            # Twice in other company: the same change in other bytes.
            bodies += facebook.bodies(world, events, batch=max(1, int(given.get("batch", 25)) - turn))
    else:
        bodies = twitter.bodies(world, events, times=times, dated=bool(given.get("dated")))
    order = given.get("order", "straight")
    if order == "reversed":
        bodies.reverse()
    elif order == "shuffled":
        chance.shuffle(bodies)
    elif order != "straight":
        raise ValueError("The order is straight, reversed or shuffled.")
    return bodies, untold, len(events)


def _keys(world: World, today: Day, told: set[tuple[str, int]]) -> set[str]:
    """Return the contacts of the events that were left out."""
    return {key_of(world.audience, each) for each in today.events if (each.what, each.person) not in told}
