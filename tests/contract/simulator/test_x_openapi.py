"""Every answer of the simulated X is held against X's own OpenAPI document and against recorded answers.

Where the live platform differs from the document, the difference has a name here: `LENIENT`.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from simulator.twitter.endpoints import ENDPOINTS
from simulator.twitter.problems import ORDERED
from tests.unit.simulator.served import Served, serving

CHECKOUT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("SHARED_FOLDER", CHECKOUT.parent / "shared"))
DOCUMENT = SHARED / "reference" / "x-openapi-2.166.json"
RECORDINGS = SHARED / "recordings" / "x"
HOME = "urn:x-openapi"

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(
        not DOCUMENT.is_file(), reason="X's OpenAPI document does not lie beside the checkout"
    ),
]

EVERY_USER_FIELD = (
    "created_at,description,location,protected,public_metrics,profile_image_url,url,verified,verified_type"
)
EVERY_POST_FIELD = (
    "author_id,conversation_id,created_at,in_reply_to_user_id,lang,possibly_sensitive,public_metrics,"
    "referenced_tweets,reply_settings"
)


def as_documented(value: Any) -> Any:
    """Return an answer as the document would have it: undoes what is known to differ live."""
    if isinstance(value, dict):
        return {LENIENT.get(name, name): as_documented(each) for name, each in value.items()}
    return [as_documented(each) for each in value] if isinstance(value, list) else value


#: Spec 2.167 renames what 2.166 holds; live, `post.fields` answers in the new words (2026-09-02).
LENIENT = {
    "edit_history_post_ids": "edit_history_tweet_ids",
    "referenced_posts": "referenced_tweets",
    "repost_count": "retweet_count",
    "posts": "tweets",
}
#: Numbers that the live platform writes as text.
AS_TEXT = ("project_cap", "project_usage", "usage", "project_id")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Read X's OpenAPI document."""
    found: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return found


#: Says what is wrong with a value, seen as one of the document's components.
Faults = Callable[[str, Any], list[str]]


@pytest.fixture(scope="module")
def faults(document: dict[str, Any]) -> Faults:
    """Make the judge."""
    registry: Registry[Any] = Registry().with_resource(HOME, DRAFT202012.create_resource(document))

    def judge(component: str, value: Any) -> list[str]:
        schema = {"$ref": f"{HOME}#/components/schemas/{component}"}
        found = Draft202012Validator(schema, registry=registry).iter_errors(value)
        return [f"{each.json_path}: {each.message}" for each in found]

    return judge


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Start one simulator for this file."""
    with serving(seed=5, size=1200) as found:
        yield found


def component(document: dict[str, Any], path: str, method: str = "get") -> str:
    """Return the name of the schema that a path's good answer has."""
    content = document["paths"][path][method]["responses"]["200"]["content"]["application/json"]
    return str(content["schema"]["$ref"]).rpartition("/")[2]


POST_QUERY = {"tweet.fields": EVERY_POST_FIELD, "user.fields": EVERY_USER_FIELD}
EXPANDED = {**POST_QUERY, "expansions": "author_id,referenced_tweets.id"}
LISTINGS = [
    pytest.param("/2/users/{id}/followers", {"max_results": 100}, id="followers"),
    pytest.param(
        "/2/users/{id}/followers", {"user.fields": EVERY_USER_FIELD}, id="followers with every field"
    ),
    pytest.param("/2/users/{id}/following", {}, id="following"),
    pytest.param("/2/users/{id}/mentions", {"max_results": 50}, id="mentions"),
    pytest.param("/2/users/{id}/mentions", {"max_results": 50, **EXPANDED}, id="mentions with everything"),
    pytest.param(
        "/2/users/{id}/mentions",
        {"post.fields": "author_id,referenced_posts,public_metrics", "expansions": "referenced_posts.id"},
        id="mentions in the new words",
    ),
    pytest.param("/2/users/{id}/tweets", {"max_results": 5, **EXPANDED}, id="own posts"),
    pytest.param("/2/tweets/{id}/liking_users", {"max_results": 20}, id="likers"),
    pytest.param("/2/tweets/{id}/retweeted_by", {"max_results": 3}, id="reposters"),
    pytest.param("/2/tweets/{id}/retweets", POST_QUERY, id="reposts"),
    pytest.param("/2/tweets/{id}/quote_tweets", EXPANDED, id="quotes"),
    pytest.param("/2/users/reposts_of_me", {"max_results": 20, **EXPANDED}, id="reposts of all posts"),
]


@pytest.mark.parametrize(("path", "query"), LISTINGS)
def test_every_page_is_as_documented(
    served: Served, document: dict[str, Any], faults: Faults, path: str, query: dict[str, Any]
) -> None:
    own = served.x(f"users/{served.me}/tweets", {"exclude": "replies"}).json()["data"][0]["id"]
    target = own if path.startswith("/2/tweets") else served.me
    pages = served.walk(path.removeprefix("/2/").replace("{id}", target), query)
    wrong = [each for page in pages for each in faults(component(document, path), as_documented(page))]
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "asked", "query", "token"),
    [
        pytest.param("/2/users/me", "users/me", {"user.fields": EVERY_USER_FIELD}, "user_token", id="me"),
        pytest.param("/2/users/{id}", "users/{me}", {}, "app_token", id="one by id"),
        pytest.param("/2/users/{id}", "users/42", {}, "user_token", id="nobody by id"),
        pytest.param("/2/users", "users", {"ids": "{me},42"}, "user_token", id="several by id"),
        pytest.param(
            "/2/users/by",
            "users/by",
            {"usernames": "team_example,nobody"},
            "user_token",
            id="several by name",
        ),
        pytest.param(
            "/2/users/by/username/{username}",
            "users/by/username/team_example",
            {},
            "user_token",
            id="by name",
        ),
        pytest.param("/2/compliance/jobs", "compliance/jobs", {"type": "users"}, "app_token", id="no jobs"),
    ],
)
def test_every_look_up_is_as_documented(  # noqa: PLR0917 - a row of the table is four of them
    served: Served,
    document: dict[str, Any],
    faults: Faults,
    path: str,
    asked: str,
    query: dict[str, str],
    token: str,
) -> None:
    told = {name: value.replace("{me}", served.me) for name, value in query.items()}
    answer = served.x(asked.replace("{me}", served.me), told, token)
    assert answer.status_code == 200
    assert faults(component(document, path), as_documented(answer.json())) == []


def test_a_compliance_job_is_as_documented(served: Served, document: dict[str, Any], faults: Faults) -> None:
    told = {"Authorization": f"Bearer {served.ready['twitter']['app_token']}"}
    address = f"{served.ready['twitter']['base_url']}/2/compliance/jobs"
    made = served.session.post(
        address, json={"type": "users", "name": "sweep"}, headers=told, timeout=10
    ).json()
    assert faults(component(document, "/2/compliance/jobs", "post"), made) == []
    shown = served.x(f"compliance/jobs/{made['data']['id']}", caller="app_token").json()
    assert faults(component(document, "/2/compliance/jobs/{id}"), shown) == []


def test_usage_is_as_documented_but_for_numbers_in_text(
    served: Served, document: dict[str, Any], faults: Faults
) -> None:
    usage = served.x("usage/tweets", caller="app_token").json()
    numbers = {name: int(value) if name in AS_TEXT else value for name, value in usage["data"].items()}
    numbers["project_id"] = usage["data"]["project_id"]
    assert faults(component(document, "/2/usage/tweets"), {"data": numbers}) == []


PROBLEMS = [pytest.param(body, id=kind) for kind, (_, body) in ORDERED.items() if "type" in body]


@pytest.mark.parametrize("body", PROBLEMS)
def test_every_error_is_a_documented_problem(
    document: dict[str, Any], faults: Faults, body: dict[str, Any]
) -> None:
    mapping = document["components"]["schemas"]["Problem"]["discriminator"]["mapping"]
    # The problem type `credits` is live only; the document does not know it.
    found = mapping.get(body["type"], "#/components/schemas/Problem").rpartition("/")[2]
    assert faults(found, body) == []


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        pytest.param("users/{me}/followers", {"max_results": 5000}, id="a refused parameter"),
        pytest.param("users/42/followers", {}, id="nobody's followers"),
        pytest.param("tweets/42/liking_users", {}, id="no post"),
        pytest.param("users", {"ids": "42"}, id="nobody"),
    ],
)
def test_refusals_and_partial_errors_are_documented_problems(
    served: Served, document: dict[str, Any], faults: Faults, asked: str, query: dict[str, Any]
) -> None:
    answer = served.x(asked.replace("{me}", served.me), query)
    mapping = document["components"]["schemas"]["Problem"]["discriminator"]["mapping"]
    problems = answer.json()["errors"] if answer.status_code == 200 else [answer.json()]
    for each in problems:
        assert faults(mapping[each["type"]].rpartition("/")[2], each) == []


def test_no_answer_holds_a_key_that_the_document_does_not_know(
    served: Served, document: dict[str, Any]
) -> None:
    known = {name: set(document["components"]["schemas"][name]["properties"]) for name in ("User", "Tweet")}
    for path, query in (
        (f"users/{served.me}/followers", {"user.fields": EVERY_USER_FIELD}),
        (f"users/{served.me}/mentions", {**EXPANDED, "max_results": 100}),
    ):
        page = served.x(path, query).json()
        kind = "User" if path.endswith("followers") else "Tweet"
        assert {key for each in page["data"] for key in each} <= known[kind]
        assert {key for each in page.get("includes", {}).get("users", []) for key in each} <= known["User"]


def test_the_documents_bounds_of_a_page_are_ours(document: dict[str, Any]) -> None:
    for each in ENDPOINTS:
        if each.pages is None:
            continue
        path = each.pattern.pattern[1:-1].replace("(?P<id>[^/]+)", "{id}")
        wanted = [
            part for part in document["paths"][path]["get"]["parameters"] if part.get("name") == "max_results"
        ]
        schema = wanted[0]["schema"]
        assert (schema["minimum"], schema["maximum"]) == each.pages[:2], each.op


def recorded() -> Iterator[Any]:
    """Yield the recorded answers of endpoints that are served, with the endpoint's name."""
    for path in sorted(RECORDINGS.glob("*.json")) if RECORDINGS.is_dir() else ():
        recording = json.loads(path.read_text(encoding="utf-8"))
        asked = recording["request"]["path"].partition("?")[0]
        for each in ENDPOINTS:
            if each.method == recording["request"]["method"] and each.pattern.match(asked) and each.pages:
                yield pytest.param(each.op, recording, id=path.stem)
                break


def shape(body: Any) -> set[str]:
    """Return the paths of the keys of an answer, lists seen through."""
    if isinstance(body, list):
        return set().union(*(shape(each) for each in body)) if body else set()
    if not isinstance(body, dict):
        return set()
    return {
        each for name, value in body.items() for each in (name, *(f"{name}.{part}" for part in shape(value)))
    }


ASKED = {
    "followers": "users/{me}/followers",
    "following": "users/{me}/following",
    "mentions": "users/{me}/mentions",
    "user_tweets": "users/{me}/tweets",
    "liking_users": "tweets/{post}/liking_users",
    "retweeted_by": "tweets/{post}/retweeted_by",
    "quote_tweets": "tweets/{post}/quote_tweets",
}
#: Keys of recordings that the simulator does not write, and why.
NOT_WRITTEN = {
    "meta.previous_token": "no walk goes back",
    "meta.next_token": "on every page but the last, here as there",
    "data": "absent where nothing is listed",
    "data.edit_history_tweet_ids": "recordings are older than edits",
}


@pytest.mark.parametrize(("op", "recording"), list(recorded()))
def test_a_page_has_the_keys_of_a_recorded_one(served: Served, op: str, recording: dict[str, Any]) -> None:
    post = served.x(f"users/{served.me}/tweets", {"exclude": "replies"}).json()["data"][0]["id"]
    answer = served.x(ASKED[op].format(me=served.me, post=post))
    ours, theirs = shape(answer.json()), shape(recording["body"])
    if op == "following":
        # The simulated account follows nobody.
        theirs = {each for each in theirs if not each.startswith("data")}
    assert ours ^ theirs <= set(NOT_WRITTEN)
    kept = {name for name in recording["headers"] if name.startswith("x-rate-limit")} | {"content-type"}
    assert kept <= {name.lower() for name in answer.headers}


def test_the_judge_finds_what_is_wrong(faults: Faults) -> None:
    assert faults("User", {"id": "12", "name": "Ada"})
    assert faults("Get2UsersIdFollowersResponse", {"data": [], "meta": {"result_count": 0}})
    assert faults("Get2UsersIdMentionsResponse", {"data": [{"id": "no number"}]})


def test_every_kind_of_listing_was_recorded() -> None:
    assert {each.values[0] for each in recorded()} == set(ASKED)
