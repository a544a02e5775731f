"""What a look at one smallest page of each stream finds before any harvest."""

from collections.abc import Callable, Mapping, Sequence

from connectors.twitter.translate import place_of
from domain.account import StreamCheck
from domain.batch import Batch, PageRequest
from domain.errors import OperatorNeededError, PlatformError
from domain.stream import POSTS, Stream

Fetch = Callable[[PageRequest], Batch]


def check_streams(streams: Mapping[str, Stream], fetch: Fetch) -> Sequence[StreamCheck]:
    """Look at every stream in turn; listings of a post are looked at on the newest own post."""
    checks: list[StreamCheck] = []
    newest_post = ""
    for each in streams.values():
        if each.per_post and not newest_post:
            checks.append(StreamCheck(each.name, None, remark="There is no own post to look at yet."))
            continue
        check, batch = _look(each, newest_post if each.per_post else "", fetch)
        checks.append(check)
        if each.name == POSTS and batch and batch.posts:
            newest_post = max((post.post for post in batch.posts), key=place_of)
    return tuple(checks)


def _look(stream: Stream, post: str, fetch: Fetch) -> tuple[StreamCheck, Batch | None]:
    try:
        batch = fetch(PageRequest(stream.name, post, page_size=stream.min_page))
    except OperatorNeededError as error:
        missing = stream.permissions if error.code == "not_authorized" else ()
        return StreamCheck(stream.name, readable=False, missing_permissions=missing, remark=str(error)), None
    except PlatformError as error:
        return StreamCheck(stream.name, readable=None, remark=str(error)), None
    return _found(stream, batch), batch


def _found(stream: Stream, batch: Batch) -> StreamCheck:
    remark = ""
    if batch.quarantined:
        remark = f"{len(batch.quarantined)} of the items looked at could not be read."
    shows = None
    if batch.signals or batch.unattributed:
        shows = bool(batch.signals)
    return StreamCheck(
        stream.name, readable=True, shows_authors=shows, remark=remark, billed_items=batch.billed_items
    )
