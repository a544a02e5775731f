"""Single requests to X: strictness, vocabularies, limits, errors, prices."""

import time
from typing import Any

import pytest

from simulator.options import Options
from simulator.people import OWN
from simulator.rings import MENTIONS
from simulator.twitter.problems import ORDERED
from tests.unit.simulator.served import Serve, Served


def problem(answer: Any) -> str:
    """Return the last part of a problem's type."""
    return str(answer.json()["type"]).rpartition("/")[2]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        pytest.param("users/{me}/followers", {"max_results": 0}, id="too few followers a page"),
        pytest.param("users/{me}/followers", {"max_results": 1001}, id="too many followers a page"),
        pytest.param("users/{me}/mentions", {"max_results": 4}, id="too few mentions a page"),
        pytest.param("users/{me}/mentions", {"max_results": "many"}, id="no number"),
        pytest.param("tweets/{post}/quote_tweets", {"max_results": 9}, id="too few quotes a page"),
        pytest.param("tweets/{post}/liking_users", {"since_id": "1"}, id="a mark where there are none"),
        pytest.param("users/{me}/followers", {"pagination_token": "invented"}, id="an invented token"),
        pytest.param("users/{me}/mentions", {"tweet.fields": "colour"}, id="an unknown field"),
        pytest.param("users/{me}/mentions", {"since_id": "yesterday"}, id="a mark that is no id"),
        pytest.param("users/{me}/mentions", {"start_time": "yesterday"}, id="a time that is none"),
        pytest.param("users", {"ids": ",".join(["1"] * 101)}, id="more than a hundred ids"),
        pytest.param("users", {"ids": "ada"}, id="an id that is none"),
        pytest.param("tweets/bo/liking_users", {}, id="a post that is none"),
    ],
)
def test_what_is_not_allowed_is_an_invalid_request(served: Served, path: str, query: dict[str, Any]) -> None:
    post = served.x(f"users/{served.me}/tweets").json()["data"][0]["id"]
    answer = served.x(path.format(me=served.me, post=post), query)
    assert answer.status_code == 400
    assert problem(answer) == "invalid-request"
    assert answer.json()["errors"][0]["parameters"].keys() <= query.keys() | {"id"}


def test_a_token_of_another_listing_is_refused(served: Served) -> None:
    followers = served.x(f"users/{served.me}/followers").json()["meta"]["next_token"]
    mentions = served.x(f"users/{served.me}/mentions").json()["meta"]["next_token"]
    for path, token in (("mentions", followers), ("followers", mentions)):
        answer = served.x(f"users/{served.me}/{path}", {"pagination_token": token})
        assert (answer.status_code, problem(answer)) == (400, "invalid-request")
    marked = {"pagination_token": mentions, "since_id": "1"}
    assert served.x(f"users/{served.me}/mentions", marked).status_code == 400


def test_a_page_may_change_its_size_in_the_middle_of_a_walk(served: Served) -> None:
    token = served.x(f"users/{served.me}/followers").json()["meta"]["next_token"]
    smaller = {"pagination_token": token, "max_results": 3}
    assert served.x(f"users/{served.me}/followers", smaller).status_code == 200


def test_tokens_age_where_the_option_says_so(served: Served) -> None:
    token = served.x(f"users/{served.me}/followers").json()["meta"]["next_token"]
    served.world.options = Options(pagination_token_s=-10)
    answer = served.x(f"users/{served.me}/followers", {"pagination_token": token})
    assert (answer.status_code, problem(answer)) == (400, "invalid-request")


@pytest.mark.parametrize(
    ("asked", "there", "absent"),
    [
        pytest.param("tweet.fields", "edit_history_tweet_ids", "edit_history_post_ids", id="old words"),
        pytest.param("post.fields", "edit_history_post_ids", "edit_history_tweet_ids", id="new words"),
    ],
)
def test_the_vocabulary_asked_for_is_answered(served: Served, asked: str, there: str, absent: str) -> None:
    names = "referenced_posts" if asked == "post.fields" else "referenced_tweets"
    query = {asked: f"{names},public_metrics,author_id", "expansions": f"{names}.id", "max_results": 100}
    page = served.x(f"users/{served.me}/mentions", query).json()
    assert all(there in each and absent not in each for each in page["data"])
    assert any(names in each for each in page["data"])
    assert ("repost_count" in page["data"][0]["public_metrics"]) == (asked == "post.fields")
    assert ("posts" in page["includes"]) == (asked == "post.fields")
    assert ("api.x.com" in page["errors"][0]["type"]) == (asked == "post.fields")


def test_only_the_default_fields_come_unasked(served: Served) -> None:
    follower = served.x(f"users/{served.me}/followers").json()["data"][0]
    assert set(follower) == {"id", "name", "username"}
    asked = served.x(f"users/{served.me}/followers", {"user.fields": "public_metrics,protected"}).json()[
        "data"
    ][0]
    assert set(asked) == {"id", "name", "username", "public_metrics", "protected"}
    assert "tweet_count" in asked["public_metrics"]
    post = served.x(f"users/{served.me}/mentions").json()["data"][0]
    assert set(post) == {"id", "text", "edit_history_tweet_ids"}


@pytest.mark.parametrize(
    ("path", "token", "status", "word"),
    [
        pytest.param(
            "tweets/{post}/liking_users", "app_token", 403, "unsupported-authentication", id="likers"
        ),
        pytest.param("users/me", "app_token", 403, "unsupported-authentication", id="me"),
        pytest.param(
            "users/reposts_of_me", "app_token", 403, "unsupported-authentication", id="reposts of me"
        ),
        pytest.param("usage/tweets", "user_token", 403, "unsupported-authentication", id="usage"),
        pytest.param("users/{me}/followers", "base_url", 401, "about:blank", id="an invented token"),
    ],
)
def test_the_wrong_caller_is_refused(served: Served, path: str, token: str, status: int, word: str) -> None:
    post = served.x(f"users/{served.me}/tweets").json()["data"][0]["id"]
    answer = served.x(path.format(me=served.me, post=post), caller=token)
    assert (answer.status_code, problem(answer)) == (status, word)


@pytest.mark.parametrize("kind", ORDERED)
def test_every_named_error_comes_when_ordered_and_goes_again(served: Served, kind: str) -> None:
    served.command("answer", {"platform": "twitter", "endpoint": "me", "kind": kind, "times": 2})
    status, body = ORDERED[kind]
    for _ in range(2):
        answer = served.x("users/me")
        assert (answer.status_code, answer.json()) == (status, body)
    assert served.x("users/me").status_code == 200


def test_the_money_errors_leave_the_rate_headers_healthy(served: Served) -> None:
    served.command("answer", {"platform": "twitter", "endpoint": "*", "kind": "usage_cap"})
    answer = served.x("users/me")
    assert answer.status_code == 429
    assert int(answer.headers["x-rate-limit-remaining"]) > 1000


def test_a_window_runs_out_and_opens_again_at_its_reset(serve: Serve) -> None:
    served = serve(seed=1, size=20, window_s=0.2)
    served.command("limits", {"endpoint": "me", "user": 2})
    left = [served.x("users/me").headers["x-rate-limit-remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    refused = served.x("users/me")
    assert (refused.status_code, refused.json()["title"]) == (429, "Too Many Requests")
    reset = int(refused.headers["x-rate-limit-reset"])
    assert time.time() - 1 < reset < time.time() + 2
    served.world.now = lambda: float(reset)  # type: ignore[method-assign] # the clock stands at the reset
    assert served.x("users/me").status_code == 200


def test_user_and_app_have_windows_of_their_own(served: Served) -> None:
    path = f"users/{served.me}/mentions"
    assert served.x(path).headers["x-rate-limit-limit"] == "300"
    assert served.x(path, caller="app_token").headers["x-rate-limit-limit"] == "450"
    assert served.x(path).headers["x-rate-limit-remaining"] == "298"
    assert served.x(path, caller="app_token").headers["x-rate-limit-remaining"] == "448"


@pytest.mark.parametrize(
    ("owned_app", "token", "each"),
    [
        pytest.param(True, "user_token", 1_000, id="own account and own app: an owned read"),
        pytest.param(False, "user_token", 10_000, id="somebody else's app: full price"),
        pytest.param(True, "app_token", 10_000, id="an app-only token: full price"),
    ],
)
def test_followers_cost_what_the_owned_read_rule_says(
    served: Served, token: str, each: int, *, owned_app: bool
) -> None:
    served.world.options = Options(owned_app=owned_app)
    read = len(served.x(f"users/{served.me}/followers", {"max_results": 50}, token).json()["data"])
    assert served.billed()["billed"]["gross_micro_usd"] == read * each


def test_a_second_walk_on_the_same_day_costs_nothing_after_deduplication(served: Served) -> None:
    path, query = f"users/{served.me}/followers", {"max_results": 1000}
    served.items(path, query)
    once = served.billed()["billed"]
    served.items(path, query)
    twice = served.billed()["billed"]
    assert twice["deduplicated_micro_usd"] == once["deduplicated_micro_usd"] > 0
    assert twice["gross_micro_usd"] > once["gross_micro_usd"]


def test_errors_and_empty_answers_cost_nothing(served: Served) -> None:
    served.x(f"users/{served.me}/followers", {"max_results": 5000})
    served.x(f"users/{served.me}/following")
    served.x("users", {"ids": "1,2"})
    assert served.billed()["billed"]["gross_micro_usd"] == 0


def test_included_authors_are_billed_unless_the_option_says_no(served: Served) -> None:
    query = {"expansions": "author_id", "max_results": 100}
    page = served.x(f"users/{served.me}/mentions", query).json()
    users = len(page["includes"]["users"])
    assert served.billed()["billed"]["meters"]["user"]["gross_micro_usd"] == users * 10_000


def test_missing_and_suspended_people_are_partial_errors(served: Served) -> None:
    people = [served.world.audience.person(each) for each in range(1000)]
    gone = next(each.x_id for each in people if each.suspended)
    here = next(each.x_id for each in people if not each.suspended)
    answer = served.x("users", {"ids": f"{here},{gone},42"})
    assert answer.status_code == 200
    assert [each["id"] for each in answer.json()["data"]] == [here]
    assert [each["resource_id"] for each in answer.json()["errors"]] == [gone, "42"]
    alone = served.x("users", {"ids": "42"}).json()
    assert "data" not in alone
    assert "meta" not in alone
    assert problem(type("Answer", (), {"json": lambda _self: alone["errors"][0]})()) == "resource-not-found"


def test_people_are_found_by_name(served: Served) -> None:
    own = served.x("users/by/username/Team_Example").json()["data"]
    assert own["id"] == served.me == served.x("users/me").json()["data"]["id"]
    names = served.x("users/by", {"usernames": "team_example,nobody"}).json()
    assert (names["data"][0]["id"], names["errors"][0]["parameter"]) == (served.me, "usernames")


def test_anybody_s_followers_may_be_read(served: Served) -> None:
    other = served.ready["twitter"]["other_account_id"]
    assert len(served.items(f"users/{other}/followers", {"max_results": 25})) == 40
    person = next(each for each in range(9) if not served.world.audience.suspended(each))
    lonely = served.x(f"users/{served.world.audience.person(person).x_id}/followers").json()
    assert lonely == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(("option", "status"), [("forbidden", 403), ("empty", 200)])
def test_somebody_else_s_likers_are_forbidden_or_empty(served: Served, option: Any, status: int) -> None:
    served.world.options = Options(likers_of_others=option)
    acts = served.world.audience.whole(MENTIONS).all()
    theirs = next(each.serial for each in acts if each.person != OWN)
    answer = served.x(f"tweets/{theirs}/liking_users")
    assert answer.status_code == status
    assert "data" not in answer.json()


def test_usage_counts_posts_in_text_and_credits_are_best_effort(served: Served) -> None:
    read = served.x(f"users/{served.me}/mentions", {"max_results": 100}).json()["meta"]["result_count"]
    usage = served.x("usage/tweets", caller="app_token").json()["data"]
    assert usage["project_usage"] == str(read)
    missing = served.x("usage/credits", caller="app_token")
    assert (missing.status_code, missing.content) == (404, b"")
    assert served.x("usage/credits").json()["data"]["total_balance"] < 500


def test_a_refresh_gives_a_new_token_once(served: Served) -> None:
    address = f"{served.ready['twitter']['base_url']}/2/oauth2/token"
    form = {"grant_type": "refresh_token", "refresh_token": served.ready["twitter"]["refresh_token"]}
    new = served.session.post(address, data=form, timeout=10).json()
    told = {"Authorization": f"Bearer {new['access_token']}"}
    me = f"{served.ready['twitter']['base_url']}/2/users/me"
    assert served.session.get(me, headers=told, timeout=10).status_code == 200
    assert served.session.post(address, data=form, timeout=10).status_code == 400
    again = {**form, "refresh_token": new["refresh_token"]}
    assert served.session.post(address, data=again, timeout=10).status_code == 200


def test_a_compliance_job_tells_who_is_gone(served: Served) -> None:
    base, told = served.ready["twitter"]["base_url"], served.ready["twitter"]["app_token"]
    headers = {"Authorization": f"Bearer {told}"}
    made = served.session.post(
        f"{base}/2/compliance/jobs", json={"type": "users"}, headers=headers, timeout=10
    )
    job = made.json()["data"]
    people = [served.world.audience.person(each) for each in range(1000)]
    gone = next(each.x_id for each in people if each.suspended)
    here = next(each.x_id for each in people if not each.suspended and not each.protected)
    served.session.put(job["upload_url"], data=f"{gone}\n{here}\n42\n", timeout=10)
    states = [
        served.x(f"compliance/jobs/{job['id']}", caller="app_token").json()["data"]["status"] for _ in "12"
    ]
    assert states == ["in_progress", "complete"]
    rows = served.session.get(job["download_url"], timeout=10).text.splitlines()
    assert len(rows) == 2
    listed = served.x("compliance/jobs", {"type": "users"}, "app_token").json()
    assert listed["meta"]["result_count"] == 1


def test_every_answer_carries_its_headers(served: Served) -> None:
    for path in ("users/me", f"users/{served.me}/followers", "users/by/username/nobody"):
        headers = served.x(path).headers
        assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= set(headers)
        assert headers["api-version"].startswith("2.16")
        assert headers["x-transaction-id"]
