"""What X's listings show is the truth, however unkindly they show it."""

from collections import Counter
from typing import Any

import pytest

from simulator.options import Options
from tests.unit.simulator.served import Serve, Served

WITH_AUTHORS = {"tweet.fields": "author_id,referenced_tweets,in_reply_to_user_id,created_at"}


def told(truth: list[dict[str, Any]], *kinds: str) -> set[tuple[str, str | None]]:
    """Return (person, item) of the acts of some kinds on X."""
    return {
        (each["contact_key"].removeprefix("twitter:"), act["item"])
        for each in truth
        if each["platform"] == "twitter"
        for act in each["acts"]
        if act["act"] in kinds
    }


def post_ids(served: Served) -> list[str]:
    """Return the ids of the own posts."""
    query = {"max_results": 5, "exclude": "replies"}
    return list(dict.fromkeys(each["id"] for each in served.items(f"users/{served.me}/tweets", query)))


@pytest.mark.parametrize("day", [0, 3])
@pytest.mark.parametrize("max_results", [1, 37, 1000])
def test_a_walk_of_the_followers_shows_exactly_who_follows(serve: Serve, max_results: int, day: int) -> None:
    served = serve(seed=7, size=400)
    served.command("day", {"advance": day})
    served.command("limits", {"endpoint": "followers", "user": 1000})
    found = served.items(f"users/{served.me}/followers", {"max_results": max_results})
    assert {(each["id"], None) for each in found} == told(served.truth(), "follows")


def test_pages_are_short_empty_and_repeat_people(served: Served) -> None:
    pages = served.walk(f"users/{served.me}/followers", {"max_results": 20})
    sizes = Counter(page["meta"]["result_count"] for page in pages[:-1])
    assert set(sizes) == {0, 16, 20}
    assert all(("data" in page) == (page["meta"]["result_count"] > 0) for page in pages)
    ids = Counter(each["id"] for page in pages for each in page.get("data", []))
    assert max(ids.values()) == 2


def test_kind_listings_do_neither(served: Served) -> None:
    served.world.options = Options(unkind_listings=False)
    pages = served.walk(f"users/{served.me}/followers", {"max_results": 20})
    assert {page["meta"]["result_count"] for page in pages[:-1]} == {20}
    ids = [each["id"] for page in pages for each in page["data"]]
    assert len(ids) == len(set(ids))


def test_the_order_changes_from_walk_to_walk_and_holds_within_one(served: Served) -> None:
    path, query = f"users/{served.me}/followers", {"max_results": 100}
    first, second = served.walk(path, query), served.walk(path, query)
    assert [each["id"] for each in first[0]["data"]] != [each["id"] for each in second[0]["data"]]
    again = {**query, "pagination_token": first[0]["meta"]["next_token"]}
    assert served.x(path, again).json()["data"] == first[1]["data"]


def test_likers_of_every_post_are_the_truth(served: Served) -> None:
    found = {
        (each["id"], post)
        for post in post_ids(served)
        for each in served.items(f"tweets/{post}/liking_users", {"max_results": 40})
    }
    assert found == told(served.truth(), "likes")


def test_reposters_are_the_truth_from_both_endpoints(served: Served) -> None:
    by_post = {
        (each["id"], post)
        for post in post_ids(served)
        for each in served.items(f"tweets/{post}/retweeted_by", {"max_results": 2})
    }
    at_once = {
        (each["author_id"], each["referenced_tweets"][0]["id"])
        for each in served.items("users/reposts_of_me", {"max_results": 30, **WITH_AUTHORS})
    }
    assert by_post == at_once == told(served.truth(), "reposts")


def test_quotes_are_the_truth(served: Served) -> None:
    found = {
        (each["author_id"], each["id"])
        for post in post_ids(served)
        for each in served.items(f"tweets/{post}/quote_tweets", {"max_results": 10, **WITH_AUTHORS})
    }
    assert found == told(served.truth(), "quotes")


def test_mentions_hold_all_replies_and_mentions_and_some_quotes(served: Served) -> None:
    served.command("day", {"advance": 2})
    found = served.items(f"users/{served.me}/mentions", {"max_results": 25, **WITH_AUTHORS})
    shown: dict[str, set[tuple[str, str | None]]] = {"replies": set(), "mentions": set(), "quotes": set()}
    for each in found:
        kinds = {reference["type"] for reference in each.get("referenced_tweets", [])}
        kind = "mentions"
        if "quoted" in kinds:
            kind = "quotes"
        elif each.get("in_reply_to_user_id") == served.me:
            kind = "replies"
        shown[kind].add((each["author_id"], each["id"]))
    truth = served.truth()
    assert shown["replies"] == told(truth, "replies")
    assert shown["mentions"] == told(truth, "mentions")
    assert shown["quotes"] < told(truth, "quotes") | {("", "")}
    assert shown["quotes"]


def test_timelines_are_newest_first_and_dated(served: Served) -> None:
    found = served.items(f"users/{served.me}/mentions", {"max_results": 100, **WITH_AUTHORS})
    ids = list(dict.fromkeys(int(each["id"]) for each in found))
    assert ids == sorted(ids, reverse=True)
    times = [each["created_at"] for each in found]
    assert times == sorted(times, reverse=True)


def test_a_mark_brings_only_what_is_newer(served: Served) -> None:
    path = f"users/{served.me}/mentions"
    before = {each["id"] for each in served.items(path, {"max_results": 100})}
    mark = max(before, key=int)
    assert served.items(path, {"max_results": 100, "since_id": mark}) == []
    served.command("day", {"advance": 1})
    new = {each["id"] for each in served.items(path, {"max_results": 100, "since_id": mark})}
    after = {each["id"] for each in served.items(path, {"max_results": 100})}
    assert new == after - before
    assert new
    older = {each["id"] for each in served.items(path, {"max_results": 100, "until_id": mark})}
    assert older == before - {mark}


def test_a_day_adds_a_post_and_changes_who_follows(served: Served) -> None:
    posts, follow = post_ids(served), told(served.truth(), "follows")
    served.command("day", {"advance": 1})
    now = told(served.truth(), "follows")
    assert len(post_ids(served)) == len(posts) + 1 == 13
    assert follow - now
    assert now - follow


def test_the_own_account_stands_in_truth_and_is_flagged(served: Served) -> None:
    flagged = {each["contact_key"] for each in served.truth() if each.get("own")}
    page = served.ready["facebook"]["page_id"]
    assert flagged == {f"twitter:{served.me}", f"facebook:{page}:{page}"}
    assert sum(1 for each in served.truth() if each.get("staff")) >= 3


def test_truth_names_each_contact_once_and_only_with_acts(served: Served) -> None:
    truth = served.truth()
    keys = [each["contact_key"] for each in truth]
    assert len(keys) == len(set(keys))
    assert all(each["acts"] for each in truth)
    scopes = {key.rpartition(":")[0] for key in keys}
    facebook = served.ready["facebook"]
    assert scopes == {"twitter", f"facebook:{facebook['page_id']}", f"facebook:app-{facebook['app_id']}"}
