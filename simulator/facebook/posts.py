"""Posts of the Page, comments and replies under them, and posts of others that tag the Page (§1.3)."""

from datetime import datetime
from typing import Any

from simulator.acts import Act, post_second
from simulator.attribution import names_author
from simulator.facebook.call import Call, written
from simulator.facebook.errors import GraphError, Refusal
from simulator.facebook.graph import Arguments, Edge, Node, NodeType, Walk
from simulator.facebook.persons import doer, no_rows, reactions_of_post
from simulator.facebook.rows import Fixed, Kept, Ranked, Reversed, Rows
from simulator.facebook.texts import post_text, text_of
from simulator.ids import comment_id, page_post_id, tagged_post_id
from simulator.mixing import Shuffle, key_of, mix
from simulator.rings import COMMENTS, TAGGED

ORDERS = ("chronological", "reverse_chronological")
FILTERS = ("stream", "toplevel")


def author(call: Call, act: Act) -> dict[str, str] | None:
    """Return `from`: id and name, or nothing at all for a share of authors (§0.4, §1.3, §9)."""
    if not names_author(call.audience, act, only_roles=call.switches.only_roles_named):
        return None
    person = doer(call, act)
    return {"name": person.name, "id": person.page_scoped_id}


def own_posts(call: Call, _page: Any, _arguments: Arguments) -> Walk:
    """List the Page's posts, newest first."""
    return Walk(Fixed(list(reversed(call.audience.posts))), newest_first=True)


def comments_of_post(call: Call, post: int, arguments: Arguments) -> Walk:
    """List the comments on a post as `filter`, `order` and `since` want them (§1.3)."""
    rows: Rows = call.audience.on_post(COMMENTS, post)
    shown = rows.slice(0, len(rows)) if "summary" in arguments else ()
    if arguments.get("filter", "toplevel") != "stream":
        rows = Kept(rows, lambda each: each.answers is None)
    return _arranged(call, rows, arguments, len(shown))


def answers_of_comment(call: Call, act: Act, arguments: Arguments) -> Walk:
    """List the replies under a comment (§1.3); a reply has none."""
    rows = Reversed(Fixed(call.audience.answers_to(act)))
    return _arranged(call, rows, arguments, len(rows))


def _arranged(call: Call, rows: Rows, arguments: Arguments, total: int) -> Walk:
    order, chosen = arguments.get("order"), arguments.get("filter", "toplevel")
    if order not in {*ORDERS, None} or chosen not in FILTERS:
        raise GraphError(Refusal(400, 100, "(#100) Param order or filter has an unknown value"))
    if since := arguments.get("since"):
        oldest = _unix(since)
        rows = Kept(rows, lambda each: call.world.when(each).timestamp() >= oldest)
    # §1.3: `total_count` can exceed what can be fetched.
    summary = {"order": order or "ranked", "total_count": total + total // 50, "can_comment": True}
    if order == "reverse_chronological":
        return Walk(rows, True, summary)
    if order == "chronological":
        return Walk(Reversed(rows), False, summary)
    # §1.3: the default is ranked and filtered, so some never show.
    key = key_of(call.world.seed, "ranked", len(rows))
    ranked = Ranked(rows, Shuffle.seeded(len(rows), key))
    return Walk(Kept(ranked, lambda each: mix(key, each.serial) % 8 != 0), False, summary)


def _unix(text: str) -> float:
    try:
        if text.isdecimal():
            return float(text)
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise GraphError(Refusal(400, 100, "(#100) since must be a time")) from None


def tagging_posts(call: Call, _page: Any, _arguments: Arguments) -> Walk:
    """List other people's public posts that tag the Page, newest first (§1.3)."""
    return Walk(call.audience.whole(TAGGED), newest_first=True)


def _parent(call: Call, act: Act) -> Node | None:
    found = call.audience.act_of(act.answers) if act.answers is not None else None
    return Node("Comment", found) if found else None


def _post_time(call: Call, post: int) -> str:
    return written(call.world.at(post_second(post)))


def _own_from(call: Call, _post: int) -> dict[str, str]:
    return {"name": call.audience.page.name, "id": call.page_id}


def _link(_call: Call, platform_id: str) -> str:
    return f"https://www.facebook.example/{platform_id}"


_ANY_SILENT = frozenset(
    {"story", "story_tags", "full_picture", "picture", "icon", "message_tags", "place", "to", "properties"}
    | {"parent_id", "attachment", "application", "admin_creator", "backdated_time", "call_to_action", "event"}
    | {
        "private_reply_conversation",
        "live_broadcast_timestamp",
        "child_attachments",
        "privacy",
        "target",
        "via",
    }
)
_READ = ("pages_read_engagement", "pages_read_user_content")
_REACTIONS = ("pages_show_list", "pages_read_engagement")
# §1.3: a user token returns empty data instead of an error.
_COMMENTS = Edge("Comment", comments_of_post, _READ, else_empty=True, chosen_by=("filter", "order", "since"))

POSTS: dict[str, NodeType] = {
    "PagePost": NodeType(
        {
            "id": lambda call, post: page_post_id(call.audience, post),
            "message": lambda _call, post: post_text(post),
            "created_time": _post_time,
            "updated_time": _post_time,
            "from": _own_from,
            "is_published": lambda _call, _post: True,
            "is_hidden": lambda _call, _post: False,
            "is_expired": lambda _call, _post: False,
            "status_type": lambda _call, _post: "mobile_status_update",
            "permalink_url": lambda call, post: _link(call, page_post_id(call.audience, post)),
            # §1.3: sharers stay unknown, only their number shows.
            "shares": lambda call, post: {"count": 1 + key_of(call.world.seed, "shares", post) % 40},
        },
        ("created_time", "message", "id"),
        {
            "comments": _COMMENTS,
            "reactions": Edge("Reaction", reactions_of_post, _REACTIONS, chosen_by=("type",)),
            "likes": Edge(
                "Reaction",
                lambda call, post, given: reactions_of_post(call, post, {**given, "type": "LIKE"}),
                _REACTIONS,
            ),
            # §1.3: practically empty for a Page's token.
            "sharedposts": Edge("TaggedPost", no_rows, ("pages_read_engagement",)),
            "attachments": Edge("TaggedPost", no_rows, ("pages_read_engagement",), readers="any"),
        },
        _ANY_SILENT,
    ),
    "Comment": NodeType(
        {
            "id": lambda _call, act: comment_id(act),
            "message": lambda call, act: text_of(call.world.seed, act),
            "created_time": lambda call, act: call.written(act),
            "from": author,
            "parent": _parent,
            "object": lambda _call, act: Node("PagePost", act.post),
            "like_count": lambda _call, _act: 0,
            "comment_count": lambda call, act: len(call.audience.answers_to(act)),
            "permalink_url": lambda call, act: _link(call, comment_id(act)),
            "is_hidden": lambda _call, _act: False,
            "is_private": lambda _call, _act: False,
            "user_likes": lambda _call, _act: False,
            "can_comment": lambda _call, _act: True,
            "can_hide": lambda _call, _act: True,
            "can_like": lambda _call, _act: True,
            "can_remove": lambda _call, _act: True,
            "can_reply_privately": lambda _call, _act: False,
        },
        ("created_time", "from", "message", "id"),
        {
            "comments": Edge(
                "Comment", answers_of_comment, _READ, else_empty=True, chosen_by=("filter", "order", "since")
            ),
            "reactions": Edge("Reaction", no_rows, _REACTIONS, chosen_by=("type",)),
            "likes": Edge("Reaction", no_rows, _REACTIONS),
        },
        _ANY_SILENT,
    ),
    # §1.3: PagePost with `tagged_time`; `from` often absent.
    "TaggedPost": NodeType(
        {
            "id": lambda call, act: tagged_post_id(call.audience, act),
            "message": lambda call, act: text_of(call.world.seed, act),
            "created_time": lambda call, act: call.written(act),
            "tagged_time": lambda call, act: call.written(act),
            "from": author,
            "permalink_url": lambda call, act: _link(call, tagged_post_id(call.audience, act)),
        },
        ("message", "id", "tagged_time"),
        silent=_ANY_SILENT | {"updated_time", "is_published", "shares", "status_type"},
    ),
}
