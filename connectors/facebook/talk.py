"""What a page's conversations tell as pushes: only opt-ins and their ends are acts; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.facebook import translate
from connectors.facebook.changes import dated, ended_by, id_of, listed_in
from connectors.facebook.translate import Asked, moment_of
from connectors.pushes import Said
from connectors.quarantine import MalformedError
from domain.signal import SignalKind

#: Events of the conversation that are no act, or one whose conversation only polling can name (a message).
_TALK = frozenset(
    {
        "message", "message_edit", "postback", "delivery", "read", "reaction", "referral", "account_linking",
        "pass_thread_control", "take_thread_control", "request_thread_control", "app_roles",
        "policy_enforcement", "game_play", "message_reads", "message_deliveries", "prior_message", "order",
    }
)  # fmt: skip


def said_in_talk(page: str, item: Any, time: datetime) -> Said:
    """Read one event of the conversation: only opt-ins and their ends are acts that polling names alike."""
    if not isinstance(item, dict):
        raise MalformedError("an event of the conversation is no object")
    asked = item.get("optin")
    if isinstance(asked, dict):
        return _opted_in(page, item, asked, time)
    if isinstance(item.get("optout"), dict):
        return ended_by(
            page, id_of(_sender(item)), SignalKind.OPTED_IN, "", moment_of(item, "timestamp") or time
        )
    if _TALK.isdisjoint(item):
        raise MalformedError("an unknown event of the conversation")
    return ()


def _opted_in(page: str, item: Mapping[str, Any], asked: Mapping[str, Any], time: datetime) -> Said:
    if asked.get("type") != "notification_messages":
        return ()  # one message, or a plugin's: no list of the platform has it (facebook-graph-api.md §2)
    at = moment_of(item, "timestamp") or time
    contact = id_of(_sender(item))
    if "STOP" in str(asked.get("notification_messages_status", "")).upper():
        return ended_by(page, contact, SignalKind.OPTED_IN, "", at)
    token = {
        "recipient_id": contact,
        "token_expiry_timestamp": asked.get("token_expiry_timestamp"),
        "user_token_status": asked.get("user_token_status"),
    }
    return dated(listed_in(translate.opt_ins([token], Asked(page, page))), at)


def _sender(item: Mapping[str, Any]) -> Any:
    sender = item.get("sender")
    return sender.get("id") if isinstance(sender, dict) else None
