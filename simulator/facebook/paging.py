"""One page of a listing and the way on from it (reference/facebook-graph-api.md §3, paging)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from simulator.facebook.call import HOST, Call
from simulator.facebook.cursors import Cursor, decode, encode
from simulator.facebook.errors import REFUSALS, GraphError, Refusal
from simulator.facebook.graph import Arguments, Edge, Walk
from simulator.mixing import key_of, mix

DEFAULT_LIMIT = 25
NUMBER = re.compile(r"[0-9]{1,12}")
#: Unkind listings: every seventh page comes empty but with a `next`, every fifth repeats two rows.
_EMPTY_EVERY, _REPEAT_EVERY, _REPEATED = 7, 5, 2
_PAGING_NAMES = ("after", "before", "until", "since", "__paging_token", "__previous", "access_token")


class Asked(NamedTuple):
    """Where a listing hangs and what was asked of it."""

    path: str
    edge: Edge
    arguments: Arguments


class Page(NamedTuple):
    """The rows of one page, and `paging` as it will be written."""

    rows: Sequence[Any]
    paging: Mapping[str, Any] | None


def limit_of(asked: Asked, call: Call) -> int:
    """Return how many places one page takes: 25 unless asked, cut down to what the edge allows (§3)."""
    text = asked.arguments.get("limit", str(DEFAULT_LIMIT))
    if not NUMBER.fullmatch(text):
        raise GraphError(Refusal(400, 100, "(#100) param limit must be a non-negative number"))
    return min(int(text), asked.edge.most(call))


def turn(asked: Asked, walk: Walk, call: Call) -> Page:
    """Take the page that the arguments point at."""
    if asked.edge.paging == "time":
        return _by_time(asked, walk, call)
    text = asked.arguments.get("after")
    at = _cursor(text, asked, call) if text else Cursor(0, len(walk.rows), call.world.now(), 0)
    limit = limit_of(asked, call)
    if limit == 0:
        return Page((), None)
    # Rows that came since the walk began stand before the place it has reached.
    come_since = max(0, len(walk.rows) - at.walk) if walk.newest_first else 0
    start = at.position + come_since
    stop = min(start + limit, len(walk.rows))
    bits = mix(key_of(call.world.seed, "page", _listing(asked)), at.page)
    unkind = call.world.options.unkind_listings and asked.edge.unkind
    if unkind and start > 0 and stop < len(walk.rows) and bits % _EMPTY_EVERY == 0:
        # §3: pages may be empty with a `next`.
        rows: Sequence[Any] = ()
        stop = start
    else:
        # §3 and §9: duplicates over pages; the same rows may come again on the next page.
        again = _REPEATED if unkind and bits // 8 % _REPEAT_EVERY == 0 else 0
        rows = walk.rows.slice(max(come_since, start - again), stop)
    here = encode(at, _listing(asked))
    after = encode(at._replace(position=stop - come_since, page=at.page + 1), _listing(asked))
    if not rows and stop >= len(walk.rows):
        return Page(rows, None)
    # §3, §9: `cursors.after` is present on the last page too; only a missing `next` is the end.
    paging: dict[str, Any] = {"cursors": {"before": here, "after": after}}
    if stop < len(walk.rows):
        paging["next"] = _address(asked, call, {"after": after})
    return Page(rows, paging)


def _cursor(text: str, asked: Asked, call: Call) -> Cursor:
    cursor = decode(text, _listing(asked))
    life, depth = call.switches.cursor_life_s, call.switches.cursor_depth
    refused = (
        cursor is None
        or (life and call.world.now() - cursor.given_at > life)
        or (depth and cursor.position > depth)
    )
    if cursor is None or refused:
        raise GraphError(REFUSALS["cursor"])
    return cursor._replace(given_at=call.world.now())


def _by_time(asked: Asked, walk: Walk, call: Call) -> Page:
    """Page by `until` and `__paging_token` (§3: some edges use time paging) down to an empty page."""
    limit = limit_of(asked, call)
    token, until = asked.arguments.get("__paging_token"), asked.arguments.get("until", "")
    at = Cursor(0, len(walk.rows), call.world.now(), 0)
    if token:
        at = _cursor(token, asked, call)
    elif NUMBER.fullmatch(until):
        # Without the token `until` is all there is, and it takes in the second itself.
        late = [each for each in walk.rows.slice(0, len(walk.rows)) if _unix(asked, each, call) > int(until)]
        at = at._replace(position=len(late))
    start = at.position + max(0, len(walk.rows) - at.walk)
    stop = min(start + limit, len(walk.rows))
    rows = walk.rows.slice(start, stop)
    if start >= len(walk.rows) or limit == 0:
        return Page((), None)
    after = encode(at._replace(position=stop - (start - at.position), page=at.page + 1), _listing(asked))
    older = {"until": str(_unix(asked, rows[-1], call)) if rows else until, "__paging_token": after}
    return Page(rows, {"next": _address(asked, call, older), "previous": _back(asked, rows, call)})


def _back(asked: Asked, rows: Sequence[Any], call: Call) -> str:
    since = str(_unix(asked, rows[0], call)) if rows else "0"
    return _address(asked, call, {"since": since, "__previous": "1", "__paging_token": "enc_before"})


def _unix(asked: Asked, row: Any, call: Call) -> int:
    return int(call.world.at(asked.edge.second(row)).timestamp())


def _address(asked: Asked, call: Call, position: Mapping[str, str]) -> str:
    """Write the whole address of another page, host and token inside, as Graph does (§3, §5)."""
    kept = {name: value for name, value in asked.arguments.items() if name not in _PAGING_NAMES}
    query = {"access_token": call.token.text, "pretty": "0"} | kept | dict(position)
    return f"{HOST}/{call.version}/{asked.path}?{urlencode(query)}"


def _listing(asked: Asked) -> str:
    chosen = [f"{name}={asked.arguments[name]}" for name in asked.edge.chosen_by if name in asked.arguments]
    return "&".join([asked.path, *chosen])
