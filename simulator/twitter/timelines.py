"""Timelines: mentions and own posts, newest first, with marks (`since_id`, `until_id`, times)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from simulator.acts import Act, post_second, post_serial
from simulator.audience import Audience
from simulator.http import Answer
from simulator.people import OWN
from simulator.rings import MENTIONS, QUOTES, REPLIES
from simulator.twitter.billing import bill
from simulator.twitter.call import Call, Refused, page
from simulator.twitter.includes import includes
from simulator.twitter.lookups import missing_target
from simulator.twitter.posts import act_post, fragment, own_post
from simulator.twitter.problems import invalid

#: x-api.md §1.1: how deep each timeline goes.
MENTIONS_DEPTH, POSTS_DEPTH, WITHOUT_REPLIES_DEPTH = 800, 3200, 800
#: Quotes that mention us stand in the mentions too (x-api.md §1.2): the first of day 0 and one on later days.
_QUOTES_AT_FIRST, _QUOTES_DAILY_UNTIL = 60, 40


class Entry(NamedTuple):
    """One post of a timeline: an own post by its number, or an act."""

    serial: int
    second: int
    what: int | Act


def mentions(call: Call) -> Answer:
    """Answer a page of the mentions: replies, mentions, and quotes that name us."""
    if call.target != call.world.audience.x_account.x_id:
        return missing_target(call, "user") or page(call, [], {})
    return _answer(call, _mentions(call.world.audience, call.world.memory["twitter"]))


def own_posts(call: Call) -> Answer:
    """Answer a page of the account's own posts, its replies among them unless excluded."""
    audience = call.world.audience
    if call.target != audience.x_account.x_id:
        return missing_target(call, "user") or page(call, [], {})
    entries = [Entry(post_serial(each), post_second(each), each) for each in audience.posts]
    without_replies = "replies" in call.request.query.get("exclude", "").split(",")
    if not without_replies:
        extras = (each for post in audience.posts for each in audience.extras(REPLIES, post))
        entries += [Entry(each.serial, each.second, each) for each in extras]
    entries.sort(reverse=True, key=lambda each: each.serial)
    return _answer(call, entries[: WITHOUT_REPLIES_DEPTH if without_replies else POSTS_DEPTH])


def _mentions(audience: Audience, memory: dict[str, Any]) -> list[Entry]:
    kept = memory.get("mentions")
    if kept and kept[0] is audience:
        entries: list[Entry] = kept[1]
        return entries
    acts = audience.whole(REPLIES).all() + audience.whole(MENTIONS).all()
    for day in range(min(audience.day, _QUOTES_DAILY_UNTIL) + 1):
        quoted = range(min(audience.count(QUOTES, day), 1 if day else _QUOTES_AT_FIRST))
        acts += [act for slot in quoted if audience.shows(act := audience.act(QUOTES, day, slot))]
    entries = sorted((Entry(each.serial, each.second, each) for each in acts), reverse=True, key=_serial)
    memory["mentions"] = (audience, entries[:MENTIONS_DEPTH])
    return entries[:MENTIONS_DEPTH]


def _serial(entry: Entry) -> int:
    return entry.serial


def _answer(call: Call, entries: Sequence[Entry]) -> Answer:
    wanted = _between(call, entries)
    # The token holds the last serial seen, so what is new above does not shift the walk.
    place = next((at for at, each in enumerate(wanted) if each.serial < call.start.place), len(wanted))
    place = place if call.start.place else 0
    if call.emptied and place < len(wanted):
        return page(call, [], {"next_token": call.token(call.start.place, walk=0, turn=1)})
    stop = min(len(wanted), place + call.room - call.repeated)
    shown = wanted[max(0, place - call.repeated) : stop]
    meta: dict[str, Any] = {}
    if shown:
        meta = {"newest_id": str(shown[0].serial), "oldest_id": str(shown[-1].serial)}
    if stop < len(wanted):
        meta["next_token"] = call.token(wanted[stop - 1].serial, walk=0)
    bill(call, [each.serial for each in shown])
    return page(call, [_written(call, each) for each in shown], meta, _included(call, shown))


def _written(call: Call, entry: Entry) -> str:
    whole = own_post(call, entry.what) if isinstance(entry.what, int) else act_post(call, entry.what)
    return fragment(whole)


def _included(call: Call, shown: Sequence[Entry]) -> dict[str, Any]:
    acts = [each.what for each in shown if isinstance(each.what, Act)]
    own = [OWN for each in shown if isinstance(each.what, int)]
    return includes(call, acts, own)


def _between(call: Call, entries: Sequence[Entry]) -> list[Entry]:
    """Keep what lies between the marks; ids are exclusive, `start_time` is inclusive."""
    query = call.request.query
    since, until = (_mark(call, each) for each in ("since_id", "until_id"))
    start, end = (_time(call, each) for each in ("start_time", "end_time"))
    kept = [
        each
        for each in entries
        if (since is None or each.serial > since) and (until is None or each.serial < until)
    ]
    if "start_time" in query or "end_time" in query:
        at = call.world.at
        kept = [
            each
            for each in kept
            if (start is None or at(each.second) >= start) and (end is None or at(each.second) < end)
        ]
    return kept


def _mark(call: Call, name: str) -> int | None:
    text = call.request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise Refused(
            invalid(name, text, f"The `{name}` query parameter value [{text}] is not valid", call.home)
        )
    return int(text)


def _time(call: Call, name: str) -> datetime | None:
    text = call.request.query.get(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = f"The `{name}` query parameter value [{text}] is not a valid RFC3339 timestamp"
        raise Refused(invalid(name, text, message, call.home))
    return found
