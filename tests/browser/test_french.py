"""French readers find no English: every page of a filled store, title texts and labels among it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from domain.alert import AlertKind
from domain.journal import Act, Entry
from domain.user import Role
from domain.webhook import State
from store import halts, jobs, journal, pausing
from store.tables import (
    accounts,
    alert_deliveries,
    alert_wishes,
    alerts,
    budgets,
    consumers,
    failures,
    harvest_runs,
    inbox,
    limits,
    quarantined_items,
    recipients,
    schedule_moments,
    schedules,
    webhook_deliveries,
    webhooks,
    workers,
)
from store.tables import (
    jobs as job_rows,
)
from tests.browser.filled import copied
from tests.console_routes import LEAST
from tests.consoles import Consoles, listening
from tests.english import english_in, marked_english_in
from tests.journey.road import ROOT
from workers.runtime import utc_now

#: Pages of one address that differ only in their number, looked at.
EACH = 2
#: Answers that are no page of ours: a stream, files, pictures, ways to platforms that are not set up here.
NO_PAGE = {
    *("/live", "/accounts/connect/{platform}/back", "/accounts/connect/facebook/pages"),
    *("/accounts/{account_id}/check", "/accounts/{account_id}/check/state"),
    "/privacy/papers/{name}",
}
#: The sentences of alerts, of which each is filled in with something.
ALERTS = ROOT / "config" / "alerts.toml"
_LINK = re.compile(r'(?:href|data-live|src)="(/[^"]*)"')
_FIGURES = re.compile(r"\d+")


@pytest.fixture
def console(store: Path, tmp_path: Path) -> Iterator[Consoles]:
    """Let something stand wherever the code writes sentences, and a console listen."""
    made = copied(store, tmp_path)
    with made.database.write() as connection:
        _fill(connection, made.users[Role.ADMIN])
    with listening(made):
        yield made


def _fill(connection: Connection, admin: int) -> None:
    now = utc_now()
    past, far = now - timedelta(hours=3), now + timedelta(days=40)
    ours = connection.execute(
        select(accounts.c.id, accounts.c.platform, accounts.c.platform_id, accounts.c.name)
    ).all()
    runs = list(connection.scalars(select(harvest_runs.c.id).order_by(harvest_runs.c.id)))
    account, run = ours[0], runs[0]
    connection.execute(
        update(accounts).where(accounts.c.id == account.id).values(paused_reason="Paused by ada.")
    )
    connection.execute(
        insert(quarantined_items),
        [
            {
                "run_id": run,
                "digest": "1",
                "reason": "author_id is missing",
                "shape": "{}",
                "count": 2,
                "at": past,
            },
            {
                "run_id": run,
                "digest": "2",
                "reason": "the item is no object",
                "shape": "{}",
                "count": 1,
                "at": past,
            },
        ],
    )
    for each, cause in zip(runs, ("token_dead", "kills_workers", "server", "unexpected"), strict=False):
        connection.execute(
            insert(failures).values(
                run_id=each, stream="likers", cause=cause, attempts=3, state="open", at=past,
                sentence="The page went on elsewhere.", advice="Replay later.",
            )
        )  # fmt: skip
    connection.execute(delete(limits))
    for each in ours:
        for endpoint in ("followers", "likers", "pages"):
            connection.execute(
                insert(limits).values(
                    platform=each.platform, subject=f"account {each.platform_id}", endpoint=endpoint,
                    remaining=85,
                    limit=None if endpoint == "pages" else 300, share=endpoint == "pages", reset_at=far,
                    observed_at=past, reason=None,
                )
            )  # fmt: skip
        connection.execute(
            insert(budgets).values(
                account_id=each.id, period="month", amount_micro_usd=5_000_000, at_end="stop", created_at=past
            )
        )
    connection.execute(
        insert(schedules).values(
            id=1, account_id=account.id, streams='["followers", "likers"]', cron="0 6 * * 1-5",
            time_zone="Europe/Paris", jitter_s=600, catch_up="once", is_on=True, due_at=far, begins_at=far,
            set_at=past,
        )
    )  # fmt: skip
    outcomes = ("begun", "running", "paused", "budget", "missed", "refused")
    for number, outcome in enumerate(outcomes):
        connection.execute(
            insert(schedule_moments).values(
                schedule_id=1, moment=past - timedelta(days=number), outcome=outcome, at=past,
                why="Replay later." if outcome == "refused" else None,
                run_id=run if outcome == "begun" else None,
            )
        )  # fmt: skip
    holes = re.findall(r"\{(\w+)\}", ALERTS.read_text(encoding="utf-8"))
    told: dict[str, Any] = dict.fromkeys(holes, "7") | {
        "account": account.name, "harvest": 1, "contacts": 3, "regular": 2, "day": "2026-12-03",
        "budget": "$50.00 / month", "share": 85, "people": 4, "cause": "token_dead", "failures": 2,
        "queue": "harvest.twitter", "minutes": 9, "schedule": 1, "at": "2026-01-05 11:00 UTC",
        "why": "missed", "days": 2, "since": "2026-11-03",
    }  # fmt: skip
    for number, kind in enumerate(AlertKind, start=1):
        connection.execute(
            insert(alerts).values(id=900 + number, kind=kind, key="k", details=json.dumps(told), at=past)
        )
    connection.execute(
        insert(alert_wishes).values(
            id=900,
            user_id=admin,
            kinds=json.dumps([*AlertKind]),
            way="mail",
            address="ada@club.example",
            hour=7,
        )
    )
    connection.execute(
        insert(alert_deliveries).values(
            alert_id=901, wish_id=900, due_at=past, tries=3, error="This is no e-mail address."
        )
    )
    connection.execute(
        insert(inbox).values(
            platform="facebook", received_at=past, digest=b"1", body=b"x", state="aside", expires_at=far,
            problem="the push is no JSON",
        )
    )  # fmt: skip
    for kind in jobs.QUEUE_OF:
        jobs.begin(connection, kind, {}, now=past)
    connection.execute(update(job_rows).values(state="failed", ended_at=now, error="Replay later."))
    for name in ("a", "b"):
        connection.execute(
            insert(workers).values(
                id=name, kind="worker", host="machine", pid=7, queues="harvest.twitter export",
                started_at=past,
                seen_at=now, memory_bytes=99_000_000, worked_at=now, died_at=now if name == "b" else None,
            )
        )  # fmt: skip
    _fill_delivery(connection)
    pausing.pause(connection, "label", "ada", now=past)
    halts.begin(connection, account.id, "ada", "Contrôle du compte", now=past)
    for act in Act:
        journal.record(connection, Entry("web:ada", act, past))


def _fill_delivery(connection: Connection) -> None:
    now = utc_now()
    past = now - timedelta(hours=3)
    connection.execute(
        insert(recipients).values(
            id=900, name="Atelier Courriel", country="FR", part="processor", created_at=past
        )
    )
    connection.execute(insert(consumers).values(id=900, name="crm", recipient_id=900, created_at=past))
    for number, state in enumerate(State, start=900):
        connection.execute(
            insert(webhooks).values(
                id=number, consumer_id=900, url="https://crm.club.example/hook", secret_sealed=b"x",
                state=state, created_at=past, told_epoch="1", failing_since=past,
            )
        )  # fmt: skip
        for dead_at in (None, now):
            connection.execute(
                insert(webhook_deliveries).values(
                    webhook_id=number, message_id="msg_1", made_at=past, due_at=past, tries=10,
                    dead_at=dead_at, error="The address answered with status 500.",
                )
            )  # fmt: skip


def _shape(path: str) -> str:
    return _FIGURES.sub("0", path)


def _walk(console: Consoles) -> tuple[dict[str, list[str]], dict[str, list[str]], set[str]]:
    """Read every page that a link leads to; returns English texts, those marked so, and the pages read."""
    visitor = console.as_(Role.ADMIN, "fr")
    ahead = [
        path for method, path in sorted(LEAST) if method == "GET" and "{" not in path and path not in NO_PAGE
    ]
    ahead += ["/accounts/connect/twitter", "/accounts/connect/facebook", "/queues/failures?all=1", "/sign-in"]
    known, often = set(ahead), Counter[str]()
    english: dict[str, list[str]] = {}
    marked: dict[str, list[str]] = {}
    read: set[str] = set()
    while ahead:
        path = ahead.pop(0)
        answer = visitor.get(path)
        assert answer.status < 500, path
        if answer.status != 200 or "html" not in answer.headers["content-type"]:
            continue
        read.add(path.partition("?")[0])
        assert '<html lang="en"' not in answer.text, path
        for found, kept in ((english_in(answer.text), english), (marked_english_in(answer.text), marked)):
            if found:
                kept[path] = found
        for each in map(unescape, _LINK.findall(answer.text)):
            if each not in known and not each.startswith(("/static", "/live", "/charts", "/privacy/papers/")):
                known.add(each)
                often[_shape(each)] += 1
                ahead += [each] if often[_shape(each)] <= EACH else []
    return english, marked, read


def test_no_page_says_anything_in_english_to_a_french_reader(console: Consoles) -> None:
    english, marked, read = _walk(console)
    assert english == {}
    assert marked == {}
    pages = {
        re.compile(re.sub(r"\{[a-z_]+\}", r"[a-z0-9_]+", path)): path
        for method, path in LEAST
        if method == "GET" and path not in NO_PAGE and "." not in path
    }
    assert {path for shape, path in pages.items() if not any(map(shape.fullmatch, read))} == set()


def test_english_words_are_found_where_they_stand() -> None:
    assert english_in("<p>Ceci est <b>the end</b></p><i title='until then'>x</i>") == [
        "the end",
        "until then",
    ]
    assert english_in('<p lang="en">the end</p><bdi>the end</bdi><code>of</code> fin') == []
    assert marked_english_in('<span lang="en">the end</span>') == ["the end"]
