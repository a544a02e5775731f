"""Conversations, messages, opt-ins and ratings: what people tell the Page (§1.3, §2)."""

from typing import Any

from simulator.acts import Act
from simulator.facebook.call import Call
from simulator.facebook.graph import Arguments, Edge, Node, NodeType, Walk
from simulator.facebook.persons import doer
from simulator.facebook.rows import Fixed, Kept
from simulator.facebook.texts import text_of
from simulator.ids import conversation_id, message_id
from simulator.mixing import key_of, mix
from simulator.people import Person
from simulator.rings import DAY_S, MESSAGES, OPTED_IN, RATES


def conversations(call: Call, _page: Any, arguments: Arguments) -> Walk:
    """List one conversation a person, ordered by the last message; there is no time paging (§1.3)."""
    if arguments.get("platform", "messenger").lower() != "messenger":
        return Walk(Fixed(()))
    rows = Kept(call.audience.whole(MESSAGES), lambda each: messages_of(call, each.person)[0] == each)
    if wanted := arguments.get("user_id"):
        mine = (each for each in rows.slice(0, len(rows)) if doer(call, each).page_scoped_id == wanted)
        return Walk(Fixed(list(mine)))
    return Walk(rows, newest_first=True)


def messages_of(call: Call, person: int) -> list[Act]:
    """Return what a person wrote to the Page, newest first."""
    found = []
    place = person - call.audience.x_size
    for day in range(call.audience.day + 1):
        slot = call.audience.order(MESSAGES, day).where(place)
        if slot < call.audience.count(MESSAGES, day):
            found.append(call.audience.act(MESSAGES, day, slot))
    return found[::-1]


def messages(call: Call, act: Act, _arguments: Arguments) -> Walk:
    """List the messages of a conversation, newest first."""
    found = messages_of(call, act.person)
    return Walk(Fixed([(each, place) for place, each in enumerate(found)]), newest_first=True)


def opt_ins(call: Call, _page: Any, _arguments: Arguments) -> Walk:
    """List who opted in to messages; of those that ended some stay with a status that says so (§2.1)."""
    rows = call.audience.whole(OPTED_IN)
    if call.switches.stopped_opt_ins == "vanished":
        return Walk(Kept(rows, lambda each: each.ended_day is None))
    return Walk(Kept(rows, lambda each: _ending(each) != "vanished"))


def _ending(act: Act) -> str | None:
    """Tell how an opt-in ended (§2.1: a stop, or the token's expiry), or that it holds."""
    if act.ended_day is None:
        return None
    return ("stopped", "expired", "vanished")[mix(act.person, 13) % 3]


def _expiry(call: Call, act: Act) -> int:
    # §2.1: an opt-in ends on token expiry; those that hold or were stopped run on for months.
    if _ending(act) == "expired":
        return int(call.world.at((act.ended_day or 0) * DAY_S).timestamp())
    return int(call.world.started.timestamp()) + 180 * DAY_S


def _status(_call: Call, act: Act) -> str:
    # §2.1 names STOP_NOTIFICATIONS; the other two are those of the opt-in event. How the list writes it: [U].
    if _ending(act) == "stopped":
        return "STOP_NOTIFICATIONS"
    return "REFRESHED" if mix(act.person, 17) % 2 else "NOT_REFRESHED"


def ratings(call: Call, _page: Any, _arguments: Arguments) -> Walk:
    """List recommendations, newest first."""
    return Walk(call.audience.whole(RATES), newest_first=True)


def _known(person: Person) -> dict[str, str]:
    # §1.3: `{psid}@facebook.com` stands as an e-mail; nobody reads mail there.
    psid = person.page_scoped_id
    return {"name": person.name, "email": f"{psid}@facebook.com", "id": psid}


def _both(call: Call, act: Act) -> dict[str, Any]:
    return {"data": [_known(doer(call, act)), _known(call.audience.page)]}


def _thread(call: Call, act: Act) -> str:
    return conversation_id(doer(call, act))


def _if_detailed(call: Call, row: tuple[Act, int], value: Any) -> Any:
    # §1.3 [U]: only the 20 latest messages have details.
    return value if row[1] < call.switches.messages_detailed else None


def _opt_in_token(call: Call, act: Act) -> str:
    return f"{key_of(call.world.seed, 'opt-in', act.person):020d}"


def _review(call: Call, act: Act) -> str | None:
    return text_of(call.world.seed, act) or None


def _story(call: Call, act: Act) -> dict[str, Any]:
    return {"id": str(act.serial), "start_time": call.written(act), "type": "sellers.rates"}


def _most_messages(call: Call) -> int:
    return call.switches.messages_limit


def _reviewer(call: Call, act: Act) -> dict[str, str]:
    person = doer(call, act)
    return {"name": person.name, "id": person.page_scoped_id}


def _verdict(_call: Call, act: Act) -> str:
    return "negative" if mix(act.serial, 3) % 3 == 0 else "positive"


_MESSAGING = ("pages_manage_metadata", "pages_read_engagement", "pages_messaging")

MESSAGE_TYPES: dict[str, NodeType] = {
    "UnifiedThread": NodeType(
        {
            "id": _thread,
            "updated_time": lambda call, act: call.written(act),
            "link": lambda call, act: f"/{call.page_id}/inbox/{act.serial}/",
            "message_count": lambda call, act: len(messages_of(call, act.person)),
            "unread_count": lambda _call, _act: 1,
            "snippet": lambda call, act: text_of(call.world.seed, act)[:40],
            "participants": _both,
            "senders": _both,
            "former_participants": lambda _call, _act: {"data": []},
            "can_reply": lambda _call, _act: True,
            "is_subscribed": lambda _call, _act: True,
            "scoped_thread_key": _thread,
            "folder": lambda _call, _act: "inbox",
        },
        ("id", "link", "updated_time"),
        {"messages": Edge("UnifiedMessage", messages, _MESSAGING, most=_most_messages)},
        frozenset({"name", "is_owner", "linked_group", "wallpaper"}),
    ),
    "UnifiedMessage": NodeType(
        {
            "id": lambda _call, row: message_id(row[0]),
            "created_time": lambda call, row: call.written(row[0]),
            "from": lambda call, row: _if_detailed(call, row, _known(doer(call, row[0]))),
            "to": lambda call, row: _if_detailed(call, row, {"data": [_known(call.audience.page)]}),
            "message": lambda call, row: _if_detailed(call, row, text_of(call.world.seed, row[0])),
            "tags": lambda call, row: _if_detailed(call, row, {"data": [{"name": "inbox"}]}),
        },
        ("id", "created_time"),
        silent=frozenset({"attachments", "shares", "sticker", "reactions"}),
    ),
    "UserPageOneTimeOptInTokenSettings": NodeType(
        {
            "recipient_id": lambda call, act: doer(call, act).page_scoped_id,
            "creation_timestamp": lambda call, act: int(call.world.when(act).timestamp()),
            "token_expiry_timestamp": _expiry,
            "user_token_status": _status,
            "topic_title": lambda _call, _act: "News of the town",
            "notification_messages_token": _opt_in_token,
            "notification_messages_timezone": lambda _call, _act: "Europe/Paris",
            "notification_messages_reoptin": lambda _call, _act: "ENABLED",
            "next_eligible_time": lambda call, _act: int(call.world.started.timestamp()) + DAY_S,
        },
        (
            "recipient_id",
            "creation_timestamp",
            "token_expiry_timestamp",
            "user_token_status",
            "topic_title",
            "notification_messages_token",
        ),
        silent=frozenset(
            {
                "custom_audience_ids",
                "notification_messages_frequency",
                "next_eligible_time_for_paid_messaging",
            }
        ),
    ),
    # The type has no id of its own [S]; only its story has one.
    "Recommendation": NodeType(
        {
            "reviewer": _reviewer,
            "created_time": lambda call, act: call.written(act),
            "recommendation_type": _verdict,
            "review_text": _review,
            "has_rating": lambda _call, _act: False,
            "has_review": lambda call, act: bool(text_of(call.world.seed, act)),
            "open_graph_story": _story,
        },
        ("created_time", "recommendation_type", "review_text", "reviewer"),
        silent=frozenset({"rating"}),
    ),
}


def thread_of(call: Call, person: Person | None) -> Node | None:
    """Return the conversation of a person, if there is one."""
    found = messages_of(call, person.index) if person else []
    return Node("UnifiedThread", found[0]) if found else None
