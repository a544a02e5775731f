"""What a page's token proves: whose it is, by which app, and who works on the page."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from connectors.facebook.translate import is_id
from domain.account import Ownership
from domain.errors import BadAnswerError, ItemGoneError, OperatorNeededError

#: Asks a path in the name of the page and returns the body; raises PlatformError.
Ask = Callable[[str, Mapping[str, str]], Mapping[str, Any]]
#: Where a page's visitors read who it is (facebook-graph-api.md §1.3).
PUBLIC_FIELDS = ("about", "description", "website")
#: A team is never larger than so many answers of 100.
_MAX_ANSWERS = 10


class TokenFacts(NamedTuple):
    """What debug_token says of a token; each field is None where it may not be asked or says nothing."""

    kind: str | None = None
    app_id: str | None = None
    scopes: frozenset[str] | None = None
    expires_at: int | None = None
    user_id: str | None = None


def facts_of(token: str, ask: Ask) -> TokenFacts:
    """Inspect a token; a refusal is no failure, since many tokens may not be asked about (§1.2)."""
    try:
        body = ask("debug_token", {"input_token": token})
    except (OperatorNeededError, ItemGoneError):
        return TokenFacts()
    facts = body.get("data")
    if not isinstance(facts, dict):
        return TokenFacts()
    app_id, kind, scopes = str(facts.get("app_id")), facts.get("type"), facts.get("scopes")
    expires_at, user_id = facts.get("expires_at"), str(facts.get("user_id"))
    return TokenFacts(
        kind.upper() if isinstance(kind, str) else None,
        app_id if is_id(app_id) else None,
        frozenset(map(str, scopes)) if isinstance(scopes, list) else None,
        expires_at if isinstance(expires_at, int) else None,
        user_id if is_id(user_id) else None,
    )


def owner_of(page_id: str, facts: TokenFacts, ask: Ask) -> str:
    """Return the id of the page whose token this is; raises OperatorNeededError for a person's token."""
    found = ask("me", {"fields": "id,name"}).get("id")
    if not is_id(found):
        raise BadAnswerError(
            f"Facebook did not say whose the token of page {page_id} is; try again later.", code="unreadable"
        )
    kind = facts.kind or _kind_by_category(ask)
    if kind == "PAGE":
        return found
    raise OperatorNeededError(
        f"This is not the token of page {page_id} but of a person or an app: ask "
        f"/{page_id}?fields=access_token (or /me/accounts) with it, and give the access_token of the answer.",
        code="not_a_page_token",
    )


def staff_of(page_id: str, ask: Ask) -> frozenset[str]:
    """Return the ids of the page and its team, as far as they may be read.

    They are plain ids: Facebook does not say within which scope it names a team.
    """
    ids = {page_id, *_ids(f"{page_id}/roles", {}, ask)}
    business = _business_of(page_id, ask)
    if business:
        ids.update(_ids(f"{page_id}/assigned_users", {"business": business}, ask))
    return frozenset(ids)


def prove(page_id: str, facts: TokenFacts, user_facts: TokenFacts, ask: Ask) -> Ownership:
    """Put together what the token of a page proves; friends are keyed by the user token's app."""
    if facts.app_id and user_facts.app_id and facts.app_id != user_facts.app_id:
        raise OperatorNeededError(
            f"The page token and the user token of page {page_id} come from different apps; "
            "make both with the same app.",
            code="two_apps",
        )
    owner = owner_of(page_id, facts, ask)
    return Ownership(
        owner,
        None,
        user_facts.app_id or facts.app_id,
        staff_of(owner, ask),
        shown=shown_by(owner, ask),
        token_owner=facts.user_id,
        user_token_owner=user_facts.user_id,
    )


def shown_by(page_id: str, ask: Ask) -> tuple[str, ...]:
    """Return the texts and addresses that a page shows to everybody, as far as they may be read."""
    try:
        page = ask(page_id, {"fields": ",".join(PUBLIC_FIELDS)})
    except (OperatorNeededError, ItemGoneError):
        return ()
    texts = (page.get(each) for each in PUBLIC_FIELDS)
    return tuple(each for each in texts if isinstance(each, str) and each)


def _kind_by_category(ask: Ask) -> str:
    """Tell a page from a person by a field that only pages have."""
    try:
        found = ask("me", {"fields": "id,category"})
    except OperatorNeededError as error:
        if error.code != "bad_request":
            raise
        return "USER"
    return "PAGE" if "category" in found else "USER"


def _business_of(page_id: str, ask: Ask) -> str | None:
    try:
        business = ask(page_id, {"fields": "business"}).get("business")
    except (OperatorNeededError, ItemGoneError):
        return None
    found = business.get("id") if isinstance(business, dict) else None
    return found if is_id(found) else None


def _ids(path: str, parameters: Mapping[str, str], ask: Ask) -> Iterator[str]:
    after: dict[str, str] = {}
    for _ in range(_MAX_ANSWERS):
        try:
            body = ask(path, {**parameters, "limit": "100", **after})
        except (OperatorNeededError, ItemGoneError):
            return
        people = body.get("data")
        for each in people if isinstance(people, list) else ():
            if isinstance(each, dict) and is_id(each.get("id")):
                yield each["id"]
        paging = body.get("paging")
        if not isinstance(paging, dict) or "next" not in paging:
            return
        cursors = paging.get("cursors")
        cursor = cursors.get("after") if isinstance(cursors, dict) else None
        if not isinstance(cursor, str):
            return
        after = {"after": cursor}
