"""A store in which each hostile value stands wherever people, platforms or colleagues may write."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert

from domain.journal import Act, Entry
from store import journal
from store.tables import (
    account_checks,
    account_staff,
    accounts,
    admissions,
    alert_deliveries,
    alert_wishes,
    alerts,
    campaign_ends,
    consent_texts,
    consents,
    consumers,
    contacts,
    decisions,
    failures,
    halts,
    harvest_runs,
    harvests,
    inbox,
    inferable_topics,
    interests,
    jobs,
    limits,
    messaging_contacts,
    notices,
    overrides,
    paused_queues,
    posts,
    quarantined_items,
    recipients,
    schedule_moments,
    schedules,
    signals,
    texts,
    topic_holders,
    unknown_pushes,
    users,
    webhook_deliveries,
    webhooks,
    withheld,
    workers,
    written_files,
)
from tests.hostile import HOSTILE

#: The first value carries the name of its place, so that a test can tell where it was shown.
MARKED = HOSTILE[0]


def fill(connection: Connection, *, now: datetime, first_user: int, token: bytes) -> None:
    """Write row 1 to 30 of every table, each with its value; `token` is a sealed one."""
    connection.execute(insert(inferable_topics), [{"topic": "digital", "platform": "twitter"}])
    for number, value in enumerate(HOSTILE, start=1):
        for table, row in _rows(number, value, now, first_user, token).items():
            connection.execute(insert(table), [row])
        journal.record(
            connection,
            Entry(
                _at(value, "journal actor"),
                Act.HALTED,
                now,
                None,
                _at(value, "journal reason"),
                {"account": _at(value, "journal detail")},
            ),
        )


def _at(value: str, place: str) -> str:
    return f"{value}{place}" if value == MARKED else value


def _rows(
    number: int, value: str, now: datetime, first_user: int, token: bytes
) -> dict[Table, dict[str, Any]]:
    far, past = now + timedelta(days=300), now - timedelta(days=1)
    platform = ("facebook", "twitter")[number % 2]
    state = ("waiting", "running", "failed", "done", "cancelled", "stopped")[number % 6]

    def at(place: str) -> str:
        return _at(value, place)

    return {
        accounts: {
            "id": number, "platform": platform,
            "platform_id": str(number) if number % 3 == 2 else f"{number}{value}",
            "name": at("account name"), "handle": at("account handle"), "app_id": at("app"),
            "owned_reads": True, "token_sealed": token, "added_at": now, "followers_count": 900,
            "paused_reason": at("pause") if number % 3 == 1 else None,
        },
        account_staff: {"account_id": number, "platform_id": value},
        posts: {"id": number, "account_id": number, "post": at("post"), "text": value, "created_at": past},
        contacts: {
            "id": number, "platform": "twitter", "platform_id": f"{number}:{value}", "label": "regular",
            "handle": at("handle"), "display_name": at("display name"), "first_seen_at": now,
            "regular_since": now,
        },
        signals: {
            "account_id": number, "kind": "mentioned", "item": value, "contact_id": number, "seen_at": now,
        },
        texts: {
            "contact_id": number, "account_id": number, "kind": "mentioned", "item": value,
            "text": at("text"), "expires_at": far,
        },
        decisions: {
            "contact_id": number, "label": "regular", "policy": value, "decided_at": now,
            "decided_by": at("decided by"), "reason": at("decision reason"), "source": at("source"),
        },
        overrides: {
            "contact_id": number, "to_label": "occasional", "decided_by": at("override by"),
            "reason": at("override reason"), "at": now, "confirmed_by": at("confirmed by"),
            "confirmed_at": now,
        },
        consent_texts: {"hash": str(number), "language": "fr", "wording": at("wording"), "first_at": now},
        consents: {
            "contact_id": number, "purpose": "email", "given_at": now, "text": str(number),
            "source": at("consent source"), "taken_by": value, "recorded_at": now,
        },
        topic_holders: {"contact_id": number, "label": "regular"},
        interests: {
            "contact_id": number, "topic": "digital", "place": 0, "strength": "interest", "texts": 3,
            "words": json.dumps([at("word"), "y" * 3_000]), "platform": "twitter",
        },
        messaging_contacts: {"contact_id": number, "label": "regular", "admitted_at": now, "seq": number},
        admissions: {
            "contact_id": number, "addressable": "[]", "hindrances": "{}", "since": now, "seq": number,
            "told": True, "refusal": None,
        },
        notices: {"contact_id": number, "due_at": now + timedelta(days=number - 15)},
        harvests: {"id": number, "account_id": number, "created_at": past},
        schedules: {
            "id": number, "account_id": number, "streams": '["followers"]', "cron": "0 6 * * *",
            "time_zone": "Europe/Paris", "jitter_s": 0, "catch_up": "once", "is_on": True,
            "due_at": now + timedelta(minutes=number), "begins_at": now + timedelta(minutes=number),
            "set_at": now,
        },
        harvest_runs: {
            "id": number, "harvest_id": number, "account_id": number,
            "platform": platform, "stream": "followers", "state": state,
            "page_size": 100, "due_at": now, "created_at": past, "started_at": past, "post_id": number,
            "waiting_for": at("waiting for") if state == "waiting" else None,
            "claimed_by": f"{number}{value}" if state == "running" else None,
            "claimed_until": far if state == "running" else None,
            "ended_at": None if number % 6 < 2 else now, "error": at("run error"), "next_cursor": value,
            "schedule_id": number,
        },
        schedule_moments: {
            "schedule_id": number, "moment": past, "outcome": "refused", "why": at("schedule why"),
            "run_id": number, "at": now,
        },
        failures: {
            "run_id": number, "stream": "followers", "post": at("failure post"), "cause": at("cause"),
            "sentence": at("sentence"), "advice": at("advice"), "attempts": 3, "state": "open", "at": now,
        },
        quarantined_items: {
            "run_id": number, "digest": value[:60], "reason": at("quarantine reason"),
            "shape": at("quarantine shape"), "count": 3, "at": now,
        },
        limits: {
            "platform": platform, "subject": f"account {number}{value}",
            "endpoint": at("endpoint"), "remaining": 0, "limit": 300, "share": False, "reset_at": far,
            "observed_at": now, "reason": at("limit reason"),
        },
        workers: {
            "id": f"{number}{value}", "kind": "worker", "host": at("host"), "pid": number,
            "queues": "harvest.twitter", "started_at": past, "seen_at": now, "memory_bytes": 99,
            "worked_at": now, "died_at": now if number % 2 else None,
        },
        withheld: {
            "account_id": number, "kind": "mentioned", "item": value, "contact_id": number, "run_id": number,
            "since": past,
        },
        inbox: {
            "platform": "facebook", "received_at": now, "digest": str(number).encode(), "body": b"x",
            "state": "aside", "problem": at("push problem"), "expires_at": far,
        },
        unknown_pushes: {
            "platform": "facebook", "digest": str(number), "reason": at("unknown push"), "shape": at("shape"),
            "count": 1, "at": now,
        },
        campaign_ends: {"account_id": number, "purge_at": far, "stopped": False, "at": now},
        written_files: {
            "host": at("file host"), "path": f"/{at('file name')}", "kind": "export", "seq": 0, "at": past,
        },
        users: {
            "id": first_user + number, "name": f"{number}{at('user name')}", "role": 2, "theme": "system",
            "time_zone": "UTC", "created_at": now, "password_hash": "x", "subject": f"{number}{value}",
        },
        recipients: {
            "id": number, "name": f"{at('recipient')}{'' if value == MARKED else number}", "country": "FR",
            "part": "processor", "created_at": now,
        },
        consumers: {
            "id": number, "name": f"{at('consumer')}{'' if value == MARKED else number}",
            "recipient_id": number, "created_at": now,
        },
        webhooks: {
            "consumer_id": number, "id": number, "url": at("webhook address"), "secret_sealed": token,
            "state": "active", "created_at": now, "told_epoch": value,
        },
        webhook_deliveries: {
            "webhook_id": number, "message_id": value, "made_at": past, "due_at": past, "tries": 10,
            "dead_at": now, "error": at("webhook error"),
        },
        halts: {
            "place": number, "account_id": number, "by": at("halted by"), "why": at("halt why"), "at": now,
        },
        paused_queues: {"queue": f"{number}{value}", "by": value, "at": now},
        jobs: {
            "kind": f"kind {number}", "arguments": "{}", "reached": "{}", "state": "failed", "due_at": now,
            "created_at": now, "ended_at": now, "error": at("job error"),
        },
        alerts: {
            "id": number, "kind": "account_paused", "key": str(number), "at": now,
            "details": json.dumps({"account": at("alert account"), "reason": value}),
        },
        alert_wishes: {
            "id": number, "user_id": first_user, "kinds": '["failed"]', "way": "mail",
            "address": at("alert address"), "hour": None,
        },
        alert_deliveries: {
            "alert_id": number, "wish_id": number, "due_at": now, "tries": 3, "error": at("delivery error"),
        },
        account_checks: {
            "account_id": number, "stream": "followers", "readable": False, "missing": json.dumps([value]),
            "remark": at("check remark"), "checked_at": now,
        },
    }  # fmt: skip
