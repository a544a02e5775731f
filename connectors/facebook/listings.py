"""Facebook's listings: one row each, in the order in which a harvest reads them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from connectors.facebook import translate
from connectors.facebook.translate import Translate, acts_of, people_who
from connectors.facebook.usage import MESSENGER, PAGES
from domain.signal import SignalKind
from domain.stream import POSTS, Shape, Stream

#: What Facebook wants a token to hold for reading posts and what people wrote under them (§1.2, §1.3).
_READ = ("pages_read_engagement", "pages_read_user_content")
FRIENDS = "friends"
OPT_INS = "opt_ins"
COMMENTS = "comments"


class Listing(NamedTuple):
    """How one stream is asked for and read; `edge` hangs on the page, on a post, or on "me" for friends.

    `dated_by` names the field by which a timeline is ordered.
    """

    stream: Stream
    edge: str
    translate: Translate
    parameters: Mapping[str, str]
    dated_by: str = ""


_ROWS = (
    Listing(
        Stream(POSTS, (), Shape.TIMELINE, 100, permissions=_READ, window=PAGES),
        "posts",
        translate.own_posts,
        {"fields": "id,created_time,message"},
        "created_time",
    ),
    Listing(
        # Facebook names a task (moderate) and no permission for this one.
        Stream("blocked", (SignalKind.BLOCKED,), Shape.ROSTER, 100, window=PAGES),
        "blocked",
        people_who(SignalKind.BLOCKED),
        {"fields": "id,name"},
    ),
    Listing(
        Stream(
            OPT_INS,
            (SignalKind.OPTED_IN,),
            Shape.ROSTER,
            100,
            permissions=("pages_messaging",),
            window=MESSENGER,
        ),
        "notification_message_tokens",
        translate.opt_ins,
        {"fields": "recipient_id,creation_timestamp,token_expiry_timestamp,user_token_status"},
    ),
    Listing(
        Stream(FRIENDS, (SignalKind.FRIEND,), Shape.ROSTER, 100, permissions=("user_friends",)),
        "friends",
        people_who(SignalKind.FRIEND),
        {"fields": "id,name"},
    ),
    Listing(
        Stream(
            COMMENTS,
            (SignalKind.COMMENTED, SignalKind.REPLIED),
            Shape.TIMELINE,
            100,
            per_post=True,
            permissions=_READ,
            window=PAGES,
        ),
        "comments",
        acts_of(translate.comment),
        # Without both, Facebook ranks and leaves out (§1.3).
        {
            "fields": "id,from,message,created_time,parent",
            "filter": "stream",
            "order": "reverse_chronological",
        },
        "created_time",
    ),
    Listing(
        Stream(
            "reactions",
            (SignalKind.REACTED,),
            Shape.ROSTER,
            100,
            per_post=True,
            permissions=("pages_show_list", "pages_read_engagement"),
            window=PAGES,
        ),
        "reactions",
        acts_of(translate.reaction),
        {"fields": "id,name,type"},
    ),
    Listing(
        Stream(
            "tagged",
            (SignalKind.MENTIONED,),
            Shape.TIMELINE,
            100,
            permissions=("pages_read_user_content",),
            window=PAGES,
        ),
        "tagged",
        acts_of(translate.tagging),
        {"fields": "id,from,message,tagged_time"},
        "tagged_time",
    ),
    Listing(
        Stream(
            "ratings",
            (SignalKind.RATED,),
            Shape.TIMELINE,
            100,
            permissions=("pages_read_user_content",),
            window=PAGES,
        ),
        "ratings",
        acts_of(translate.rating),
        {"fields": "reviewer,created_time,review_text,open_graph_story"},
        "created_time",
    ),
    Listing(
        Stream(
            "conversations",
            (SignalKind.MESSAGED,),
            Shape.TIMELINE,
            100,
            permissions=("pages_manage_metadata", "pages_read_engagement", "pages_messaging"),
            window=MESSENGER,
        ),
        "conversations",
        acts_of(translate.conversation),
        {"fields": "id,updated_time,participants", "platform": "MESSENGER"},
        "updated_time",
    ),
)

LISTINGS: Mapping[str, Listing] = MappingProxyType({each.stream.name: each for each in _ROWS})
STREAMS: Mapping[str, Stream] = MappingProxyType({each.stream.name: each.stream for each in _ROWS})
