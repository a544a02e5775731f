"""From an id to the object it names, or the refusal of an object that may not be seen."""

import re

from simulator.attribution import WRITTEN
from simulator.facebook.call import Call
from simulator.facebook.errors import GraphError, gone, no_permission
from simulator.facebook.graph import Node
from simulator.facebook.messages import messages_of, thread_of
from simulator.facebook.pages import me, user_id
from simulator.ids import comment_id, message_id, tagged_post_id
from simulator.rings import MESSAGES

NUMBER = re.compile(r"[0-9]{1,20}")


def look_up(platform_id: str, call: Call) -> Node:
    """Return the object with this id; refused where it is gone, hidden or somebody else's (§3, 100 + 33)."""
    if platform_id == "me":
        return me(call)
    if platform_id == call.page_id:
        return Node("Page", None)
    if platform_id == call.audience.app_id:
        return Node("Application", None)
    if platform_id == user_id(call):
        return Node("User", None)
    found = _written(platform_id, call)
    if found is None:
        raise _unseen(platform_id, call)
    return found


def _written(platform_id: str, call: Call) -> Node | None:
    """Find posts, comments, conversations, messages and people by the form of the id (ids.py)."""
    kind, _, rest = platform_id.partition("_")
    if not rest:
        return _person(platform_id, call) if NUMBER.fullmatch(platform_id) else None
    if not NUMBER.fullmatch(rest):
        return None
    if kind == "t":
        return thread_of(call, call.audience.by_page_scoped_id(rest))
    if kind == call.page_id:
        post = call.audience.post_of(int(rest))
        return None if post is None else Node("PagePost", post)
    return _act(platform_id, int(rest), call)


def _act(platform_id: str, serial: int, call: Call) -> Node | None:
    act = call.audience.act_of(serial)
    if act is None:
        return None
    if act.kind == MESSAGES.name and message_id(act) == platform_id:
        return Node("UnifiedMessage", (act, messages_of(call, act.person).index(act)))
    if act.kind in WRITTEN and comment_id(act) == platform_id:
        return Node("Comment", act)
    if act.kind == "tagged" and tagged_post_id(call.audience, act) == platform_id:
        return Node("TaggedPost", act)
    return None


def _person(platform_id: str, call: Call) -> Node | None:
    """Find a person by page-scoped id; only those who once wrote to the Page have a profile (§1.3)."""
    person = call.audience.by_page_scoped_id(platform_id)
    if person is None or person.suspended or not messages_of(call, person.index):
        return None
    return Node("Profile", person)


def _unseen(platform_id: str, call: Call) -> GraphError:
    # §1.2: a Page you do not manage takes Page Public Content Access; which error says so is a switch.
    if call.switches.foreign_page == 10 and platform_id.isdigit():
        return no_permission("pages_read_engagement", 10)
    return gone(platform_id)
