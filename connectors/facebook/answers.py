"""The envelope around Facebook's items: data and paging; pure.

An answer names whole addresses as the next page. None of them is ever asked: only what places us in
the listing is taken out of their query, and that is the cursor.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from connectors.facebook.errors import unreadable
from connectors.facebook.graph import VERSION, Answer
from connectors.facebook.listings import Listing
from connectors.facebook.place import Place, limit_in
from connectors.facebook.translate import Listed, moment_of
from connectors.http import parameters_of
from connectors.quarantine import MalformedError
from domain.batch import Batch
from domain.errors import CursorRefusedError

#: Cursor, time and offset paging (§3); Facebook's other words of place begin with two underscores.
_PLACE_WORDS = frozenset({"after", "until", "since", "offset"})


def items_of(answer: Answer, place: Place) -> list[Any]:
    """Return an answer's items; raises BadAnswerError for an answer that is no listing."""
    items = answer.body.get("data")
    if not isinstance(items, list):
        raise unreadable(place, "holds no list of items")
    return items


def batch_of(answer: Answer, items: list[Any], listed: Listed, place: Place, listing: Listing) -> Batch:
    """Put an answer's parts together."""
    mark = place.request.mark
    moments = [_moment_text(each, listing.dated_by) for each in items] if listing.dated_by else []
    # A moment ahead of us would put the mark where no later item passes it.
    passed = (each for each in moments if each and each <= text_of(place.now))
    return Batch(
        signals=tuple(listed.signals),
        posts=tuple(listed.posts),
        next_cursor=cursor_of(answer.body, place),
        newest=max(passed, default=None),
        reached_mark=bool(mark and moments and all(each and each <= mark for each in moments)),
        quarantined=listed.rest.quarantined,
        unattributed=listed.rest.unattributed,
        # Reading is free; the count tells a page without shown authors from an empty one.
        billed_items=len(items),
        limit=limit_in(answer.headers, place),
        notes=tuple(_notes(answer.headers)),
    )


def cursor_of(body: Mapping[str, Any], place: Place) -> str | None:
    """Return the place of the next page as opaque text, None where Facebook names no next page.

    `cursors.after` stands on the last page too: only `next` says that more follows (§3).
    """
    paging = body.get("paging") or {}
    following = paging.get("next") if isinstance(paging, dict) else paging
    if following is None:
        return None
    words = parameters_of(following) if isinstance(following, str) else {}
    placed = {name: value for name, value in words.items() if _is_place(name) and value}
    if not placed:
        raise unreadable(place, "names a next page without its place in the listing")
    return urlencode(sorted(placed.items()))


def parameters_at(cursor: str | None, place: Place) -> dict[str, str]:
    """Return the parameters that a cursor stands for; raises CursorRefusedError for a foreign text."""
    if cursor is None:
        return {}
    placed = {name: value for name, value in parse_qsl(cursor) if _is_place(name)}
    if placed:
        return placed
    raise CursorRefusedError(
        f"The cursor of {place.request.stream} of page {place.page_id} is none of ours; "
        "the listing starts again.",
        code="cursor_foreign",
    )


def text_of(moment: Any) -> str:
    """Return a moment in UTC as text that sorts, to the second as Facebook tells it."""
    return str(moment.isoformat(timespec="seconds"))


def _is_place(name: str) -> bool:
    return name in _PLACE_WORDS or name.startswith("__")


def _moment_text(item: Any, field: str) -> str | None:
    try:
        moment = moment_of(item, field)
    except MalformedError:
        return None
    return None if moment is None else text_of(moment)


def _notes(headers: Mapping[str, str]) -> Iterable[str]:
    answered = headers.get("facebook-api-version")
    if answered is not None and answered != VERSION:
        # An expired version does not fail, it is silently served by another one (§1.1).
        yield f"Facebook answered as another version than {VERSION}; update this product."
