"""What a look at one item of each stream finds before any harvest; nothing undocumented is asked."""

from collections.abc import Callable, Mapping, Sequence

from connectors.facebook.errors import PermissionNeededError
from connectors.facebook.listings import COMMENTS, FRIENDS, OPT_INS
from connectors.facebook.ownership import TokenFacts
from domain.account import StreamCheck
from domain.batch import Batch, PageRequest
from domain.errors import OperatorNeededError, PlatformError
from domain.stream import POSTS, Stream

Fetch = Callable[[PageRequest], Batch]

NO_FOLLOWERS = (
    "Facebook lists no followers, so regular here means a friend of a team member who consents, "
    "a live opt-in, or a sign-up."
)
_NO_POST = "There is no own post to look at yet."
_COMMENTS_HIDDEN = "A person's token shows no comments even where there are some: give the page's own token."
_COMMENTS_UNSURE = (
    "No comment came; that proves nothing, since a person's token shows none even where there are some."
)


def check_streams(
    streams: Mapping[str, Stream], fetch: Fetch, facts: TokenFacts, user_facts: TokenFacts
) -> Sequence[StreamCheck]:
    """Look at every stream in turn; listings of a post are looked at on the newest own post."""
    checks: list[StreamCheck] = []
    newest_post = ""
    for each in streams.values():
        held = (user_facts if each.name == FRIENDS else facts).scopes
        missing = tuple(name for name in each.permissions if held is not None and name not in held)
        if each.per_post and not newest_post:
            checks.append(StreamCheck(each.name, None, missing_permissions=missing, remark=_NO_POST))
            continue
        check, batch = _look(each, newest_post if each.per_post else "", fetch, missing)
        if each.name == COMMENTS and batch and not (batch.signals or batch.unattributed):
            check = _without_comments(check, facts)
        if each.name == OPT_INS:
            check = _remarked(check, NO_FOLLOWERS)
        checks.append(check)
        if each.name == POSTS and batch and batch.posts:
            newest_post = batch.posts[0].post
    return tuple(checks)


def _look(
    stream: Stream, post: str, fetch: Fetch, missing: tuple[str, ...]
) -> tuple[StreamCheck, Batch | None]:
    try:
        batch = fetch(PageRequest(stream.name, post, page_size=1))
    except PermissionNeededError as error:
        named = tuple(dict.fromkeys((*missing, *error.permissions)))
        return StreamCheck(stream.name, readable=False, missing_permissions=named, remark=str(error)), None
    except OperatorNeededError as error:
        return StreamCheck(stream.name, readable=False, missing_permissions=missing, remark=str(error)), None
    except PlatformError as error:
        return StreamCheck(stream.name, readable=None, missing_permissions=missing, remark=str(error)), None
    shows = bool(batch.signals) if batch.signals or batch.unattributed else None
    remark = "The item looked at could not be read." if batch.quarantined else ""
    return StreamCheck(
        stream.name, readable=True, shows_authors=shows, missing_permissions=missing, remark=remark
    ), batch


def _without_comments(check: StreamCheck, facts: TokenFacts) -> StreamCheck:
    if facts.kind == "PAGE":
        return check
    if facts.kind is None:
        return _remarked(check, _COMMENTS_UNSURE)
    return StreamCheck(
        check.stream, readable=False, missing_permissions=check.missing_permissions, remark=_COMMENTS_HIDDEN
    )


def _remarked(check: StreamCheck, remark: str) -> StreamCheck:
    joined = f"{check.remark} {remark}".strip()
    return StreamCheck(check.stream, check.readable, check.shows_authors, check.missing_permissions, joined)
