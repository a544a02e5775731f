"""The Page, its token's owner and the app: their fields and the listings that hang on them (§1.2, §1.3)."""

from collections.abc import Callable
from typing import Any

from simulator.facebook.call import PERMISSIONS, Call, written
from simulator.facebook.errors import GraphError, Refusal, no_field
from simulator.facebook.graph import Arguments, Edge, Node, NodeType, Walk
from simulator.facebook.messages import MESSAGE_TYPES, conversations, opt_ins, ratings
from simulator.facebook.persons import PERSONS, TASKS, blocked_people, friends, no_rows, staff_people
from simulator.facebook.posts import POSTS, own_posts, tagging_posts
from simulator.facebook.rows import Fixed
from simulator.mixing import key_of

#: The row of the second page.
SECOND = "second"


def user_id(call: Call) -> str:
    """Return the app-scoped id of the person who owns the user token; nobody of the audience."""
    return str(10**15 + key_of(call.world.seed, "token owner") % 10**14)


def _followers(call: Call, _page: Any) -> int:
    # §0.1, §1.3: only counts; nothing lists those counted.
    return 3 * call.audience.facebook_size + 7


def _page_token(call: Call, _page: Any) -> str | None:
    # §1.2: page tokens come from /me/accounts or this field.
    call.need("pages_show_list")
    return call.world.tokens.page


def _undocumented(name: str) -> Any:
    def answer(call: Call, _page: Any) -> dict[str, Any]:
        # §1.2 [U]: the shape of May 2019, else error 100.
        if not call.switches.followers_field:
            raise no_field(name, "Page")
        people = (call.audience.person(each) for each in call.audience.range_of("facebook")[:25])
        time = written(call.world.at(0))
        return {
            "data": [{"name": each.name, "id": each.page_scoped_id, "created_time": time} for each in people]
        }

    return answer


def managed_pages(call: Call, _user: Any, _arguments: Arguments) -> Walk:
    """List the Pages the token's owner has a role on: one, or two where a switch says so."""
    return Walk(Fixed([None, SECOND] if call.switches.second_page else [None]))


def permissions(call: Call, _user: Any, _arguments: Arguments) -> Walk:
    """List what the token's owner was asked for: all there is, or what the last dialog asked."""
    return Walk(Fixed(list(call.world.memory["facebook"].get("granted", PERMISSIONS))))


def subscribed_apps(call: Call, _page: Any, _arguments: Arguments) -> Walk:
    """List the apps that get the Page's webhooks: ours once it has subscribed (§4)."""
    return Walk(Fixed([None] if call.world.memory["facebook"].get("subscribed_fields") else []))


def assigned_users(call: Call, page: Any, arguments: Arguments) -> Walk:
    """List who was assigned through a business; it must be named ([S]: `business` is required)."""
    if "business" not in arguments:
        raise GraphError(Refusal(400, 100, "(#100) The parameter business is required"))
    return staff_people(call, page, arguments)


def _subscribed_fields(call: Call, _app: Any) -> list[str]:
    return list(call.world.memory["facebook"].get("subscribed_fields", ()))


def _most_conversations(call: Call) -> int:
    return call.switches.conversations_limit


_USER_CONTENT = ("pages_read_user_content",)
_MESSAGING = ("pages_manage_metadata", "pages_read_engagement", "pages_messaging")
_READ = ("pages_read_engagement", "pages_read_user_content")
_TAGGED = Edge(
    # §3: some edges use time paging; here it is this one.
    "TaggedPost", tagging_posts, _USER_CONTENT, paging="time", second=lambda act: act.second
)  # fmt: skip
_POSTS = Edge("PagePost", own_posts, _READ, readers="any")

_PAGES: dict[str, NodeType] = {
    "Page": NodeType(
        {
            "id": lambda call, _: call.page_id,
            "name": lambda call, _: call.audience.page.name,
            "username": lambda call, _: call.audience.page.handle,
            "about": lambda _call, _: "A town that answers.",
            "website": lambda call, _: call.world.options.notice_url or None,
            "category": lambda _call, _: "City",
            "category_list": lambda _call, _: [{"id": "2404", "name": "City"}],
            "link": lambda call, _: f"https://www.facebook.example/{call.page_id}",
            "followers_count": _followers,
            "fan_count": lambda call, _: _followers(call, None) - 3,
            "talking_about_count": lambda call, _: call.audience.facebook_size // 10,
            "access_token": _page_token,
            "tasks": lambda _call, _: [*TASKS, "MANAGE"],
            "is_published": lambda _call, _: True,
            "has_transitioned_to_new_page_experience": lambda _call, _: True,
            "followers": _undocumented("followers"),
            "fans": _undocumented("fans"),
        },
        ("name", "id"),
        {
            "posts": _POSTS,
            "published_posts": _POSTS,
            "feed": _POSTS,
            "visitor_posts": Edge("TaggedPost", no_rows, _READ),
            "tagged": _TAGGED,
            "ratings": Edge("Recommendation", ratings, _USER_CONTENT),
            "conversations": Edge(
                "UnifiedThread",
                conversations,
                _MESSAGING,
                most=_most_conversations,
                chosen_by=("platform", "user_id"),
            ),
            # §10 [U]: which permission it takes.
            "notification_message_tokens": Edge(
                "UserPageOneTimeOptInTokenSettings", opt_ins, ("pages_messaging",)
            ),
            "blocked": Edge("Profile", blocked_people, ("pages_read_engagement",)),
            "roles": Edge("RoleUser", staff_people, ("pages_manage_metadata",)),
            "assigned_users": Edge(
                "RoleUser", assigned_users, ("pages_manage_metadata",), chosen_by=("business",)
            ),
            "subscribed_apps": Edge("Application", subscribed_apps, ("pages_manage_metadata",)),
            # §1.3, "classic trap": Pages this Page likes, not fans; none under the New Pages Experience.
            "likes": Edge("Page", no_rows),
        },
        frozenset({"bio", "description", "emails", "phone", "rating_count", "cover", "picture"}),
    ),
    "User": NodeType(
        {
            "id": lambda call, _: user_id(call),
            "name": lambda _call, _: "Ada Operator",
            "first_name": lambda _call, _: "Ada",
            "last_name": lambda _call, _: "Operator",
        },
        ("name", "id"),
        {
            "accounts": Edge("ManagedPage", managed_pages, ("pages_show_list",), readers="user"),
            "friends": Edge("AppUser", friends, ("user_friends",), readers="user"),
            "permissions": Edge("Permission", permissions, readers="user"),
        },
        frozenset({"email", "link", "locale"}),
    ),
    "Application": NodeType(
        {
            "id": lambda call, _: call.audience.app_id,
            "name": lambda _call, _: "Simulated App",
            "link": lambda _call, _: "https://app.example/",
            "subscribed_fields": _subscribed_fields,
        },
        ("link", "name", "id"),
        silent=frozenset({"category", "namespace"}),
    ),
}


def _or_second(name: str, second: Callable[[Call], Any]) -> Callable[[Call, Any], Any]:
    """Make a field that differs on the second page."""
    own = _PAGES["Page"].fields[name]
    return lambda call, page: second(call) if page == SECOND else own(call, page)


_SECOND = {
    "id": _or_second("id", lambda call: str(int(call.page_id) + 1)),
    "name": _or_second("name", lambda _: "Second page"),
    "access_token": _or_second("access_token", lambda _: "simulated-second-page"),
    "tasks": _or_second("tasks", lambda call: list(call.switches.second_page)),
}

#: Everything there is, by type.
TYPES: dict[str, NodeType] = {
    **_PAGES,
    # §1.2: /me/accounts shows a Page with its token and tasks.
    "ManagedPage": NodeType(
        {**_PAGES["Page"].fields, **_SECOND},
        ("access_token", "category", "category_list", "name", "id", "tasks"),
        _PAGES["Page"].edges,
        _PAGES["Page"].silent,
    ),
    "Permission": NodeType(
        {
            "permission": lambda _call, name: name,
            "status": lambda call, name: "granted" if call.has(name) else "declined",
        },
        ("permission", "status"),
    ),
    **PERSONS,
    **POSTS,
    **MESSAGE_TYPES,
}
#: How error messages call a type (§3: "on node type (Page)").
SPOKEN = {
    "ManagedPage": "Page",
    "TaggedPost": "PagePost",
    "RoleUser": "User",
    "AppUser": "User",
    "Reaction": "Profile",
}


def me(call: Call) -> Node:
    """Return what `me` is: the Page for its token, a person for theirs."""
    if call.token.kind == "app":
        message = "An active access token must be used to query information about the current user."
        raise GraphError(Refusal(400, 2500, message))
    return Node("Page", None) if call.token.kind == "page" else Node("User", None)
