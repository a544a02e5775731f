"""Pushes of X as bytes, for tests of what becomes of them."""

import json
from datetime import datetime, timedelta
from typing import Any

from domain.contact import ContactKey
from pipeline.push import TakenIn, take_in
from store import inbox
from store.inbox import Arrived
from tests.cast import OURS, PROFILES
from tests.travel import BODIES, Travel

KEEP = timedelta(days=3)


def event(
    kind: str, payload: dict[str, Any], *, account: str = OURS.platform_id, includes: Any = None
) -> bytes:
    """Write one event for our account."""
    told = {
        "filter": {"user_id": account},
        "event_type": kind,
        "payload": payload,
        "includes": includes or {},
    }
    return json.dumps({"data": told}).encode()


def follow(
    who: ContactKey, at: datetime | None, *, ends: bool = False, account: str = OURS.platform_id
) -> bytes:
    """Write that somebody follows us, or does so no longer."""
    payload: dict[str, Any] = {"source": {"data": user(who)}, "target": {"data": {"id": account}}}
    if at is not None:
        payload["timestamp_ms"] = str(int(at.timestamp() * 1000))
    return event("follow.unfollow" if ends else "follow.follow", payload, account=account)


def like(who: ContactKey, at: datetime, post: str = "9001") -> bytes:
    """Write that somebody likes a post of ours."""
    payload = {
        "liked_tweet_id": post,
        "liked_tweet_author_id": OURS.platform_id,
        "timestamp_ms": str(int(at.timestamp() * 1000)),
    }
    return event("like.create", payload, includes={"users": [user(who)]})


def mention(who: ContactKey, at: datetime, item: str = "8001", text: str = "hello") -> bytes:
    """Write that somebody mentions us."""
    written = {"id": item, "author_id": who.platform_id, "created_at": at.isoformat(), "text": text}
    return event("post.mention.create", written)


def user(who: ContactKey) -> dict[str, Any]:
    """Show somebody of the cast."""
    profile = PROFILES.get(who)
    shown = {"username": profile.handle, "name": profile.display_name} if profile else {}
    return {"id": who.platform_id, **shown}


def arrive(travel: Travel, *bodies: bytes, platform: str = "twitter", at: datetime | None = None) -> None:
    """Store pushes as the receiver does."""
    came = [Arrived(platform, each, at or travel.clock()) for each in bodies]
    with (travel.road.inbox or travel.database).write() as connection:
        inbox.put(connection, inbox.to_store(came, BODIES.seal, keep=KEEP))


def push(
    travel: Travel, *bodies: bytes, platform: str = "twitter", at: datetime | None = None
) -> list[TakenIn]:
    """Store pushes and take in all that waits."""
    arrive(travel, *bodies, platform=platform, at=at)
    done = []
    while (each := take_in(travel.road, travel.road.inbox or travel.database)) is not None:
        done.append(each)
    return done
