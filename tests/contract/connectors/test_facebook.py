"""What Facebook is asked, how a token is proved and what a check finds, over HTTP through facebook-sdk."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.facebook.connector import FacebookConnector
from connectors.facebook.graph import proof_of
from domain.account import Account, Ownership, StreamCheck
from domain.batch import PageRequest
from domain.credentials import Credentials
from domain.errors import BadAnswerError, ItemGoneError, OperatorNeededError, RetryLaterError
from domain.limit import Limit
from tests.contract.connectors.case import TOKEN
from tests.contract.connectors.facebook_case import refused
from tests.contract.connectors.server import Platform, Reply, Seen

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
USER_TOKEN = "an-invented-user-token"
SECRET = "an-invented-secret"
ACCOUNT = Account("facebook", "4001", "Our club", app_id="31")
EMPTY = Reply({"data": []})
UNKNOWN_FIELD = refused(100, "(#100) Tried accessing nonexisting field (category) on node type (User)")
FORBIDDEN = refused(200, "(#200) Requires pages_messaging permission to manage the object", status=403)


@pytest.fixture
def facebook(platform: Platform) -> FacebookConnector:
    credentials = Credentials(TOKEN, USER_TOKEN)
    return FacebookConnector(ACCOUNT, credentials, platform.base_url, now=lambda: NOW)


@pytest.mark.parametrize(
    ("request_", "path", "query"),
    [
        pytest.param(
            PageRequest("posts", page_size=500),
            "/v26.0/4001/posts",
            {"fields": "id,created_time,message", "limit": "100"},
            id="own-posts-a-hundred-at-most",
        ),
        pytest.param(
            PageRequest("comments", "4001_900", cursor="__paging_token=enc_A&until=1770000000"),
            "/v26.0/4001_900/comments",
            {
                "fields": "id,from,message,created_time,parent",
                "filter": "stream",
                "order": "reverse_chronological",
                "limit": "100",
                "until": "1770000000",
                "__paging_token": "enc_A",
            },
            id="comments-flat-and-newest-first-from-a-place-in-time",
        ),
        pytest.param(
            PageRequest("reactions", "../me", page_size=7),
            "/v26.0/..%2Fme/reactions",
            {"fields": "id,name,type", "limit": "7"},
            id="a-post-whose-id-is-a-trap-stays-one-step",
        ),
        pytest.param(
            PageRequest("conversations"),
            "/v26.0/4001/conversations",
            {"fields": "id,updated_time,participants", "platform": "MESSENGER", "limit": "100"},
            id="conversations-without-a-message",
        ),
    ],
)
def test_what_a_stream_asks(
    facebook: FacebookConnector,
    platform: Platform,
    request_: PageRequest,
    path: str,
    query: Mapping[str, str],
) -> None:
    platform.always(EMPTY)
    facebook.fetch(request_)
    (seen,) = platform.seen
    assert (seen.path, seen.query) == (path, query)
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"


def test_friends_are_asked_with_the_persons_token_and_proof(platform: Platform) -> None:
    platform.always(Reply({"data": [{"id": "5001", "name": "Ada Exemple"}]}))
    connector = FacebookConnector(ACCOUNT, Credentials(TOKEN, USER_TOKEN, SECRET), platform.base_url)
    batch = connector.fetch(PageRequest("friends"))
    (seen,) = platform.seen
    assert (seen.path, seen.headers["authorization"]) == ("/v26.0/me/friends", f"Bearer {USER_TOKEN}")
    assert seen.query["appsecret_proof"] == proof_of(USER_TOKEN, SECRET)
    assert [str(each.contact) for each in batch.signals] == ["facebook:app-31:5001"]


def test_without_a_persons_token_there_are_no_friends(platform: Platform) -> None:
    connector = FacebookConnector(ACCOUNT, Credentials(TOKEN), platform.base_url)
    names = ["posts", "blocked", "opt_ins", "comments", "reactions", "tagged", "ratings", "conversations"]
    assert list(connector.streams) == names


def test_friends_of_an_unknown_app_are_not_read(platform: Platform) -> None:
    account = Account("facebook", "4001", "Our club")
    connector = FacebookConnector(account, Credentials(TOKEN, USER_TOKEN), platform.base_url)
    with pytest.raises(OperatorNeededError, match="connect the page again"):
        connector.fetch(PageRequest("friends"))
    assert platform.seen == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"content-type": "text/javascript; charset=ISO-8859-1"}, id="javascript"),
        pytest.param({"content-type": "text/html"}, id="called-html"),
        pytest.param({"content-type": ""}, id="no-content-type"),
        pytest.param({"content-type": "image/png"}, id="called-a-picture"),
    ],
)
def test_an_answer_is_read_whatever_it_calls_itself(
    facebook: FacebookConnector, platform: Platform, headers: Mapping[str, str]
) -> None:
    body = "\ufeff" + json.dumps({"data": [{"id": "5001", "name": "Zoé 🎉"}]}, ensure_ascii=False)
    platform.always(Reply(body.encode(), headers=headers))
    (signal,) = facebook.fetch(PageRequest("blocked")).signals
    assert signal.profile is not None
    assert signal.profile.display_name == "Zoé 🎉"


def test_an_error_that_comes_with_status_200_is_an_error(
    facebook: FacebookConnector, platform: Platform
) -> None:
    platform.always(refused(100, "Object with ID '900' does not exist", 33, status=200))
    with pytest.raises(ItemGoneError):
        facebook.fetch(PageRequest("comments", "4001_900"))


def test_a_full_quota_waits_as_long_as_the_header_says(
    facebook: FacebookConnector, platform: Platform
) -> None:
    entry = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}
    headers = {"X-Business-Use-Case-Usage": json.dumps({"4001": [entry]})}
    full = refused(80001, "(#80001) There have been too many calls to this Page account.")
    platform.always(Reply(full.body, full.status, headers))
    with pytest.raises(RetryLaterError) as caught:
        facebook.fetch(PageRequest("blocked"))
    assert caught.value.retry_at == NOW + timedelta(minutes=19)
    assert len(platform.seen) == 1


def test_a_batch_carries_the_use_and_a_strange_version(
    facebook: FacebookConnector, platform: Platform
) -> None:
    headers = {"X-App-Usage": '{"call_count": 28}', "facebook-api-version": "v27.0"}
    platform.always(Reply({"data": []}, headers=headers))
    batch = facebook.fetch(PageRequest("blocked"))
    assert batch.limit == Limit("pages", 72, NOW, 100, share=True)
    assert len(batch.notes) == 1


def facts(kind: str, *scopes: str, app_id: str = "31") -> Reply:
    return Reply({"data": {"type": kind, "app_id": app_id, "scopes": scopes, "is_valid": True}})


def play(platform: Platform, replies: Mapping[str, Reply]) -> None:
    """Answer by the last part of the path; of debug_token by the token asked about."""

    def answer(seen: Seen) -> Reply:
        name = seen.path.rsplit("/", 1)[-1]
        if name == "me" and seen.query["fields"] == "id,category":
            name = "category"
        return replies.get(f"{name}:{seen.query.get('input_token')}") or replies.get(name) or EMPTY

    platform.answer = answer


OUR_PAGE: dict[str, Reply] = {
    "me": Reply({"id": "4001", "name": "Our club"}),
    "category": Reply({"id": "4001", "category": "Community"}),
    f"debug_token:{TOKEN}": facts("PAGE"),
    f"debug_token:{USER_TOKEN}": facts("USER"),
    "roles": Reply({"data": [{"id": "5100", "name": "Di"}, {"id": 7}, "Ed"], "paging": {"next": 1}}),
    "4001": Reply({"id": "4001", "business": {"id": "88"}}),
    "assigned_users": Reply({"data": [{"id": "5101"}]}),
}
OURS = Ownership("4001", None, "31", frozenset({"4001", "5100", "5101"}))
NOT_ALLOWED = refused(100, "(#100) You must provide an app access token")


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        pytest.param({}, OURS, id="page-app-and-team"),
        pytest.param(
            {f"debug_token:{TOKEN}": NOT_ALLOWED, f"debug_token:{USER_TOKEN}": NOT_ALLOWED},
            Ownership("4001", None, None, OURS.staff),
            id="a-token-that-may-not-be-inspected-proves-the-page-all-the-same",
        ),
        pytest.param(
            {"roles": FORBIDDEN, "4001": FORBIDDEN},
            Ownership("4001", None, "31", frozenset({"4001"})),
            id="a-team-that-may-not-be-read-stays-out",
        ),
        pytest.param(
            {"me": Reply({"id": "4002", "name": "Another club"})},
            Ownership("4002", None, "31", frozenset({"4002", "5100"})),
            id="the-page-it-is-and-not-the-one-we-named",
        ),
    ],
)
def test_a_page_token_proves_its_page(
    facebook: FacebookConnector, platform: Platform, replies: Mapping[str, Reply], expected: Ownership
) -> None:
    play(platform, OUR_PAGE | dict(replies))
    assert facebook.prove() == expected


def test_the_public_profile_is_told_as_far_as_it_may_be_read(
    facebook: FacebookConnector, platform: Platform
) -> None:
    page = {"id": "4001", "about": "Ours", "website": "https://club.example/notice", "description": 3}
    play(platform, OUR_PAGE | {"4001": Reply(page)})
    assert facebook.prove().shown == ("Ours", "https://club.example/notice")
    play(platform, OUR_PAGE | {"4001": FORBIDDEN})
    assert facebook.prove().shown == ()


def test_a_team_over_two_answers_is_read_whole(facebook: FacebookConnector, platform: Platform) -> None:
    first = Reply({"data": [{"id": "5100"}], "paging": {"next": "x", "cursors": {"after": "A2"}}})
    second = Reply({"data": [{"id": "5102"}], "paging": {"cursors": {"after": "A2"}}})
    play(platform, OUR_PAGE | {"roles": first})
    usual = platform.answer
    platform.answer = lambda seen: second if seen.query.get("after") == "A2" else usual(seen)
    assert facebook.prove().staff == {"4001", "5100", "5101", "5102"}


@pytest.mark.parametrize(
    ("replies", "error", "sentence"),
    [
        pytest.param(
            {f"debug_token:{TOKEN}": facts("USER"), "me": Reply({"id": "4001"})},
            OperatorNeededError,
            r"/4001\?fields=access_token",
            id="a-persons-token-by-its-own-word",
        ),
        pytest.param(
            {f"debug_token:{TOKEN}": NOT_ALLOWED, "me": Reply({"id": "5100"}), "category": UNKNOWN_FIELD},
            OperatorNeededError,
            "not the token of page 4001",
            id="a-persons-token-by-what-it-lacks",
        ),
        pytest.param(
            {"me": refused(190, "Session has expired for Ada", 463)},
            OperatorNeededError,
            "has expired",
            id="an-expired-token",
        ),
        pytest.param(
            {f"debug_token:{USER_TOKEN}": facts("USER", app_id="32")},
            OperatorNeededError,
            "different apps",
            id="two-apps",
        ),
        pytest.param({"me": Reply({"id": 4001})}, BadAnswerError, "did not say whose", id="a-strange-id"),
        pytest.param(
            {"roles": Reply(b"", 503)}, RetryLaterError, "failed", id="a-team-that-cannot-be-read-now"
        ),
    ],
)
def test_a_token_that_proves_nothing(
    facebook: FacebookConnector,
    platform: Platform,
    replies: Mapping[str, Reply],
    error: type[Exception],
    sentence: str,
) -> None:
    play(platform, OUR_PAGE | dict(replies))
    with pytest.raises(error, match=sentence) as caught:
        facebook.prove()
    assert TOKEN not in str(caught.value)
    assert "Ada" not in str(caught.value)


PERSON = {"id": "5001", "name": "Ada Exemple"}
ALL_SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_messaging",
    "pages_manage_metadata",
)


def listing(*items: Mapping[str, Any]) -> Reply:
    return Reply({"data": items, "paging": {"next": "https://graph.facebook.com/x?after=A", "cursors": {}}})


LIVELY: dict[str, Reply] = OUR_PAGE | {
    f"debug_token:{TOKEN}": facts("PAGE", *ALL_SCOPES),
    f"debug_token:{USER_TOKEN}": facts("USER", "user_friends"),
    "posts": listing({"id": "4001_902"}),
    "blocked": listing(PERSON),
    "notification_message_tokens": listing({"recipient_id": "5001"}),
    "friends": listing(PERSON),
    "comments": listing({"id": "902_1", "from": PERSON}),
    "reactions": listing({**PERSON, "type": "LIKE"}),
    "tagged": listing({"id": "5001_1", "from": PERSON}),
    "ratings": listing({"reviewer": PERSON}),
    "conversations": listing({"id": "t_1", "participants": {"data": [PERSON]}}),
}


def checked(
    facebook: FacebookConnector, platform: Platform, replies: Mapping[str, Reply]
) -> dict[str, StreamCheck]:
    play(platform, LIVELY | dict(replies))
    return {each.stream: each for each in facebook.check()}


def test_a_check_looks_at_one_item_of_each_stream_and_at_the_newest_own_post(
    facebook: FacebookConnector, platform: Platform
) -> None:
    found = checked(facebook, platform, {})
    assert list(found) == list(facebook.streams)
    assert all(each.readable and not each.missing_permissions for each in found.values())
    assert {each.shows_authors for name, each in found.items() if name != "posts"} == {True}
    looks = [each for each in platform.seen if not each.path.endswith("/debug_token")]
    assert {each.query["limit"] for each in looks} == {"1"}
    assert len(looks) == 9
    assert sum("/4001_902/" in each.path for each in looks) == 2


def test_a_check_says_plainly_that_there_are_no_followers_to_read(
    facebook: FacebookConnector, platform: Platform
) -> None:
    remarks = " ".join(each.remark for each in checked(facebook, platform, {}).values())
    assert "Facebook lists no followers" in remarks
    assert "a live opt-in" in remarks
    assert not any("followers" in each.target or "fans" in each.target for each in platform.seen)


@pytest.mark.parametrize(
    ("replies", "stream", "expected", "remark"),
    [
        pytest.param(
            {"conversations": FORBIDDEN},
            "conversations",
            (False, None, ("pages_messaging",)),
            "needs pages_messaging",
            id="a-refusal-names-the-permission",
        ),
        pytest.param(
            {f"debug_token:{TOKEN}": facts("PAGE", "pages_read_engagement")},
            "tagged",
            (True, True, ("pages_read_user_content",)),
            "",
            id="a-scope-that-the-token-lacks",
        ),
        pytest.param(
            {f"debug_token:{USER_TOKEN}": facts("USER")},
            "friends",
            (True, True, ("user_friends",)),
            "",
            id="friends-want-a-scope-of-the-persons-token",
        ),
        pytest.param(
            {"comments": EMPTY}, "comments", (True, None, ()), "", id="no-comment-yet-by-the-pages-word"
        ),
        pytest.param(
            {"comments": EMPTY, f"debug_token:{TOKEN}": facts("USER", *ALL_SCOPES)},
            "comments",
            (False, None, ()),
            "give the page's own token",
            id="a-persons-token-hides-comments",
        ),
        pytest.param(
            {"comments": EMPTY, f"debug_token:{TOKEN}": NOT_ALLOWED},
            "comments",
            (True, None, ()),
            "proves nothing",
            id="no-comment-by-a-token-of-unknown-kind",
        ),
        pytest.param(
            {"tagged": listing({"id": "5001_1"})}, "tagged", (True, False, ()), "", id="authors-not-shown"
        ),
        pytest.param(
            {f"debug_token:{TOKEN}": Reply(b"", 503), "tagged": EMPTY},
            "tagged",
            (True, None, ()),
            "",
            id="tokens-that-cannot-be-inspected-now",
        ),
        pytest.param({"ratings": Reply(b"<p>", 503)}, "ratings", (None, None, ()), "failed", id="not-now"),
        pytest.param({"posts": EMPTY}, "reactions", (None, None, ()), "no own post", id="no-own-post-yet"),
        pytest.param(
            {"blocked": listing({"id": 7})},
            "blocked",
            (True, None, ()),
            "could not be read",
            id="a-broken-item",
        ),
        pytest.param(
            {"friends": refused(190, "Session has expired", 463)},
            "friends",
            (False, None, ()),
            "has expired",
            id="a-dead-token",
        ),
    ],
)
def test_what_a_check_finds(
    facebook: FacebookConnector,
    platform: Platform,
    replies: Mapping[str, Reply],
    stream: str,
    expected: tuple[bool | None, bool | None, tuple[str, ...]],
    remark: str,
) -> None:
    found = checked(facebook, platform, replies)[stream]
    assert (found.readable, found.shows_authors, found.missing_permissions) == expected
    assert remark in found.remark


def test_a_name_is_no_page_id(platform: Platform) -> None:
    with pytest.raises(OperatorNeededError, match="not the name"):
        FacebookConnector(Account("facebook", "our.club", "x"), Credentials(TOKEN), platform.base_url)
